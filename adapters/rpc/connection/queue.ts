/**
 * First come, first served, per key: tasks with one key run one after the other, tasks without run at once.
 */

/** Runs tasks; a task must not reject. */
export type Queue = (key: string | null, task: () => Promise<void>) => Promise<void>

/** A queue; it keeps nothing of a key once its tasks are done. */
export const createQueue = (): Queue => {
  const tails = new Map<string, Promise<void>>()
  return (key, task) => {
    if (key === null) return task()
    const before = tails.get(key)
    const done = before === undefined ? task() : before.then(task)
    const tail = done.finally(() => {
      if (tails.get(key) === tail) tails.delete(key)
    })
    tails.set(key, tail)
    return tail
  }
}

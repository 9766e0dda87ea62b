/**
 * Which requests wait for each other. Requests with one key are served in the order they came; those with different keys, or
 * none, at the same time. A reader that came after a waiting writer waits behind it, so writers are never starved.
 */

/** A key, and whether others may hold it at the same time: adjacent shared holders run together. */
export interface QueueKey {
  readonly name: string
  readonly mode: 'exclusive' | 'shared'
}

/** One request at a time for a thread. */
export const threadKey = (threadId: string): QueueKey => ({
  name: `thread:${threadId}`,
  mode: 'exclusive'
})

/** The permit to change which threads a list shows: one in a server, taken after the key. */
export const LIST_PERMIT: QueueKey = { name: 'lists', mode: 'exclusive' }

/** Something to run; must not reject. */
export interface QueueTask {
  readonly run: () => Promise<void>
  /** False once it is no longer wanted: then it is skipped. */
  readonly isWanted?: () => boolean
}

/** Runs tasks; the promise resolves when the task has run or was passed over. A task without a key starts at once. */
export type Scheduler = (key: QueueKey | null, task: QueueTask) => Promise<void>

interface WaitingTask {
  readonly mode: QueueKey['mode']
  readonly task: QueueTask
  readonly done: () => void
}

interface Lane {
  readonly waiting: Array<WaitingTask>
  readonly running: { count: number; mode: QueueKey['mode'] }
}

const mayStart = ({ running }: Lane, { mode }: WaitingTask): boolean =>
  running.count === 0 || (mode === 'shared' && running.mode === 'shared')

/** A scheduler; it keeps nothing of a key once its tasks are done. */
export const createScheduler = (): Scheduler => {
  const lanes = new Map<string, Lane>()

  const advance = (name: string, lane: Lane): void => {
    for (let next = lane.waiting[0]; next !== undefined; next = lane.waiting[0]) {
      if (next.task.isWanted?.() === false) next.done()
      else if (mayStart(lane, next)) start(name, lane, next)
      else return
      lane.waiting.shift()
    }
    if (lane.running.count === 0) lanes.delete(name)
  }

  const start = (name: string, lane: Lane, { mode, task, done }: WaitingTask): void => {
    lane.running.count += 1
    lane.running.mode = mode
    void task.run().finally(() => {
      lane.running.count -= 1
      done()
      advance(name, lane)
    })
  }

  return (key, task) => {
    if (key === null) return task.isWanted?.() === false ? Promise.resolve() : task.run()
    return new Promise((done) => {
      const lane = lanes.get(key.name) ?? { waiting: [], running: { count: 0, mode: key.mode } }
      lanes.set(key.name, lane)
      lane.waiting.push({ mode: key.mode, task, done })
      if (lane.waiting.length === 1) advance(key.name, lane)
    })
  }
}

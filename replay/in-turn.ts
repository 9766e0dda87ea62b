/**
 * Coalesces overlapping runs: a caller that arrives during a run gets the result of the next one, because the current run
 * may have looked before the call.
 */

/** Shares runs between concurrent callers, per key. */
export const inTurn = <A>(run: (key: string) => Promise<A>): ((key?: string) => Promise<A>) => {
  const running = new Map<string, Promise<A>>()
  const next = new Map<string, Promise<A>>()
  const start = (key: string): Promise<A> => {
    const going = run(key).finally(() => running.delete(key))
    running.set(key, going)
    return going
  }
  return (key = '') => {
    const going = running.get(key)
    if (going === undefined) return start(key)
    const waiting = next.get(key)
    if (waiting !== undefined) return waiting
    const follow = (): Promise<A> => {
      next.delete(key)
      return running.get(key) ?? start(key)
    }
    const later = going.then(follow, follow)
    next.set(key, later)
    return later
  }
}

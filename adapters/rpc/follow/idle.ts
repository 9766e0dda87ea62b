/**
 * Threads that nobody follows and in which nothing runs are unloaded after half an hour, as Codex does.
 */
import type { Live } from '../threads/live.ts'
import { statusChanged, threadClosed } from '../threads/notices.ts'
import { threadKey } from '../threads/scheduler.ts'

/** How long a thread stays loaded without clients and without work. */
export const IDLE_MS = 30 * 60 * 1000

/** Returns what unloads the threads whose time is over. */
export const idleUnloader = (live: Live, nowMs: () => number): (() => Promise<void>) => {
  const quietSinceMs = new Map<string, number>()

  const isQuiet = (threadId: string, followed: ReadonlySet<string>): boolean => {
    const thread = live.find(threadId)
    return (
      thread !== null &&
      thread.turn === null &&
      thread.status.type !== 'active' &&
      !followed.has(threadId)
    )
  }

  const unload = (threadId: string): void => {
    if (!isQuiet(threadId, live.followed())) return
    live.unload(threadId)
    live.notify(statusChanged(threadId, { type: 'notLoaded' }))
    live.notify(threadClosed(threadId))
  }

  return async () => {
    const followed = live.followed()
    const work: Array<Promise<void>> = []
    const quiet = new Set(live.ids().filter((threadId) => isQuiet(threadId, followed)))
    for (const threadId of quietSinceMs.keys())
      if (!quiet.has(threadId)) quietSinceMs.delete(threadId)
    for (const threadId of quiet) {
      const sinceMs = quietSinceMs.get(threadId) ?? nowMs()
      quietSinceMs.set(threadId, sinceMs)
      if (nowMs() - sinceMs < IDLE_MS) continue
      quietSinceMs.delete(threadId)
      work.push(live.schedule(threadKey(threadId), { run: async () => unload(threadId) }))
    }
    await Promise.all(work)
  }
}

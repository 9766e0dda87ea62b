/**
 * Names that other processes give to threads. Every client is told of them, whether the thread is loaded or not, as they
 * are told of names that a client gives.
 */
import type { Names } from '../../../replay/home-ports.ts'
import { threadKey } from '../connection/keys.ts'
import type { Live } from '../threads/live.ts'
import { nameUpdated } from '../threads/notices.ts'

/** Returns what compares the names with what was told, and tells the difference. */
export const nameWatcher = (live: Live, names: Names): (() => Promise<void>) => {
  let seen = names.all()
  const told = new Map(seen)
  live.overhear(({ method, params }) => {
    if (method !== 'thread/name/updated') return
    const { threadId, threadName } = params as {
      readonly threadId: string
      readonly threadName: string
    }
    told.set(threadId, threadName)
  })
  const tell = (threadId: string): void => {
    const name = names.nameOf(threadId)
    if (name === null || told.get(threadId) === name) return
    live.tell(nameUpdated(threadId, name))
  }
  return async () => {
    const now = names.all()
    if (now === seen) return
    seen = now
    const others = [...now].filter(([threadId, name]) => told.get(threadId) !== name)
    await Promise.all(
      others.map(([threadId]) =>
        live.schedule(threadKey({ threadId }), {
          isWanted: () => true,
          run: async () => tell(threadId)
        })
      )
    )
  }
}

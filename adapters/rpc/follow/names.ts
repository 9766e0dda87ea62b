/**
 * Names that other processes give to threads. Every client is told of them, whether the thread is loaded or not, as they
 * are told of names that a client gives.
 */
import type { Names } from '../../../replay/home-ports.ts'
import type { Live, ShownThread } from '../threads/live.ts'
import { nameUpdated } from '../threads/notices.ts'
import { threadKey } from '../threads/scheduler.ts'

/** The name that a notification gives a thread: by itself, or with a thread that was started with one, as a fork is. */
const nameIn = (method: string, params: unknown): readonly [string, string] | null => {
  if (method === 'thread/name/updated') {
    const { threadId, threadName } = params as {
      readonly threadId: string
      readonly threadName: string
    }
    return [threadId, threadName]
  }
  if (method !== 'thread/started') return null
  const { id, name } = (params as { readonly thread: ShownThread }).thread
  return name === null ? null : [id, name]
}

/** Returns what compares the names with what was told, and tells the difference; `shownAs` is the id by which clients know a thread. */
export const nameWatcher = (
  live: Live,
  names: Names,
  shownAs: (threadId: string) => Promise<string>
): (() => Promise<void>) => {
  let seen = names.all()
  const told = new Map(seen)
  live.overhear(({ method, params }) => {
    const named = nameIn(method, params)
    if (named !== null) told.set(...named)
  })
  const tell = async (threadId: string): Promise<void> => {
    const name = names.nameOf(threadId)
    if (name === null || told.get(threadId) === name) return
    const shown = await shownAs(threadId)
    told.set(threadId, name)
    if (told.get(shown) !== name || shown === threadId) live.tell(nameUpdated(shown, name))
  }
  return async () => {
    const now = names.all()
    if (now === seen) return
    seen = now
    const others = [...now].filter(([threadId, name]) => told.get(threadId) !== name)
    await Promise.all(
      others.map(([threadId]) =>
        live.schedule(threadKey(threadId), {
          isWanted: () => true,
          run: () => tell(threadId)
        })
      )
    )
  }
}

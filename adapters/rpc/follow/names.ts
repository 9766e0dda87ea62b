/**
 * Names that other processes give to threads. Every client is notified, whether the thread is loaded or not, as of names
 * that a client gives.
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

/** Returns what compares the names with those clients know, and emits the difference; `shownAs` is the id clients know a thread by. */
export const nameWatcher = (
  live: Live,
  names: Names,
  shownAs: (threadId: string) => Promise<string>
): (() => Promise<void>) => {
  let seen = names.all()
  const known = new Map(seen)
  live.onNotice(({ method, params }) => {
    const named = nameIn(method, params)
    if (named !== null) known.set(...named)
  })
  const emit = async (threadId: string): Promise<void> => {
    const name = names.nameOf(threadId)
    if (name === null || known.get(threadId) === name) return
    const shown = await shownAs(threadId)
    known.set(threadId, name)
    if (known.get(shown) !== name || shown === threadId) live.notify(nameUpdated(shown, name))
  }
  return async () => {
    const now = names.all()
    if (now === seen) return
    seen = now
    const others = [...now].filter(([threadId, name]) => known.get(threadId) !== name)
    await Promise.all(
      others.map(([threadId]) => live.schedule(threadKey(threadId), { run: () => emit(threadId) }))
    )
  }
}

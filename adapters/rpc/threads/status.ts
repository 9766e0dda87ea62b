/**
 * How a loaded thread is, which everyone is told when it changes and only then.
 */
import type { ThreadStatus } from '../../../domain/protocol.ts'
import { statusChanged } from './notices.ts'
import type { Live } from './live.ts'

const isSame = (a: ThreadStatus, b: ThreadStatus): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** Puts a loaded thread into a state. */
export const setStatus = (live: Live, threadId: string, status: ThreadStatus): void => {
  const thread = live.find(threadId)
  if (thread === null || isSame(thread.status, status)) return
  live.put({ ...thread, status })
  live.tell(statusChanged(threadId, status))
}

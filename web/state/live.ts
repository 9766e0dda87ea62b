/**
 * What happens while somebody looks: the server tells, and only what is looked at is followed.
 */
import { onNotification, request } from '../wire/socket.ts'
import type { HomeNews } from '../../domain/unroll-protocol.ts'

/** How many parts of the page follow each thread: the server is asked once for all of them. */
const followers = new Map<string, number>()

const countFollowers = (threadId: string, change: 1 | -1): number => {
  const n = (followers.get(threadId) ?? 0) + change
  if (n === 0) followers.delete(threadId)
  else followers.set(threadId, n)
  return n
}

/** Calls after each lot of lines that is written to a thread, until the returned function is called. */
export const followThread = (threadId: string, changed: () => void): (() => void) => {
  const stop = onNotification('unroll/thread/revision', (params) => {
    if ((params as { readonly threadId: string }).threadId === threadId) changed()
  })
  if (countFollowers(threadId, 1) === 1) void request('unroll/follow/start', { threadId })
  return () => {
    stop()
    if (countFollowers(threadId, -1) === 0) void request('unroll/follow/stop', { threadId })
  }
}

/** Calls when threads of the home change, while the page is seen, until the returned function is called. */
export const followHome = (changed: (news: HomeNews) => void): (() => void) => {
  const stop = onNotification('unroll/home/changed', (params) => changed(params as HomeNews))
  const tell = (): void => {
    void request('unroll/home/follow', { on: document.visibilityState === 'visible' })
  }
  tell()
  document.addEventListener('visibilitychange', tell)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', tell)
    void request('unroll/home/follow', { on: false })
  }
}

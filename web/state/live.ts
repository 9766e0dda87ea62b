/**
 * What happens while somebody looks: the server tells, and only what is looked at is followed.
 */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { epoch, onNotification, request, type RpcAnswer } from '../wire/socket.ts'
import type { HomeNews } from '../../domain/unroll-protocol.ts'

interface WatchedThread {
  /** How many parts of the page follow it: the server is asked once for all of them. */
  followers: number
  /** The revision from which on the server notifies. */
  readonly begun: Promise<RpcAnswer<{ readonly revision: number }>>
}

const followed = new Map<string, WatchedThread>()

const join = (threadId: string): WatchedThread => {
  const known = followed.get(threadId)
  const thread = known ?? { followers: 0, begun: request('unroll/follow/start', { threadId }) }
  thread.followers += 1
  followed.set(threadId, thread)
  return thread
}

const leave = (threadId: string, thread: WatchedThread): void => {
  thread.followers -= 1
  if (thread.followers > 0) return
  followed.delete(threadId)
  void request('unroll/follow/stop', { threadId })
}

interface ThreadFollower {
  /** The revision of what was read; null before it is there. */
  readonly revision: number | null
  readonly changed: () => void
}

/**
 * Calls `changed` after each lot of lines that is written to a thread; also once for what was written after it was read and before the
 * server began to notify. A thread that is null is not followed.
 */
export const useFollowed = (threadId: string | null, follower: ThreadFollower): void => {
  const current = useRef(follower)
  current.current = follower
  useEffect(() => {
    if (threadId === null) return undefined
    let isOver = false
    const stop = onNotification('unroll/thread/revision', (params) => {
      if ((params as { readonly threadId: string }).threadId === threadId) current.current.changed()
    })
    const thread = join(threadId)
    void thread.begun.then((begun) => {
      const { revision, changed } = current.current
      if (!isOver && begun.ok && revision !== null && revision < begun.value.revision) changed()
    })
    return () => {
      isOver = true
      stop()
      leave(threadId, thread)
    }
  }, [threadId, epoch.value])
}

/** Counts how often the server began to tell of the home: what happened before that is not told. */
export const homeFollowings = signal(0)

/** Calls when threads of the home change, while the page is seen, until the returned function is called. */
export const followHome = (changed: (news: HomeNews) => void): (() => void) => {
  const stop = onNotification('unroll/home/changed', (params) => changed(params as HomeNews))
  const tell = (): void => {
    const on = document.visibilityState === 'visible'
    void request('unroll/home/follow', { on }).then(({ ok }) => {
      if (ok && on) homeFollowings.value += 1
    })
  }
  tell()
  document.addEventListener('visibilitychange', tell)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', tell)
    void request('unroll/home/follow', { on: false })
  }
}

/**
 * Live follow: clients that follow a thread are notified of what other processes write to it.
 *
 * Looks at a thread are tasks in its queue, so they never run beside a request that changes it, and the notifications of a
 * request come before those of a look. The stamp of a file is compared every second, and ten times a second while the thread is
 * busy; when it differs, the thread is looked at.
 */
import { threadKey } from '../threads/scheduler.ts'
import { reasonOf } from '../wire/errors.ts'
import {
  beginFollowed,
  cutShort,
  endFollowed,
  lookAtFollowed,
  nextLook,
  noteMove,
  type FollowServer,
  type FollowerState
} from './followed.ts'

interface Followers {
  /** Before a client joins a thread, in its queue: the others are notified of what is new, and nothing after it is missed. */
  readonly join: (threadId: string) => Promise<number | null>
  /** Looks to the end of a thread that nobody writes any more: a turn without an end is over. */
  readonly settle: (threadId: string) => Promise<void>
  /** Looks at what is due; resolves when everyone was notified of what was found. */
  readonly sweep: () => Promise<void>
  readonly close: () => void
}

/** A newer file of a thread appears beside the known one, whose stamp stays: every fifth look searches for it. */
const SEARCH_EVERY = 5

const isDue = (parts: FollowServer, followed: FollowerState): boolean => {
  const { live, watch, profile } = parts
  if (followed.isLooking || watch.nowMs() < followed.dueAtMs) return false
  followed.dueAtMs = nextLook(parts, followed)
  followed.looks += 1
  const isWritten = live.writtenTurn(followed.threadId) !== null
  return (
    isWritten ||
    followed.fileless > 0 ||
    watch.stamp(followed.path, followed.streamId) !== followed.stamp ||
    (profile === '0.169' && followed.looks % SEARCH_EVERY === 0)
  )
}

/** A draft can be followed once its file exists. */
const hasFile = ({ live, watch }: FollowServer, threadId: string): boolean => {
  const draft = live.find(threadId)?.draft ?? null
  if (draft === null) return true
  return draft.thread.path !== null && watch.stamp(draft.thread.path, threadId) !== null
}

/** Runs something in the queue of a thread; a defect ends the run, not the server. */
const inQueue = (
  { live, log }: FollowServer,
  threadId: string,
  run: () => Promise<void>
): Promise<void> =>
  live.schedule(threadKey(threadId), {
    run: () => run().catch((cause: unknown) => log(`following ${threadId}: ${reasonOf(cause)}`))
  })

export const createFollowers = (parts: FollowServer): Followers => {
  const { live } = parts
  const all = new Map<string, FollowerState>()
  const beginning = new Set<string>()

  live.onNotice(({ method, params }) => {
    const { threadId } = params as { readonly threadId?: string }
    const followed = threadId === undefined ? undefined : all.get(threadId)
    if (followed !== undefined) noteMove(followed, method)
    if (threadId !== undefined && method === 'thread/deleted') live.endWatches(threadId)
  })

  const begin = async (threadId: string): Promise<void> => {
    const followed = await beginFollowed(parts, threadId)
    if (followed !== null) all.set(threadId, followed)
  }

  const look = async (followed: FollowerState): Promise<void> => {
    await lookAtFollowed(parts, followed)
    if (followed.isOver && all.get(followed.threadId) === followed) all.delete(followed.threadId)
  }

  const drop = (followed: FollowerState): void => {
    endFollowed(followed)
    live.noteWritten(followed.threadId, null)
    all.delete(followed.threadId)
  }

  const beginWanted = async (threadId: string): Promise<void> => {
    beginning.add(threadId)
    await inQueue(parts, threadId, async () => {
      if (!all.has(threadId) && live.followed().has(threadId)) await begin(threadId)
    })
    beginning.delete(threadId)
  }

  const lookAt = (followed: FollowerState): Promise<void> => {
    followed.isLooking = true
    return inQueue(parts, followed.threadId, () => look(followed))
  }

  const dropUnwanted = (followed: FollowerState): Promise<void> =>
    inQueue(parts, followed.threadId, async () => {
      if (followed.isOver || !live.followed().has(followed.threadId)) drop(followed)
    })

  return {
    join: async (threadId) => {
      const followed = all.get(threadId)
      await (followed === undefined || followed.isOver ? begin(threadId) : look(followed))
      return all.get(threadId)?.follower.place().next.revision ?? null
    },
    settle: (threadId) =>
      inQueue(parts, threadId, async () => {
        const followed = all.get(threadId)
        if (followed === undefined || followed.isOver) return
        await look(followed)
        if (!followed.isOver && live.writtenTurn(threadId) !== null) cutShort(parts, followed)
      }),
    sweep: async () => {
      const wanted = live.followed()
      const work: Array<Promise<void>> = []
      for (const followed of all.values()) {
        const { threadId } = followed
        if (followed.isOver || !wanted.has(threadId)) work.push(dropUnwanted(followed))
        else if (isDue(parts, followed)) work.push(lookAt(followed))
      }
      for (const threadId of wanted) {
        const isNew = !all.has(threadId) && !beginning.has(threadId)
        if (isNew && hasFile(parts, threadId)) work.push(beginWanted(threadId))
      }
      await Promise.all(work)
    },
    close: () => all.forEach(drop)
  }
}

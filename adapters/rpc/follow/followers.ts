/**
 * Live follow: the clients that follow a thread are told what other processes write to it.
 *
 * Looks at a thread are tasks in its queue, so they never run beside a request that changes it, and what a request tells
 * comes before what a look finds. A thread is looked at when its file looks other than before: every second, and ten times
 * a second while things happen.
 */
import { threadKey } from '../threads/scheduler.ts'
import {
  beginFollowed,
  endFollowed,
  heardOf,
  lookAtFollowed,
  nextLook,
  type FollowParts,
  type Followed
} from './followed.ts'

/** The followed threads of a server. */
export interface Followers {
  /** Before a client joins a thread, in its queue: what is new is told to the others, and nothing after it is missed. */
  readonly join: (threadId: string) => Promise<void>
  /** Looks at what is due; resolves when everything that was found is told. */
  readonly sweep: () => Promise<void>
  readonly close: () => void
}

/** A newer file of a thread stands beside the known one, which does not change: it is looked for at every fifth look. */
const SEARCH_EVERY = 5

const isDue = (parts: FollowParts, followed: Followed): boolean => {
  const { live, watch, profile } = parts
  if (followed.isLooking || watch.nowMs() < followed.dueAtMs) return false
  followed.dueAtMs = nextLook(parts, followed)
  followed.looks += 1
  const isWritten = (live.find(followed.threadId)?.writtenTurnId ?? null) !== null
  return (
    isWritten ||
    followed.fileless > 0 ||
    watch.stamp(followed.path, followed.streamId) !== followed.stamp ||
    (profile === '0.169' && followed.looks % SEARCH_EVERY === 0)
  )
}

/** A draft can be followed once its file is there. */
const isThere = ({ live, watch }: FollowParts, threadId: string): boolean => {
  const draft = live.find(threadId)?.draft ?? null
  if (draft === null) return true
  return draft.thread.path !== null && watch.stamp(draft.thread.path, threadId) !== null
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause)

/** Runs something in the queue of a thread; a defect ends the run, not the server. */
const inQueue = (
  { live, log }: FollowParts,
  threadId: string,
  run: () => Promise<void>
): Promise<void> =>
  live.schedule(threadKey(threadId), {
    isWanted: () => true,
    run: () => run().catch((cause: unknown) => log(`following ${threadId}: ${reasonOf(cause)}`))
  })

/** Follows what the clients of a server follow. */
export const createFollowers = (parts: FollowParts): Followers => {
  const { live } = parts
  const all = new Map<string, Followed>()
  const beginning = new Set<string>()

  live.overhear(({ method, params }) => {
    const { threadId } = params as { readonly threadId?: string }
    const followed = threadId === undefined ? undefined : all.get(threadId)
    if (followed !== undefined) heardOf(followed, method)
  })

  const begin = async (threadId: string): Promise<void> => {
    const followed = await beginFollowed(parts, threadId)
    if (followed !== null) all.set(threadId, followed)
  }

  const look = async (followed: Followed): Promise<void> => {
    await lookAtFollowed(parts, followed)
    if (followed.isOver && all.get(followed.threadId) === followed) all.delete(followed.threadId)
  }

  const drop = (followed: Followed): void => {
    endFollowed(followed)
    all.delete(followed.threadId)
  }

  const beginWanted = async (threadId: string): Promise<void> => {
    beginning.add(threadId)
    await inQueue(parts, threadId, async () => {
      if (!all.has(threadId) && live.followed().has(threadId)) await begin(threadId)
    })
    beginning.delete(threadId)
  }

  const lookAt = (followed: Followed): Promise<void> => {
    followed.isLooking = true
    return inQueue(parts, followed.threadId, () => look(followed))
  }

  const dropUnwanted = (followed: Followed): Promise<void> =>
    inQueue(parts, followed.threadId, async () => {
      if (followed.isOver || !live.followed().has(followed.threadId)) drop(followed)
    })

  return {
    join: async (threadId) => {
      const followed = all.get(threadId)
      await (followed === undefined || followed.isOver ? begin(threadId) : look(followed))
    },
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
        if (isNew && isThere(parts, threadId)) work.push(beginWanted(threadId))
      }
      await Promise.all(work)
    },
    close: () => all.forEach(drop)
  }
}

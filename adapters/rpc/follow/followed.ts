/**
 * One thread that clients of this server follow: they are notified of what a look finds, and its live state is kept in step.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { Engine, Follower, Look, ThreadChange } from '../../../replay/engine.ts'
import type { Live } from '../threads/live.ts'
import {
  revisionChanged,
  setStatus,
  statusChanged,
  threadArchived,
  threadClosed,
  threadDeleted,
  threadUnarchived
} from '../threads/notices.ts'
import type { Notice } from '../wire/message.ts'
import { effectsOf } from './effects.ts'
import type { FileWatch } from '../../home/file-watch.ts'

/** How often a thread at rest is looked at. */
export const REST_MS = 1000
/** How often a busy thread is looked at: in every round. */
export const BUSY_MS = 100
/** A turn whose writer is unknown counts as cut short after this long without a line. */
export const SILENCE_MS = 30 * 60 * 1000
/** A file that is being moved may reappear a moment later, so it counts as missing only at the second look. */
const SURE_LOOKS = 2

export interface FollowServer {
  readonly live: Live
  readonly engine: Promise<Engine>
  readonly profile: ProfileName
  readonly strict: boolean
  readonly watch: FileWatch
  readonly log: (line: string) => void
}

export interface FollowerState {
  readonly threadId: string
  readonly streamId: string
  readonly follower: Follower
  path: string
  stamp: string | null
  archived: boolean
  /** Events up to where it was looked last. */
  revision: number
  dueAtMs: number
  looks: number
  /** When its file was last seen to change. */
  wroteAtMs: number
  /** True once a running Codex was seen to have it loaded. */
  wasHeld: boolean
  /** Looks in a row that found no file, or no Codex. */
  fileless: number
  unheld: number
  /** True while a look waits or runs. */
  isLooking: boolean
  isOver: boolean
}

/** Follows a thread from its end; null when it has no file. */
export const beginFollowed = async (
  { engine, live, watch }: FollowServer,
  threadId: string
): Promise<FollowerState | null> => {
  const { follow, locate } = await engine
  const streamId = live.find(threadId)?.streamId ?? threadId
  const follower = await follow(streamId)()
  if (E.isLeft(follower)) return null
  const located = await locate(streamId)()
  if (E.isLeft(located)) {
    follower.right.close()
    return null
  }
  const { path, archived } = located.right
  const nowMs = watch.nowMs()
  return {
    ...{ threadId, streamId, follower: follower.right, path, archived, stamp: null },
    revision: follower.right.place().next.revision,
    ...{ dueAtMs: nowMs + BUSY_MS, wroteAtMs: nowMs - REST_MS, looks: 0 },
    ...{ wasHeld: false, fileless: 0, unheld: 0, isLooking: false, isOver: false }
  }
}

export const endFollowed = (followed: FollowerState): void => {
  followed.follower.close()
  followed.isOver = true
}

/** A request of this server moved the thread and notified everyone: a look must not do so again. */
export const noteMove = (followed: FollowerState, method: string): void => {
  if (method === 'thread/archived') followed.archived = true
  if (method === 'thread/unarchived') followed.archived = false
  if (method === 'thread/deleted') endFollowed(followed)
}

const unload = ({ live }: FollowServer, threadId: string, after: Notice): void => {
  if (live.unload(threadId)) live.notify(statusChanged(threadId, { type: 'notLoaded' }))
  live.notify(after)
}

const applyChanges = (
  { live, profile, strict }: FollowServer,
  threadId: string,
  changes: ReadonlyArray<ThreadChange>
): void => {
  const loaded = live.find(threadId)
  const goals = loaded?.settings.goals ?? false
  // While a host runs a turn here, the thread is as the host says.
  const isHosted = loaded !== null && loaded.turn !== null
  for (const change of changes)
    for (const effect of effectsOf({ threadId, profile, strict, goals }, change)) {
      if ('notice' in effect) live.notify(effect.notice)
      else if (!isHosted) setStatus(live, threadId, effect.status)
    }
}

/** Notes the turn that another process writes; without one the thread does not stay active. */
const setWritten = ({ live }: FollowServer, threadId: string, turnId: string | null): void => {
  const loaded = live.find(threadId)
  if (loaded === null) return live.noteWritten(threadId, turnId)
  if (loaded.writtenTurnId === turnId) return
  live.put({ ...loaded, writtenTurnId: turnId })
  const isActive = loaded.status.type === 'active' && loaded.turn === null
  if (isActive && turnId === null) setStatus(live, threadId, { type: 'idle' })
}

const noteRevision = ({ live }: FollowServer, followed: FollowerState): void => {
  const { threadId, follower } = followed
  const { revision } = follower.place().next
  if (revision === followed.revision) return
  followed.revision = revision
  live.notify(revisionChanged(threadId, revision))
}

const noteFolder = (
  parts: FollowServer,
  followed: FollowerState,
  { archived, path }: Look
): void => {
  const { threadId } = followed
  followed.path = path
  if (archived === followed.archived) return
  followed.archived = archived
  if (archived) unload(parts, threadId, threadArchived(threadId))
  else parts.live.notify(threadUnarchived(threadId))
}

const noteMissing = (parts: FollowServer, followed: FollowerState): void => {
  followed.fileless += 1
  if (followed.fileless < SURE_LOOKS) return
  endFollowed(followed)
  const { threadId } = followed
  parts.live.noteWritten(threadId, null)
  parts.live.endWatches(threadId)
  const isKnown = parts.profile !== '0.130'
  unload(parts, threadId, isKnown ? threadDeleted(threadId) : threadClosed(threadId))
}

/** True when nobody writes the open turn any more: its Codex released the thread, or its file stayed the same for long. */
const isAbandoned = ({ watch }: FollowServer, followed: FollowerState): boolean => {
  if (watch.isHeld(followed.threadId) || watch.isHeld(followed.streamId)) {
    followed.wasHeld = true
    followed.unheld = 0
    return false
  }
  followed.unheld += 1
  const isSilent = watch.nowMs() - followed.wroteAtMs >= SILENCE_MS
  return isSilent || (followed.wasHeld && followed.unheld >= SURE_LOOKS)
}

/** Ends the turn that nobody writes any more. */
export const cutShort = (parts: FollowServer, followed: FollowerState): void => {
  const { threadId, follower } = followed
  parts.log(`thread ${threadId} has no writer: its turn counts as interrupted`)
  applyChanges(parts, threadId, follower.cutShort(parts.watch.nowMs()))
  setWritten(parts, threadId, null)
  followed.wasHeld = false
}

/** Looks once; true when there is more to read. */
const lookOnce = async (parts: FollowServer, followed: FollowerState): Promise<boolean> => {
  const { watch } = parts
  const { threadId, follower } = followed
  const stamp = watch.stamp(followed.path, followed.streamId)
  if (followed.stamp !== null && stamp !== followed.stamp) followed.wroteAtMs = watch.nowMs()
  followed.stamp = stamp
  const seen = await follower.look()
  if (E.isLeft(seen)) {
    if (seen.left._tag === 'StreamNotFound') noteMissing(parts, followed)
    return false
  }
  followed.fileless = 0
  const { changes, runningTurnId, hasMore } = seen.right
  applyChanges(parts, threadId, changes)
  setWritten(parts, threadId, runningTurnId)
  noteRevision(parts, followed)
  if (!hasMore && runningTurnId !== null && isAbandoned(parts, followed)) cutShort(parts, followed)
  noteFolder(parts, followed, seen.right)
  return hasMore
}

/** When the thread is looked at next: in the next round while it is busy. */
export const nextLook = ({ watch }: FollowServer, { wroteAtMs }: FollowerState): number => {
  const nowMs = watch.nowMs()
  return nowMs - wroteAtMs < REST_MS ? nowMs : nowMs + REST_MS
}

/** Looks until there is no more to read; a task of the thread's queue. */
export const lookAtFollowed = async (
  parts: FollowServer,
  followed: FollowerState
): Promise<void> => {
  try {
    for (let hasMore = true; hasMore && !followed.isOver;) hasMore = await lookOnce(parts, followed)
  } finally {
    followed.isLooking = false
    followed.dueAtMs = nextLook(parts, followed)
  }
}

/**
 * One thread that `unroll tail` follows: when to look at it, and what a look brought.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { ThreadItem, Turn } from '../../../../domain/protocol.ts'
import type { Engine, FollowedPlace, Follower, ThreadChange } from '../../../../replay/engine.ts'
import { isRunning } from './text.ts'

/** Something to report: a change, an item of a turn before, or what became of the thread. */
export type TailNews =
  | { readonly kind: 'change'; readonly change: ThreadChange }
  | { readonly kind: 'past'; readonly turn: Turn; readonly item: ThreadItem | null }
  | { readonly kind: 'thread'; readonly event: ThreadFate; readonly path: string }

/** What can become of a thread besides its turns. */
export type ThreadFate = 'archived' | 'unarchived' | 'moved' | 'compressed' | 'deleted' | 'restored'

/** How often a thread at rest is looked at, in milliseconds. */
export const REST_MS = 1000
/** A thread is busy so long after a line. */
const BUSY_FOR_MS = 5000
/** A newer file of a thread leaves the stamp of the older one: every so many rounds search. */
const SEARCH_EVERY = 3
/** A file that is being moved may be back a moment later. */
const SURE_LOOKS = 2

/** What runs, since when; without an item a turn does. */
interface Running {
  readonly item: ThreadItem | null
  readonly sinceMs: number
}

export interface TailedThread {
  readonly threadId: string
  readonly look: () => Promise<E.Either<StoreError, ReadonlyArray<TailNews>>>
  /** True when it is time to look. */
  readonly isDue: () => boolean
  /** Where a later process begins; behind everything that is not reported whole. */
  readonly place: () => FollowedPlace
  readonly running: () => Running | null
  readonly lastNewsMs: () => number
  readonly close: () => void
}

export interface TailClock {
  readonly nowMs: () => number
  /** Differs when the file does; null without one. */
  readonly stamp: (path: string) => string | null
  /** True when threads at rest are searched for newer files; among many threads a list tells of those. */
  readonly searches: boolean
}

const PAST_PAGE = 20

/** Turns that are there already, oldest first: the newest ones, or those that were not over at a time. */
export const pastTurns = async (
  engine: Engine,
  threadId: string,
  count: number,
  sinceMs: number | null
): Promise<E.Either<StoreError, ReadonlyArray<Turn>>> => {
  const turns: Array<Turn> = []
  let cursor: string | null = null
  while (sinceMs !== null || turns.length < count) {
    const limit = sinceMs === null ? Math.min(PAST_PAGE, count - turns.length) : PAST_PAGE
    const page = await engine.listTurns(threadId, { itemsView: 'full', limit, cursor })()
    if (E.isLeft(page)) return page
    const wanted = page.right.data.filter((turn) => sinceMs === null || !isBefore(turn, sinceMs))
    turns.push(...wanted)
    cursor = page.right.nextCursor
    if (cursor === null || wanted.length < page.right.data.length) break
  }
  return E.right(turns.reverse())
}

const isBefore = ({ completedAt, startedAt, status }: Turn, sinceMs: number): boolean => {
  if (status === 'inProgress') return false
  const at = completedAt ?? startedAt
  return at !== null && (at + 1) * 1000 < sinceMs
}

const ended = (path: string): boolean => path.endsWith('.zst')

/** What became of the files between two looks. */
const moved = (
  old: { readonly path: string; readonly archived: boolean },
  now: { readonly path: string; readonly archived: boolean }
): ReadonlyArray<ThreadFate> => {
  if (now.archived !== old.archived) return [now.archived ? 'archived' : 'unarchived']
  if (now.path === old.path) return []
  return [ended(now.path) && !ended(old.path) ? 'compressed' : 'moved']
}

/** What runs in a thread, and what is not whole yet. */
const workOf = (nowMs: () => number) => {
  let turnId: string | null = null
  let turnMs = 0
  const growing = new Set<string>()
  const working = new Map<string, { readonly item: ThreadItem; readonly sinceMs: number }>()
  const end = (): void => {
    growing.clear()
    working.clear()
    turnId = null
  }
  const noteOne = (change: ThreadChange): void => {
    if (change.type === 'rewound' || change.type === 'turn_ended') end()
    if (change.type !== 'item_added' && change.type !== 'item_changed') return
    const { item } = change
    if (change.type === 'item_added' && change.grows) growing.add(item.id)
    else growing.delete(item.id)
    if (!isRunning(item)) working.delete(item.id)
    else if (!working.has(item.id)) working.set(item.id, { item, sinceMs: nowMs() })
  }
  return {
    end,
    grows: (): boolean => growing.size > 0,
    note: (changes: ReadonlyArray<ThreadChange>, runningTurnId: string | null): void => {
      const before = turnId
      changes.forEach(noteOne)
      if (runningTurnId !== before) turnMs = nowMs()
      turnId = runningTurnId
    },
    running: (): Running | null => {
      const item = [...working.values()].at(-1)
      if (item !== undefined) return item
      return turnId === null ? null : { item: null, sinceMs: turnMs }
    }
  }
}

/** Follows a thread from a place, or from its end. */
export const tailThread = async (
  engine: Engine,
  threadId: string,
  { nowMs, stamp, searches }: TailClock,
  from: FollowedPlace | undefined
): Promise<E.Either<StoreError, TailedThread>> => {
  const began = await engine.follow(threadId, { rich: true, ...(from && { from }) })()
  if (E.isLeft(began)) return began
  const located = await engine.locate(threadId)()
  if (E.isLeft(located)) {
    began.right.close()
    return located
  }
  const follower: Follower = began.right
  let { path, archived } = located.right
  let seen: string | null = null
  let isLeft = from !== undefined
  let dueMs = 0
  let looks = 0
  let missing = 0
  let newsMs = nowMs()
  let sure = follower.place()
  const work = workOf(nowMs)

  const noteMissing = (): ReadonlyArray<TailNews> => {
    missing += 1
    if (missing !== SURE_LOOKS) return []
    work.end()
    return [{ kind: 'thread', event: 'deleted', path }]
  }

  const look: TailedThread['look'] = async () => {
    seen = stamp(path)
    const looked = await follower.look()
    if (E.isLeft(looked)) {
      dueMs = nowMs() + REST_MS
      return looked.left._tag === 'StreamNotFound' ? E.right(noteMissing()) : looked
    }
    const { changes, runningTurnId, hasMore, ...file } = looked.right
    const events: ReadonlyArray<ThreadFate> =
      missing >= SURE_LOOKS ? ['restored'] : moved({ path, archived }, file)
    missing = 0
    if (file.path !== path) seen = null
    path = file.path
    archived = file.archived
    if (changes.length > 0) newsMs = nowMs()
    isLeft = hasMore
    work.note(changes, runningTurnId)
    if (!work.grows()) sure = follower.place()
    const told = events.map((event): TailNews => ({ kind: 'thread', event, path }))
    return E.right([...told, ...changes.map((change): TailNews => ({ kind: 'change', change }))])
  }

  return E.right({
    threadId,
    look,
    isDue: () => {
      if (isLeft) return true
      const now = nowMs()
      if (now < dueMs) return false
      const isBusy = now - newsMs < BUSY_FOR_MS || work.running() !== null
      dueMs = isBusy ? 0 : now + REST_MS
      looks += 1
      return missing > 0 || stamp(path) !== seen || (isBusy ? looks % SEARCH_EVERY === 0 : searches)
    },
    place: () => sure,
    running: work.running,
    lastNewsMs: () => newsMs,
    close: follower.close
  })
}

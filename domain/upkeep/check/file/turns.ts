/**
 * Turns of one file, as far as something can be wrong with them: which never ended, which ids come twice, how many a rollback
 * drops. When a turn opens, ends or is hidden is decided by `turns/lifecycle.ts`; here is only noted where that happened.
 *
 * Bounds: of the live turns the newest `TURNS_MAX` are kept.
 */
import type { RecordedEvent, RolloutLine } from '../../../log/event.ts'
import { streamId } from '../../../ids.ts'
import { uuid7Ms } from '../../../log/inherited.ts'
import { eraOf, NEWEST_ERA } from '../../../log/profile.ts'
import {
  evolveLifecycle,
  initialLifecycle,
  isOver,
  LIFECYCLE_NEEDS,
  type Lifecycle,
  type LiveTurns,
  type PlacedTurn,
  type TurnChange
} from '../../../thread/turns/lifecycle.ts'
import type { CallTurn, CallTurnEnd } from './calls.ts'
import {
  addFinding,
  type LineLocation,
  type FileFindings,
  type ExaminedEvent
} from './file-facts.ts'

const TURNS_MAX = 100_000
const ERA = eraOf(NEWEST_ERA, false)

/** A live turn that is not open, and where it began. */
interface LocatedTurn extends PlacedTurn {
  readonly at: LineLocation
}

interface TurnList extends LiveTurns {
  readonly at: (place: number) => LocatedTurn | null
  /** False when an older turn had to be forgotten. */
  readonly put: (place: number, turn: LocatedTurn) => boolean
  readonly cut: (from: number, until: number) => void
}

const turnList = (): TurnList => {
  const byPlace = new Map<number, LocatedTurn>()
  const placeById = new Map<string, number>()
  const drop = (place: number): void => {
    const id = byPlace.get(place)?.id
    byPlace.delete(place)
    if (id !== undefined && placeById.get(id) === place) placeById.delete(id)
  }
  return {
    placeOf: (id) => placeById.get(id) ?? null,
    at: (place) => byPlace.get(place) ?? null,
    put: (place, turn) => {
      byPlace.set(place, turn)
      if (!placeById.has(turn.id)) placeById.set(turn.id, place)
      if (byPlace.size <= TURNS_MAX) return true
      const [oldest = place] = byPlace.keys()
      drop(oldest)
      return false
    },
    cut: (from, until) => {
      for (let place = until - 1; place >= from && byPlace.has(place); place--) drop(place)
    }
  }
}

export interface Turns {
  lifecycle: Lifecycle
  readonly live: TurnList
  /** What is known of the open turn beyond the lifecycle. */
  open: {
    readonly at: LineLocation
    readonly calls: CallTurn
    /** Begun inside a review: Codex from 0.144 on never ends the reviewer's own turn. */
    readonly isReviewers: boolean
  } | null
  /** Turns that stand before the file, or were forgotten: a rollback may drop them. */
  before: boolean
  isReviewing: boolean
  /** Calls outside of turns belong to none that could be over. */
  readonly outside: CallTurn
}

export const startTurns = (): Turns => ({
  // Nothing is said of turns that only an index names, so nothing is counted.
  lifecycle: initialLifecycle(false),
  live: turnList(),
  open: null,
  before: false,
  isReviewing: false,
  outside: { end: 'open' }
})

/** The turn that a call at this point belongs to. */
export const callTurnOf = ({ lifecycle, open, outside }: Turns): CallTurn =>
  open === null || lifecycle.open?.ended === 'completed' ? outside : open.calls

/** True while no turn of the file is live. */
export const hasNoTurns = ({ lifecycle }: Turns): boolean =>
  lifecycle.live === 0 && lifecycle.open === null

/** Ids begin with the time they were made: a turn that is older than its thread came along with a fork. */
const isOlder = (turnId: string, threadId: string | null): boolean => {
  const [turnMs, threadMs] = [turnId, threadId ?? ''].map(uuid7Ms)
  return turnMs != null && threadMs != null && turnMs < threadMs
}

/** Reports an open turn that never ended, when the next one begins or the file ends. */
const tellOpen = (
  { lifecycle: { open: turn }, open }: Turns,
  found: FileFindings,
  isNewest: boolean
) => {
  if (turn === null || turn.id === null || isOver(turn) || open === null || open.isReviewers) return
  if (isNewest && found.facts.isHeld) return
  const inherited = isOlder(turn.id, found.facts.threadId)
  const facts = { turnId: turn.id, newest: isNewest, inherited }
  addFinding(found, 'open_turn', open.at, facts, isNewest || inherited ? { severity: 'note' } : {})
}

/** Where the live turn with this id began. */
const begunAt = ({ lifecycle, live, open }: Turns, id: string): LineLocation | null => {
  const place = live.placeOf(id)
  if (place !== null) return live.at(place)?.at ?? null
  return lifecycle.open?.id === id ? (open?.at ?? null) : null
}

/** Findings about what a line does to turns; made before the line is taken. */
const tellChanges = (
  turns: Turns,
  changes: ReadonlyArray<TurnChange>,
  event: ExaminedEvent,
  found: FileFindings
): void => {
  const payload = event.line.type === 'event_msg' ? event.line.payload : null
  const startedId = payload?.type === 'task_started' ? payload.turn_id : null
  const isRepeated = startedId !== null && turns.lifecycle.open?.id === startedId
  for (const change of changes) {
    if (change.op === 'close' && change.isNext && !isRepeated) tellOpen(turns, found, false)
    if (change.op !== 'hide' || payload?.type !== 'thread_rolled_back' || turns.before) continue
    const [asked, there] = [payload.num_turns, change.until]
    if (asked > there) addFinding(found, 'rollback_past_start', event, { asked, there })
  }
  if (startedId === null || changes[0]?.op === 'repeat') return
  const first = begunAt(turns, startedId)
  if (first === null) return
  addFinding(found, 'duplicate_turn_id', event, {
    turnId: startedId,
    firstRevision: first.revision
  })
}

/** Notes a change. A file is one segment: no turn of it is opened again in a later one. */
const note = (turns: Turns, change: TurnChange, at: LineLocation, end: CallTurnEnd): void => {
  const { live, open } = turns
  switch (change.op) {
    case 'open':
      turns.open = { at, calls: { end: 'open' }, isReviewers: turns.isReviewing && change.explicit }
      return
    case 'end':
      if (change.place === null && open !== null) open.calls.end = end
      return
    case 'close':
    case 'spill': {
      const { id, segment } = change.turn
      const turn = { id: id ?? '', segment, isOver: isOver(change.turn), at: open?.at ?? at }
      if (change.place !== null && !live.put(change.place, turn)) turns.before = true
      if (change.op === 'spill') return
      if (open?.calls.end === 'open') open.calls.end = 'cut_short'
      turns.open = null
      return
    }
    case 'hide':
      return live.cut(change.from, change.until)
    case 'restore':
      // What comes next are copies of turns that were rolled back.
      turns.before = true
      return
    default:
  }
}

/** Marks of a review are events in legacy threads, items in paginated ones. */
const noteReview = (turns: Turns, line: RolloutLine): void => {
  if (line.type !== 'event_msg') return
  const { payload } = line
  switch (payload.type === 'item_completed' ? payload.item.type : payload.type) {
    case 'entered_review_mode':
    case 'EnteredReviewMode':
      turns.isReviewing = true
      return
    case 'exited_review_mode':
    case 'ExitedReviewMode':
      turns.isReviewing = false
      return
    default:
  }
}

const NEEDED: ReadonlySet<string> = new Set(Object.keys(LIFECYCLE_NEEDS))

/** False for most lines: nothing is built for what the lifecycle would pass over. */
const mayChangeTurns = (line: RolloutLine): boolean => {
  if (line.type === 'event_msg') return NEEDED.has(line.payload.type)
  if (line.type === 'response_item') return line.bare === true || line.payload['role'] === 'user'
  return NEEDED.has(line.type)
}

export const foldTurns = (turns: Turns, event: ExaminedEvent, found: FileFindings): void => {
  const { revision, offsetBytes, bytes, line } = event
  if (!mayChangeTurns(line)) return
  noteReview(turns, line)
  // Member by member: V8 makes a spread several times slower.
  const recorded: RecordedEvent = {
    streamId: streamId(found.facts.threadId ?? ''),
    revision,
    segment: 0,
    offset: offsetBytes,
    bytes,
    line
  }
  const [next, changes] = evolveLifecycle(turns.lifecycle, recorded, turns.live, ERA)
  const type = line.type === 'event_msg' ? line.payload.type : null
  if (changes.length > 0 || type === 'task_started') {
    tellChanges(turns, changes, event, found)
    const at = { revision, offsetBytes, bytes }
    const end = type === 'task_complete' ? 'completed' : 'cut_short'
    for (const change of changes) note(turns, change, at, end)
  }
  turns.lifecycle = next
}

export const endTurns = (turns: Turns, found: FileFindings): void => tellOpen(turns, found, true)

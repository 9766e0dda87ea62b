/**
 * When a turn begins, ends, is hidden and comes back: the only place that decides it. Rows of turns, and every ledger that
 * names turns, act on what is decided here.
 *
 * Legacy threads: a turn is open from its beginning to its end; what is shown between turns opens one that is named after
 * the index of its line. An end that names another live turn is a late one, and the open turn stays open. Up to 0.142 a
 * turn that was cut short goes on.
 * Paginated threads: the newest turn is the open one, also after its end; events that name an older one go to its row.
 */
import type { RecordedEvent } from '../../log/event.ts'
import { both, type DeliveredLine, type LineOf, type Needs } from '../../log/needs.ts'
import {
  baseOf,
  type SessionMeta,
  type TaskComplete,
  type TaskStarted,
  type TurnAborted
} from '../../log/payloads.ts'
import { saidInBare } from '../items/bare-items.ts'
import { countsInLegacy, namedTurn, showsInLegacy } from '../items/items.ts'
import { NAMING_NEEDS, SHOWN_NEEDS } from '../items/item-needs.ts'
import { OWN_EVENTS, type Profile } from '../../log/profile.ts'
import type { HistoryMode } from '../../protocol.ts'

/** What the decisions are made from: much of it are heads, and what they decide is the same for whole lines. */
export const LIFECYCLE_NEEDS = both(both(SHOWN_NEEDS, NAMING_NEEDS), {
  session_meta: 'head',
  compacted: 'head',
  task_started: 'whole',
  task_complete: 'head',
  turn_aborted: 'whole',
  thread_rolled_back: 'whole',
  unroll_turns_restored: 'whole'
} as const satisfies Needs)

/** An event as far as it is needed here. */
export type LifecycleEvent = RecordedEvent<LineOf<typeof LIFECYCLE_NEEDS>>

/** A turn as far as it matters to what happens next. */
export interface LiveTurn {
  /** Null for a turn that is named after an index nobody counted. */
  readonly id: string | null
  /** False for one that an item or a compaction opened: it is kept only when something is in it. */
  readonly explicit: boolean
  readonly hasItems: boolean
  readonly sawCompaction: boolean
  readonly ended: 'completed' | 'interrupted' | null
  /** Segment of its newest line. */
  readonly segment: number
}

/** State of the decisions: a few numbers, whatever the thread's length. */
export interface Lifecycle {
  /** How the segment that is being folded makes turns. */
  readonly mode: HistoryMode
  /** The segment whose first `session_meta` said so; -1 before any did. */
  readonly modeSegment: number
  /** True while the segment that is folded was written for another thread. */
  readonly isInherited: boolean
  /** Lines below this number are the history a sub-agent was given, not its own turns. */
  readonly startOrdinal: number
  /** Number of live turns before the open one. */
  readonly live: number
  readonly open: LiveTurn | null
  /** Events counted so far, or null when the reader skips lines. */
  readonly index: number | null
  /** Turns that have items and were not begun yet, oldest first; only paginated threads have such. */
  readonly early: ReadonlyArray<{ readonly id: string; readonly segment: number }>
  /** The greatest id of a turn so far: ids grow with time, so a greater one is new without looking. */
  readonly greatestId: string
  /** Lines up to this revision, and not newer than this time, are copies that bring hidden turns back. */
  readonly copies: { readonly until: number; readonly at: string } | null
}

/** Before the first event; `counts` tells whether every event will be delivered. */
export const initialLifecycle = (counts: boolean): Lifecycle => ({
  mode: 'legacy',
  modeSegment: -1,
  isInherited: false,
  startOrdinal: 0,
  live: 0,
  open: null,
  index: counts ? 0 : null,
  early: [],
  greatestId: '',
  copies: null
})

/** A live turn that is not open. */
export interface PlacedTurn {
  readonly id: string
  readonly isOver: boolean
  /** Segment of its newest line. */
  readonly segment: number
}

/** The live turns that are not open, as they stand before an event. */
export interface LiveTurns {
  /** Place of the oldest one with this id. */
  readonly placeOf: (turnId: string) => number | null
  readonly at: (place: number) => PlacedTurn | null
}

/** What an event does to turns; several are meant in this order. */
export type TurnChange =
  /** The open turn is no longer open: it has a place among the live ones, or was nothing. */
  | {
      readonly op: 'close'
      readonly place: number | null
      readonly turn: LiveTurn
      /** True when another one begins with this line. */
      readonly isNext: boolean
    }
  | { readonly op: 'open'; readonly id: string | null; readonly explicit: boolean }
  /** The open turn was begun once more. */
  | { readonly op: 'repeat' }
  /** The open turn ends, or the one at a place. */
  | { readonly op: 'end'; readonly place: number | null }
  /** The turn at a place ends in a later segment: it leaves its place, those up to `until` close up, and it is the open one. */
  | { readonly op: 'reopen'; readonly place: number; readonly until: number }
  /** Live turns `from` (inclusive) to `until` (exclusive) are rolled back. */
  | { readonly op: 'hide'; readonly from: number; readonly until: number }
  /** The thread shows nothing of what was there when it began: not the turns below `until`, nor the open one. */
  | { readonly op: 'detach'; readonly until: number }
  /** Copies follow of what the last rollback hid. */
  | { readonly op: 'restore'; readonly isCopy: boolean }
  /** Something is in the open turn, or in the one at a place. */
  | { readonly op: 'item'; readonly place: number | null }
  /** An item of a turn that was not begun yet. */
  | { readonly op: 'early' }
  /** Too many turns were not begun: the oldest of them has its place. */
  | { readonly op: 'spill'; readonly place: number; readonly turn: LiveTurn }

/** The next state, and what changed. */
export type LifecycleStep = readonly [Lifecycle, ReadonlyArray<TurnChange>]

const NONE: ReadonlyArray<TurnChange> = []
const IN_OPEN: ReadonlyArray<TurnChange> = [{ op: 'item', place: null }]

/** True for a turn that an end would not change: it ended, or was never begun. */
export const isOver = ({ ended, explicit }: LiveTurn): boolean => ended !== null || !explicit

/** True for a turn that is kept when it is no longer open. */
export const isKept = ({ explicit, hasItems, sawCompaction }: LiveTurn): boolean =>
  explicit || hasItems || sawCompaction

const turnAt = (id: string | null, explicit: boolean, { segment }: LifecycleEvent): LiveTurn => ({
  id,
  explicit,
  hasItems: false,
  sawCompaction: false,
  ended: null,
  segment
})

const closeOpen = (state: Lifecycle, isNext = false): LifecycleStep => {
  const { open: turn, live } = state
  if (turn === null) return [state, NONE]
  const place = isKept(turn) ? live : null
  return [
    { ...state, open: null, live: place === null ? live : live + 1 },
    [{ op: 'close', place, turn, isNext }]
  ]
}

const openNext = (
  state: Lifecycle,
  id: string | null,
  explicit: boolean,
  event: LifecycleEvent
): LifecycleStep => {
  const [before, changes] = closeOpen(state, true)
  return [
    { ...before, open: turnAt(id, explicit, event) },
    [...changes, { op: 'open', id, explicit }]
  ]
}

/** The open turn with something in it; the same state where nothing is new. */
const withItem = (state: Lifecycle, { segment }: LifecycleEvent): Lifecycle =>
  state.open === null || (state.open.hasItems && state.open.segment === segment)
    ? state
    : { ...state, open: { ...state.open, hasItems: true, segment } }

const ensureOpen = (state: Lifecycle, event: LifecycleEvent): LifecycleStep =>
  state.open === null
    ? openNext(state, state.index === null ? null : `rollout-${state.index}`, false, event)
    : [state, NONE]

const addCompaction = (state: Lifecycle, event: LifecycleEvent): LifecycleStep => {
  const [ready, changes] = ensureOpen(state, event)
  if (ready.open === null) return [ready, changes]
  const open = { ...ready.open, sawCompaction: true, segment: event.segment }
  return [{ ...ready, open }, [...changes, ...IN_OPEN]]
}

/** Name of a turn that nobody began, after the place of its first line. */
export const IMPLICIT_ID = /^rollout-(\d+)$/

const endLegacy = (
  state: Lifecycle,
  { turn_id: id }: Pick<TurnAborted, 'turn_id'>,
  how: 'completed' | 'interrupted',
  event: LifecycleEvent,
  turns: LiveTurns,
  profile: Profile
): LifecycleStep => {
  const { open } = state
  const isNamed = typeof id === 'string'
  if (isNamed && open?.id !== id) {
    const place = turns.placeOf(id)
    if (place !== null) return [state, [{ op: 'end', place }]]
  }
  if (open === null) return [state, NONE]
  const isAborted169 = how === 'interrupted' && profile.members169
  // Under another name only a turn without one of its own is cut short.
  if (isAborted169 && isNamed && open.id !== id && !(open.id === null || IMPLICIT_ID.test(open.id)))
    return [state, NONE]
  const over = { ...state, open: { ...open, ended: how, segment: event.segment } }
  const end: TurnChange = { op: 'end', place: null }
  if (how === 'interrupted' && !isAborted169) return [over, [end]]
  const [next, changes] = closeOpen(over)
  return [next, [end, ...changes]]
}

/** Copies have the times they had. What is newer than the mark came after a process was killed while it copied. */
export const isCopy = (
  { copies }: Lifecycle,
  { revision, line }: RecordedEvent<DeliveredLine>
): boolean => copies !== null && revision <= copies.until && line.timestamp <= copies.at

const rollBack = (state: Lifecycle, count: number): LifecycleStep => {
  const [before, changes] = closeOpen(state)
  const live = Math.max(0, before.live - count)
  return [{ ...before, live }, [...changes, { op: 'hide', from: live, until: before.live }]]
}

const restoreHidden = (
  state: Lifecycle,
  p: { readonly lines: number; readonly index?: number | null | undefined },
  event: LifecycleEvent
): LifecycleStep => {
  const [before, changes] = closeOpen(state)
  const index = before.index === null ? null : (p.index ?? before.index)
  // The rollback that a copy took back is a copy as well.
  const isCopied = isCopy(state, event)
  const copies = isCopied
    ? state.copies
    : { until: event.revision + p.lines, at: event.line.timestamp }
  return [{ ...before, index, copies }, [...changes, { op: 'restore', isCopy: isCopied }]]
}

const isAsked = ({ line }: LifecycleEvent): boolean =>
  line.type === 'event_msg'
    ? line.payload.type === 'user_message'
    : line.type === 'response_item' && line.bare === true && saidInBare(line.payload) !== null

/** Closes an implicit turn before a user message, unless a compaction opened it and nothing else is in it. */
const closeBeforeAsked = (state: Lifecycle): LifecycleStep => {
  const { open } = state
  const stays = open === null || open.explicit || (open.sawCompaction && !open.hasItems)
  return stays ? [state, NONE] : closeOpen(state, true)
}

const opensNamed = (type: string | undefined): boolean =>
  type === 'entered_review_mode' || type === 'exited_review_mode'

const addItem = (state: Lifecycle, event: LifecycleEvent, turns: LiveTurns): LifecycleStep => {
  const payload = event.line.type === 'event_msg' ? event.line.payload : null
  const named = payload === null ? undefined : namedTurn(payload)
  if (named !== undefined && state.open?.id !== named) {
    const place = turns.placeOf(named)
    if (place !== null) return [state, [{ op: 'item', place }]]
    // A review mark of a turn nobody began opens it.
    if (!opensNamed(payload?.type)) return [state, NONE]
    const [next, changes] = openNext(state, named, false, event)
    return [withItem(next, event), [...changes, ...IN_OPEN]]
  }
  if (state.open?.explicit === true) return [withItem(state, event), IN_OPEN]
  const [before, closing] = isAsked(event) ? closeBeforeAsked(state) : [state, NONE]
  const [next, opening] = ensureOpen(before, event)
  return [withItem(next, event), [...closing, ...opening, ...IN_OPEN]]
}

const evolveLegacy = (
  state: Lifecycle,
  event: LifecycleEvent,
  turns: LiveTurns,
  profile: Profile
): LifecycleStep => {
  const { line } = event
  if (line.type === 'compacted') return addCompaction(state, event)
  if (line.type === 'event_msg') {
    const p = line.payload
    switch (p.type) {
      case 'task_started':
        return openNext(state, p.turn_id, true, event)
      case 'task_complete':
        return endLegacy(state, p, 'completed', event, turns, profile)
      case 'turn_aborted':
        return endLegacy(state, p, 'interrupted', event, turns, profile)
      case 'thread_rolled_back':
        return rollBack(state, p.num_turns)
      case 'unroll_turns_restored':
        return restoreHidden(state, p, event)
      default:
    }
  }
  return showsInLegacy(line, profile) ? addItem(state, event, turns) : [state, NONE]
}

/** Place of a paginated turn that is not open. */
const placeIn = (turnId: string, { greatestId }: Lifecycle, turns: LiveTurns): number | null =>
  turnId > greatestId ? null : turns.placeOf(turnId)

const beginPaginated = (state: Lifecycle, id: string, event: LifecycleEvent): LifecycleStep => {
  const [next, changes] = openNext(state, id, true, event)
  const early = next.early.some((turn) => turn.id === id)
    ? next.early.filter((turn) => turn.id !== id)
    : next.early
  const greatestId = id > next.greatestId ? id : next.greatestId
  return [{ ...next, early, greatestId }, changes]
}

const startPaginated = (
  state: Lifecycle,
  { turn_id: id }: TaskStarted,
  event: LifecycleEvent,
  turns: LiveTurns
): LifecycleStep => {
  if (state.open?.id === id) return [state, [{ op: 'repeat' }]]
  return placeIn(id, state, turns) === null ? beginPaginated(state, id, event) : [state, NONE]
}

/** More turns than this do not close up: who writes so many turns that never end is not Codex. */
const CLOSE_UP_MAX = 1024

const endPaginated = (
  state: Lifecycle,
  { turn_id: id }: Pick<TaskComplete | TurnAborted, 'turn_id'>,
  how: 'completed' | 'interrupted',
  event: LifecycleEvent,
  turns: LiveTurns
): LifecycleStep => {
  if (typeof id !== 'string') return [state, NONE]
  const { open, live } = state
  const end: TurnChange = { op: 'end', place: null }
  const { segment } = event
  if (open?.id === id)
    return open.ended === null
      ? [{ ...state, open: { ...open, ended: how, segment } }, [end]]
      : [state, NONE]
  const place = placeIn(id, state, turns)
  const turn = place === null ? null : turns.at(place)
  if (place === null || turn === null) {
    const [next, changes] = beginPaginated(state, id, event)
    const ending = { ...turnAt(id, true, event), ended: how }
    return [{ ...next, open: ending }, [...changes, end]]
  }
  if (turn.isOver) return [state, NONE]
  if (turn.segment === segment || live - place > CLOSE_UP_MAX)
    return [state, [{ op: 'end', place }]]
  const [next, changes] = closeOpen({ ...state, live: live - 1 })
  const reopened = { ...turnAt(id, true, event), ended: how }
  return [{ ...next, open: reopened }, [{ op: 'reopen', place, until: live }, ...changes]]
}

/** More turns than this that nobody began have a place right away. */
const EARLY_MAX = 64

const EARLY: TurnChange = { op: 'early' }

const addEarly = (state: Lifecycle, id: string, event: LifecycleEvent): LifecycleStep => {
  const all = [...state.early.filter((turn) => turn.id !== id), { id, segment: event.segment }]
  const [oldest] = all
  if (all.length <= EARLY_MAX || oldest === undefined) return [{ ...state, early: all }, [EARLY]]
  const turn = { ...turnAt(oldest.id, true, event), segment: oldest.segment }
  const place = state.live
  const next = { ...state, early: all.slice(1), live: place + 1 }
  return [next, [EARLY, { op: 'spill', place, turn }]]
}

const evolvePaginated = (
  state: Lifecycle,
  event: LifecycleEvent,
  turns: LiveTurns
): LifecycleStep => {
  const { line } = event
  if (line.type !== 'event_msg' || (line.ordinal ?? Infinity) < state.startOrdinal)
    return [state, NONE]
  const p = line.payload
  switch (p.type) {
    case 'task_started':
      return startPaginated(state, p, event, turns)
    case 'task_complete':
      return endPaginated(state, p, 'completed', event, turns)
    case 'turn_aborted':
      return endPaginated(state, p, 'interrupted', event, turns)
    case 'item_completed': {
      if (state.open?.id === p.turn_id) return [withItem(state, event), IN_OPEN]
      const place = placeIn(p.turn_id, state, turns)
      return place === null ? addEarly(state, p.turn_id, event) : [state, [{ op: 'item', place }]]
    }
    default:
      return [state, NONE]
  }
}

/** The first metadata of a segment tells how its lines make turns. */
const readMode = (state: Lifecycle, event: LifecycleEvent): LifecycleStep => {
  const { line, segment } = event
  if (state.modeSegment === segment) return [state, NONE]
  if (line.type !== 'session_meta') {
    // A segment whose metadata cannot be read is paginated when its lines are numbered.
    const isGuessed = line.ordinal !== undefined && state.mode !== 'paginated'
    return [isGuessed ? { ...state, mode: 'paginated' } : state, NONE]
  }
  const mode = line.payload.history_mode === 'paginated' ? 'paginated' : 'legacy'
  const [next, changes] = mode === state.mode ? [state, NONE] : closeOpen(state)
  const given = event.inherited === true ? null : line.payload.subagent_history_start_ordinal
  const startOrdinal = given ?? state.startOrdinal
  // Legacy turns are not noted one by one; after them every id must be looked for.
  const greatestId = state.mode === 'legacy' && next.live > 0 ? '\u{10ffff}' : state.greatestId
  const isInherited = event.inherited === true
  const begun = {
    ...{ ...next, mode, modeSegment: segment },
    ...{ isInherited, startOrdinal, greatestId }
  } satisfies Lifecycle
  if (!state.isInherited || isInherited || !hidesItsBase(line.payload)) return [begun, changes]
  const own = { ...begun, live: 0, open: null, early: [], copies: null }
  return [own, [...changes, { op: 'detach', until: begun.live }]]
}

/** A thread that is attached to another one shows nothing of what was there when it began. */
const hidesItsBase = (meta: Omit<SessionMeta, 'base_instructions'>): boolean => {
  const { attached_thread, forked_from_id, forked_from_ordinal_exclusive: end } = meta
  if (attached_thread !== true || typeof forked_from_id !== 'string') return false
  return (baseOf(meta)?.end_ordinal_exclusive ?? 0) <= (end ?? Infinity)
}

/** Lines of 0.143 and later that show nothing and yet count. */
const COUNTED: ReadonlySet<string> = new Set([
  'world_state',
  'security_risk_score',
  'inter_agent_communication_metadata'
])

/** True for a line that takes an index in a legacy thread. */
export const isCounted = (line: LifecycleEvent['line'], profile: Profile): boolean => {
  if (line.type === 'ignored') return profile.segments && COUNTED.has(line.kind)
  if (line.type === 'event_msg' && OWN_EVENTS.has(line.payload.type)) return false
  return countsInLegacy(line)
}

/** One event; pure and total. An event that changes nothing yields the same state. */
export const evolveLifecycle = (
  before: Lifecycle,
  event: LifecycleEvent,
  turns: LiveTurns,
  profile: Profile
): LifecycleStep => {
  const [state, switched] = profile.segments ? readMode(before, event) : [before, NONE]
  if (state.mode === 'paginated') {
    const [next, changes] = evolvePaginated(state, event, turns)
    return [next, switched.length === 0 ? changes : [...switched, ...changes]]
  }
  const [next, changes] = evolveLegacy(state, event, turns, profile)
  const index = next.index !== null && isCounted(event.line, profile) ? next.index + 1 : next.index
  return [
    index === next.index ? next : { ...next, index },
    switched.length === 0 ? changes : [...switched, ...changes]
  ]
}

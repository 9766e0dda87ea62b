/**
 * How many turns a thread has, and which of them is open: no more than a ledger needs to say whose a spend is, and what a
 * rollback hides. It counts as the turn folds do (`domain/turns`), without keeping the turns.
 */
import type { EventPayload, RecordedEvent, RolloutLine } from '../events/event.ts'
import { namedTurn } from '../items/items.ts'
import type { Profile } from '../profile.ts'
import { isCounted } from '../turns/lifecycle.ts'
import { SHOWING_EVENTS } from '../turns/showing.ts'

/** The turn that is open. */
export interface CountedTurn {
  /** Null for a turn that is named after an index nobody counted. */
  readonly id: string | null
  readonly explicit: boolean
  readonly hasItems: boolean
  readonly sawCompaction: boolean
}

/** State of the count. */
export interface TurnCount {
  /** Turns that are over and were not rolled back. */
  readonly live: number
  readonly open: CountedTurn | null
  /** Events so far; null when the reader passes lines over. */
  readonly index: number | null
  readonly paginated: boolean
  /** The segment whose first metadata told how its lines make turns. */
  readonly modeSegment: number
  /** The turn a review mark opened last. */
  readonly reviewId: string | null
}

/** Before the first event; `counts` tells whether every event will be delivered. */
export const initialCount = (counts: boolean): TurnCount => ({
  live: 0,
  open: null,
  index: counts ? 0 : null,
  paginated: false,
  modeSegment: -1,
  reviewId: null
})

const finish = (state: TurnCount): TurnCount => {
  const { open } = state
  if (open === null) return state
  const isKept = open.explicit || open.hasItems || open.sawCompaction
  return { ...state, open: null, live: state.live + (isKept ? 1 : 0) }
}

const begin = (state: TurnCount, id: string | null, explicit: boolean): TurnCount => ({
  ...finish(state),
  open: { id, explicit, hasItems: false, sawCompaction: false }
})

const ensure = (state: TurnCount): TurnCount => {
  if (state.open !== null) return state
  return begin(state, state.index === null ? null : `rollout-${state.index}`, false)
}

const withItem = (state: TurnCount): TurnCount =>
  state.open === null || state.open.hasItems
    ? state
    : { ...state, open: { ...state.open, hasItems: true } }

/** True for an event that shows something, and changes nothing in a turn that somebody began. */
export const isShown = (payload: EventPayload): boolean =>
  SHOWING_EVENTS.has(payload.type) &&
  payload.type !== 'entered_review_mode' &&
  payload.type !== 'exited_review_mode'

const isEmpty = (payload: EventPayload): boolean =>
  (payload.type === 'agent_message' && payload.message === '') ||
  ((payload.type === 'agent_reasoning' || payload.type === 'agent_reasoning_raw_content') &&
    payload.text === '')

const show = (state: TurnCount, payload: EventPayload): TurnCount => {
  if (!SHOWING_EVENTS.has(payload.type) || isEmpty(payload)) return state
  const named = namedTurn(payload)
  if (named !== undefined && named !== state.open?.id) {
    const opens = payload.type === 'entered_review_mode' || payload.type === 'exited_review_mode'
    if (!opens || named === state.reviewId) return state
    return withItem({ ...begin(state, named, false), reviewId: named })
  }
  const { open } = state
  const isOver =
    payload.type === 'user_message' &&
    open !== null &&
    !open.explicit &&
    !(open.sawCompaction && !open.hasItems)
  return withItem(ensure(isOver ? finish(state) : state))
}

const legacy = (state: TurnCount, line: RolloutLine): TurnCount => {
  if (line.type === 'compacted') {
    const ready = ensure(state)
    return ready.open === null ? ready : { ...ready, open: { ...ready.open, sawCompaction: true } }
  }
  if (line.type !== 'event_msg') return state
  const { payload } = line
  switch (payload.type) {
    case 'task_started':
      return begin(state, payload.turn_id, true)
    case 'task_complete':
      return finish(state)
    case 'thread_rolled_back': {
      const closed = finish(state)
      return { ...closed, live: Math.max(0, closed.live - payload.num_turns) }
    }
    case 'unroll_turns_restored': {
      const closed = finish(state)
      const index = closed.index === null ? null : (payload.index ?? closed.index)
      return { ...closed, index }
    }
    default:
      return show(state, payload)
  }
}

const paginated = (state: TurnCount, line: RolloutLine): TurnCount => {
  if (line.type !== 'event_msg') return state
  const { payload } = line
  if (payload.type === 'task_complete') return finish(state)
  const begins = payload.type === 'task_started' && payload.turn_id !== state.open?.id
  return begins ? begin(state, payload.turn_id, true) : state
}

const withMode = (state: TurnCount, { line, segment }: RecordedEvent): TurnCount => {
  if (state.modeSegment === segment) return state
  if (line.type !== 'session_meta')
    return line.ordinal === undefined ? state : { ...state, paginated: true }
  const isPaginated = line.payload.history_mode === 'paginated'
  const closed = isPaginated === state.paginated ? state : finish(state)
  return { ...closed, paginated: isPaginated, modeSegment: segment }
}

/** The count after an event. */
export const evolveCount = (
  before: TurnCount,
  event: RecordedEvent,
  profile: Profile
): TurnCount => {
  const state = withMode(before, event)
  if (state.paginated) return paginated(state, event.line)
  const next = legacy(state, event.line)
  return next.index !== null && isCounted(event.line, profile)
    ? { ...next, index: next.index + 1 }
    : next
}

/**
 * A rollout file to the rows of the audit trail: what its own lines say happened to the thread.
 *
 * A file is folded by itself and whole, also what a later revert left behind: a trail keeps what happened. Lines copied
 * from another thread make no rows but the one that says where they come from, and neither do lines that bring rolled-back
 * turns back. A turn that nobody ended and that another one follows was interrupted by the end of its process, and the
 * thread was resumed: both are inferred, the time of the first is not known.
 */
import type { Certainty } from '../certainty.ts'
import { toldSettings, type RecordedEvent } from '../events/event.ts'
import type { TaskComplete, TaskStarted, TurnAborted } from '../events/payloads.ts'
import { isJsonObject, textIn, type Json, type JsonObject } from '../json.ts'
import { richFailure } from '../rich/items.ts'
import { rowsOfActivity, rowsOfAgents } from './agents.ts'
import { rowsOfFacts, rowsOfMeta } from './facts.ts'
import { importOf, IMPORT_TURN } from './import.ts'
import { evolveOwned, isOwn, isToldByTime } from './own.ts'
import { shortText, type TrailRow } from './row.ts'
import { reviewOf, rowsOfReview } from './review-marks.ts'
import type { Draft, Drafted, TrailState } from './trail-state.ts'

const NONE: ReadonlyArray<Draft> = []

const unended = ({ turn }: TrailState): ReadonlyArray<Draft> =>
  turn === null
    ? NONE
    : [
        {
          action: 'turn_interrupted',
          at: null,
          turnId: turn.id,
          after: { reason: 'not recorded' },
          certainty: 'inferred'
        },
        { action: 'resumed', turnId: null, certainty: 'inferred' }
      ]

const started = (state: TrailState, p: TaskStarted): Drafted => {
  // The turn of a reviewer is told by the marks of its review.
  if (state.review !== null)
    return [{ ...state, review: { ...state.review, turnId: p.turn_id } }, NONE]
  if (IMPORT_TURN.test(p.turn_id))
    return [{ ...state, turn: null, imported: { turns: state.imported.turns + 1 } }, NONE]
  const turn = { id: p.turn_id, messages: 0, answerless: false, failure: null }
  const before = unended(state)
  const after = p.collaboration_mode_kind === 'plan' ? { mode: 'plan' } : null
  return [{ ...state, turn }, [...before, { action: 'turn_started', turnId: turn.id, after }]]
}

/** Up to 0.142 a turn that failed ends like one without an answer; a newer end says when it began. */
const mayHaveFailed = (state: TrailState, p: TaskComplete): boolean =>
  typeof p.last_agent_message !== 'string' &&
  !('started_at' in p || 'root_turn_id' in p || 'error' in p) &&
  (state.turn === null ? state.reviewFailed : !state.turn.answerless)

const completed = (state: TrailState, p: TaskComplete): Drafted => {
  if (IMPORT_TURN.test(p.turn_id)) return [state, NONE]
  const { failure } = state.turn ?? { failure: null }
  const error = p.error ? (shortText(p.error.message) ?? '') : failure
  const durationMs = p.duration_ms ?? null
  const next = { ...state, turn: null, reviewFailed: false }
  if (error !== null)
    return [next, [{ action: 'turn_failed', turnId: p.turn_id, after: { error, durationMs } }]]
  return mayHaveFailed(state, p)
    ? [
        next,
        [
          {
            action: 'turn_completed',
            turnId: p.turn_id,
            after: { durationMs, outcome: 'unknown' },
            certainty: 'inferred'
          }
        ]
      ]
    : [next, [{ action: 'turn_completed', turnId: p.turn_id, after: { durationMs } }]]
}

const aborted = (state: TrailState, p: TurnAborted): Drafted => {
  const turnId = p.turn_id ?? state.turn?.id ?? null
  const next = turnId === null || turnId === state.turn?.id ? { ...state, turn: null } : state
  const after = { reason: p.reason, durationMs: p.duration_ms ?? null }
  return [next, [{ action: 'turn_interrupted', turnId, after }]]
}

/** The first message of a turn is what it was begun with, further ones steer it; a reviewer is only told once, twice over. */
const said = (state: TrailState, turnId: string | null): Drafted => {
  const { turn } = state
  if (turn === null || state.review !== null || (turnId !== null && turnId !== turn.id))
    return [state, NONE]
  const messages = turn.messages + 1
  const draft: Draft = { action: 'steered', turnId: turn.id, after: { message: messages } }
  return [{ ...state, turn: { ...turn, messages } }, messages > 1 ? [draft] : NONE]
}

/** Ids of the turns a rollback hid, oldest first. */
export type Dropped = () => ReadonlyArray<string>

const IDS_MAX = 200

const rolledBack = (count: number, dropped: Dropped): Draft => {
  const ids = dropped()
  const turnIds = ids.slice(-IDS_MAX)
  const left = ids.length - turnIds.length
  const after = { turns: count, turnIds, ...(left === 0 ? {} : { furtherTurns: left }) }
  return { action: 'rolled_back', after }
}

const eventRows = (state: TrailState, event: RecordedEvent, dropped: Dropped): Drafted => {
  const { line } = event
  if (line.type !== 'event_msg') return [state, NONE]
  const p = line.payload
  switch (p.type) {
    case 'task_started':
      return started(state, p)
    case 'task_complete':
      return completed(state, p)
    case 'turn_aborted':
      return aborted(state, p)
    case 'user_message':
      return state.paginated ? [state, NONE] : said(state, null)
    case 'thread_rolled_back':
      // Nobody rolls back while a turn runs: its process ended before.
      return [{ ...state, turn: null }, [...unended(state), rolledBack(p.num_turns, dropped)]]
    case 'unroll_turns_restored': {
      const copies = { until: event.revision + p.lines, at: line.timestamp }
      const after = { turns: p.num_turns }
      return [{ ...state, copies, turn: null }, [{ action: 'turns_restored', after }]]
    }
    case 'sub_agent_activity':
      return rowsOfActivity(state, p)
    case 'item_completed':
      if (p.item.type === 'SubAgentActivity') return rowsOfActivity(state, p.item)
      return state.paginated && p.item.type === 'UserMessage'
        ? said(state, p.turn_id)
        : [state, NONE]
    case 'agent_message':
      return importOf(state, p.message)
    default:
      return [state, NONE]
  }
}

const SHELL_MARK = '<user_shell_command>'

/** What a person ran with `!`: no model answers to it. */
const isShellCommand = ({ type, role, content }: JsonObject): boolean => {
  const [part] = Array.isArray(content) ? (content as ReadonlyArray<Json>) : []
  return (
    type === 'message' &&
    role === 'user' &&
    isJsonObject(part) &&
    textIn(part['text']).startsWith(SHELL_MARK)
  )
}

const compacted = (state: TrailState): Drafted => [
  state.turn === null ? state : { ...state, turn: { ...state.turn, answerless: true } },
  [{ action: 'compacted', turnId: state.turn?.id ?? null }]
]

const withFailure = (state: TrailState, event: RecordedEvent): TrailState => {
  const failure = state.turn === null ? null : richFailure(event.line)
  return failure === null || state.turn === null
    ? state
    : { ...state, turn: { ...state.turn, failure: shortText(failure.message) } }
}

const drafts = (given: TrailState, event: RecordedEvent, dropped: Dropped): Drafted => {
  const state = withFailure(given, event)
  const { line } = event
  if (line.type === 'session_meta') return rowsOfMeta(state, event, line.payload)
  if (line.type === 'compacted') return compacted(state)
  const mark = reviewOf(line)
  if (mark !== null) return rowsOfReview(state, mark)
  if (line.type === 'response_item')
    return isShellCommand(line.payload) && state.turn !== null
      ? [{ ...state, turn: { ...state.turn, answerless: true } }, NONE]
      : rowsOfAgents(state, line.payload)
  const facts = rowsOfFacts(state, line)
  return facts ?? eventRows(state, event, dropped)
}

const isCopy = ({ copies }: TrailState, { revision, line }: RecordedEvent): boolean =>
  copies !== null && revision <= copies.until && line.timestamp <= copies.at

/** What a copied line still tells: the settings that hold, and an import that was forked. */
const inheritedStep = (state: TrailState, event: RecordedEvent): TrailState => {
  const { line } = event
  return toldSettings(line) === null ? state : (rowsOfFacts(state, line)?.[0] ?? state)
}

/** Between copied turns and own ones only time tells whose a line is. */
const certaintyAt = (state: TrailState, { line }: RecordedEvent): Certainty =>
  line.type !== 'session_meta' && isToldByTime(state.owned) ? 'inferred' : 'recorded'

const placed = (state: TrailState, event: RecordedEvent, draft: Draft): TrailRow => ({
  at: draft.at === undefined ? event.line.timestamp : draft.at,
  action: draft.action,
  turnId: draft.turnId ?? null,
  before: draft.before ?? null,
  after: draft.after ?? null,
  certainty: draft.certainty ?? certaintyAt(state, event),
  origin: state.origin,
  orderMs: state.orderMs,
  offset: event.offset,
  bytes: event.bytes
})

/** Only a turn that follows tells whether a review mark at the end of the copies was one of them. */
const released = (
  state: TrailState,
  event: RecordedEvent
): readonly [TrailState, TrailRow | null] => {
  if (state.held === null) return [state, null]
  const { line } = event
  const begins = line.type === 'event_msg' && line.payload.type === 'task_started'
  const isMine = begins && isOwn(state.owned, event)
  const row = isMine ? { ...state.held, orderMs: state.orderMs } : null
  return [{ ...state, held: null, review: isMine ? state.review : null }, row]
}

const heldMark = (state: TrailState, event: RecordedEvent): TrailState | null => {
  const mark = reviewOf(event.line)
  if (mark?.kind !== 'entered') return null
  const [next, [draft]] = rowsOfReview(state, mark)
  if (draft === undefined) return null
  return { ...next, held: placed(next, event, { ...draft, certainty: 'inferred' }) }
}

/** One line; pure and total. `dropped` tells which turns it hides, if it hides any. */
export const evolveTrail = (
  state: TrailState,
  event: RecordedEvent,
  dropped: Dropped
): readonly [TrailState, ReadonlyArray<TrailRow>] => {
  const owned = evolveOwned(state.owned, event)
  const ms = Date.parse(event.line.timestamp)
  const orderMs = Number.isNaN(ms) ? state.orderMs : Math.max(state.orderMs, ms)
  const [current, before] = released({ ...state, owned, orderMs }, event)
  const first = before === null ? [] : [before]
  if (!isOwn(owned, event)) {
    const held = heldMark(current, event)
    return [held ?? inheritedStep(current, event), first]
  }
  if (isCopy(current, event)) return [current, first]
  const [next, drafted] = drafts(current, event, dropped)
  const rows = [...first, ...drafted.map((draft) => placed(next, event, draft))]
  return [{ ...next, rows: state.rows + rows.length }, rows]
}

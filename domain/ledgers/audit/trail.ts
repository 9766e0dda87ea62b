/**
 * A rollout file to the rows of the audit trail: what its own lines say happened to the thread.
 *
 * A file is folded by itself and whole, also what a later revert left behind: a trail keeps what happened. Lines copied
 * from another thread make no rows but the one that says where they come from, and neither do lines that bring rolled-back
 * turns back. A turn that nobody ended and that another one follows was interrupted by the end of its process, and the
 * thread was resumed: both are inferred, the time of the first is not known.
 */
import type { Certainty } from '../../certainty.ts'
import { toldSettings } from '../../log/event.ts'
import type { TaskComplete, TaskStarted, TurnAborted } from '../../log/payloads.ts'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../json.ts'
import { richFailure } from '../../thread/rich/items.ts'
import { begunTurnId, isOverAfter, type SituatedEvent } from '../../thread/turns/situate.ts'
import { rowsOfActivity, rowsOfAgents } from './agents.ts'
import { rowsOfFacts, rowsOfMeta } from './facts.ts'
import { shortText, type TrailRow } from './row.ts'
import { reviewOf, rowsOfReview } from './review-marks.ts'
import type { OpenAuditTurn, TrailDraft, TrailStep, TrailState } from './trail-state.ts'

const NONE: ReadonlyArray<TrailDraft> = []

const unended = ({ turn }: TrailState): ReadonlyArray<TrailDraft> =>
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

const started = (state: TrailState, p: TaskStarted, event: SituatedEvent): TrailStep => {
  // The turn of a reviewer is told by the marks of its review.
  if (state.review !== null)
    return [{ ...state, review: { ...state.review, turnId: p.turn_id } }, NONE]
  if (IMPORT_TURN.test(p.turn_id))
    return [{ ...state, turn: null, imported: { turns: state.imported.turns + 1 } }, NONE]
  const after = p.collaboration_mode_kind === 'plan' ? { mode: 'plan' } : null
  const row: TrailDraft = { action: 'turn_started', turnId: p.turn_id, after }
  if (begunTurnId(event) === null) return [state, [row]]
  const turn = { id: p.turn_id, messages: 0, answerless: false, failure: null }
  return [{ ...state, turn }, [...unended(state), row]]
}

/** Up to 0.142 a turn that failed ends like one without an answer; a newer end says when it began. */
const mayHaveFailed = (
  p: TaskComplete,
  turn: OpenAuditTurn | null,
  { reviewFailed }: TrailState
): boolean =>
  typeof p.last_agent_message !== 'string' &&
  !('started_at' in p || 'root_turn_id' in p || 'error' in p) &&
  (turn === null ? reviewFailed : !turn.answerless)

const completed = (state: TrailState, p: TaskComplete, endedId: string | null): TrailStep => {
  if (IMPORT_TURN.test(p.turn_id)) return [state, NONE]
  const turn = state.turn?.id === endedId ? state.turn : null
  const { failure } = turn ?? { failure: null }
  const error = p.error ? (shortText(p.error.message) ?? '') : failure
  const durationMs = p.duration_ms ?? null
  const next = { ...state, reviewFailed: false }
  if (error !== null)
    return [next, [{ action: 'turn_failed', turnId: p.turn_id, after: { error, durationMs } }]]
  return mayHaveFailed(p, turn, state)
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

const aborted = (state: TrailState, p: TurnAborted, endedId: string | null): TrailStep => {
  const turnId = p.turn_id ?? endedId
  const after = { reason: p.reason, durationMs: p.duration_ms ?? null }
  return [state, [{ action: 'turn_interrupted', turnId, after }]]
}

/** The first message begins a turn, later ones steer it; that to a reviewer is recorded twice. */
const addMessage = (state: TrailState, turnId: string | null): TrailStep => {
  const { turn } = state
  if (turn === null || state.review !== null || (turnId !== null && turnId !== turn.id))
    return [state, NONE]
  const messages = turn.messages + 1
  const draft: TrailDraft = { action: 'steered', turnId: turn.id, after: { message: messages } }
  return [{ ...state, turn: { ...turn, messages } }, messages > 1 ? [draft] : NONE]
}

// Source of imports: `external_agent_session_imports` of Codex 0.130 to 0.169, turn ids and the message at the end.

/** Ids of imported turns; every imported thread has the same ones. */
const IMPORT_TURN = /^external-import-turn-\d+$/

const MARKER = '<EXTERNAL SESSION IMPORTED>'

/** The row of an import, at the message that ends it. */
const importOf = (state: TrailState, message: string): TrailStep =>
  message.trim() === MARKER
    ? [
        { ...state, imported: { turns: 0 } },
        [{ action: 'imported', after: { turns: state.imported.turns } }]
      ]
    : [state, []]

const IDS_MAX = 200

const rolledBack = (count: number, ids: ReadonlyArray<string>): TrailDraft => {
  const turnIds = ids.slice(-IDS_MAX)
  const left = ids.length - turnIds.length
  const after = { turns: count, turnIds, ...(left === 0 ? {} : { furtherTurns: left }) }
  return { action: 'rolled_back', after }
}

const eventRows = (state: TrailState, event: SituatedEvent): TrailStep => {
  const { line, mode, endedTurnId } = event
  if (line.type !== 'event_msg') return [state, NONE]
  const p = line.payload
  switch (p.type) {
    case 'task_started':
      return started(state, p, event)
    case 'task_complete':
      return completed(state, p, endedTurnId)
    case 'turn_aborted':
      return aborted(state, p, endedTurnId)
    case 'user_message':
      return mode === 'paginated' ? [state, NONE] : addMessage(state, null)
    case 'thread_rolled_back':
      // Nobody rolls back while a turn runs: its process ended before.
      return [state, [...unended(state), rolledBack(p.num_turns, event.hiddenTurnIds)]]
    case 'unroll_turns_restored':
      return [state, [{ action: 'turns_restored', after: { turns: p.num_turns } }]]
    case 'sub_agent_activity':
      return rowsOfActivity(state, p)
    case 'item_completed':
      if (p.item.type === 'SubAgentActivity') return rowsOfActivity(state, p.item)
      return mode === 'paginated' && p.item.type === 'UserMessage'
        ? addMessage(state, p.turn_id)
        : [state, NONE]
    case 'agent_message':
      return importOf(state, p.message)
    default:
      return [state, NONE]
  }
}

const SHELL_MARK = '<user_shell_command>'

/** A `!command` of a person, which no model answers. */
const isShellCommand = ({ type, role, content }: JsonObject): boolean => {
  const [part] = Array.isArray(content) ? (content as ReadonlyArray<Json>) : []
  return (
    type === 'message' &&
    role === 'user' &&
    isJsonObject(part) &&
    textIn(part['text']).startsWith(SHELL_MARK)
  )
}

const compacted = (state: TrailState): TrailStep => [
  state.turn === null ? state : { ...state, turn: { ...state.turn, answerless: true } },
  [{ action: 'compacted', turnId: state.turn?.id ?? null }]
]

const withFailure = (state: TrailState, event: SituatedEvent): TrailState => {
  const failure = state.turn === null ? null : richFailure(event.line)
  return failure === null || state.turn === null
    ? state
    : { ...state, turn: { ...state.turn, failure: shortText(failure.message) } }
}

const drafts = (given: TrailState, event: SituatedEvent): TrailStep => {
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
  return facts ?? eventRows(state, event)
}

/** What matters of a copied line: the settings that hold, and an import that was forked. */
const inheritedStep = (state: TrailState, event: SituatedEvent): TrailState => {
  const { line } = event
  return toldSettings(line) === null ? state : (rowsOfFacts(state, line)?.[0] ?? state)
}

/** Between copied and own turns only time tells whose a line is. */
const certaintyAt = ({ line, isToldByTime }: SituatedEvent): Certainty =>
  line.type !== 'session_meta' && isToldByTime ? 'inferred' : 'recorded'

const placed = (state: TrailState, event: SituatedEvent, draft: TrailDraft): TrailRow => ({
  at: draft.at === undefined ? event.line.timestamp : draft.at,
  action: draft.action,
  turnId: draft.turnId ?? null,
  before: draft.before ?? null,
  after: draft.after ?? null,
  certainty: draft.certainty ?? certaintyAt(event),
  origin: state.origin,
  orderMs: state.orderMs,
  offset: event.offset,
  bytes: event.bytes
})

/** Only the next turn tells whether a review mark at the end of the copies was copied. */
const released = (
  state: TrailState,
  event: SituatedEvent
): readonly [TrailState, TrailRow | null] => {
  if (state.held === null) return [state, null]
  const { line } = event
  const begins = line.type === 'event_msg' && line.payload.type === 'task_started'
  const isMine = begins && event.origin !== 'inherited'
  const row = isMine ? { ...state.held, orderMs: state.orderMs } : null
  return [{ ...state, held: null, review: isMine ? state.review : null }, row]
}

const heldMark = (state: TrailState, event: SituatedEvent): TrailState | null => {
  const mark = reviewOf(event.line)
  if (mark?.kind !== 'entered') return null
  const [next, [draft]] = rowsOfReview(state, mark)
  if (draft === undefined) return null
  return { ...next, held: placed(next, event, { ...draft, certainty: 'inferred' }) }
}

/** What was noted of a turn is over with it. */
const withOpenTurn = (state: TrailState, event: SituatedEvent): TrailState =>
  state.turn !== null && isOverAfter(state.turn.id, event) ? { ...state, turn: null } : state

export const evolveTrail = (
  state: TrailState,
  event: SituatedEvent
): readonly [TrailState, ReadonlyArray<TrailRow>] => {
  const orderMs = Math.max(state.orderMs, event.atMs)
  const [current, before] = released({ ...state, orderMs }, event)
  const first = before === null ? [] : [before]
  if (event.origin === 'inherited') {
    const held = heldMark(current, event)
    return [withOpenTurn(held ?? inheritedStep(current, event), event), first]
  }
  if (event.origin === 'restored_copy') return [withOpenTurn(current, event), first]
  const [next, drafted] = drafts(current, event)
  const rows = [...first, ...drafted.map((draft) => placed(next, event, draft))]
  return [withOpenTurn({ ...next, rows: state.rows + rows.length }, event), rows]
}

/**
 * Turns of a rollout: begun, configured, ended.
 */
import type { RecordedEvent } from '../../log/event.ts'
import type { TaskComplete, TaskStarted, TurnAborted } from '../../log/payloads.ts'
import type { TurnContext } from '../../log/turn-context.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import { begunTurnId, isOverAfter, type SituatedEvent } from '../../thread/turns/situate.ts'
import { richFailure } from '../../thread/rich/items.ts'
import { reader } from '../../thread/rich/values.ts'
import type { TurnErrorKind, Fact, FactOf } from './fact.ts'
import { turnHead, turnSettings } from './rollout-settings.ts'
import { silent, type RolloutTurn, type RolloutState, type RolloutStep } from './rollout-state.ts'

/**
 * A turn of the conversation was begun, in the open turn or before. A compaction, a command of a person and an inline review
 * have turns of their own, in which nobody says anything to the agent: they do not make the next one the second.
 */
const hadTurnBy = ({ hadTurn, turn }: RolloutState): boolean =>
  hadTurn ||
  (turn !== null &&
    !turn.isReview &&
    (turn.messages > 0 || (turn.settings !== null && turn.compaction === null)))

/** The turn is over, or is left as it is. */
const withoutTurn = (state: RolloutState): RolloutState => ({
  ...state,
  turn: null,
  hadTurn: hadTurnBy(state),
  unclaimed: [],
  answers: [],
  unfollowed: []
})

/** What was noted of a turn is over with it. */
export const withOpenTurn = (state: RolloutState, event: SituatedEvent): RolloutState =>
  state.turn !== null && isOverAfter(state.turn.turnId, event) ? withoutTurn(state) : state

/** A turn begins; one still open is left as it is. */
export const turnStarted = (
  given: RolloutState,
  payload: TaskStarted,
  event: SituatedEvent,
  atMs: number
): RolloutStep => {
  if (begunTurnId(event) === null) return silent(given)
  const state = withoutTurn(given)
  const turn: RolloutTurn = {
    turnId: payload.turn_id,
    isReview: state.inReview,
    startedAt: payload.started_at ?? null,
    startedAtMs: atMs,
    modelBefore: state.turnModel,
    head: turnHead(payload, !state.hadTurn),
    settings: null,
    configuredAt: null,
    imageCount: 0,
    messages: 0,
    sampled: false,
    lines: null,
    linesAt: null,
    windowExceeded: false,
    compaction: null,
    named: []
  }
  const { threadId } = state
  const { turnId, startedAt } = turn
  const fact: Fact = { kind: 'turn_started', atMs, threadId, turnId, startedAt }
  return {
    state: { ...state, turn },
    writes: [{ place: { revision: event.revision, index: 0 }, fact }]
  }
}

/** The settings of a turn, with the images known so far. */
export const configuredFact = (
  { threadId }: RolloutState,
  turn: RolloutTurn,
  atMs: number
): FactOf<'turn_configured'> | null =>
  turn.settings === null
    ? null
    : {
        kind: 'turn_configured',
        atMs,
        threadId,
        turnId: turn.turnId,
        settings: turn.settings,
        imageCount: turn.imageCount
      }

/** The settings of a turn were recorded; recorded again after a compaction they replace the first ones. */
export const turnConfigured = (
  state: RolloutState,
  payload: TurnContext,
  event: RecordedEvent,
  atMs: number
): RolloutStep => {
  const open = state.turn
  if (open === null || (typeof payload.turn_id === 'string' && payload.turn_id !== open.turnId))
    return silent(state)
  const place = open.configuredAt ?? { revision: event.revision, index: 0 }
  const settings = turnSettings(payload, state.settings, open.head)
  const turn = { ...open, settings, configuredAt: place }
  const fact = configuredFact(state, turn, atMs)
  return {
    state: { ...state, turn },
    writes: fact === null ? [] : [{ place, fact }]
  }
}

/** Error kinds whose names in the analytics are known; no log holds the others. */
const ERROR_KINDS: ReadonlySet<string> = new Set([
  'context_window_exceeded',
  'internal_server_error',
  'server_overloaded'
])

const errorKind = (error: JsonObject | null): TurnErrorKind | null => {
  const info = error?.['codex_error_info'] ?? null
  if (typeof info === 'string')
    return ERROR_KINDS.has(info) ? { kind: info, httpStatus: null, message: null } : null
  return null
}

const WINDOW: TurnErrorKind = { kind: 'context_window_exceeded', httpStatus: null, message: null }

/**
 * How a turn ended. Up to 0.142 the end of a failed turn is that of one without a last message, unless the context did
 * not fit: then the running count was set to the size of the window.
 */
const endingOf = (
  turn: RolloutTurn,
  payload: (TaskComplete | TurnAborted) & { readonly type: string },
  event: RecordedEvent
): {
  readonly status: FactOf<'turn_ended'>['status']
  readonly info: Json
  readonly kind: TurnErrorKind | null
} => {
  const given = reader(payload)
  const error = given.json('error')
  const failure = richFailure(event.line)
  const info = failure?.codexErrorInfo ?? null
  const kind = errorKind(isJsonObject(error) ? error : null)
  if (payload.type === 'turn_aborted') return { status: 'interrupted', info, kind }
  if (failure !== null) return { status: 'failed', info, kind }
  if (turn.windowExceeded && !given.has('last_agent_message'))
    return { status: 'failed', info: 'contextWindowExceeded', kind: WINDOW }
  // From 0.143 on the end of a turn states when it began, and whether it failed.
  const tells = given.has('started_at') || given.has('last_agent_message')
  return { status: tells || turn.settings === null ? 'completed' : null, info: null, kind: null }
}

export const turnEnded = (
  state: RolloutState,
  payload: (TaskComplete | TurnAborted) & { readonly type: string },
  event: SituatedEvent,
  atMs: number
): RolloutStep => {
  const { turn, threadId } = state
  if (turn === null || event.endedTurnId !== turn.turnId) return silent(state)
  const { status, info, kind } = endingOf(turn, payload, event)
  const at = { atMs, threadId, turnId: turn.turnId }
  const facts: ReadonlyArray<Fact> = [
    { kind: 'turn_profile', ...at, profile: null },
    ...(kind === null ? [] : [{ kind: 'turn_error' as const, ...at, error: kind }]),
    {
      kind: 'turn_ended',
      ...at,
      status,
      error: info,
      startedAt: turn.startedAt ?? payload.started_at ?? null,
      completedAt: payload.completed_at ?? null,
      durationMs: payload.duration_ms ?? null
    }
  ]
  const { revision } = event
  return {
    state: withoutTurn(state),
    writes: facts.map((fact, index) => ({ place: { revision, index }, fact }))
  }
}

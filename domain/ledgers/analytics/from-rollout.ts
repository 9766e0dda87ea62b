/**
 * A thread's lines to the facts of its analytics: what happened, as far as the log knows it.
 *
 * Lines that a thread inherited make no facts. Times are those that a line states, else the time of the line itself. A
 * fact that a later line completes is written again at its place. Tokens are not here: the usage ledger knows them, and
 * `with-tokens.ts` joins them.
 *
 * Not made, because no rollout tells: see `not-reconstructable.ts`.
 */
import { toldSettings, type EventPayload, type RecordedEvent } from '../../log/event.ts'
import type { JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import { declaredTools } from '../../thread/rich/tools.ts'
import type { SituatedEvent } from '../../thread/turns/situate.ts'
import type { Json } from '../../json.ts'
import type { Fact } from './fact.ts'
import { compacted, compactionSettled, contextCounted } from './rollout-compaction.ts'
import { headClient, headRuntime, openedThread, threadSettings } from './rollout-settings.ts'
import {
  ROLLOUT_CONNECTION,
  silent,
  type FactWrite,
  type RolloutState,
  type RolloutStep
} from './rollout-state.ts'
import { goalChanged, said } from './rollout-said.ts'
import { answeredOnce, calls } from './rollout-calls.ts'
import { turnConfigured, turnEnded, turnStarted, withOpenTurn } from './rollout-turns.ts'

export const placed = (
  { revision }: Pick<RecordedEvent, 'revision'>,
  facts: ReadonlyArray<Fact>,
  from = 0
): ReadonlyArray<FactWrite> =>
  facts.map((fact, i) => ({ place: { revision, index: from + i }, fact }))

/**
 * The thread's own head, which stands before what a sub-agent was given and has a lower number. Not the `isHead` of the event:
 * that is the first metadata of the file, whatever thread it names, and later ones of the thread's own change the repository.
 */
const isHead = ({ line, streamId, inherited }: RecordedEvent): boolean =>
  line.type === 'session_meta' && inherited !== true && line.payload.id.toLowerCase() === streamId

const head = (state: RolloutState, event: SituatedEvent): RolloutStep => {
  const { line } = event
  if (line.type !== 'session_meta' || !isHead(event)) return silent(state)
  const meta = line.payload
  const repositoryUrl = meta.git?.repository_url ?? state.repositoryUrl
  if (state.opened !== null) return silent({ ...state, repositoryUrl })
  const { atMs } = event
  const thread = openedThread(meta, state.model)
  const connectionId = ROLLOUT_CONNECTION
  const connected: Fact = {
    kind: 'connected',
    atMs,
    connectionId,
    client: headClient(meta),
    runtime: headRuntime(meta)
  }
  const place = { revision: event.revision, index: 1 }
  const kind = thread.subagentSource === null ? 'thread_opened' : 'sub_agent_started'
  const opened = { place, fact: { kind, atMs, connectionId, thread } as const }
  const tools = (meta.dynamic_tools ?? []) as ReadonlyArray<Json>
  return {
    state: {
      ...state,
      opened,
      repositoryUrl,
      threadId: meta.id,
      cwd: meta.cwd,
      declaredTools: [...declaredTools(tools)],
      settings: { ...state.settings, provider: meta.model_provider ?? state.settings.provider }
    },
    writes: [...placed(event, [connected]), opened]
  }
}

/** A thread begins with the model of the thread it was forked from, until its own first turn names one. */
const withModel = (state: RolloutState, model: string, isOwn: boolean): RolloutStep => {
  const { opened, isModelKnown } = state
  const next = { ...state, model, isModelKnown: isModelKnown || (isOwn && opened !== null) }
  if (opened === null || isModelKnown || opened.fact.thread.model === model) return silent(next)
  const fact = { ...opened.fact, thread: { ...opened.fact.thread, model } }
  const write = { ...opened, fact }
  return { state: { ...next, opened: write }, writes: [write] }
}

/** What every line says, inherited or not. */
const context = (state: RolloutState, event: RecordedEvent, isOwn: boolean): RolloutStep => {
  const { line } = event
  const turn = toldSettings(line)
  if (turn !== null) {
    const { cwd, model } = turn
    return withModel({ ...state, cwd, turnModel: model }, model, isOwn)
  }
  if (line.type !== 'event_msg') return silent(state)
  const { payload } = line
  if (payload.type !== 'thread_settings_applied') return silent(state)
  const applied = payload.thread_settings
  const settings = threadSettings(state.settings, applied as unknown as JsonObject)
  return withModel({ ...state, settings }, applied.model, isOwn)
}

const applyEvent = (
  state: RolloutState,
  payload: EventPayload,
  event: SituatedEvent
): RolloutStep => {
  const { atMs } = event
  switch (payload.type) {
    case 'task_started':
      return turnStarted(state, payload, event, atMs)
    case 'task_complete':
    case 'turn_aborted':
      return turnEnded(state, payload, event, atMs)
    case 'token_count':
      return contextCounted(state, payload)
    case 'entered_review_mode':
      return silent({ ...state, inReview: true })
    case 'exited_review_mode':
      return silent({ ...state, inReview: false })
    case 'item_completed': {
      const { type } = payload.item
      if (type !== 'EnteredReviewMode' && type !== 'ExitedReviewMode') return silent(state)
      return silent({ ...state, inReview: type === 'EnteredReviewMode' })
    }
    case 'thread_goal_updated':
      return goalChanged(state, payload, event, atMs)
    default:
      return silent(state)
  }
}

const own = (state: RolloutState, event: SituatedEvent): RolloutStep => {
  const { line, atMs } = event
  const settings = toldSettings(line)
  if (settings !== null) return turnConfigured(state, settings, event, atMs)
  switch (line.type) {
    case 'session_meta':
      return head(state, event)
    case 'token_usage_record':
      return line.payload.thread_id.toLowerCase() === event.streamId
        ? answeredOnce(state, line.payload.response_id)
        : silent(state)
    case 'compacted':
      return compacted(state, line.payload, event, atMs)
    case 'event_msg':
      return applyEvent(state, line.payload, event)
    default:
      return silent(state)
  }
}

const after = (first: RolloutStep, next: (state: RolloutState) => RolloutStep): RolloutStep => {
  const second = next(first.state)
  if (first.writes.length === 0) return second
  if (second.writes.length === 0) return { state: second.state, writes: first.writes }
  return { state: second.state, writes: [...first.writes, ...second.writes] }
}

const evolveAny = (state: RolloutState, event: SituatedEvent, profile: Profile): RolloutStep => {
  if (event.origin === 'inherited') {
    const isTurn = event.line.type === 'turn_context'
    return context(isTurn ? { ...state, hadTurn: true } : state, event, false)
  }
  if (event.origin === 'restored_copy') return context(state, event, true)
  const known = after(context(state, event, true), (next) => own(next, event))
  const heard = after(known, (next) => said(next, event, profile))
  const called = after(heard, (next) =>
    next.inReview ? silent(next) : calls(next, event, profile)
  )
  return after(called, compactionSettled)
}

/** Pure and total: one line of a thread. The same place is written again when a later line knows more. */
export const evolveRollout = (
  before: RolloutState,
  event: SituatedEvent,
  profile: Profile
): RolloutStep => {
  const { state, writes } = evolveAny(before, event, profile)
  return { state: withOpenTurn(state, event), writes }
}

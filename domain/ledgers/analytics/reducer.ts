/**
 * Facts to events: the joins of Codex's analytics reducer, as one pure fold.
 *
 * A turn is told when its images, settings, end and (from 0.142 on) profile are known, in whichever order they came. A
 * tool call is told when it ends, if its turn, its beginning, its thread and the thread's connection are known. A
 * sub-agent's thread has the connection of its parent. Used apps and plugins are told once per turn.
 *
 * What Codex loses, this reducer loses too, but for one thing: a call that ends after its turn was told still makes an
 * event (0.130 and 0.169 do so as well, 0.142 does not).
 */
import { own } from '../../own.ts'
import { NO_EVENTS, type Events, type Rendering } from './context.ts'
import type { Fact, FactInTurn, FactOf } from './fact.ts'
import {
  appMentionedEvent,
  appUsedEvent,
  archiveEvent,
  compactionEvent,
  goalEvent,
  guardianEvent,
  hookEvent,
  importEvent,
  inProcess,
  installFailedEvent,
  pluginChangedEvent,
  pluginUsedEvent,
  skillEvent,
  steerEvent,
  threadEvent,
  type EventMaker
} from './other-events.ts'
import {
  keyOf,
  LIMITS,
  withEntry,
  withoutEntry,
  withTurn,
  type AnalyticsState,
  type PendingRequest,
  type ToolCounts,
  type AnalyticsTurn
} from './state.ts'
import { afterReview, reviewEvent, toolEvent } from './tool-events.ts'
import { isWhole, turnEvents } from './turn-events.ts'

type ReducerStep = readonly [AnalyticsState, Events]

type FactHandler<K extends Fact['kind']> = (
  state: AnalyticsState,
  fact: FactOf<K>,
  rendering: Rendering
) => ReducerStep

const quiet = (state: AnalyticsState): ReducerStep => [state, NO_EVENTS]

const turnKey = ({ threadId, turnId }: Omit<FactInTurn, 'atMs'>) => keyOf(threadId, turnId)

/** Changes a turn, and emits it once nothing is missing any more. */
const turnTold = (
  state: AnalyticsState,
  key: string,
  change: Partial<AnalyticsTurn>,
  fact: { readonly atMs: number },
  rendering: Rendering
): ReducerStep => {
  const known = state.turns.get(key)
  if (known?.told === true) return quiet(state)
  const next = withTurn(state, key, change)
  const turn = next.turns.get(key)
  if (turn === undefined || !isWhole(turn, rendering)) return quiet(next)
  const events = turnEvents(next, turn, fact.atMs, rendering)
  return events === null ? quiet(next) : [withTurn(next, key, { told: true }), events]
}

const opened: FactHandler<'thread_opened'> = (state, { connectionId, thread, atMs }, rendering) => {
  const connection = state.connections.get(connectionId)
  if (connection === undefined) return quiet(state)
  const next = withEntry(state, 'threads', thread.threadId, { connectionId, metadata: thread })
  return [next, threadEvent(thread, connection, atMs, rendering)]
}

const subAgent: FactHandler<'sub_agent_started'> = (
  state,
  { thread, connectionId, atMs },
  rendering
) => {
  const { threadId, parentThreadId } = thread
  const known = state.threads.get(threadId)
  const parents =
    parentThreadId === null ? undefined : state.threads.get(parentThreadId)?.connectionId
  const id = known?.connectionId ?? parents ?? connectionId
  const metadata = known?.metadata ?? thread
  const next = withEntry(state, 'threads', threadId, { connectionId: id, metadata })
  const connection = id === null ? undefined : state.connections.get(id)
  if (connection === undefined) return quiet(next)
  const inside = { ...connection, client: inProcess(connection.client) }
  return [next, threadEvent(thread, inside, atMs, rendering)]
}

const accepted: FactHandler<'turn_accepted' | 'steer_accepted'> = (state, fact, rendering) => {
  const key = keyOf(fact.connectionId, fact.requestId)
  const request = state.requests.get(key)
  const rest = withoutEntry(state, 'requests', key)
  if (request === undefined) return quiet(rest)
  const turn = keyOf(request.threadId, fact.turnId)
  if (request.kind === 'turn_requested' && fact.kind === 'turn_accepted') {
    const { connectionId, imageCount } = request
    return turnTold(rest, turn, { connectionId, imageCount }, fact, rendering)
  }
  if (request.kind !== 'steer_requested' || fact.kind !== 'steer_accepted') return quiet(rest)
  const known = rest.turns.get(turn)
  const counted = known === undefined ? rest : withTurn(rest, turn, { steers: known.steers + 1 })
  const answer = { turnId: fact.turnId, refusal: null, atMs: fact.atMs }
  return [counted, steerEvent(counted, request, answer, rendering)]
}

const refused: FactHandler<'request_failed'> = (state, fact, rendering) => {
  const key = keyOf(fact.connectionId, fact.requestId)
  const request = state.requests.get(key)
  const rest = withoutEntry(state, 'requests', key)
  if (request?.kind !== 'steer_requested') return quiet(rest)
  const answer = { turnId: null, refusal: fact.refusal, atMs: fact.atMs }
  return [rest, steerEvent(rest, request, answer, rendering)]
}

const counted = (counts: ToolCounts, tool: Exclude<keyof ToolCounts, 'total'>): ToolCounts => ({
  ...counts,
  total: counts.total + 1,
  [tool]: counts[tool] + 1
})

const toolEnded: FactHandler<'tool_ended'> = (state, fact, rendering) => {
  const turn = state.turns.get(turnKey(fact))
  if (turn === undefined) return quiet(state)
  const { tool } = fact.outcome.details
  const events = toolEvent(state, fact, turn, rendering)
  // Before 0.169 such calls were no tools to the analytics.
  const isCounted = tool !== 'control' || rendering.contract === '0.169'
  const after =
    turn.told || !isCounted
      ? state
      : withTurn(state, turnKey(fact), { counts: counted(turn.counts, tool) })
  const key = keyOf(fact.threadId, fact.turnId, fact.itemId)
  return [withoutEntry(withoutEntry(after, 'toolsStarted', key), 'itemReviews', key), events]
}

const answered: FactHandler<'approval_answered'> = (state, fact, rendering) => {
  const asked = state.approvals.get(fact.reviewId)
  if (asked === undefined) return quiet(state)
  const rest = withoutEntry(state, 'approvals', fact.reviewId)
  const { subject, itemId } = asked
  const isSummed = itemId !== null && subject !== 'permissions' && subject !== 'network_access'
  const key = keyOf(asked.threadId, asked.turnId, itemId)
  const summed = isSummed
    ? withEntry(rest, 'itemReviews', key, afterReview(asked, fact, rest.itemReviews.get(key)))
    : rest
  return [summed, reviewEvent(summed, asked, fact, rendering)]
}

/** Emits only the first use of a thing per turn; when too many are remembered, all are forgotten, as in Codex. */
const once = (
  state: AnalyticsState,
  key: string,
  events: (state: AnalyticsState) => Events
): ReducerStep => {
  if (state.used.has(key)) return quiet(state)
  const used = state.used.size >= LIMITS.used ? [key] : [...state.used, key]
  const next = { ...state, used: new Set(used) }
  return [next, events(next)]
}

/** A fact that makes its event by itself and changes no state. */
const telling =
  <F>(events: EventMaker<F>) =>
  (state: AnalyticsState, fact: F, rendering: Rendering): ReducerStep => [
    state,
    events(state, fact, rendering)
  ]

/** A fact that only adds to a turn. */
const ofTurn =
  <F extends FactInTurn>(
    change: (fact: F, known: AnalyticsTurn | undefined) => Partial<AnalyticsTurn>
  ) =>
  (state: AnalyticsState, fact: F, rendering: Rendering): ReducerStep => {
    const key = turnKey(fact)
    return turnTold(state, key, change(fact, state.turns.get(key)), fact, rendering)
  }

const requested = (state: AnalyticsState, fact: PendingRequest): ReducerStep =>
  quiet(withEntry(state, 'requests', keyOf(fact.connectionId, fact.requestId), fact))

const HANDLERS: { readonly [K in Fact['kind']]: FactHandler<K> } = {
  connected: (state, { connectionId, client, runtime }) =>
    quiet(withEntry(state, 'connections', connectionId, { client, runtime })),
  disconnected: (state, { connectionId }) =>
    quiet(
      [...state.requests]
        .filter(([, request]) => request.connectionId === connectionId)
        .reduce((rest, [key]) => withoutEntry(rest, 'requests', key), state)
    ),
  thread_opened: opened,
  sub_agent_started: subAgent,
  turn_requested: requested,
  steer_requested: requested,
  turn_accepted: accepted,
  steer_accepted: accepted,
  request_failed: refused,

  turn_started: ofTurn(({ startedAt }) => ({ startedAt })),
  turn_configured: ofTurn(({ settings, imageCount }) => ({ settings, imageCount })),
  turn_tokens: ofTurn(({ tokens }) => ({ tokens })),
  turn_profile: ofTurn(({ profile }) => ({ profile })),
  images_prepared: ofTurn(({ preparations }) => ({ imagePreparations: preparations })),
  turn_error: ofTurn(({ error }) => ({ error })),
  diff_updated: ofTurn(({ lines, repositoryUrl }) => ({ diff: lines, repositoryUrl })),
  interrupt_requested: ofTurn(({ atMs }, known) => ({
    interruptRequestedAtMs: known?.interruptRequestedAtMs ?? atMs
  })),
  turn_ended: ofTurn((ended) => ({ ended })),

  sub_agent_acted: (state, fact) => {
    const turn = state.turns.get(turnKey(fact))
    if (turn === undefined || turn.told) return quiet(state)
    return quiet(withTurn(state, turnKey(fact), { counts: counted(turn.counts, 'collab') }))
  },
  tool_started: (state, { threadId, turnId, itemId, atMs }) =>
    quiet(withEntry(state, 'toolsStarted', keyOf(threadId, turnId, itemId), atMs)),
  tool_ended: toolEnded,
  approval_requested: (state, fact) => quiet(withEntry(state, 'approvals', fact.reviewId, fact)),
  approval_answered: answered,
  server_request: quiet,
  server_response: quiet,

  thread_archived: telling(archiveEvent),
  thread_unarchived: telling(archiveEvent),
  compacted: telling(compactionEvent),
  goal: telling(goalEvent),
  guardian_review: telling(guardianEvent),
  skill_invoked: telling(skillEvent),
  app_mentioned: telling(appMentionedEvent),
  app_used: (state, fact, rendering) =>
    once(state, keyOf('app', turnKey(fact), fact.connectorId), (next) =>
      appUsedEvent(next, fact, rendering)
    ),
  plugin_used: (state, fact, rendering) => {
    const id = fact.plugin.localId ?? fact.plugin.remoteId
    return once(state, keyOf('plugin', turnKey(fact), id), (next) =>
      pluginUsedEvent(next, fact, rendering)
    )
  },
  hook_ran: telling(hookEvent),
  plugin_changed: telling(pluginChangedEvent),
  plugin_install_failed: telling(installFailedEvent),
  import_ended: telling(importEvent)
}

/** Pure and total: one fact, for payloads of one contract. An unknown kind changes nothing. */
export const reduceFact = (
  state: AnalyticsState,
  fact: Fact,
  rendering: Rendering
): ReducerStep => {
  const handle = own<FactHandler<never>>(HANDLERS, fact.kind) as
    | FactHandler<Fact['kind']>
    | undefined
  return handle === undefined ? quiet(state) : handle(state, fact, rendering)
}

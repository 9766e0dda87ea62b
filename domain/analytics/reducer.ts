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
import { NO_EVENTS, type Events, type Rendering } from './context.ts'
import type { Fact, FactOf, OpenedThread } from './fact.ts'
import {
  appEvent,
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
  threadEvent
} from './other-events.ts'
import {
  keyOf,
  LIMITS,
  withEntry,
  withoutEntry,
  withTurn,
  type AnalyticsState,
  type ToolCounts,
  type TurnState
} from './state.ts'
import { afterReview, reviewEvent, toolEvent } from './tool-events.ts'
import { isWhole, turnEvents } from './turn-events.ts'
import type { SteerRefusal } from './vocabulary.ts'

/** The state after a fact, and the events it made. */
export type Step = readonly [AnalyticsState, Events]

const quiet = (state: AnalyticsState): Step => [state, NO_EVENTS]

const turnKey = ({ threadId, turnId }: { readonly threadId: string; readonly turnId: string }) =>
  keyOf(threadId, turnId)

/** Changes a turn, and tells it when nothing is missing any more. */
const turnTold = (
  state: AnalyticsState,
  key: string,
  change: Partial<TurnState>,
  fact: { readonly atMs: number },
  rendering: Rendering
): Step => {
  const known = state.turns.get(key)
  if (known?.told === true) return quiet(state)
  const next = withTurn(state, key, change)
  const turn = next.turns.get(key)
  if (turn === undefined || !isWhole(turn, rendering)) return quiet(next)
  const events = turnEvents(next, turn, fact.atMs, rendering)
  return events === null ? quiet(next) : [withTurn(next, key, { told: true }), events]
}

const opened = (
  state: AnalyticsState,
  connectionId: string,
  thread: OpenedThread,
  atMs: number,
  rendering: Rendering
): Step => {
  const connection = state.connections.get(connectionId)
  if (connection === undefined) return quiet(state)
  const next = withEntry(state, 'threads', thread.threadId, { connectionId, metadata: thread })
  return [next, threadEvent(thread, connection, atMs, rendering)]
}

const subAgent = (
  state: AnalyticsState,
  { thread, connectionId, atMs }: FactOf<'sub_agent_started'>,
  rendering: Rendering
): Step => {
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

const accepted = (
  state: AnalyticsState,
  fact: FactOf<'turn_accepted' | 'steer_accepted'>,
  rendering: Rendering
): Step => {
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

const refused = (
  state: AnalyticsState,
  fact: FactOf<'request_failed'>,
  rendering: Rendering
): Step => {
  const key = keyOf(fact.connectionId, fact.requestId)
  const request = state.requests.get(key)
  const rest = withoutEntry(state, 'requests', key)
  if (request?.kind !== 'steer_requested') return quiet(rest)
  const refusal: SteerRefusal | null = fact.refusal
  const answer = { turnId: null, refusal, atMs: fact.atMs }
  return [rest, steerEvent(rest, request, answer, rendering)]
}

const counted = (counts: ToolCounts, tool: Exclude<keyof ToolCounts, 'total'>): ToolCounts => ({
  ...counts,
  total: counts.total + 1,
  [tool]: counts[tool] + 1
})

const toolEnded = (
  state: AnalyticsState,
  fact: FactOf<'tool_ended'>,
  rendering: Rendering
): Step => {
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

const answered = (
  state: AnalyticsState,
  fact: FactOf<'approval_answered'>,
  rendering: Rendering
): Step => {
  const asked = state.approvals.get(fact.reviewId)
  if (asked === undefined) return quiet(state)
  const rest = withoutEntry(state, 'approvals', fact.reviewId)
  const { subject, itemId } = asked
  const isSummed = itemId !== null && subject !== 'permissions' && subject !== 'network_access'
  const key = keyOf(asked.threadId, asked.turnId, itemId)
  const summed = isSummed
    ? withEntry(rest, 'itemReviews', key, afterReview(rest.itemReviews.get(key), asked, fact))
    : rest
  return [summed, reviewEvent(summed, asked, fact, rendering)]
}

/** Tells only the first use of the same thing in the same turn; after too many, all is forgotten, as Codex does. */
const once = (
  state: AnalyticsState,
  key: string,
  events: (state: AnalyticsState) => Events
): Step => {
  if (state.used.has(key)) return quiet(state)
  const used = state.used.size >= LIMITS.used ? [key] : [...state.used, key]
  const next = { ...state, used: new Set(used) }
  return [next, events(next)]
}

const requestStep = (state: AnalyticsState, fact: Fact, rendering: Rendering): Step | null => {
  switch (fact.kind) {
    case 'connected': {
      const { client, runtime } = fact
      return quiet(withEntry(state, 'connections', fact.connectionId, { client, runtime }))
    }
    case 'disconnected': {
      const gone = [...state.requests].filter(([, one]) => one.connectionId === fact.connectionId)
      return quiet(gone.reduce((rest, [key]) => withoutEntry(rest, 'requests', key), state))
    }
    case 'thread_opened':
      return opened(state, fact.connectionId, fact.thread, fact.atMs, rendering)
    case 'sub_agent_started':
      return subAgent(state, fact, rendering)
    case 'turn_requested':
    case 'steer_requested':
      return quiet(withEntry(state, 'requests', keyOf(fact.connectionId, fact.requestId), fact))
    case 'turn_accepted':
    case 'steer_accepted':
      return accepted(state, fact, rendering)
    case 'request_failed':
      return refused(state, fact, rendering)
    default:
      return null
  }
}

const turnStep = (state: AnalyticsState, fact: Fact, rendering: Rendering): Step | null => {
  const told = (
    turn: { readonly threadId: string; readonly turnId: string },
    change: Partial<TurnState>
  ) => turnTold(state, turnKey(turn), change, fact, rendering)
  switch (fact.kind) {
    case 'turn_started':
      return told(fact, { startedAt: fact.startedAt })
    case 'turn_configured':
      return told(fact, { settings: fact.settings, imageCount: fact.imageCount })
    case 'turn_tokens':
      return told(fact, { tokens: fact.tokens })
    case 'turn_profile':
      return told(fact, { profile: fact.profile })
    case 'images_prepared':
      return told(fact, { imagePreparations: fact.preparations })
    case 'turn_error':
      return told(fact, { error: fact.error })
    case 'diff_updated':
      return told(fact, { diff: fact.lines, repositoryUrl: fact.repositoryUrl })
    case 'interrupt_requested': {
      const first = state.turns.get(turnKey(fact))?.interruptRequestedAtMs ?? fact.atMs
      return told(fact, { interruptRequestedAtMs: first })
    }
    case 'turn_ended':
      return told(fact, { ended: fact })
    default:
      return null
  }
}

const toolStep = (state: AnalyticsState, fact: Fact, rendering: Rendering): Step | null => {
  switch (fact.kind) {
    case 'sub_agent_acted': {
      const turn = state.turns.get(turnKey(fact))
      return quiet(
        turn === undefined || turn.told
          ? state
          : withTurn(state, turnKey(fact), { counts: counted(turn.counts, 'collab') })
      )
    }
    case 'tool_started': {
      const key = keyOf(fact.threadId, fact.turnId, fact.itemId)
      return quiet(withEntry(state, 'toolsStarted', key, fact.atMs))
    }
    case 'tool_ended':
      return toolEnded(state, fact, rendering)
    case 'approval_requested':
      return quiet(withEntry(state, 'approvals', fact.reviewId, fact))
    case 'approval_answered':
      return answered(state, fact, rendering)
    default:
      return null
  }
}

const otherStep = (state: AnalyticsState, fact: Fact, rendering: Rendering): Step => {
  switch (fact.kind) {
    case 'thread_archived':
    case 'thread_unarchived':
      return [state, archiveEvent(state, fact, rendering)]
    case 'compacted':
      return [state, compactionEvent(state, fact, rendering)]
    case 'goal':
      return [state, goalEvent(state, fact, rendering)]
    case 'guardian_review':
      return [state, guardianEvent(state, fact, rendering)]
    case 'skill_invoked':
      return [state, skillEvent(state, fact, rendering)]
    case 'app_mentioned':
      return [state, appEvent(state, fact, rendering)]
    case 'app_used':
      return once(state, keyOf('app', turnKey(fact), fact.connectorId), (next) =>
        appEvent(next, fact, rendering)
      )
    case 'plugin_used': {
      const id = fact.plugin.localId ?? fact.plugin.remoteId
      return once(state, keyOf('plugin', turnKey(fact), id), (next) =>
        pluginUsedEvent(next, fact, rendering)
      )
    }
    case 'hook_ran':
      return [state, hookEvent(state, fact, rendering)]
    case 'plugin_changed':
      return [state, pluginChangedEvent(fact, rendering)]
    case 'plugin_install_failed':
      return [state, installFailedEvent(fact, rendering)]
    case 'import_ended':
      return [state, importEvent(fact, rendering)]
    default:
      return quiet(state)
  }
}

/** Pure and total: one fact, for payloads of one contract. */
export const reduceFact = (state: AnalyticsState, fact: Fact, rendering: Rendering): Step =>
  requestStep(state, fact, rendering) ??
  turnStep(state, fact, rendering) ??
  toolStep(state, fact, rendering) ??
  otherStep(state, fact, rendering)

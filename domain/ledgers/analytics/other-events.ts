/**
 * Events that one fact makes by itself, with at most the thread it is about.
 */
import type { JsonObject } from '../../json.ts'
import { idMembers, pluginMembers } from './plugin-events.ts'
import {
  contextMembers,
  contextOf,
  eventOf,
  NO_EVENTS,
  seconds,
  wireMembers,
  type Events,
  type Rendering
} from './context.ts'
import type { AnalyticsClient, FactInThread, FactInTurn, FactOf, OpenedThread } from './fact.ts'
import type { AnalyticsPayload } from './envelope.ts'
import { skillId } from './hashes.ts'
import type { AnalyticsState, AnalyticsConnection } from './state.ts'
import type { EventType, SteerRefusal } from './vocabulary.ts'

export type EventMaker<F> = (state: AnalyticsState, fact: F, rendering: Rendering) => Events

export const threadEvent = (
  thread: OpenedThread,
  connection: AnalyticsConnection,
  atMs: number,
  rendering: Rendering
): Events => {
  const { threadId } = thread
  const members = contextMembers({ connection, thread })
  return eventOf(rendering, { atMs, threadId }, 'codex_thread_initialized', members)
}

/** The client of a sub-agent's thread: its parent's, in process. */
export const inProcess = (client: AnalyticsClient): AnalyticsClient => ({
  ...client,
  transport: 'in_process',
  experimentalApi: null
})

/** A thread was archived or unarchived, even one that nobody opened. */
export const archiveEvent: EventMaker<FactOf<'thread_archived' | 'thread_unarchived'>> = (
  state,
  fact,
  rendering
) => {
  const context = contextOf(state, fact.threadId)
  return eventOf(rendering, fact, 'codex_thread_archive_event', {
    ...(context === null ? {} : contextMembers(context)),
    thread_id: fact.threadId,
    action: fact.kind === 'thread_archived' ? 'archived' : 'unarchived',
    occurred_at_ms: fact.atMs
  })
}

export const steerEvent = (
  state: AnalyticsState,
  request: FactOf<'steer_requested'>,
  answer: {
    readonly turnId: string | null
    readonly refusal: SteerRefusal | null
    readonly atMs: number
  },
  rendering: Rendering
): Events => {
  const { threadId } = request
  const context = contextOf(state, threadId, request.connectionId)
  if (context === null) return NO_EVENTS
  return eventOf(rendering, { atMs: answer.atMs, threadId }, 'codex_turn_steer_event', {
    ...contextMembers(context),
    expected_turn_id: request.expectedTurnId,
    accepted_turn_id: answer.turnId,
    num_input_images: request.imageCount,
    result: answer.turnId === null ? 'rejected' : 'accepted',
    rejection_reason: answer.refusal,
    created_at: seconds(request.atMs)
  })
}

/** An event about a thread, with the members of its fact; `special` adds those spelled otherwise. */
const aboutThread =
  <F extends FactInThread>(type: EventType, special: (fact: F) => JsonObject): EventMaker<F> =>
  (state, fact, rendering) => {
    const context = contextOf(state, fact.threadId)
    if (context === null) return NO_EVENTS
    const members = { ...wireMembers(fact), ...special(fact), ...contextMembers(context) }
    return eventOf(rendering, fact, type, members)
  }

export const compactionEvent = aboutThread<FactOf<'compacted'>>(
  'codex_compaction_event',
  (fact) => ({
    error: fact.error?.message ?? null,
    codex_error_kind: fact.error?.kind ?? null,
    codex_error_http_status_code: fact.error?.httpStatus ?? null,
    active_context_tokens_before: fact.contextTokensBefore,
    active_context_tokens_after: fact.contextTokensAfter,
    compaction_summary_tokens: fact.summaryTokens
  })
)

export const goalEvent = aboutThread<FactOf<'goal'>>('codex_goal_event', (fact) => ({
  event_kind: fact.change,
  goal_status: fact.status,
  cumulative_tokens_accounted: fact.cumulativeTokens,
  cumulative_time_accounted_seconds: fact.cumulativeSeconds
}))

export const guardianEvent = aboutThread<FactOf<'guardian_review'>>(
  'codex_guardian_review',
  ({ review, turnId }) => ({ ...review, turn_id: turnId })
)

/** An event of something used in a turn; a thread that was never opened has no product. */
const usedInTurn =
  <F extends FactInTurn & { readonly model: string | null }>(
    type: EventType,
    special: (fact: F, rendering: Rendering) => JsonObject,
    beside?: (fact: F, rendering: Rendering) => Pick<AnalyticsPayload, 'skill_id' | 'skill_name'>
  ): EventMaker<F> =>
  (state, fact, rendering) => {
    const product = contextOf(state, fact.threadId)?.connection.client.productClientId ?? null
    const members = {
      ...wireMembers(fact),
      ...special(fact, rendering),
      model_slug: fact.model,
      product_client_id: product
    }
    return eventOf(rendering, fact, type, members, beside?.(fact, rendering))
  }

export const pluginUsedEvent = usedInTurn<FactOf<'plugin_used'>>(
  'codex_plugin_used',
  ({ plugin }, { contract }) => pluginMembers(plugin, contract, null)
)

export const skillEvent = usedInTurn<FactOf<'skill_invoked'>>(
  'skill_invocation',
  ({ plugin, scope, repositoryUrl = null }, { contract }) => ({
    skill_scope: scope,
    ...(plugin === null ? {} : idMembers(plugin, contract)),
    repo_url: repositoryUrl
  }),
  ({ name, path, repositoryUrl }, { sha1 }) => ({
    ...(repositoryUrl === undefined
      ? {}
      : { skill_id: skillId({ name, path, repositoryUrl }, sha1) }),
    skill_name: name
  })
)

type AppFact = FactOf<'app_mentioned' | 'app_used'>

export const appMentionedEvent = usedInTurn<AppFact>('codex_app_mentioned', () => ({}))

export const appUsedEvent = usedInTurn<AppFact>('codex_app_used', () => ({}))

/** A hook ran; one still running counts as failed, as in Codex. */
export const hookEvent = usedInTurn<FactOf<'hook_ran'>>('codex_hook_run', (fact) => ({
  hook_name: fact.name,
  hook_source: fact.source,
  status: fact.status === 'running' ? 'failed' : fact.status
}))

export const pluginChangedEvent: EventMaker<FactOf<'plugin_changed'>> = (_, fact, rendering) => {
  const { atMs, plugin, productClientId, change } = fact
  const members = pluginMembers(plugin, rendering.contract, productClientId)
  return eventOf(rendering, { atMs, threadId: null }, `codex_plugin_${change}`, members)
}

export const installFailedEvent: EventMaker<FactOf<'plugin_install_failed'>> = (
  _,
  fact,
  rendering
) =>
  eventOf(rendering, { atMs: fact.atMs, threadId: null }, 'codex_plugin_install_failed', {
    ...wireMembers(fact),
    ...pluginMembers(fact.plugin, rendering.contract, fact.productClientId)
  })

export const importEvent: EventMaker<FactOf<'import_ended'>> = (_, fact, rendering) => {
  const { result, itemType, atMs } = fact
  const ending = 'successCount' in result ? 'complete' : 'failure'
  const type = `codex_onboarding_external_agent_import_${ending}` as const
  const members = { ...wireMembers(fact), ...wireMembers(result), type: itemType }
  return eventOf(rendering, { atMs, threadId: null }, type, members)
}

/**
 * Events that one fact makes by itself, with at most the thread it is about.
 */
import type { Json, JsonObject } from '../json.ts'
import {
  clientMembers,
  contextMembers,
  contextOf,
  eventOf,
  NO_EVENTS,
  runtimeMembers,
  seconds,
  sourceMembers,
  type Events,
  type Rendering
} from './context.ts'
import type { Client, FactOf, OpenedThread } from './fact.ts'
import { idMembers, pluginMembers } from './plugin-events.ts'
import { skillId } from './hashes.ts'
import type { AnalyticsState, Connection } from './state.ts'
import type { SteerRefusal } from './vocabulary.ts'

/** A thread was opened. */
export const threadEvent = (
  thread: OpenedThread,
  { client, runtime }: Connection,
  atMs: number,
  rendering: Rendering
): Events =>
  eventOf(rendering, { atMs, threadId: thread.threadId }, 'codex_thread_initialized', {
    ...sourceMembers(thread),
    app_server_client: clientMembers(client),
    runtime: runtimeMembers(runtime),
    model: thread.model,
    ephemeral: thread.ephemeral,
    is_worktree: thread.isWorktree,
    initialization_mode: thread.mode,
    forked_from_thread_id: thread.forkedFromThreadId,
    created_at: thread.createdAt
  })

/** The client a sub-agent's own thread is told with: its parent's, inside the process. */
export const inProcess = (client: Client): Client => ({
  ...client,
  transport: 'in_process',
  experimentalApi: null
})

/** A thread was moved to the archive or back. Told even of a thread that nobody opened. */
export const archiveEvent = (
  state: AnalyticsState,
  fact: FactOf<'thread_archived' | 'thread_unarchived'>,
  rendering: Rendering
): Events => {
  const context = contextOf(state, fact.threadId)
  const values: JsonObject = {
    ...(context === null ? {} : contextMembers(context)),
    thread_id: fact.threadId,
    action: fact.kind === 'thread_archived' ? 'archived' : 'unarchived',
    occurred_at_ms: fact.atMs
  }
  return eventOf(rendering, fact, 'codex_thread_archive_event', values)
}

/** A running turn was given more input, or that was refused. */
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
  const context = contextOf(state, request.threadId, request.connectionId)
  if (context === null) return NO_EVENTS
  const at = { atMs: answer.atMs, threadId: request.threadId }
  return eventOf(rendering, at, 'codex_turn_steer_event', {
    ...contextMembers(context),
    expected_turn_id: request.expectedTurnId,
    accepted_turn_id: answer.turnId,
    num_input_images: request.imageCount,
    result: answer.turnId === null ? 'rejected' : 'accepted',
    rejection_reason: answer.refusal,
    created_at: seconds(request.atMs)
  })
}

/** The context of a thread was compacted. */
export const compactionEvent = (
  state: AnalyticsState,
  fact: FactOf<'compacted'>,
  rendering: Rendering
): Events => {
  const context = contextOf(state, fact.threadId)
  if (context === null) return NO_EVENTS
  return eventOf(rendering, fact, 'codex_compaction_event', {
    ...contextMembers(context),
    turn_id: fact.turnId,
    trigger: fact.trigger,
    reason: fact.reason,
    implementation: fact.implementation,
    phase: fact.phase,
    strategy: fact.strategy,
    status: fact.status,
    error: fact.error?.message ?? null,
    codex_error_kind: fact.error?.kind ?? null,
    codex_error_http_status_code: fact.error?.httpStatus ?? null,
    active_context_tokens_before: fact.contextTokensBefore,
    active_context_tokens_after: fact.contextTokensAfter,
    retained_image_count: fact.retainedImageCount,
    compaction_summary_tokens: fact.summaryTokens,
    cached_input_tokens: fact.cachedInputTokens,
    cache_write_input_tokens: fact.cacheWriteInputTokens,
    started_at: fact.startedAt,
    completed_at: fact.completedAt,
    duration_ms: fact.durationMs
  })
}

/** A goal was made, used, changed or taken away. */
export const goalEvent = (
  state: AnalyticsState,
  fact: FactOf<'goal'>,
  rendering: Rendering
): Events => {
  const context = contextOf(state, fact.threadId)
  if (context === null) return NO_EVENTS
  return eventOf(rendering, fact, 'codex_goal_event', {
    ...contextMembers(context),
    turn_id: fact.turnId,
    goal_id: fact.goalId,
    event_kind: fact.change,
    goal_status: fact.status,
    has_token_budget: fact.hasTokenBudget,
    cumulative_tokens_accounted: fact.cumulativeTokens,
    cumulative_time_accounted_seconds: fact.cumulativeSeconds
  })
}

/** An automatic review ended. */
export const guardianEvent = (
  state: AnalyticsState,
  fact: FactOf<'guardian_review'>,
  rendering: Rendering
): Events => {
  const context = contextOf(state, fact.threadId)
  return context === null
    ? NO_EVENTS
    : eventOf(rendering, fact, 'codex_guardian_review', {
        ...fact.review,
        ...contextMembers(context),
        turn_id: fact.turnId
      })
}

/** Who is told as the product of an event about a thread. */
const productOf = (state: AnalyticsState, threadId: string): string | null =>
  contextOf(state, threadId)?.connection.client.productClientId ?? null

const turnMembers = (
  state: AnalyticsState,
  fact: { readonly threadId: string; readonly turnId: string; readonly model: string | null }
): JsonObject => ({
  thread_id: fact.threadId,
  turn_id: fact.turnId,
  model_slug: fact.model,
  product_client_id: productOf(state, fact.threadId)
})

/** A plugin was used in a turn. */
export const pluginUsedEvent = (
  state: AnalyticsState,
  fact: FactOf<'plugin_used'>,
  rendering: Rendering
): Events =>
  eventOf(rendering, fact, 'codex_plugin_used', {
    ...pluginMembers(fact.plugin, rendering.contract, null),
    ...turnMembers(state, fact)
  })

/** A plugin was installed, taken away, switched on or off. */
export const pluginChangedEvent = (
  fact: FactOf<'plugin_changed'>,
  rendering: Rendering
): Events => {
  const values = pluginMembers(fact.plugin, rendering.contract, fact.productClientId)
  return eventOf(
    rendering,
    { atMs: fact.atMs, threadId: null },
    `codex_plugin_${fact.change}`,
    values
  )
}

/** A plugin could not be installed. */
export const installFailedEvent = (
  fact: FactOf<'plugin_install_failed'>,
  rendering: Rendering
): Events =>
  eventOf(rendering, { atMs: fact.atMs, threadId: null }, 'codex_plugin_install_failed', {
    ...pluginMembers(fact.plugin, rendering.contract, fact.productClientId),
    source: fact.source,
    error_type: fact.errorType,
    sub_error_type: fact.subErrorType
  })

/** A skill was invoked. */
export const skillEvent = (
  state: AnalyticsState,
  fact: FactOf<'skill_invoked'>,
  rendering: Rendering
): Events => {
  const { plugin, name } = fact
  const values: JsonObject = {
    ...turnMembers(state, fact),
    skill_scope: fact.scope,
    ...(plugin === null ? {} : idMembers(plugin, rendering.contract)),
    repo_url: fact.repositoryUrl,
    invoke_type: fact.invokeType
  }
  const beside = { skill_id: skillId(fact, rendering.sha1), skill_name: name }
  return eventOf(rendering, fact, 'skill_invocation', values, beside)
}

/** An app was mentioned or used. */
export const appEvent = (
  state: AnalyticsState,
  fact: FactOf<'app_mentioned' | 'app_used'>,
  rendering: Rendering
): Events =>
  eventOf(rendering, fact, fact.kind === 'app_used' ? 'codex_app_used' : 'codex_app_mentioned', {
    ...turnMembers(state, fact),
    connector_id: fact.connectorId,
    app_name: fact.appName,
    invoke_type: fact.invokeType
  })

/** A hook ran; one that still runs is told as failed, as Codex does. */
export const hookEvent = (
  state: AnalyticsState,
  fact: FactOf<'hook_ran'>,
  rendering: Rendering
): Events =>
  eventOf(rendering, fact, 'codex_hook_run', {
    ...turnMembers(state, fact),
    hook_name: fact.name,
    hook_source: fact.source,
    handler_type: fact.handlerType,
    execution_mode: fact.executionMode,
    status: fact.status === 'running' ? 'failed' : fact.status
  })

/** An import of another agent's sessions ended, or a part of it failed. */
export const importEvent = (fact: FactOf<'import_ended'>, rendering: Rendering): Events => {
  const { result } = fact
  const values: { readonly [member: string]: Json } = {
    import_id: fact.importId,
    source: fact.source,
    provider_id: fact.providerId,
    type: fact.itemType,
    product_client_id: fact.productClientId
  }
  const at = { atMs: fact.atMs, threadId: null }
  return 'successCount' in result
    ? eventOf(rendering, at, 'codex_onboarding_external_agent_import_complete', {
        ...values,
        success_count: result.successCount,
        failed_count: result.failedCount
      })
    : eventOf(rendering, at, 'codex_onboarding_external_agent_import_failure', {
        ...values,
        failure_stage: result.failureStage,
        error_type: result.errorType,
        sub_error_type: result.subErrorType
      })
}

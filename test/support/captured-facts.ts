/**
 * The facts a capture must have been made of, read back from its events: the input from which a reducer posts the same.
 */
import { toolFacts as tool, type Params } from './captured-tools.ts'
import type {
  AnalyticsClient,
  Fact,
  FactOf,
  Runtime,
  TurnSettings
} from '../../domain/ledgers/analytics/fact.ts'
import type { PluginTelemetryMetadata } from '../../domain/ledgers/analytics/plugin-events.ts'
import type { PostedEvent } from '../../domain/ledgers/analytics/envelope.ts'
import { textIn, type JsonObject } from '../../domain/json.ts'

const client = (c: Params): AnalyticsClient => ({
  productClientId: c['product_client_id'],
  name: c['client_name'],
  version: c['client_version'],
  transport: c['rpc_transport'],
  experimentalApi: c['experimental_api_enabled']
})

const runtime = (r: Params): Runtime => ({
  version: r['codex_rs_version'],
  os: r['runtime_os'],
  osVersion: r['runtime_os_version'],
  arch: r['runtime_arch']
})

const thread = (p: Params): ReadonlyArray<Fact> => {
  const opened = {
    threadId: p['thread_id'],
    sessionId: p['session_id'] ?? null,
    model: p['model'],
    ephemeral: p['ephemeral'],
    isWorktree: p['is_worktree'] ?? null,
    threadSource: p['thread_source'],
    subagentSource: p['subagent_source'],
    parentThreadId: p['parent_thread_id'],
    forkedFromThreadId: p['forked_from_thread_id'] ?? null,
    mode: p['initialization_mode'],
    createdAt: p['created_at']
  }
  if (p['subagent_source'] !== null && p['app_server_client'].rpc_transport === 'in_process')
    return [{ kind: 'sub_agent_started', atMs: 0, thread: opened, connectionId: null }]
  const connection = { connectionId: 'one', atMs: 0 }
  return [
    {
      kind: 'connected',
      ...connection,
      client: client(p['app_server_client']),
      runtime: runtime(p['runtime'])
    },
    { kind: 'thread_opened', ...connection, thread: opened }
  ]
}

const settings = (p: Params): TurnSettings => ({
  model: p['model'] ?? p['model_slug'],
  modelProvider: p['model_provider'],
  sandboxPolicy: p['sandbox_policy'],
  sandboxNetworkAccess: p['sandbox_network_access'],
  reasoningEffort: p['reasoning_effort'],
  reasoningSummary: p['reasoning_summary'],
  serviceTier: p['service_tier'],
  approvalPolicy: p['approval_policy'],
  approvalsReviewer: p['approvals_reviewer'],
  collaborationMode: p['collaboration_mode'],
  personality: p['personality'],
  workspaceKind: p['workspace_kind'] ?? null,
  isFirstTurn: p['is_first_turn'],
  ephemeral: p['ephemeral'],
  rootTurnId: p['root_turn_id'] ?? null,
  turnTrigger: p['turn_trigger'] ?? null,
  turnSource: p['codex_turn_source'] ?? null,
  multiAgentVersion: p['multi_agent_version'] ?? null,
  guardianV2Enabled: p['guardian_v2_enabled'] ?? null,
  activePluginIds: p['active_plugin_ids_at_turn_start'] ?? []
})

const profile = (p: Params): FactOf<'turn_profile'>['profile'] =>
  p['sampling_ms'] === undefined
    ? null
    : {
        beforeFirstSamplingMs: p['before_first_sampling_ms'],
        samplingMs: p['sampling_ms'],
        betweenSamplingOverheadMs: p['between_sampling_overhead_ms'],
        toolBlockingMs: p['tool_blocking_ms'],
        afterLastSamplingMs: p['after_last_sampling_ms'],
        samplingRequestCount: p['sampling_request_count'],
        samplingRetryCount: p['sampling_retry_count'],
        compactionMs: p['compaction_ms'] ?? null,
        toolsChangeCount: p['tools_change_count'] ?? null
      }

/** Remotes of the recorded repositories, by their hash. */
const REMOTES: Readonly<Record<string, string>> = {
  '876c6537497ce46fbd6cba7416367d601f78cbb5': 'https://example.invalid/o/r.git',
  c45659db44a539de40d0a31abd04a6d6e0e05029: 'https://example.invalid/lab/repository.git'
}

const turn = (p: Params, lines: Params | undefined): ReadonlyArray<Fact> => {
  const at = { threadId: p['thread_id'], turnId: p['turn_id'], atMs: p['completed_at'] * 1000 }
  const facts: Array<Fact> = [
    { kind: 'turn_started', ...at, startedAt: p['started_at'] },
    { kind: 'turn_configured', ...at, settings: settings(p), imageCount: p['num_input_images'] }
  ]
  if (p['total_tokens'] !== null)
    facts.push({
      kind: 'turn_tokens',
      ...at,
      tokens: {
        inputTokens: p['input_tokens'],
        cachedInputTokens: p['cached_input_tokens'],
        cacheWriteInputTokens: p['cache_write_input_tokens'] ?? null,
        outputTokens: p['output_tokens'],
        reasoningOutputTokens: p['reasoning_output_tokens'],
        totalTokens: p['total_tokens']
      }
    })
  if (typeof p['codex_error_kind'] === 'string')
    facts.push({
      kind: 'turn_error',
      ...at,
      error: {
        message: null,
        kind: p['codex_error_kind'],
        httpStatus: p['codex_error_http_status_code']
      }
    })
  if (typeof p['explicit_client_interrupt_requested_at_ms'] === 'number')
    facts.push({
      kind: 'interrupt_requested',
      ...at,
      atMs: p['explicit_client_interrupt_requested_at_ms']
    })
  if (p['image_preparations']?.length > 0)
    facts.push({ kind: 'images_prepared', ...at, preparations: p['image_preparations'] })
  if (lines !== undefined)
    facts.push({
      kind: 'diff_updated',
      ...at,
      lines: { added: lines['accepted_added_lines'], deleted: lines['accepted_deleted_lines'] },
      repositoryUrl: REMOTES[String(lines['repo_hash'])] ?? null
    })
  facts.push(
    { kind: 'turn_profile', ...at, profile: profile(p) },
    {
      kind: 'turn_ended',
      ...at,
      status: p['status'],
      error: p['turn_error'],
      startedAt: p['started_at'],
      completedAt: p['completed_at'],
      durationMs: p['duration_ms']
    }
  )
  return facts
}

const steer = (p: Params, place: number): ReadonlyArray<Fact> => {
  const request = { connectionId: 'one', requestId: `steer-${place}`, atMs: p['created_at'] * 1000 }
  return [
    {
      kind: 'steer_requested',
      ...request,
      threadId: p['thread_id'],
      expectedTurnId: p['expected_turn_id'],
      imageCount: p['num_input_images']
    },
    p['accepted_turn_id'] === null
      ? { kind: 'request_failed', ...request, refusal: p['rejection_reason'] }
      : { kind: 'steer_accepted', ...request, turnId: p['accepted_turn_id'] }
  ]
}

const review = (p: Params): ReadonlyArray<Fact> => {
  const reviewId = p['reviewer'] === 'user' ? String(p['review_id']).slice(5) : p['review_id']
  return [
    {
      kind: 'approval_requested',
      atMs: p['started_at_ms'],
      threadId: p['thread_id'],
      turnId: p['turn_id'],
      itemId: p['item_id'],
      reviewId,
      reviewer: p['reviewer'],
      subject: p['subject_kind'],
      subjectName: p['subject_name'],
      trigger: p['trigger'],
      additionalPermissions: p['trigger'] === 'sandbox_denial',
      networkAccess: p['trigger'] === 'network_policy_denial'
    },
    {
      kind: 'approval_answered',
      atMs: p['completed_at_ms'],
      reviewId,
      status: p['status'],
      resolution: p['resolution']
    }
  ]
}

const compaction = (p: Params): ReadonlyArray<Fact> => [
  {
    kind: 'compacted',
    atMs: p['completed_at'] * 1000,
    threadId: p['thread_id'],
    turnId: p['turn_id'],
    trigger: p['trigger'],
    reason: p['reason'],
    implementation: p['implementation'],
    phase: p['phase'],
    strategy: p['strategy'],
    status: p['status'],
    error:
      typeof (p['error'] ?? p['codex_error_kind']) !== 'string'
        ? null
        : { message: p['error'] ?? null, kind: p['codex_error_kind'] ?? '', httpStatus: null },
    contextTokensBefore: p['active_context_tokens_before'],
    contextTokensAfter: p['active_context_tokens_after'],
    retainedImageCount: p['retained_image_count'] ?? null,
    summaryTokens: p['compaction_summary_tokens'] ?? null,
    cachedInputTokens: p['cached_input_tokens'] ?? null,
    cacheWriteInputTokens: p['cache_write_input_tokens'] ?? null,
    startedAt: p['started_at'],
    completedAt: p['completed_at'],
    durationMs: p['duration_ms']
  }
]

const archive = (p: Params): ReadonlyArray<Fact> => [
  {
    kind: p['action'] === 'archived' ? 'thread_archived' : 'thread_unarchived',
    atMs: p['occurred_at_ms'],
    threadId: p['thread_id']
  }
]

const imported = (p: Params): ReadonlyArray<Fact> => [
  {
    kind: 'import_ended',
    atMs: 0,
    importId: p['import_id'],
    source: p['source'],
    providerId: p['provider_id'] ?? null,
    itemType: p['type'],
    productClientId: p['product_client_id'],
    result: { successCount: p['success_count'], failedCount: p['failed_count'] }
  }
]

const goal = (p: Params): ReadonlyArray<Fact> => [
  {
    kind: 'goal',
    atMs: 0,
    threadId: p['thread_id'],
    turnId: p['turn_id'],
    goalId: p['goal_id'],
    change: p['event_kind'],
    status: p['goal_status'],
    hasTokenBudget: p['has_token_budget'],
    cumulativeTokens: p['cumulative_tokens_accounted'],
    cumulativeSeconds: p['cumulative_time_accounted_seconds']
  }
]

const plugin = (p: Params): PluginTelemetryMetadata => ({
  localId: p['plugin_id'],
  remoteId: p['remote_plugin_id'] ?? null,
  hasSkills: p['has_skills'],
  mcpServerCount: p['mcp_server_count'],
  mcpServerNames: p['mcp_server_names'] ?? null,
  connectorIds: p['connector_ids']
})

const pluginChanged = (type: string, p: Params): ReadonlyArray<Fact> => [
  type === 'codex_plugin_install_failed'
    ? {
        kind: 'plugin_install_failed',
        atMs: 0,
        plugin: plugin(p),
        productClientId: p['product_client_id'],
        errorType: p['error_type'],
        source: p['source'] ?? null,
        subErrorType: p['sub_error_type'] ?? null
      }
    : {
        kind: 'plugin_changed',
        atMs: 0,
        change: type.replace('codex_plugin_', '') as 'installed',
        plugin: plugin(p),
        productClientId: p['product_client_id']
      }
]

const PLUGIN_SKILLS = '/srv/codex-home/plugins/cache/labmarket/labplug'

/** Where the skills of the recorded runs stood, by their ids; relative paths are in the repository. */
const SKILLS: Readonly<Record<string, string>> = {
  '59867b17ddafb0eed686e67534aa61a39ac6d62e': `${PLUGIN_SKILLS}/1.2.3/skills/hello/SKILL.md`,
  '7bbf8a54d883194bf7a03fca06f1d32fc61caa10': `${PLUGIN_SKILLS}/1.10.0/skills/hello/SKILL.md`,
  '73933d2dfd25eab6983ad783c1e239257f4a2e38': '.agents/skills/top/SKILL.md',
  '0504cdc7bb780f818f8ccb520178859bef966bf2': '.codex/skills/layer/SKILL.md',
  '0998e1ccda94b04515ebcf4daa56f5843df6759a': 'below/.agents/skills/low/SKILL.md',
  '11d67e87c33a1e932c74d2f7e3a5ed0af9bf5fb2': '/srv/codex-home/skills/own/SKILL.md',
  d980d4ccea7792ecfe6fe53bfcafd0a1dfcdc08a: '/srv/codex-home/.agents/skills/person/SKILL.md',
  e821a3fc1ada15c860595f2e5f8291f1d68b319e: '/srv/demo/.agents/skills/demo/SKILL.md',
  '9aaa814477e765beee85e6798c233d457baebdb6': '/srv/extra/extra/SKILL.md'
}

const skill = ({ event_params, skill_id, skill_name }: PostedEvent): ReadonlyArray<Fact> => {
  const p: Params = event_params
  const path = SKILLS[textIn(skill_id)] ?? ''
  return [
    {
      kind: 'skill_invoked',
      atMs: 0,
      threadId: p['thread_id'],
      turnId: p['turn_id'],
      name: textIn(skill_name),
      scope: p['skill_scope'],
      path,
      repositoryUrl: path.startsWith('/') ? null : 'https://example.invalid/lab/repository.git',
      plugin:
        p['plugin_id'] === null
          ? null
          : { ...plugin(p), hasSkills: null, connectorIds: null, mcpServerCount: null },
      invokeType: p['invoke_type'],
      model: p['model_slug']
    }
  ]
}

const named = (event: PostedEvent): ReadonlyArray<Fact> | null => {
  const { event_type: type, event_params } = event
  const p: Params = event_params
  const at = { atMs: 0, threadId: p['thread_id'], turnId: p['turn_id'] }
  switch (type) {
    case 'codex_goal_event':
      return goal(p)
    case 'codex_guardian_review':
      return [{ kind: 'guardian_review', ...at, review: event_params }]
    case 'codex_plugin_used':
      return [{ kind: 'plugin_used', ...at, plugin: plugin(p), model: p['model_slug'] }]
    case 'skill_invocation':
      return skill(event)
    default:
      return type.startsWith('codex_plugin_') ? pluginChanged(type, p) : null
  }
}

/** The facts of a capture in its order; a turn begins before its first call, as the server tells it. */
export const factsOfCapture = (events: ReadonlyArray<PostedEvent>): ReadonlyArray<Fact> => {
  const begun = new Set<string>()
  const turnOf = (turnId: string): Params | undefined =>
    events.find(
      ({ event_type, event_params }) =>
        event_type === 'codex_turn_event' && event_params['turn_id'] === turnId
    )?.event_params
  const begin = (p: Params): ReadonlyArray<Fact> => {
    const turnId = p['turn_id'] ?? p['accepted_turn_id']
    if (typeof turnId !== 'string' || begun.has(turnId)) return []
    begun.add(turnId)
    const at = { atMs: 0, threadId: p['thread_id'], turnId }
    const told = turnOf(turnId) ?? p
    return [
      { kind: 'turn_started', ...at, startedAt: null },
      { kind: 'turn_configured', ...at, settings: settings(told), imageCount: 0 }
    ]
  }
  /** Agents are counted by what they do, too. */
  const acted = (p: Params): ReadonlyArray<Fact> => {
    const told = events.filter(
      ({ event_type, event_params }) =>
        event_type === 'codex_collab_agent_tool_call_event' &&
        event_params['turn_id'] === p['turn_id']
    )
    const at = { atMs: 0, threadId: p['thread_id'], turnId: p['turn_id'] }
    const count = Math.max(0, (p['subagent_tool_call_count'] ?? 0) - told.length)
    return Array.from({ length: count }, () => ({ kind: 'sub_agent_acted' as const, ...at }))
  }
  const linesOf = (turnId: unknown): JsonObject | undefined =>
    events.find(
      ({ event_type, event_params }) =>
        event_type === 'codex_accepted_line_fingerprints' && event_params['turn_id'] === turnId
    )?.event_params
  return events.flatMap((event, place): ReadonlyArray<Fact> => {
    const { event_type: type, event_params } = event
    const p: Params = event_params
    const facts = named(event)
    if (facts !== null) return facts
    switch (type) {
      case 'codex_thread_initialized':
        return thread(p)
      case 'codex_turn_event':
        return [...begin(p), ...acted(p), ...turn(p, linesOf(p['turn_id']))]
      case 'codex_turn_steer_event':
        return [...begin(p), ...steer(p, place)]
      case 'codex_review_event':
        return review(p)
      case 'codex_compaction_event':
        return compaction(p)
      case 'codex_thread_archive_event':
        return archive(p)
      case 'codex_onboarding_external_agent_import_complete':
        return imported(p)
      case 'codex_accepted_line_fingerprints':
        return []
      default:
        return [...begin(p), ...tool(type, p)]
    }
  })
}

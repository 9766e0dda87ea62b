/**
 * Which keys the parameters of each event have, in which order, in each contract.
 *
 * A key is followed by what limits it: `+142` it came with 0.142, `+169` with 0.169; `-142` it was gone in 0.142, `-169`
 * in 0.169; `?` it is left out when it is null. All other keys are always there.
 *
 * Source: payloads of the release binaries 0.130.0, 0.142.5 and 0.169.0. Events none of them was seen to post keep the
 * order of the types in openai/codex, codex-rs/analytics/src/events.rs.
 */
import type { Json, JsonObject } from '../../json.ts'
import { CONTRACTS, type Contract, type EventType } from './vocabulary.ts'

const WHERE_FROM = 'thread_source subagent_source parent_thread_id'

const CLIENT = `app_server_client runtime ${WHERE_FROM}`

const TOOL = `thread_id session_id+169 turn_id root_turn_id+169 item_id cell_id+169 parent_call_id+169
  originating_response_id+169 subsequent_response_id+169 ${CLIENT} tool_name tool_event_type+169 started_at_ms
  completed_at_ms duration_ms execution_duration_ms review_count guardian_review_count user_review_count
  final_approval_outcome terminal_status failure_kind requested_additional_permissions requested_network_access`

const PLUGIN = `plugin_id remote_plugin_id+169 plugin_name marketplace_name has_skills mcp_server_count connector_ids
  product_client_id`

const APP = 'connector_id thread_id turn_id app_name product_client_id invoke_type model_slug'

const IMPORT = 'import_id source provider_id+169 type'

const CRITICAL_PATH = `critical_path_status+169 critical_path_duration_ms+169 critical_path_inference_ms+169
  critical_path_sampling_ms+169 critical_path_compaction_ms+169 critical_path_auto_review_ms+169
  critical_path_auto_review_overhead_ms+169 critical_path_user_wait_ms+169 critical_path_tools_ms+169
  critical_path_overhead_ms+169 critical_path_unknown_ms+169`

const TURN = `${CRITICAL_PATH} thread_id session_id+142 turn_id active_plugin_ids_at_turn_start+169 voice_session_id+169
  root_turn_id+169 turn_trigger+169 codex_turn_source+169 submission_type app_server_client runtime ephemeral
  thread_source initialization_mode subagent_source parent_thread_id model model_provider sandbox_policy
  reasoning_effort reasoning_summary service_tier approval_policy approvals_reviewer guardian_v2_enabled+169
  multi_agent_version+169 sandbox_network_access collaboration_mode personality workspace_kind+142 num_input_images
  image_preparations+169 is_first_turn status explicit_client_interrupt_requested_at_ms+169 turn_error
  codex_error_kind+142 codex_error_http_status_code+142 usage_limit_window_minutes+169 steer_count
  total_tool_call_count shell_command_count file_change_count mcp_tool_call_count dynamic_tool_call_count
  subagent_tool_call_count web_search_count image_generation_count input_tokens cached_input_tokens
  cache_write_input_tokens+169 output_tokens reasoning_output_tokens total_tokens before_first_sampling_ms+142
  sampling_ms+142 compaction_ms+169 between_sampling_overhead_ms+142 tool_blocking_ms+142
  after_last_sampling_ms+142 sampling_request_count+142 sampling_retry_count+142 tools_change_count+169 duration_ms
  started_at completed_at`

const GUARDIAN = `session_id+142 app_server_client runtime guardian_context_mode+169 thread_id turn_id review_id
  target_item_id approval_request_source reviewed_action reviewed_action_truncated decision terminal_status
  failure_reason attempt_count+142 risk_level user_authorization outcome guardian_thread_id
  guardian_session_kind guardian_model guardian_reasoning_effort guardian_default_review_model_id+142
  guardian_catalog_contains_auto_review+142 guardian_review_model_overridden+142
  guardian_review_model_override+142 guardian_model_provider_id+142 had_prior_review_context review_timeout_ms
  tool_call_count time_to_first_token_ms completion_latency_ms started_at completed_at input_tokens
  cached_input_tokens cache_write_input_tokens+169 output_tokens reasoning_output_tokens total_tokens`

interface EventShape {
  readonly keys: string
  /** The first contract that has the event; absent: every contract has it. */
  readonly since?: Contract
}

const SHAPES: Readonly<Record<EventType, EventShape>> = {
  codex_thread_initialized: {
    keys: `thread_id session_id+142 app_server_client runtime model ephemeral is_worktree+169 thread_source
      initialization_mode subagent_source parent_thread_id forked_from_thread_id+142 created_at`
  },
  codex_thread_archive_event: {
    since: '0.169',
    keys: 'thread_id action occurred_at_ms app_server_client? runtime? thread_source? parent_thread_id?'
  },
  codex_turn_event: { keys: TURN },
  codex_turn_steer_event: {
    keys: `thread_id session_id+142 expected_turn_id accepted_turn_id ${CLIENT} num_input_images result
      rejection_reason created_at`
  },
  codex_command_execution_event: {
    keys: `sandbox_backend+169 model_slug+169 reasoning_effort+169 turn_trigger+169? ${TOOL} plugin_id+169 script_path+169
      command_execution_source exit_code command_total_action_count command_read_action_count
      command_list_files_action_count command_search_action_count command_unknown_action_count`
  },
  codex_file_change_event: {
    keys: `${TOOL} file_change_count file_add_count file_update_count file_delete_count file_move_count`
  },
  codex_mcp_tool_call_event: {
    keys: `${TOOL} mcp_server_name mcp_tool_name mcp_error_present plugin_id+142 connector_id+169
      voice_session_id+169 elicitation_type+169`
  },
  codex_dynamic_tool_call_event: {
    keys: `${TOOL} dynamic_tool_name success output_content_item_count output_text_item_count
      output_image_item_count output_audio_item_count+169`
  },
  codex_control_tool_call_event: { since: '0.169', keys: `${TOOL} success` },
  codex_collab_agent_tool_call_event: {
    keys: `${TOOL} sender_thread_id receiver_thread_count receiver_thread_ids requested_model
      requested_reasoning_effort agent_state_count completed_agent_count failed_agent_count`
  },
  codex_web_search_event: { keys: `${TOOL} web_search_action query_present query_count` },
  codex_image_generation_event: { keys: `${TOOL} revised_prompt_present saved_path_present` },
  codex_review_event: {
    since: '0.142',
    keys: `thread_id turn_id item_id review_id ${CLIENT} subject_kind subject_name reviewer trigger status
      resolution started_at_ms completed_at_ms duration_ms`
  },
  codex_guardian_review: { keys: GUARDIAN },
  codex_compaction_event: {
    keys: `thread_id session_id+142 turn_id ${CLIENT} trigger reason implementation phase strategy status
      voice_session_id+169 error-142 codex_error_kind+142 codex_error_http_status_code+142
      usage_limit_window_minutes+169 active_context_tokens_before active_context_tokens_after
      retained_image_count+142 compaction_summary_tokens+142 cached_input_tokens+142
      cache_write_input_tokens+169 started_at completed_at duration_ms`
  },
  codex_goal_event: {
    since: '0.142',
    keys: `thread_id session_id turn_id ${CLIENT} goal_id event_kind goal_status has_token_budget
      cumulative_tokens_accounted cumulative_time_accounted_seconds`
  },
  codex_accepted_line_fingerprints: {
    since: '0.142',
    keys: `event_type turn_id thread_id product_surface model_slug completed_at repo_hash accepted_added_lines
      accepted_deleted_lines line_fingerprints`
  },
  codex_plugin_installed: { keys: PLUGIN },
  codex_plugin_uninstalled: { keys: PLUGIN },
  codex_plugin_enabled: { keys: PLUGIN },
  codex_plugin_disabled: { keys: PLUGIN },
  codex_plugin_used: { keys: `${PLUGIN} mcp_server_names+142 thread_id turn_id model_slug` },
  codex_plugin_install_failed: {
    since: '0.142',
    keys: `${PLUGIN} source+169 error_type sub_error_type+169`
  },
  skill_invocation: {
    keys: `product_client_id skill_scope plugin_id remote_plugin_id+169 repo_url-169 thread_id turn_id voice_session_id+169 invoke_type
      model_slug`
  },
  codex_app_mentioned: { keys: APP },
  codex_app_used: { keys: APP },
  codex_hook_run: {
    keys: `thread_id turn_id product_client_id model_slug hook_name hook_source handler_type execution_mode status`
  },
  codex_onboarding_external_agent_import_complete: {
    since: '0.142',
    keys: `${IMPORT} success_count failed_count product_client_id`
  },
  codex_onboarding_external_agent_import_failure: {
    since: '0.142',
    keys: `${IMPORT} failure_stage error_type sub_error_type+169 product_client_id`
  }
}

export const EVENT_TYPES = Object.keys(SHAPES) as ReadonlyArray<EventType>

interface EventKey {
  readonly name: string
  /** Left out when it is null. */
  readonly optional: boolean
}

const age = (contract: Contract): number => CONTRACTS.indexOf(contract)

const MARKED = /^([a-z0-9_]+?)(?:([+-])(142|169))?(\?)?$/

const keyIn = (word: string, contract: Contract): ReadonlyArray<EventKey> => {
  const [, name = word, sign, minor, mark] = MARKED.exec(word) ?? []
  const isNew = age(contract) >= age(`0.${minor}` as Contract)
  const isThere = sign === undefined || (sign === '+') === isNew
  return isThere ? [{ name, optional: mark === '?' }] : []
}

type Keys = ReadonlyArray<EventKey> | null

const keysIn = (type: EventType, contract: Contract): Keys => {
  const { keys, since } = SHAPES[type]
  if (since !== undefined && age(contract) < age(since)) return null
  return keys.split(/\s+/).flatMap((word) => keyIn(word, contract))
}

const TABLE: ReadonlyMap<Contract, ReadonlyMap<EventType, Keys>> = new Map(
  CONTRACTS.map((contract) => [
    contract,
    new Map(EVENT_TYPES.map((type) => [type, keysIn(type, contract)]))
  ])
)

/** The keys of an event's parameters in their order; null when the contract has no such event. */
export const keysOf = (type: EventType, contract: Contract): ReadonlyArray<string> | null =>
  TABLE.get(contract)
    ?.get(type)
    ?.map(({ name }) => name) ?? null

const NO_COUNTS: JsonObject = {
  total_tool_call_count: null,
  shell_command_count: null,
  file_change_count: null,
  mcp_tool_call_count: null,
  dynamic_tool_call_count: null,
  subagent_tool_call_count: null,
  web_search_count: null,
  image_generation_count: null
}

const NO_REVIEWS: JsonObject = {
  review_count: 0,
  guardian_review_count: 0,
  user_review_count: 0,
  final_approval_outcome: 'unknown',
  requested_additional_permissions: false,
  requested_network_access: false
}

/** Values that a contract always writes: 0.130 counts neither the tools of a turn nor the reviews of a tool. */
const placeholders = (type: EventType, contract: Contract): JsonObject =>
  contract !== '0.130' ? {} : type === 'codex_turn_event' ? NO_COUNTS : NO_REVIEWS

/**
 * The parameters of an event exactly as the contract has them; null when it has no such event. Keys without a value are
 * null, values without a key are left out.
 */
export const shaped = (
  type: EventType,
  contract: Contract,
  values: JsonObject
): JsonObject | null => {
  const keys = TABLE.get(contract)?.get(type) ?? null
  if (keys === null) return null
  const given: JsonObject = { ...values, ...placeholders(type, contract) }
  const members = keys.flatMap(({ name, optional }): ReadonlyArray<readonly [string, Json]> => {
    const value = given[name] ?? null
    return optional && value === null ? [] : [[name, value]]
  })
  return Object.fromEntries(members)
}

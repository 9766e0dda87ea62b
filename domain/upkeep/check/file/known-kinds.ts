/**
 * Every kind of line that a Codex up to 0.169 names in its schema, whether or not it keeps it in rollouts.
 *
 * Source: `codex app-server generate-internal-json-schema` of 0.142.5 and 0.169.0, and kinds of older versions that were removed.
 */
const LINES = `compacted dynamic_tools_updated event_msg inter_agent_communication inter_agent_communication_metadata
  realtime_item response_item retained_context security_risk_score session_meta token_usage_record turn_context world_state`

const EVENTS = `agent_message agent_message_content_delta agent_message_delta agent_reasoning agent_reasoning_delta
  agent_reasoning_raw_content agent_reasoning_raw_content_delta agent_reasoning_section_break apply_patch_approval_request
  auth_recovery_completed auth_recovery_started background_event collab_agent_interaction_begin collab_agent_interaction_end
  collab_agent_spawn_begin collab_agent_spawn_end collab_close_begin collab_close_end collab_resume_begin collab_resume_end
  collab_waiting_begin collab_waiting_end context_compacted deprecation_notice dynamic_tool_call_request
  dynamic_tool_call_response elicitation_abandoned elicitation_request entered_review_mode environment_connected
  environment_disconnected error exec_approval_request exec_command_begin exec_command_end exec_command_output_delta
  exited_review_mode guardian_assessment guardian_warning hook_completed hook_started image_generation_begin
  image_generation_end item_completed item_started mcp_startup_complete mcp_startup_update mcp_tool_call_begin
  mcp_tool_call_end model_reroute model_verification patch_apply_begin patch_apply_end patch_apply_updated plan_delta
  plan_update raw_response_completed raw_response_item realtime_conversation_closed
  realtime_conversation_list_voices_response realtime_conversation_realtime realtime_conversation_sdp
  realtime_conversation_started reasoning_content_delta reasoning_raw_content_delta request_permissions request_user_input
  safety_buffering session_configured shutdown_complete stream_error sub_agent_activity task_complete task_started
  terminal_interaction thread_goal_updated thread_name_updated thread_queue_changed thread_rolled_back
  thread_settings_applied token_count turn_aborted turn_complete turn_diff turn_moderation_metadata turn_started
  undo_completed undo_started unroll_turns_restored user_message view_image_tool_call warning web_search_begin web_search_end`

const ITEMS = `additional_tools agent_message compaction compaction_summary compaction_trigger configuration_update
  context_compaction custom_tool_call custom_tool_call_output function_call function_call_output ghost_snapshot
  image_generation_call local_shell_call message other reasoning tool_search_call tool_search_output web_search_call`

const named = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/))
const LINE_KINDS = named(LINES)
const EVENT_KINDS = named(EVENTS)
const ITEM_KINDS = named(ITEMS)

/** The name of a line that was passed over, when no Codex up to 0.169 knows it; else null. */
export const unknownKind = (kind: string, payloadType: unknown): string | null => {
  if (kind === 'response_item') {
    const type = typeof payloadType === 'string' ? payloadType : ''
    return ITEM_KINDS.has(type) ? null : `response_item:${type}`
  }
  const [line = '', event] = kind.split(':')
  if (line === 'event_msg') return EVENT_KINDS.has(event ?? '') ? null : kind
  return LINE_KINDS.has(line) ? null : kind
}

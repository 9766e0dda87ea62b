/**
 * What 0.169 reads otherwise than 0.142; null is a member it does not know.
 */
import type { ShapeChanges } from './shape.ts'

export const CHANGES_169: ShapeChanges = {
  LINES: {
    inter_agent_communication_metadata: 'InterAgentCommunicationMetadataPayload',
    token_usage_record: 'TokenUsageRecord',
    world_state: 'WorldStateItem',
    security_risk_score: 'SecurityRiskScore'
  },
  EventMsg: {
    '@order':
      '13 context_compacted thread_rolled_back task_started thread_settings_applied task_complete token_count agent_message user_message agent_reasoning agent_reasoning_raw_content 4 thread_goal_updated 4 mcp_tool_call_end 1 web_search_end 1 image_generation_end 18 patch_apply_end 3 turn_aborted 1 entered_review_mode exited_review_mode 3 item_completed 16 sub_agent_activity',
    '@type': {
      task_started: { 'root_turn_id?': 'string', 'turn_attribution?': 'TurnAttribution' },
      thread_settings_applied: { 'thread_id?': 'uuid', thread_settings: 'ThreadSettingsSnapshot' },
      task_complete: { 'error?': 'ErrorEvent', 'root_turn_id?': 'string', 'started_at?': 'i64' },
      agent_message: {
        'delivery?': 'AgentMessageDelivery',
        'moderation?': 'TargetedAnswerModeration',
        'questions?': ['AsyncUserInputQuestion']
      },
      user_message: {
        'audio?': ['string'],
        'audio_order=': ['UserMessageAudioKind'],
        'audio_references?': ['AudioReference'],
        'file_id_details=': ['ImageDetail?'],
        'file_ids?': ['string'],
        'image_order=': ['UserMessageImageKind'],
        'local_audio=': ['string']
      },
      mcp_tool_call_end: {
        'action_name?': 'string',
        'app_name?': 'string',
        'mcp_app_ui?': 'McpAppUi',
        'read_only_hint?': 'bool',
        'turn_id=': 'string'
      },
      web_search_end: { 'results?': ['any'] },
      image_generation_end: {
        'failure?': 'ImageGenerationFailure',
        'generation_id?': 'string',
        'input_images=': ['ImageGenerationInputImage'],
        'transparent_background?': 'bool',
        '@also': [{ fileId: 'string' }, { result: 'string' }],
        result: null
      },
      turn_aborted: { 'error?': 'ErrorEvent', 'root_turn_id?': 'string', 'started_at?': 'i64' },
      entered_review_mode: { 'item_id?': 'string', 'turn_id?': 'string' },
      exited_review_mode: { 'item_id?': 'string', 'turn_id?': 'string' },
      item_completed: { 'content_token_count?': 'u64', 'started_at_ms?': 'i64' },
      sub_agent_activity: { 'model?': 'string', 'reasoning_effort?': 'ReasoningEffort' }
    }
  },
  AcceptedFileAudio: {
    file_ids: ['string'],
    model: 'string',
    provider: 'string',
    turn_id: 'string'
  },
  ActivePermissionProfile: { 'extends?': 'string', id: 'string' },
  AgentMessageDelivery: '=async',
  AgentMessageDisplay: {
    action: 'string',
    'blockType?': 'string',
    'checkTrustedContacts?': 'bool',
    'cyberTrustedAccess?': 'bool'
  },
  AgentMessageModeration: { 'display?': 'AgentMessageDisplay', moderated: 'bool' },
  AgentStatus: {
    '@key': { completed: 'string?', errored: 'string' },
    '@unit': '=pending_init|running|interrupted|shutdown|not_found'
  },
  ApprovalsReviewer: '=user|auto_review|guardian_subagent',
  AsyncUserInputQuestion: { 'options?': ['string'], title: 'string' },
  AudioReference: { '@either': [{ audio_url: 'string' }, { file_id: 'string' }] },
  BaseInstructions: { 'provenance?': 'BaseInstructionsProvenance' },
  BaseInstructionsProvenance: { '@type': { custom: {}, model: { model: 'string' } } },
  CapabilityRootLocation: {
    '@type': { environment: { environmentId: 'string', path: 'PathUri' } }
  },
  CodexErrorInfo: {
    '@either': [
      'string',
      {
        '@key': {
          http_connection_failed: { 'http_status_code?': 'u16' },
          response_stream_connection_failed: { 'http_status_code?': 'u16' },
          response_stream_disconnected: { 'http_status_code?': 'u16' },
          response_too_many_failed_attempts: { 'http_status_code?': 'u16' },
          active_turn_not_steerable: { turn_kind: 'NonSteerableTurnKind' },
          '*': 'any'
        },
        '@unit':
          '=context_window_exceeded|session_budget_exceeded|usage_limit_exceeded|rate_limit_exceeded|flex_unavailable|server_overloaded|model_not_found|cyber_policy|bio_policy|misalignment_policy_violation|too_many_denials|internal_server_error|unauthorized|bad_request|invalid_prompt|sandbox_error|thread_rollback_failed|other|policy_capacity_unavailable|inference_hook_denied'
      }
    ]
  },
  CodexHarnessMetadata: {
    'additional_context_tool_output=': 'bool',
    'client_authored=': 'bool',
    'compaction_model_hash?': 'string',
    'compaction_output=': 'bool',
    'compaction_without_file_error_sources=': 'bool',
    'delivered_assistant_message?': 'string',
    'fallback_token_limit_override?': 'u64',
    'guardian_retained_omissions?': 'GuardianRetainedOmissions',
    'guardian_review_ids=': ['string'],
    'guardian_source_order_guidance=': 'bool',
    'guardian_sources=': ['RetainedSource'],
    'harness_authored_configuration=': 'bool',
    'history_sequence?': 'u64',
    'inherited_user_message=': 'bool',
    'mcp_attribution?': 'McpAttribution',
    'native_search_fallback_used=': 'bool',
    'retained_source?': 'RetainedSource',
    'sampled_through_sequence?': 'u64',
    'sender_user_messages?': 'SenderUserMessages',
    'user_input_order?': 'u64'
  },
  CollabAgentRef: { 'agent_nickname?': 'string', 'agent_role?': 'string', thread_id: 'uuid' },
  CollabAgentTool:
    '=spawn_agent|send_input|resume_agent|wait|close_agent|send_message|followup_task|interrupt_agent|list_agents',
  CollabAgentToolCallStatus: '=in_progress|completed|failed|interrupted',
  CommandExecutionStatus: '=in_progress|completed|failed|declined',
  CompactedItem: {
    'compaction_response_id?': 'string',
    'guardian_history?': 'GuardianHistoryCheckpoint',
    'latest_token_usage_record?': 'TokenUsageRecord',
    'mcp_resource_origins?': 'McpResourceOriginCheckpoint',
    'replacement_history_metadata?': ['CodexHarnessMetadata'],
    'resume_metadata?': 'CompactionResumeMetadata',
    'retained_context?': 'RetainedContext'
  },
  CompactionResumeMetadata: {
    'dynamic_tools?': 'DynamicToolsSnapshot',
    'last_started_turn_id?': 'string',
    'multi_agent_version?': 'MultiAgentVersion',
    'previous_turn_settings?': 'PreviousTurnSettings',
    'rejected_audio_file_ids=': ['string'],
    'turn_attribution?': 'TurnAttribution'
  },
  ConfigurationReasoning: { effort: 'ReasoningEffort' },
  ContentItem: {
    '@order': 'input_text input_image input_audio output_text',
    '@type': {
      input_image: { '@also': [{ image_url: 'string' }, { file_id: 'string' }], image_url: null },
      input_audio: { '@also': [{ audio_url: 'string' }, { file_id: 'string' }] },
      output_text: { 'annotations?': ['any'], 'logprobs?': ['any'] }
    }
  },
  CyberAccessProgram: '=standard|daybreak_blue|daybreak_red',
  DynamicToolCallOutputContentItem: {
    '@type': {
      inputText: { text: 'string' },
      inputImage: { imageUrl: 'string' },
      inputAudio: { audioUrl: 'string' }
    }
  },
  DynamicToolCallStatus: '=in_progress|completed|failed',
  DynamicToolsSnapshot: { thread_id: 'uuid', tools: ['DynamicToolSpec'] },
  Entry: { 'guardian_metadata?': 'CodexHarnessMetadata', '@also': ['ResponseItem'] },
  EarlierSandboxEntry: {
    access: 'FileSystemAccessMode',
    path: {
      '@type': {
        path: { path: 'string' },
        glob_pattern: { pattern: 'string' },
        special: { value: 'FileSystemSpecialPath' }
      }
    }
  },
  EarlierSandboxPolicy: {
    kind: 'FileSystemSandboxKind',
    'entries=': ['EarlierSandboxEntry'],
    'glob_scan_max_depth?': 'u64'
  },
  ErrorEvent: { 'codex_error_info?': 'CodexErrorInfo', message: 'string' },
  ExecCommandSource: '=agent|user_shell|unified_exec_startup|unified_exec_interaction',
  ExtensionWebSearchAction: {
    '@type': {
      search: { 'queries?': ['string'], 'query?': 'string' },
      openPage: { 'url?': 'string' },
      findInPage: { 'pattern?': 'string', 'url?': 'string' },
      '*': {}
    }
  },
  FileSystemSandboxEntry: { 'missing_path_behavior?': 'FileSystemSandboxEntryMissingPathBehavior' },
  FileSystemSandboxEntryMissingPathBehavior: '=skip',
  FunctionCallOutputContentItem: {
    '@type': {
      input_image: { '@also': [{ image_url: 'string' }, { file_id: 'string' }], image_url: null },
      input_audio: { '@also': [{ audio_url: 'string' }, { file_id: 'string' }] }
    }
  },
  GuardianHistoryCheckpoint: ['Entry'],
  GuardianRetainedOmissions: { assistant_context: 'bool', user_instructions: 'bool' },
  HistoryPosition: { end_byte_offset: 'u64', end_ordinal_exclusive: 'u64', thread_id: 'uuid' },
  ImageGenerationFailure: {
    '@type': { usageLimitExceeded: { limitId: 'string', 'resetsAt?': 'i64' } }
  },
  ImageGenerationInputImage: { path: 'AbsolutePath', sha256: 'string' },
  InterAgentCommunication: { 'id?': 'string' },
  InterAgentCommunicationMetadataPayload: { trigger_turn: 'bool' },
  InternalSessionSource: '=memory_consolidation|guardian',
  McpAppDisplayMode: '=inline|fullscreen',
  McpAppUi: { preferredModelDisplayMode: 'McpAppDisplayMode', resourceUri: 'string' },
  McpAttribution: {
    'error_reason?': 'McpAttributionErrorReason',
    'sources=': ['McpAttributionSource'],
    status: 'McpAttributionStatus'
  },
  McpAttributionErrorReason:
    '=history_missing_checkpoint|checkpoint_invalid|checkpoint_source_conflict|source_invalid|recorder_poisoned|payload_too_large|serialization_failed|unknown|restored_error_unknown',
  McpAttributionSource: {
    'connector_id?': 'string',
    first_turn_id: 'string',
    'plugin_id?': 'string',
    server_name: 'string',
    tool_name: 'string'
  },
  McpAttributionStatus: '=none|complete|attribution_error',
  McpResourceOrigin: {
    'ambiguous_account=': 'bool',
    call_id: 'string',
    connector_id: 'string',
    'link_id?': 'string',
    tool: 'string',
    'turn_id?': 'string',
    uri: 'string'
  },
  McpResourceOriginCheckpoint: {
    'current_turn_id?': 'string',
    origins: ['McpResourceOrigin'],
    turns: ['string']
  },
  MessagePhase: '=commentary|partial_answer|final_answer',
  NonSteerableTurnKind: '=review|compact',
  Ordered_for_RetainedUserMessage: {
    complete: 'bool',
    'inherited=': 'bool',
    'message_id?': 'string',
    'order=': 'u64',
    'origin=': 'UserInputOrigin',
    'phase?': 'MessagePhase',
    'revision?': 'string',
    text: 'string',
    turn_id: 'string'
  },
  Ordered_for_SenderUserMessages: {
    'inherited=': 'bool',
    'order=': 'u64',
    receiver_message_id: 'string',
    receiver_turn_id: 'string',
    'revision?': 'string',
    text: 'string'
  },
  Ordered_for_VerifiedAnswer: {
    call_id: 'string',
    'inherited=': 'bool',
    'order=': 'u64',
    questions: ['VerifiedQuestionAnswer'],
    'revision?': 'string',
    turn_id: 'string'
  },
  ParsedCommand: {
    '@type': {
      read: { cmd: 'string', name: 'string', path: 'string' },
      list_files: { cmd: 'string', 'path?': 'string' },
      search: { cmd: 'string', 'path?': 'string', 'query?': 'string' },
      unknown: { cmd: 'string' }
    }
  },
  PreviousTurnSettings: {
    'comp_hash?': 'string',
    'cyber_access_program?': 'CyberAccessProgram',
    model: 'string',
    'realtime_active?': 'bool'
  },
  RateLimitSnapshot: { 'normal_model_slug?': 'string', 'spend_control_reached?': 'bool' },
  ResponseItem: {
    '@order':
      'additional_tools message agent_message reasoning local_shell_call function_call tool_search_call function_call_output custom_tool_call custom_tool_call_output tool_search_output web_search_call image_generation_call compaction configuration_update compaction_trigger context_compaction *',
    '@type': {
      additional_tools: { 'id?': 'string', role: 'string', tools: ['any'] },
      message: { 'encrypted_content?': 'string', 'status?': 'string' },
      local_shell_call: { 'encrypted_content?': 'string' },
      function_call: {
        'encrypted_content?': 'string',
        'encrypted_function_args?': ['string'],
        'status?': 'string'
      },
      tool_search_call: { 'encrypted_content?': 'string' },
      function_call_output: {
        'call_id?': 'string',
        'name?': 'string',
        'namespace?': 'string',
        call_id: null
      },
      custom_tool_call: { 'encrypted_content?': 'string', 'namespace?': 'string' },
      web_search_call: { 'encrypted_content?': 'string' },
      image_generation_call: { 'encrypted_content?': 'string' },
      configuration_update: { reasoning: 'ConfigurationReasoning' }
    }
  },
  RetainedContext: {
    'accepted_file_audio?': 'AcceptedFileAudio',
    'assistant_messages=': ['Ordered_for_RetainedUserMessage'],
    'assistant_messages_incomplete=': 'bool',
    incomplete: 'bool',
    'next_order=': 'u64',
    'sender_deliveries=': ['Ordered_for_SenderUserMessages'],
    'user_messages=': ['Ordered_for_RetainedUserMessage'],
    'user_messages_incomplete=': 'bool',
    verified_answers: ['Ordered_for_VerifiedAnswer']
  },
  RetainedSource: { complete: 'bool', id: 'RetainedSourceId', revision: 'string' },
  RetainedSourceId: { message_id: 'string', role: 'RetainedSourceRole', turn_id: 'string' },
  RetainedSourceRole: '=user|assistant',
  SecurityRiskScore: {
    'action?': 'any',
    'call_id?': 'string',
    'sampled_at?': 'Timestamp',
    scores: { '*': 'f64' }
  },
  SelectedCapabilityRoot: { id: 'string', location: 'CapabilityRootLocation' },
  SenderUserMessages: { receiver_message_id: 'string', receiver_turn_id: 'string', text: 'string' },
  SessionContextWindow: { window_id: 'string' },
  SessionMetaLine: {
    'account_scoped=': 'bool',
    'attached_thread=': 'bool',
    'context_window?': 'SessionContextWindow',
    'creator_account_id?': 'string',
    'creator_user_id?': 'string',
    'forked_from_ordinal_exclusive?': 'u64',
    'history_base?': 'HistoryPosition',
    'history_mode=': 'string',
    'runtime_workspace_roots?': ['string'],
    'selected_capability_roots=': ['SelectedCapabilityRoot'],
    'subagent_history_start_ordinal?': 'u64'
  },
  SubAgentActivityKind: '=started|interacted|interrupted|completed',
  TargetedAnswerModeration: {
    'display?': 'AgentMessageDisplay',
    item_id: 'string',
    moderated: 'bool'
  },
  ThreadHistoryMode: '=legacy|paginated',
  ThreadSettingsSnapshot: {
    'active_permission_profile?': 'ActivePermissionProfile',
    approval_policy: 'AskForApproval',
    approvals_reviewer: 'ApprovalsReviewer',
    collaboration_mode: 'CollaborationMode',
    cwd: 'AbsolutePath',
    'disabled_plugin_ids=': ['string'],
    model: 'string',
    model_provider_id: 'string',
    permission_profile: 'PermissionProfile',
    'personality?': 'Personality',
    'reasoning_effort?': 'ReasoningEffort',
    'reasoning_summary?': 'ReasoningSummary',
    'requested_approvals_reviewer?': 'ApprovalsReviewer',
    'runtime_workspace_roots?': ['AbsolutePath'],
    'service_tier?': 'string'
  },
  TokenUsage: { 'cache_write_input_tokens=': 'i64' },
  TokenUsageInfo: { 'last_usage_includes_reasoning?': 'bool' },
  TokenUsageRecord: {
    response_id: 'string',
    root_turn_id: 'string',
    session_id: 'uuid',
    thread_id: 'uuid',
    thread_token_usage: 'TokenUsage',
    turn_id: 'string',
    turn_token_usage: 'TokenUsage',
    usage: 'TokenUsage'
  },
  TurnAttribution: {
    'initiating_agent_path?': 'AgentPath',
    'parent_turn_id?': 'string',
    'root_turn_id?': 'string',
    turn_id: 'string',
    'turn_trigger?': 'string'
  },
  TurnContextItem: {
    'active_permission_profile?': 'ActivePermissionProfile',
    'approvals_reviewer?': 'ApprovalsReviewer',
    'cyber_access_program?': 'CyberAccessProgram',
    'direct_only_tool_namespaces?': ['string'],
    'disabled_plugin_ids?': ['string'],
    'sandbox_policy?': 'SandboxPolicy',
    'file_system_sandbox_policy?': 'EarlierSandboxPolicy',
    '@also': [{ permission_profile: 'PermissionProfile' }, { sandbox_policy: 'SandboxPolicy' }],
    'root_turn_id?': 'string',
    'summary?': 'ReasoningSummary',
    'current_date?': null,
    'multi_agent_mode?': null,
    'network?': null,
    'personality?': null,
    sandbox_policy: null,
    summary: null,
    'timezone?': null,
    'workspace_roots?': null
  },
  UserInput: {
    '@order': 'text image local_image audio local_audio skill mention',
    '@type': {
      image: { '@also': [{ image_url: 'string' }, { file_id: 'string' }], image_url: null },
      audio: { '@also': [{ audio_url: 'string' }, { file_id: 'string' }] },
      local_audio: { path: 'string' }
    }
  },
  UserInputOrigin: '=user|heartbeat',
  UserMessageAudioKind: '=inline|file',
  UserMessageImageKind: '=inline|file',
  VerifiedQuestionAnswer: { answer: 'string', question: 'string' },
  WorldStateItem: { full: 'bool', state: { '*': 'any' } }
}

/**
 * What 0.142 reads otherwise than 0.130; null is a member it does not know.
 */
import type { ShapeChanges } from './shape.ts'

export const CHANGES_142: ShapeChanges = {
  LINES: { inter_agent_communication: 'InterAgentCommunication' },
  EventMsg: {
    '@order':
      '11 context_compacted thread_rolled_back task_started thread_settings_applied task_complete token_count agent_message user_message agent_reasoning agent_reasoning_raw_content 2 thread_goal_updated 3 mcp_tool_call_end 1 web_search_end 1 image_generation_end 17 patch_apply_end 3 turn_aborted 1 entered_review_mode exited_review_mode 2 item_completed 16 sub_agent_activity',
    '@type': {
      task_started: { 'trace_id?': 'string' },
      user_message: {
        'client_id?': 'string',
        'image_details=': ['ImageDetail?'],
        'local_image_details=': ['ImageDetail?']
      },
      thread_goal_updated: { goal: 'ThreadGoal', threadId: 'uuid', 'turnId?': 'string' },
      mcp_tool_call_end: {
        'connector_id?': 'string',
        'link_id?': 'string',
        'plugin_id?': 'string'
      },
      sub_agent_activity: {
        agent_path: 'AgentPath',
        agent_thread_id: 'uuid',
        event_id: 'string',
        kind: 'SubAgentActivityKind',
        'occurred_at_ms=': 'i64'
      }
    }
  },
  AgentMessageInputContent: {
    '@type': { input_text: { text: 'string' }, encrypted_content: { encrypted_content: 'string' } }
  },
  CompactedItem: {
    'first_window_id?': 'string',
    'previous_window_id?': 'string',
    'window_id?': { '@either': ['string', 'u64'] },
    'window_number?': 'u64'
  },
  DynamicToolNamespaceTool: {
    'deferLoading=': 'bool',
    description: 'string',
    inputSchema: 'any',
    name: 'string',
    '@type': { function: {} }
  },
  DynamicToolSpec: {
    '@either': [
      {
        '@order': '-',
        '@type': {
          function: {
            'deferLoading=': 'bool',
            description: 'string',
            inputSchema: 'any',
            name: 'string'
          },
          namespace: { description: 'string', name: 'string', tools: ['DynamicToolNamespaceTool'] }
        }
      },
      'EarlierToolSpec'
    ],
    'deferLoading=': null,
    description: null,
    inputSchema: null,
    name: null,
    'namespace?': null
  },
  EarlierToolSpec: {
    'type!': 'any',
    'deferLoading=': 'bool',
    description: 'string',
    inputSchema: 'any',
    name: 'string',
    'namespace?': 'string'
  },
  FileSystemAccessMode: '=read|write|deny|none',
  FunctionCallOutputContentItem: {
    '@type': { encrypted_content: { encrypted_content: 'string' } }
  },
  InterAgentCommunication: {
    author: 'AgentPath',
    content: 'string',
    'encrypted_content?': 'string',
    'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough',
    'other_recipients=': ['AgentPath'],
    recipient: 'AgentPath',
    trigger_turn: 'bool'
  },
  InternalChatMessageMetadataPassthrough: { 'turn_id?': 'string', '@sequence': ['string?'] },
  MultiAgentMode: '=none|explicitRequestOnly|proactive',
  MultiAgentVersion: '=disabled|v1|v2',
  RateLimitSnapshot: { 'individual_limit?': 'SpendControlLimitSnapshot' },
  ReasoningEffort: 'word',
  ResponseItem: {
    '@order':
      'message agent_message reasoning local_shell_call function_call tool_search_call function_call_output custom_tool_call custom_tool_call_output tool_search_output web_search_call image_generation_call compaction compaction_trigger context_compaction *',
    '@type': {
      message: {
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      agent_message: {
        author: 'string',
        content: ['AgentMessageInputContent'],
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough',
        recipient: 'string'
      },
      reasoning: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      local_shell_call: {
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      function_call: {
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      tool_search_call: {
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      function_call_output: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      custom_tool_call: {
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      custom_tool_call_output: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      tool_search_output: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      web_search_call: {
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      image_generation_call: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough',
        id: null
      },
      compaction: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      compaction_summary: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      },
      compaction_trigger: {},
      context_compaction: {
        'id?': 'string',
        'internal_chat_message_metadata_passthrough?': 'InternalChatMessageMetadataPassthrough'
      }
    }
  },
  SessionMetaLine: {
    'multi_agent_version?': 'MultiAgentVersion',
    'parent_thread_id?': 'uuid',
    'session_id=': 'uuid'
  },
  SpendControlLimitSnapshot: {
    limit: 'string',
    remaining_percent: 'i32',
    resets_at: 'i64',
    used: 'string'
  },
  SubAgentActivityKind: '=started|interacted|interrupted',
  ThreadGoal: {
    createdAt: 'i64',
    objective: 'string',
    status: 'ThreadGoalStatus',
    threadId: 'uuid',
    timeUsedSeconds: 'i64',
    'tokenBudget?': 'i64',
    tokensUsed: 'i64',
    updatedAt: 'i64'
  },
  ThreadGoalStatus: '=active|paused|blocked|usageLimited|budgetLimited|complete',
  ThreadSource: 'string',
  TurnContextItem: {
    'comp_hash?': 'string',
    cwd: 'AbsolutePath',
    'multi_agent_mode?': 'MultiAgentMode',
    'multi_agent_version?': 'MultiAgentVersion',
    'workspace_roots?': ['AbsolutePath'],
    'developer_instructions?': null,
    'final_output_json_schema?': null,
    'trace_id?': null,
    'truncation_policy?': null,
    'user_instructions?': null
  },
  TurnItem: {
    '@order':
      'UserMessage HookPrompt AgentMessage Plan Reasoning WebSearch ImageView Sleep ImageGeneration FileChange McpToolCall ContextCompaction',
    '@type': {
      UserMessage: { 'client_id?': 'string' },
      Sleep: { duration_ms: 'u64', id: 'string' },
      McpToolCall: { 'connectorId?': 'string', 'linkId?': 'string', 'pluginId?': 'string' }
    }
  },
  UserInput: {
    '@type': { image: { 'detail?': 'ImageDetail' }, local_image: { 'detail?': 'ImageDetail' } }
  }
}

/**
 * Members of the lines Codex 0.130 reads; see `shape.ts` for how they are written.
 */
import type { Shapes } from './shape.ts'

export const SHAPES_130: Shapes = {
  LINES: {
    session_meta: 'SessionMetaLine',
    response_item: 'ResponseItem',
    compacted: 'CompactedItem',
    turn_context: 'TurnContextItem',
    event_msg: 'EventMsg'
  },
  EventMsg: {
    '@order':
      '9 context_compacted thread_rolled_back task_started task_complete token_count agent_message user_message agent_reasoning agent_reasoning_raw_content 2 thread_goal_updated 3 mcp_tool_call_end 1 web_search_end 1 image_generation_end 17 patch_apply_end 4 turn_aborted 1 entered_review_mode exited_review_mode 2 item_completed 16',
    '@type': {
      context_compacted: { '@closed': '=type' },
      thread_rolled_back: { num_turns: 'u32' },
      task_started: {
        'collaboration_mode_kind=': 'ModeKind',
        'model_context_window?': 'i64',
        'started_at?': 'i64',
        turn_id: 'string'
      },
      task_complete: {
        'completed_at?': 'i64',
        'duration_ms?': 'i64',
        'last_agent_message?': 'string',
        'time_to_first_token_ms?': 'i64',
        turn_id: 'string'
      },
      token_count: { 'info?': 'TokenUsageInfo', 'rate_limits?': 'RateLimitSnapshot' },
      agent_message: {
        'memory_citation?': 'MemoryCitation',
        message: 'string',
        'phase?': 'MessagePhase'
      },
      user_message: {
        'images?': ['string'],
        'local_images=': ['string'],
        message: 'string',
        'text_elements=': ['TextElement']
      },
      agent_reasoning: { text: 'string' },
      agent_reasoning_raw_content: { text: 'string' },
      mcp_tool_call_end: {
        call_id: 'string',
        duration: 'Duration',
        invocation: 'McpInvocation',
        'mcp_app_resource_uri?': 'string',
        result: 'McpResult'
      },
      web_search_end: { action: 'WebSearchAction', call_id: 'string', query: 'string' },
      image_generation_end: {
        call_id: 'string',
        result: 'string',
        'revised_prompt?': 'string',
        'saved_path?': 'AbsolutePath',
        status: 'string'
      },
      patch_apply_end: {
        call_id: 'string',
        'changes=': { '*': 'FileChange' },
        status: 'PatchApplyStatus',
        stderr: 'string',
        stdout: 'string',
        success: 'bool',
        'turn_id=': 'string'
      },
      turn_aborted: {
        'completed_at?': 'i64',
        'duration_ms?': 'i64',
        reason: 'TurnAbortReason',
        'turn_id?': 'string'
      },
      entered_review_mode: { target: 'ReviewTarget', 'user_facing_hint?': 'string' },
      exited_review_mode: { 'review_output?': 'ReviewOutputEvent' },
      item_completed: {
        'completed_at_ms=': 'i64',
        item: 'TurnItem',
        thread_id: 'uuid',
        turn_id: 'string'
      }
    }
  },
  AgentMessageContent: { '@type': { Text: { text: 'string' } } },
  AskForApproval: {
    '@key': { granular: 'GranularApprovalConfig' },
    '@unit': '=untrusted|on-failure|on-request|never'
  },
  BaseInstructions: { text: 'string' },
  ByteRange: { end: 'u64', start: 'u64' },
  CallToolResult: {
    '_meta?': 'any',
    content: ['any'],
    'isError?': 'bool',
    'structuredContent?': 'any'
  },
  CollaborationMode: { mode: 'ModeKind', settings: 'Settings' },
  CompactedItem: { message: 'string', 'replacement_history?': ['ResponseItem'] },
  ContentItem: {
    '@type': {
      input_text: { text: 'string' },
      input_image: { 'detail?': 'ImageDetail', image_url: 'string' },
      output_text: { text: 'string' }
    }
  },
  CreditsSnapshot: { 'balance?': 'string', has_credits: 'bool', unlimited: 'bool' },
  Duration: { nanos: 'u32', secs: 'u64', '@closed': '=nanos|secs' },
  DynamicToolSpec: {
    'deferLoading=': 'bool',
    description: 'string',
    inputSchema: 'any',
    name: 'string',
    'namespace?': 'string'
  },
  FileChange: {
    '@type': {
      add: { content: 'string' },
      delete: { content: 'string' },
      update: { 'move_path?': 'string', unified_diff: 'string' }
    }
  },
  FileSystemAccessMode: '=read|write|none',
  FileSystemPath: {
    '@type': {
      path: { path: 'AbsolutePath' },
      glob_pattern: { pattern: 'string' },
      special: { value: 'FileSystemSpecialPath' }
    }
  },
  FileSystemSandboxEntry: { access: 'FileSystemAccessMode', path: 'FileSystemPath' },
  FileSystemSandboxKind: '=restricted|unrestricted|external-sandbox',
  FileSystemSandboxPolicy: {
    'entries=': ['FileSystemSandboxEntry'],
    'glob_scan_max_depth?': 'u64',
    kind: 'FileSystemSandboxKind'
  },
  FileSystemSpecialPath: {
    '@kind': {
      root: {},
      minimal: {},
      current_working_directory: {},
      project_roots: { 'subpath?': 'string' },
      tmpdir: {},
      slash_tmp: {},
      unknown: { path: 'string', 'subpath?': 'string' }
    }
  },
  FunctionCallOutputBody: { '@either': ['string', ['FunctionCallOutputContentItem']] },
  FunctionCallOutputContentItem: {
    '@type': {
      input_text: { text: 'string' },
      input_image: { 'detail?': 'ImageDetail', image_url: 'string' }
    }
  },
  GitInfo: {
    'branch?': 'string',
    'commit_hash?': 'string',
    'repository_url?': 'string',
    '@object': 'any'
  },
  GranularApprovalConfig: {
    mcp_elicitations: 'bool',
    'request_permissions=': 'bool',
    rules: 'bool',
    sandbox_approval: 'bool',
    'skill_approval=': 'bool'
  },
  HookPromptFragment: { hookRunId: 'string', text: 'string' },
  ImageDetail: '=auto|low|high|original',
  InternalSessionSource: '=memory_consolidation',
  LocalShellAction: {
    command: ['string'],
    'env?': { '*': 'string' },
    'timeout_ms?': 'u64',
    'user?': 'string',
    'working_directory?': 'string',
    '@type': { exec: {} }
  },
  LocalShellStatus: '=completed|in_progress|incomplete',
  ManagedFileSystemPermissions: {
    '@type': {
      restricted: { entries: ['FileSystemSandboxEntry'], 'glob_scan_max_depth?': 'positive' },
      unrestricted: {}
    }
  },
  McpInvocation: { 'arguments?': 'any', server: 'string', tool: 'string' },
  McpResult: { '@key': { Ok: 'CallToolResult', Err: 'string' } },
  McpToolCallError: { message: 'string' },
  McpToolCallStatus: '=inProgress|completed|failed',
  MemoryCitation: { entries: ['MemoryCitationEntry'], rolloutIds: ['string'] },
  MemoryCitationEntry: { lineEnd: 'u32', lineStart: 'u32', note: 'string', path: 'string' },
  MessagePhase: '=commentary|final_answer',
  ModeKind: '=plan|default|code|pair_programming|execute|custom',
  NetworkAccess: '=restricted|enabled',
  NetworkSandboxPolicy: '=restricted|enabled',
  PatchApplyStatus: '=completed|failed|declined',
  PermissionProfile: { '@either': ['NamedPermissions', 'OlderPermissions'] },
  AbsolutePaths: ['AbsolutePath'],
  NamedPermissions: {
    '@type': {
      managed: { file_system: 'ManagedFileSystemPermissions', network: 'NetworkSandboxPolicy' },
      disabled: {},
      external: { network: 'NetworkSandboxPolicy' }
    }
  },
  OlderPermissions: {
    'file_system?': {
      'read?': 'AbsolutePaths',
      'write?': 'AbsolutePaths',
      '@closed': '=read|write',
      '@sequence': ['AbsolutePaths?', 'AbsolutePaths?']
    },
    'network?': { 'enabled?': 'bool' },
    '@closed': '=file_system|network'
  },
  Personality: '=none|friendly|pragmatic',
  RateLimitReachedType:
    '=rate_limit_reached|workspace_owner_credits_depleted|workspace_member_credits_depleted|workspace_owner_usage_limit_reached|workspace_member_usage_limit_reached',
  RateLimitSnapshot: {
    'credits?': 'CreditsSnapshot',
    'limit_id?': 'string',
    'limit_name?': 'string',
    // A plan that a version does not know is one to it all the same.
    'plan_type?': 'anyWord',
    'primary?': 'RateLimitWindow',
    'rate_limit_reached_type?': 'RateLimitReachedType',
    'secondary?': 'RateLimitWindow'
  },
  RateLimitWindow: { 'resets_at?': 'i64', used_percent: 'f64', 'window_minutes?': 'i64' },
  ReasoningEffort: '=none|minimal|low|medium|high|xhigh',
  ReasoningItemContent: {
    '@type': { reasoning_text: { text: 'string' }, text: { text: 'string' } }
  },
  ReasoningItemReasoningSummary: { '@type': { summary_text: { text: 'string' } } },
  ReasoningSummary: '=auto|concise|detailed|none',
  ResponseItem: {
    '@order':
      'message reasoning local_shell_call function_call tool_search_call function_call_output custom_tool_call custom_tool_call_output tool_search_output web_search_call image_generation_call compaction context_compaction *',
    '@type': {
      message: {
        content: ['ContentItem'],
        'id?': 'string',
        'phase?': 'MessagePhase',
        role: 'string'
      },
      reasoning: {
        'content?': ['ReasoningItemContent'],
        'encrypted_content?': 'string',
        summary: ['ReasoningItemReasoningSummary']
      },
      local_shell_call: {
        action: 'LocalShellAction',
        'call_id?': 'string',
        'id?': 'string',
        status: 'LocalShellStatus'
      },
      function_call: {
        arguments: 'string',
        call_id: 'string',
        'id?': 'string',
        name: 'string',
        'namespace?': 'string'
      },
      tool_search_call: {
        arguments: 'any',
        'call_id?': 'string',
        execution: 'string',
        'id?': 'string',
        'status?': 'string'
      },
      function_call_output: { call_id: 'string', output: 'FunctionCallOutputBody' },
      custom_tool_call: {
        call_id: 'string',
        'id?': 'string',
        input: 'string',
        name: 'string',
        'status?': 'string'
      },
      custom_tool_call_output: {
        call_id: 'string',
        'name?': 'string',
        output: 'FunctionCallOutputBody'
      },
      tool_search_output: {
        'call_id?': 'string',
        execution: 'string',
        status: 'string',
        tools: ['any']
      },
      web_search_call: { 'action?': 'WebSearchAction', 'id?': 'string', 'status?': 'string' },
      image_generation_call: {
        id: 'string',
        result: 'string',
        'revised_prompt?': 'string',
        status: 'string'
      },
      compaction: { encrypted_content: 'string' },
      compaction_summary: { encrypted_content: 'string' },
      context_compaction: { 'encrypted_content?': 'string' },
      '*': {}
    }
  },
  ReviewCodeLocation: { absolute_file_path: 'string', line_range: 'ReviewLineRange' },
  ReviewFinding: {
    body: 'string',
    code_location: 'ReviewCodeLocation',
    confidence_score: 'f64',
    priority: 'i32',
    title: 'string'
  },
  ReviewLineRange: { end: 'u32', start: 'u32' },
  ReviewOutputEvent: {
    findings: ['ReviewFinding'],
    overall_confidence_score: 'f64',
    overall_correctness: 'string',
    overall_explanation: 'string'
  },
  ReviewTarget: {
    '@type': {
      uncommittedChanges: {},
      baseBranch: { branch: 'string' },
      commit: { sha: 'string', 'title?': 'string' },
      custom: { instructions: 'string' }
    }
  },
  SandboxPolicy: {
    '@type': {
      'danger-full-access': {},
      'read-only': { 'network_access=': 'bool' },
      'external-sandbox': { 'network_access=': 'NetworkAccess' },
      'workspace-write': {
        'exclude_slash_tmp=': 'bool',
        'exclude_tmpdir_env_var=': 'bool',
        'network_access=': 'bool',
        'writable_roots=': ['AbsolutePath']
      }
    }
  },
  SessionMetaLine: {
    'agent_nickname?': 'string',
    'agent_path?': 'string',
    'agent_role?': 'string',
    'base_instructions?': 'BaseInstructions',
    cli_version: 'string',
    cwd: 'string',
    'dynamic_tools?': ['DynamicToolSpec'],
    'forked_from_id?': 'uuid',
    'git?': 'GitInfo',
    id: 'uuid',
    'memory_mode?': 'string',
    'model_provider?': 'string',
    originator: 'string',
    'source=': 'SessionSource',
    'thread_source?': 'ThreadSource',
    timestamp: 'string'
  },
  SessionSource: {
    '@key': { custom: 'string', internal: 'InternalSessionSource', subagent: 'SubAgentSource' },
    '@unit': '*'
  },
  Settings: {
    'developer_instructions?': 'string',
    model: 'string',
    'reasoning_effort?': 'ReasoningEffort'
  },
  SubAgentSource: {
    '@key': {
      thread_spawn: {
        'agent_nickname?': 'string',
        'agent_path?': 'AgentPath',
        'agent_role?': 'string',
        depth: 'i32',
        parent_thread_id: 'uuid'
      },
      other: 'string'
    },
    '@unit': '=review|compact|memory_consolidation'
  },
  TextElement: { byte_range: 'ByteRange', 'placeholder?': 'string' },
  ThreadSource: '=user|subagent|memory_consolidation',
  TokenUsage: {
    cached_input_tokens: 'i64',
    input_tokens: 'i64',
    output_tokens: 'i64',
    reasoning_output_tokens: 'i64',
    total_tokens: 'i64'
  },
  TokenUsageInfo: {
    last_token_usage: 'TokenUsage',
    'model_context_window?': 'i64',
    total_token_usage: 'TokenUsage'
  },
  TruncationPolicy: { mode: '=bytes|tokens', limit: 'u64' },
  TurnAbortReason: '=interrupted|replaced|review_ended|budget_limited',
  TurnContextItem: {
    approval_policy: 'AskForApproval',
    'collaboration_mode?': 'CollaborationMode',
    'current_date?': 'string',
    cwd: 'string',
    'developer_instructions?': 'string',
    'effort?': 'ReasoningEffort',
    'file_system_sandbox_policy?': 'FileSystemSandboxPolicy',
    'final_output_json_schema?': 'any',
    model: 'string',
    'network?': 'TurnContextNetworkItem',
    'permission_profile?': 'PermissionProfile',
    'personality?': 'Personality',
    'realtime_active?': 'bool',
    sandbox_policy: 'SandboxPolicy',
    summary: 'ReasoningSummary',
    'timezone?': 'string',
    'trace_id?': 'string',
    'truncation_policy?': 'TruncationPolicy',
    'turn_id?': 'string',
    'user_instructions?': 'string'
  },
  TurnContextNetworkItem: { allowed_domains: ['string'], denied_domains: ['string'] },
  TurnItem: {
    '@order':
      'UserMessage HookPrompt AgentMessage Plan Reasoning WebSearch ImageView ImageGeneration FileChange McpToolCall ContextCompaction',
    '@type': {
      UserMessage: { content: ['UserInput'], id: 'string' },
      HookPrompt: { fragments: ['HookPromptFragment'], id: 'string' },
      AgentMessage: {
        content: ['AgentMessageContent'],
        id: 'string',
        'memory_citation?': 'MemoryCitation',
        'phase?': 'MessagePhase'
      },
      Plan: { id: 'string', text: 'string' },
      Reasoning: { id: 'string', 'raw_content=': ['string'], summary_text: ['string'] },
      WebSearch: { action: 'WebSearchAction', id: 'string', query: 'string' },
      ImageView: { id: 'string', path: 'AbsolutePath' },
      ImageGeneration: {
        id: 'string',
        result: 'string',
        'revised_prompt?': 'string',
        'saved_path?': 'AbsolutePath',
        status: 'string'
      },
      FileChange: {
        'auto_approved?': 'bool',
        changes: { '*': 'FileChange' },
        id: 'string',
        'status?': 'PatchApplyStatus',
        'stderr?': 'string',
        'stdout?': 'string'
      },
      McpToolCall: {
        arguments: 'any',
        'duration?': 'Duration',
        'error?': 'McpToolCallError',
        id: 'string',
        'mcpAppResourceUri?': 'string',
        'result?': 'CallToolResult',
        server: 'string',
        status: 'McpToolCallStatus',
        tool: 'string'
      },
      ContextCompaction: { id: 'string' }
    }
  },
  UserInput: {
    '@type': {
      text: { text: 'string', 'text_elements=': ['TextElement'] },
      image: { image_url: 'string' },
      local_image: { path: 'string' },
      skill: { name: 'string', path: 'string' },
      mention: { name: 'string', path: 'string' }
    }
  },
  WebSearchAction: {
    '@type': {
      search: { 'queries?': ['string'], 'query?': 'string' },
      open_page: { 'url?': 'string' },
      find_in_page: { 'pattern?': 'string', 'url?': 'string' },
      '*': {}
    }
  }
}

/**
 * Items of `item_completed` as 0.169 reads them, where 0.142 reads them otherwise; null is a kind it does not know.
 */
import type { ShapeChanges } from './shape.ts'

export const ITEM_CHANGES_169: ShapeChanges = {
  TurnItem: {
    '@order':
      'UserMessage FunctionCallOutput HookPrompt AgentMessage Plan Reasoning CommandExecution DynamicToolCall CollabAgentToolCall SubAgentActivity WebSearch ImageView Extension ImageGeneration EnteredReviewMode ExitedReviewMode FileChange McpToolCall ContextCompaction',
    '@type': {
      FunctionCallOutput: {
        id: 'string',
        name: 'string',
        'namespace?': 'string',
        output: 'FunctionCallOutputBody'
      },
      AgentMessage: {
        'delivery?': 'AgentMessageDelivery',
        'moderation?': 'AgentMessageModeration',
        'questions?': ['AsyncUserInputQuestion']
      },
      CommandExecution: {
        'aggregated_output?': 'string',
        command: ['string'],
        cwd: 'PathUri',
        'duration?': 'Duration',
        'exit_code?': 'i32',
        id: 'string',
        'interaction_input?': 'string',
        parsed_cmd: ['ParsedCommand'],
        'plugin_id?': 'string',
        'process_id?': 'string',
        'script_path?': 'string',
        source: 'ExecCommandSource',
        status: 'CommandExecutionStatus'
      },
      DynamicToolCall: {
        arguments: 'any',
        'content_items?': ['DynamicToolCallOutputContentItem'],
        'duration?': 'Duration',
        'error?': 'string',
        id: 'string',
        'namespace?': 'string',
        status: 'DynamicToolCallStatus',
        'success?': 'bool',
        tool: 'string'
      },
      CollabAgentToolCall: {
        'agents_states=': { '*': 'AgentStatus', '@keys': 'uuid' },
        id: 'string',
        'model?': 'string',
        'prompt?': 'string',
        'reasoning_effort?': 'ReasoningEffort',
        'receiver_agents=': ['CollabAgentRef'],
        'receiver_thread_ids=': ['uuid'],
        sender_thread_id: 'uuid',
        status: 'CollabAgentToolCallStatus',
        tool: 'CollabAgentTool'
      },
      SubAgentActivity: {
        agent_path: 'AgentPath',
        agent_thread_id: 'uuid',
        id: 'string',
        kind: 'SubAgentActivityKind',
        'model?': 'string',
        'reasoning_effort?': 'ReasoningEffort'
      },
      WebSearch: { 'results?': ['any'] },
      ImageView: { path: 'PathUri' },
      Extension: {
        id: 'string',
        '@kind': {
          'image_gen.generation': {
            'failure?': 'ImageGenerationFailure',
            'generationId?': 'string',
            'inputImages=': ['ImageGenerationInputImage'],
            'revisedPrompt?': 'string',
            'savedPath?': 'AbsolutePath',
            status: 'string',
            'transparentBackground?': 'bool',
            '@also': [{ fileId: 'string' }, { result: 'string' }]
          },
          'clock.sleep': { durationMs: 'u64' },
          'web.search': {
            'action?': 'ExtensionWebSearchAction',
            query: 'string',
            'results?': ['any']
          }
        }
      },
      EnteredReviewMode: { id: 'string', target: 'ReviewTarget', user_facing_hint: 'string' },
      ExitedReviewMode: { id: 'string', 'review_output?': 'ReviewOutputEvent' },
      McpToolCall: {
        'actionName?': 'string',
        'appName?': 'string',
        'mcpAppUi?': 'McpAppUi',
        'readOnlyHint?': 'bool'
      },
      Sleep: null
    }
  }
}

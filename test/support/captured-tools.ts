/**
 * The facts of one tool event of a capture.
 */
import type { Fact } from '../../domain/ledgers/analytics/fact.ts'
import { NO_LINKS, type ToolDetails, type ToolOutcome } from '../../domain/ledgers/tools/outcome.ts'

// What stands in a capture is known to the test; a wrong member shows as a difference.
// oxlint-disable-next-line typescript/no-explicit-any
export type Params = Record<string, any>

const details = (type: string, p: Params): ToolDetails => {
  switch (type) {
    case 'codex_command_execution_event':
      return {
        tool: 'command',
        source: p['command_execution_source'],
        exitCode: p['exit_code'],
        actions: {
          read: p['command_read_action_count'],
          listFiles: p['command_list_files_action_count'],
          search: p['command_search_action_count'],
          unknown: p['command_unknown_action_count']
        },
        pluginId: p['plugin_id'] ?? null,
        scriptPath: p['script_path'] ?? null
      }
    case 'codex_file_change_event':
      return {
        tool: 'file_change',
        adds: p['file_add_count'],
        updates: p['file_update_count'],
        deletes: p['file_delete_count'],
        moves: p['file_move_count']
      }
    case 'codex_mcp_tool_call_event':
      return {
        tool: 'mcp',
        server: p['mcp_server_name'],
        errorPresent: p['mcp_error_present'],
        pluginId: p['plugin_id'] ?? null,
        connectorId: p['connector_id'] ?? null
      }
    case 'codex_dynamic_tool_call_event':
      return {
        tool: 'dynamic',
        success: p['success'],
        output: { text: p['output_text_item_count'], image: p['output_image_item_count'], audio: 0 }
      }
    case 'codex_collab_agent_tool_call_event':
      return {
        tool: 'collab',
        senderThreadId: p['sender_thread_id'],
        receiverThreadIds: p['receiver_thread_ids'],
        requestedModel: p['requested_model'],
        requestedEffort: p['requested_reasoning_effort'],
        agents: {
          total: p['agent_state_count'],
          completed: p['completed_agent_count'],
          failed: p['failed_agent_count']
        }
      }
    case 'codex_control_tool_call_event':
      return { tool: 'control', success: p['success'] }
    case 'codex_web_search_event':
      return {
        tool: 'web_search',
        action: p['web_search_action'],
        queryPresent: p['query_present'],
        queryCount: p['query_count']
      }
    default:
      return {
        tool: 'image_generation',
        revisedPromptPresent: p['revised_prompt_present'],
        savedPathPresent: p['saved_path_present']
      }
  }
}

/** When a call began and how it ended, as its event says. */
export const toolFacts = (type: string, p: Params): ReadonlyArray<Fact> => {
  const at = { threadId: p['thread_id'], turnId: p['turn_id'], itemId: p['item_id'] }
  const outcome: ToolOutcome = {
    name: p['tool_name'],
    status: p['terminal_status'],
    failure: p['failure_kind'],
    executionMs: p['execution_duration_ms'],
    details: details(type, p),
    links: {
      ...NO_LINKS,
      originatingResponseId: p['originating_response_id'] ?? null,
      subsequentResponseId: p['subsequent_response_id'] ?? null
    },
    effort: p['reasoning_effort'] ?? null,
    sandboxBackend: p['sandbox_backend'] ?? null
  }
  return [
    { kind: 'tool_started', ...at, atMs: p['started_at_ms'] },
    { kind: 'tool_ended', ...at, atMs: p['completed_at_ms'], outcome }
  ]
}

/**
 * Events that show something in a turn, and open one of their own when none is open.
 */
import type { EventPayload } from '../../log/event.ts'

/** Their types; an item that is recorded whole (`item_completed`) opens no turn. */
export const SHOWING_EVENTS: ReadonlySet<string> = new Set<EventPayload['type']>([
  'user_message',
  'agent_message',
  'agent_reasoning',
  'agent_reasoning_raw_content',
  'context_compacted',
  'entered_review_mode',
  'exited_review_mode',
  'patch_apply_end',
  'mcp_tool_call_end',
  'web_search_end',
  'image_generation_end',
  'sub_agent_activity'
])

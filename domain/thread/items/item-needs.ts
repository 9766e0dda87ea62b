/**
 * What the folds of items need: whole lines for a page, and for rows of turns little more than that a line is there.
 */
import { NO_LONG_TEXT, type Clipped, type Marked, type Needs } from '../../log/needs.ts'
import { HOOK_PROMPT_MARK } from './hook-prompt.ts'

/** Hook prompts are the only messages to the model that are shown. */
const HOOK_PROMPTS: Marked = { mark: HOOK_PROMPT_MARK }

/** For whole items. */
export const ITEM_NEEDS = {
  user_message: 'whole',
  agent_message: 'whole',
  agent_reasoning: 'whole',
  agent_reasoning_raw_content: 'whole',
  context_compacted: 'whole',
  entered_review_mode: 'whole',
  exited_review_mode: 'whole',
  patch_apply_end: 'whole',
  mcp_tool_call_end: 'whole',
  web_search_end: 'whole',
  image_generation_end: 'whole',
  sub_agent_activity: 'whole',
  item_completed: 'whole',
  'response_item:message': HOOK_PROMPTS
} as const satisfies Needs

/** For which lines show something in a legacy turn. */
export const SHOWN_NEEDS = {
  user_message: 'head',
  agent_message: 'head',
  agent_reasoning: 'head',
  agent_reasoning_raw_content: 'head',
  context_compacted: 'head',
  entered_review_mode: 'head',
  exited_review_mode: 'head',
  patch_apply_end: 'head',
  mcp_tool_call_end: 'head',
  web_search_end: 'head',
  image_generation_end: 'head',
  sub_agent_activity: 'whole',
  item_completed: 'head',
  'item_completed:Plan': NO_LONG_TEXT,
  'item_completed:SubAgentActivity': NO_LONG_TEXT,
  'item_completed:Extension': NO_LONG_TEXT,
  'response_item:message': HOOK_PROMPTS
} as const satisfies Needs

/** For the turn an event names. */
export const NAMING_NEEDS = {
  item_completed: 'head',
  patch_apply_end: 'head',
  mcp_tool_call_end: 'head',
  entered_review_mode: 'whole',
  exited_review_mode: NO_LONG_TEXT
} as const satisfies Needs

/** Texts above this many characters are not kept in a summary but folded from the log. */
export const SUMMARY_CHARACTERS_MAX = 16_384
/** A character takes at most six bytes. */
const SUMMARY_BYTES_MAX = 6 * (SUMMARY_CHARACTERS_MAX + 1)
/** Messages of completed items; what a person said is kept whole, for the preview. */
const MESSAGE_ITEM = { textBytesMax: SUMMARY_BYTES_MAX, keeps: ['text'] } as const satisfies Clipped

/** For sketches of items: ids, and for summaries the messages. */
export const SKETCH_NEEDS = {
  user_message: { textBytesMax: SUMMARY_BYTES_MAX, keeps: ['message'] },
  agent_message: { textBytesMax: SUMMARY_BYTES_MAX },
  agent_reasoning: 'checked_head',
  agent_reasoning_raw_content: 'checked_head',
  context_compacted: 'whole',
  entered_review_mode: 'whole',
  exited_review_mode: NO_LONG_TEXT,
  patch_apply_end: 'checked_head',
  mcp_tool_call_end: 'checked_head',
  web_search_end: NO_LONG_TEXT,
  image_generation_end: NO_LONG_TEXT,
  sub_agent_activity: 'whole',
  item_completed: 'checked_head',
  'item_completed:UserMessage': MESSAGE_ITEM,
  'item_completed:AgentMessage': MESSAGE_ITEM,
  'item_completed:Plan': NO_LONG_TEXT,
  'item_completed:SubAgentActivity': NO_LONG_TEXT,
  'item_completed:Extension': NO_LONG_TEXT,
  'response_item:message': HOOK_PROMPTS
} as const satisfies Needs

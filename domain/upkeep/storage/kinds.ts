/**
 * What the bytes of a rollout are spent on. Every byte of a file counts for exactly one kind.
 */
import { own } from '../../own.ts'

/** What a byte can be spent on, in the order in which it is told. */
export const BYTE_KINDS = [
  'messages',
  'reasoning',
  'tool_calls',
  'tool_outputs',
  'images',
  'snapshots',
  'snapshot_images',
  'session',
  'tokens',
  'other',
  'damaged'
] as const

export type ByteKind = (typeof BYTE_KINDS)[number]

export type BytesByKind = Readonly<Record<ByteKind, number>>

export const noBytes = (): Record<ByteKind, number> =>
  Object.fromEntries(BYTE_KINDS.map((kind) => [kind, 0])) as Record<ByteKind, number>

export const addBytes = (a: BytesByKind, b: BytesByKind): BytesByKind =>
  Object.fromEntries(BYTE_KINDS.map((kind) => [kind, a[kind] + b[kind]])) as BytesByKind

export const sumOfBytes = (bytes: BytesByKind): number =>
  BYTE_KINDS.reduce((sum, kind) => sum + bytes[kind], 0)

const LINES: Readonly<Record<string, ByteKind>> = {
  session_meta: 'session',
  turn_context: 'session',
  world_state: 'session',
  dynamic_tools_updated: 'session',
  compacted: 'snapshots',
  retained_context: 'snapshots',
  token_usage_record: 'tokens',
  inter_agent_communication: 'messages'
}

const ITEMS: Readonly<Record<string, ByteKind>> = {
  message: 'messages',
  reasoning: 'reasoning',
  compaction: 'snapshots',
  compaction_summary: 'snapshots',
  context_compaction: 'snapshots'
}

const EVENTS: Readonly<Record<string, ByteKind>> = {
  user_message: 'messages',
  agent_message: 'messages',
  agent_reasoning: 'reasoning',
  agent_reasoning_raw_content: 'reasoning',
  token_count: 'tokens',
  thread_settings_applied: 'session',
  session_configured: 'session'
}

const SHOWN: Readonly<Record<string, ByteKind>> = {
  UserMessage: 'messages',
  AgentMessage: 'messages',
  Plan: 'messages',
  HookPrompt: 'messages',
  Reasoning: 'reasoning',
  ContextCompaction: 'other',
  EnteredReviewMode: 'other',
  ExitedReviewMode: 'other'
}

const ofItem = (name: string): ByteKind =>
  own(ITEMS, name) ??
  (name.endsWith('_output') ? 'tool_outputs' : name.endsWith('_call') ? 'tool_calls' : 'other')

const ofEvent = (name: string, shown: string): ByteKind => {
  if (name === 'item_completed') return own(SHOWN, shown) ?? 'tool_outputs'
  if (name === 'item_started') return own(SHOWN, shown) ?? 'tool_calls'
  const known = own(EVENTS, name)
  if (known !== undefined) return known
  if (name.endsWith('_delta') || name.endsWith('_end')) return 'tool_outputs'
  return name.endsWith('_begin') ? 'tool_calls' : 'other'
}

/**
 * What a line is spent on, by its `type`, the `type` of its payload and that of the item in it; empty texts where there is
 * none. A completed item holds a call and its output together and counts as output.
 */
export const kindOfLine = (type: string, payload: string, item: string): ByteKind => {
  if (type === 'response_item') return ofItem(payload)
  if (type === 'event_msg') return ofEvent(payload, item)
  return own(LINES, type) ?? 'other'
}

/**
 * Telling from a line's first bytes what to do with it.
 *
 * Codex writes every line with the same head: `{"timestamp":"<24 characters>","type":"<type>","payload":{"type":"<kind>"`,
 * from 0.143 on with `"ordinal":<number>` before the type.
 * The kinds a thread consists of are told byte by byte, without making a string; the rest by a string of the head.
 * A line whose head is not written that way, whose end does not look whole, or in which another line begins, is always
 * parsed.
 */
import { HOOK_PROMPT_MARK } from '../../domain/items/hook-prompt.ts'
import type { Profile } from '../../domain/profile.ts'
import { SHOWING_EVENTS } from '../../domain/turns/showing.ts'
import { RENAMED_EVENTS } from '../../migrations/upcast.ts'
import type { Wanted } from '../../projections/projection.ts'
import { elidedEvent, type Head } from './elide.ts'
import { EVENT_BYTES, HEAD_BYTES, matches, PREFIX_BYTES, typeAt, type Plan } from './line-head.ts'
import { planUsage } from './peek-usage.ts'

const CARRIAGE_RETURN = 13
const CLOSING_BRACE = 125
/** Up to this length events are not told by their heads. */
const SHORT_BYTES = 768
const REASONING = Buffer.from('agent_reasoning')
const UNICODE_ESCAPE = Buffer.from('\\u')
/** Shorter lines cannot hold the usual head. */
const SHORTEST_BYTES = 96

const ITEM_BYTES = Buffer.from('response_item","payload":{"type":"')
const CONTEXT_BYTES = Buffer.from('turn_context","payload":{"')
const USAGE_BYTES = Buffer.from('token_usage_record","payload":{"')
const MESSAGE_BYTES = Buffer.from('message"')
const CALL_BYTES = Buffer.from('function_call",')
const SAID_BYTES = [Buffer.from('user_message"'), Buffer.from('agent_message"')]
const ITEM_COMPLETED = Buffer.from('item_completed"')
/** Ends the names of the calls that close and resume an agent, and of no other tool that Codex has. */
const AGENT_CALL = Buffer.from('e_agent","')
/** The name of a call stands this near its type. */
const CALL_NAME_BYTES = 160
const NO_INFO_BYTES = Buffer.from(',"info":null')
const HOOK_PROMPT = Buffer.from(HOOK_PROMPT_MARK)

type Peeked = 'parse' | 'skip' | 'head' | 'tokens' | 'context' | 'message' | null

interface Kind {
  readonly name: Buffer
  readonly folded: Exclude<Peeked, null>
  readonly items: Exclude<Peeked, null>
}

const kind = (name: string, folded: Kind['folded'], items: Kind['items']): Kind => ({
  name: Buffer.from(`${name}"`),
  folded,
  items
})

/** Event kinds told byte by byte; every era keeps all of them. */
const KINDS: ReadonlyArray<Kind> = [
  kind('item_completed', 'head', 'parse'),
  kind('token_count', 'tokens', 'skip'),
  kind('agent_reasoning', 'head', 'parse'),
  kind('agent_reasoning_raw_content', 'head', 'parse'),
  kind('task_started', 'parse', 'skip'),
  kind('task_complete', 'parse', 'skip'),
  kind('user_message', 'parse', 'parse'),
  kind('agent_message', 'parse', 'parse'),
  kind('patch_apply_end', 'head', 'parse'),
  kind('mcp_tool_call_end', 'head', 'parse')
]

const peekEvent = (buffer: Buffer, at: number, wanted: 'folded' | 'items'): Peeked => {
  for (const known of KINDS) {
    if (!matches(buffer, at, known.name)) continue
    if (known[wanted] !== 'tokens') return known[wanted]
    return matches(buffer, at + known.name.length, NO_INFO_BYTES) ? 'skip' : 'tokens'
  }
  return null
}

/** True for a line that begins as Codex begins an event. */
export const isEvent = (buffer: Buffer, from: number): boolean => {
  const at = typeAt(buffer, from)
  return at !== -1 && matches(buffer, at, EVENT_BYTES)
}

/** Of response items only messages may matter, and for a fold the calls that say what became of an agent. */
const peekItem = (buffer: Buffer, at: number, wanted: 'folded' | 'items'): Peeked => {
  if (matches(buffer, at, MESSAGE_BYTES)) return 'message'
  if (wanted === 'items' || !matches(buffer, at, CALL_BYTES)) return 'skip'
  const until = Math.min(buffer.length, at + CALL_NAME_BYTES)
  return buffer.subarray(at, until).includes(AGENT_CALL) ? 'parse' : 'skip'
}

/** What the bytes tell; null when a string of the head must be looked at. */
const peek = (buffer: Buffer, at: number, wanted: 'folded' | 'items'): Peeked => {
  if (matches(buffer, at, ITEM_BYTES)) return peekItem(buffer, at + ITEM_BYTES.length, wanted)
  if (matches(buffer, at, EVENT_BYTES)) return peekEvent(buffer, at + EVENT_BYTES.length, wanted)
  if (matches(buffer, at, CONTEXT_BYTES)) return wanted === 'items' ? 'skip' : 'context'
  return matches(buffer, at, USAGE_BYTES) ? 'skip' : null
}

const ITEM_EVENTS: ReadonlySet<string> = new Set([...SHOWING_EVENTS, 'item_completed'])

/** Not every era keeps them, but a file may hold them: why a turn failed, and which goal the thread has. */
const ALWAYS: ReadonlySet<string> = new Set([
  'error',
  'thread_goal_updated',
  'unroll_goal_cleared',
  'unroll_metadata_updated'
])

/** Lines of 0.143 and later that say nothing about turns, items or threads; some are large. */
const SILENT: ReadonlySet<string> = new Set([
  'world_state',
  'retained_context',
  'dynamic_tools_updated',
  'inter_agent_communication_metadata',
  'security_risk_score',
  'realtime_item'
])

const planType = (type: string, wanted: Wanted, profile: Profile): Plan => {
  if (SILENT.has(type)) return 'skip'
  if (type === 'session_meta') return wanted === 'items' ? 'skip' : 'parse_meta'
  if (type === 'compacted') return wanted === 'items' ? 'skip' : 'parse'
  return profile.lineTypes.has(type) ? 'skip' : 'parse'
}

/** Plans a line by a string of its head from the type on; anything unusual is parsed. */
const planHead = (head: Head, wanted: Wanted, profile: Profile): Plan => {
  const { text } = head
  const typeEnd = text.indexOf('"')
  if (typeEnd === -1 || !text.startsWith(',"payload":{', typeEnd + 1)) return 'parse'
  const type = text.slice(0, typeEnd)
  if (type === 'response_item') return 'parse'
  if (type !== 'event_msg') return planType(type, wanted, profile)
  const kindAt = typeEnd + 21
  const kindEnd = text.indexOf('"', kindAt)
  if (kindEnd === -1 || !text.startsWith('"type":"', kindAt - 8)) return 'parse'
  const name = text.slice(kindAt, kindEnd)
  if (RENAMED_EVENTS.has(name) || ALWAYS.has(name)) return 'parse'
  if (!profile.events.has(name)) return 'skip'
  if (wanted === 'items') return ITEM_EVENTS.has(name) ? 'parse' : 'skip'
  return elidedEvent(head, name, text.slice(kindEnd + 1), profile) ?? 'parse'
}

/** Plans a line for who wants only what was said. */
const planMessage = (buffer: Buffer, from: number, until: number, profile: Profile): Plan => {
  const at = typeAt(buffer, from)
  if (at === -1) return 'parse'
  if (matches(buffer, at, ITEM_BYTES))
    return matches(buffer, at + ITEM_BYTES.length, MESSAGE_BYTES) ? 'parse' : 'skip'
  const isEvent = matches(buffer, at, EVENT_BYTES)
  const kindAt = at + EVENT_BYTES.length
  if (isEvent && SAID_BYTES.some((kind) => matches(buffer, kindAt, kind))) return 'parse'
  if (isEvent && !matches(buffer, kindAt, ITEM_COMPLETED)) return 'skip'
  const envelope = buffer.toString('latin1', from, at)
  const text = buffer.toString('latin1', at, Math.min(until, from + HEAD_BYTES))
  return planHead({ envelope, text }, isEvent ? 'folded' : 'items', profile)
}

/** True when a second line begins inside this one: a writer was cut off, and the next one wrote on behind it. */
const isGlued = (buffer: Buffer, from: number, until: number): boolean =>
  buffer.subarray(from + PREFIX_BYTES.length, until).includes(PREFIX_BYTES)

/** True for an event that is better read whole: it may be damaged, and then counts for nothing. */
const isDoubtful = (buffer: Buffer, at: number, from: number, until: number): boolean => {
  if (until - from <= SHORT_BYTES) return true
  const isReasoning = matches(buffer, at + EVENT_BYTES.length, REASONING)
  return isReasoning && buffer.subarray(from, until).includes(UNICODE_ESCAPE)
}

/** Plans a line that ends as a whole one does. */
const planWhole = (
  buffer: Buffer,
  from: number,
  until: number,
  wanted: 'folded' | 'items',
  profile: Profile
): Plan => {
  const at = typeAt(buffer, from)
  if (at === -1) return 'parse'
  const peeked = peek(buffer, at, wanted)
  if (peeked === 'head' && isDoubtful(buffer, at, from, until)) return 'parse'
  switch (peeked) {
    case 'parse':
    case 'skip':
      return peeked
    case 'message':
      return buffer.subarray(from, until).includes(HOOK_PROMPT) ? 'parse' : 'skip'
    case 'tokens':
      return 'last_tokens'
    case 'context':
      return 'last_context'
    case 'head':
    case null:
      return planHead(
        {
          envelope: buffer.toString('latin1', from, at),
          text: buffer.toString('latin1', at, Math.min(until, from + HEAD_BYTES))
        },
        wanted,
        profile
      )
  }
}

/** Plans the line that stands at `from` (inclusive) to `until` (exclusive, without its newline). */
export const planLine = (
  buffer: Buffer,
  from: number,
  until: number,
  wanted: Wanted,
  profile: Profile
): Plan => {
  if (wanted === 'all' || wanted === 'counted' || until - from < SHORTEST_BYTES) return 'parse'
  const last = buffer[until - 1] === CARRIAGE_RETURN ? buffer[until - 2] : buffer[until - 1]
  if (last !== CLOSING_BRACE) return 'parse'
  if (wanted === 'messages') return planMessage(buffer, from, until, profile)
  if (wanted === 'usage') return planUsage(buffer, from, until, profile)
  const plan = planWhole(buffer, from, until, wanted, profile)
  return plan === 'skip' && wanted === 'folded' && isGlued(buffer, from, until) ? 'parse' : plan
}

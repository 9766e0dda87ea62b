/**
 * Lines of a rollout: from bytes to events, reading only what is asked for.
 *
 * Codex writes every line with the same head: `{"timestamp":"<24 characters>","type":"<type>","payload":{"type":"<kind>"`.
 * A reader that wants only some kinds looks at those bytes and leaves the rest of the line unparsed. A line whose
 * head is not written that way, or whose end does not look whole, is always parsed. A passed-over line is trusted
 * to be JSON; `Wanted: 'all'` trusts nothing.
 */
import { isUtf8 } from 'node:buffer'
import type { DamageReason, RolloutLine } from '../../domain/event.ts'
import { toRolloutLine } from '../../domain/event.ts'
import { HOOK_PROMPT_MARK } from '../../domain/hook-prompt.ts'
import type { Profile } from '../../domain/profile.ts'
import type { Wanted } from '../../replay/ports.ts'
import { elidedEvent } from './elide.ts'

/** A line above this many bytes is damage: JavaScript cannot hold much longer strings. */
export const LINE_BYTES_MAX = 256 * 1024 * 1024

const NEWLINE = 10
const CARRIAGE_RETURN = 13
/** Shorter lines cannot hold the usual head. */
const SHORTEST_BYTES = 96
const CLOSING_BRACE = 125
const HOOK_PROMPT = Buffer.from(HOOK_PROMPT_MARK)

/** What to do with a line, told from its first bytes; an event when these bytes tell all that is needed. */
export type Plan = 'parse' | 'skip' | 'last_context' | 'last_tokens' | 'parse_if_hook' | RolloutLine

const PREFIX = '{"timestamp":"'
const TYPE_AT = 38
const HEAD_BYTES = 256

const ITEM_EVENTS: ReadonlySet<string> = new Set([
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
  'item_completed',
  'sub_agent_activity'
])

const planEvent = (
  head: string,
  kind: string,
  rest: string,
  wanted: Wanted,
  profile: Profile
): Plan => {
  if (!profile.events.has(kind)) return 'skip'
  if (wanted === 'items') return ITEM_EVENTS.has(kind) ? 'parse' : 'skip'
  if (kind !== 'token_count') return elidedEvent(head, kind, rest) ?? 'parse'
  return rest.startsWith(',"info":null') ? 'skip' : 'last_tokens'
}

const planPayload = (type: string, kind: string, wanted: Wanted, profile: Profile): Plan => {
  switch (type) {
    case 'response_item':
      return kind === 'message' ? 'parse_if_hook' : 'skip'
    case 'turn_context':
      return wanted === 'items' ? 'skip' : 'last_context'
    case 'session_meta':
    case 'compacted':
      return wanted === 'items' ? 'skip' : 'parse'
    default:
      return profile.lineTypes.has(type) ? 'skip' : 'parse'
  }
}

/** Plans a line by its head; anything unusual is parsed. */
const planHead = (head: string, wanted: Wanted, profile: Profile): Plan => {
  if (!head.startsWith(PREFIX) || !head.startsWith('","type":"', TYPE_AT)) return 'parse'
  const typeAt = TYPE_AT + 10
  const typeEnd = head.indexOf('"', typeAt)
  if (typeEnd === -1 || !head.startsWith(',"payload":{', typeEnd + 1)) return 'parse'
  const type = head.slice(typeAt, typeEnd)
  const payloadAt = typeEnd + 13
  if (type !== 'event_msg' && type !== 'response_item')
    return planPayload(type, '', wanted, profile)
  if (!head.startsWith('"type":"', payloadAt)) return 'parse'
  const kindEnd = head.indexOf('"', payloadAt + 8)
  if (kindEnd === -1) return 'parse'
  const kind = head.slice(payloadAt + 8, kindEnd)
  return type === 'event_msg'
    ? planEvent(head, kind, head.slice(kindEnd + 1), wanted, profile)
    : planPayload(type, kind, wanted, profile)
}

const HEAD_LITERAL = Buffer.from(PREFIX)
const RESPONSE_LITERAL = Buffer.from('","type":"response_item","payload":{"type":"')
const LETTER_M = 109

const matches = (buffer: Buffer, at: number, literal: Buffer): boolean => {
  for (let i = 0; i < literal.length; i++) if (buffer[at + i] !== literal[i]) return false
  return true
}

/** Most lines are response items, and of these only messages can matter: told without making a string. */
const isPlainResponseItem = (buffer: Buffer, from: number): boolean =>
  matches(buffer, from + TYPE_AT, RESPONSE_LITERAL) &&
  matches(buffer, from, HEAD_LITERAL) &&
  buffer[from + TYPE_AT + RESPONSE_LITERAL.length] !== LETTER_M

/** Plans the line that stands at `from` (inclusive) to `until` (exclusive, without its newline). */
export const planLine = (
  buffer: Buffer,
  from: number,
  until: number,
  wanted: Wanted,
  profile: Profile
): Plan => {
  if (wanted === 'all' || until - from < SHORTEST_BYTES) return 'parse'
  const last = buffer[until - 1] === CARRIAGE_RETURN ? buffer[until - 2] : buffer[until - 1]
  if (last !== CLOSING_BRACE) return 'parse'
  if (isPlainResponseItem(buffer, from)) return 'skip'
  const plan = planHead(
    buffer.toString('latin1', from, Math.min(until, from + HEAD_BYTES)),
    wanted,
    profile
  )
  if (plan !== 'parse_if_hook') return plan
  return buffer.subarray(from, until).includes(HOOK_PROMPT) ? 'parse' : 'skip'
}

/** True when the line holds nothing but white space. */
export const isBlank = (buffer: Buffer, from: number, until: number): boolean => {
  for (let i = from; i < until; i++) {
    const byte = buffer[i] as number
    if (byte !== 32 && (byte < 9 || byte > 13)) return false
  }
  return true
}

const isAllNul = (line: Buffer): boolean => line.every((byte) => byte === 0 || byte === 13)

/** Reads one line's bytes as an event, or tells why it is not one. */
export const parseLine = (line: Buffer, profile: Profile): RolloutLine | DamageReason => {
  if (line.length > LINE_BYTES_MAX) return 'line_too_long'
  if (!isUtf8(line)) return 'not_utf8'
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch {
    return isAllNul(line) ? 'nul_bytes' : 'not_json'
  }
  return toRolloutLine(value, profile)
}

/** Where the line that begins at `from` ends, or -1 when its newline is not in the buffer. */
export const endOfLine = (buffer: Buffer, from: number, until: number): number => {
  const at = buffer.indexOf(NEWLINE, from)
  return at === -1 || at >= until ? -1 : at
}

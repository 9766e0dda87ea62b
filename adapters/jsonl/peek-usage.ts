/**
 * What the usage ledger needs of a line: of the few kinds that tell what was spent, all; of those that show something,
 * that they are there, since they may open a turn; of a compaction, which answer made it. Everything else is passed over,
 * and that is nearly all bytes of a home.
 */
import type { EventPayload, RolloutLine } from '../../domain/events/event.ts'
import type { JsonObject } from '../../domain/json.ts'
import { EVENT_BYTES, HEAD_BYTES, matches, typeAt, type Plan } from './line-head.ts'

const TIMESTAMP_AT = 14
const TIMESTAMP_LENGTH = 24

const TOKENS = Buffer.from('token_count","info":')
const NULL = Buffer.from('null')
const TOTAL = Buffer.from('{"total_token_usage":{')
const LAST = Buffer.from('},"last_token_usage":{')
const DONE = Buffer.from('task_complete","')
const ITEM_BYTES = Buffer.from('response_item","payload":{"type":"')
/** Lines of which the kind stands at the beginning of their payload, unless somebody wrote it in another order. */
const KINDS = ['event_msg"', 'response_item"'].map((type) => Buffer.from(type))
/** Calls of tools; their payloads are not looked at. */
const CALLS = ['function_call', 'custom_tool_call', 'local_shell_call'].map((type) => ({
  head: Buffer.from(`response_item","payload":{"type":"${type}",`),
  payload: { type }
}))
const CONTEXT = Buffer.from('turn_context"')
const RECORD = Buffer.from('token_usage_record"')
const META = Buffer.from('session_meta"')
const COMPACTED = Buffer.from('compacted","payload":{"message":"')
const ANY_COMPACTED = Buffer.from('compacted"')
const RESPONSE = Buffer.from('"compaction_response_id":"')
const QUOTE = 34

/** Read whole. */
const WHOLE = [
  'task_started',
  'turn_started',
  'turn_complete',
  'turn_aborted',
  'token_count',
  'thread_rolled_back',
  'thread_settings_applied',
  'unroll_turns_restored',
  'entered_review_mode',
  'exited_review_mode',
  'mcp_tool_call_end'
].map((name) => Buffer.from(`${name}"`))

/** Events that show something, and what of them tells that they are not empty. */
const SHOWN: ReadonlyArray<{
  readonly name: Buffer
  readonly empty: Buffer | null
  readonly payload: EventPayload
}> = [
  shown('agent_reasoning', ',"text":""', { text: '\u2026' }),
  shown('agent_reasoning_raw_content', ',"text":""', { text: '\u2026' }),
  shown('user_message', null, { message: '\u2026' }),
  shown('agent_message', ',"message":""', { message: '\u2026' }),
  shown('web_search_end', null, { call_id: '', query: '', action: { type: 'other' } }),
  shown('image_generation_end', null, { call_id: '', status: '', result: '' }),
  shown('sub_agent_activity', null, { event_id: '', agent_thread_id: '', agent_path: '' }),
  shown('context_compacted', null, {})
]

function shown(type: string, empty: string | null, members: JsonObject) {
  return {
    name: Buffer.from(`${type}"`),
    empty: empty === null ? null : Buffer.from(empty),
    payload: { type, ...members } as unknown as EventPayload
  }
}

const PATCH = Buffer.from('patch_apply_end"')
const PATCH_TURN = /^patch_apply_end","call_id":"[^"\\]+","turn_id":"([^"\\]*)"/

const timestampOf = (buffer: Buffer, from: number): string =>
  buffer.toString('latin1', from + TIMESTAMP_AT, from + TIMESTAMP_AT + TIMESTAMP_LENGTH)

const event = (buffer: Buffer, from: number, payload: EventPayload): RolloutLine => ({
  timestamp: timestampOf(buffer, from),
  type: 'event_msg',
  payload
})

const planPatch = (buffer: Buffer, from: number, kindAt: number, until: number): Plan => {
  const text = buffer.toString('latin1', kindAt, Math.min(until, kindAt + HEAD_BYTES))
  const turn_id = PATCH_TURN.exec(text)?.[1]
  if (turn_id === undefined) return 'parse'
  const payload = { type: 'patch_apply_end', call_id: '', turn_id } as unknown as EventPayload
  return event(buffer, from, payload)
}

/** Members of a usage, in the order in which Codex writes them; the third came with 0.169. */
const PARTS = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
  'total_tokens'
].map((name) => ({ name: Buffer.from(`"${name}":`), isOptional: name.startsWith('cache_') }))
const COMMA = 44
const DIGITS_MAX = 15

/** The numbers of a usage that begins there, and where it ends; null when it is written in another way. */
const readUsage = (
  buffer: Buffer,
  from: number
): readonly [ReadonlyArray<number>, number] | null => {
  const values: Array<number> = []
  let at = from
  for (const { name, isOptional } of PARTS) {
    if (!matches(buffer, at, name)) {
      if (!isOptional) return null
      continue
    }
    at += name.length
    const begin = at
    let value = 0
    for (let digit = (buffer[at] ?? 0) - 48; digit >= 0 && digit <= 9;) {
      value = value * 10 + digit
      at += 1
      digit = (buffer[at] ?? 0) - 48
    }
    if (at === begin || at - begin > DIGITS_MAX) return null
    if (!isOptional) values.push(value)
    if (buffer[at] === COMMA) at += 1
  }
  return [values, at]
}

const usageOf = ([
  input = 0,
  cached = 0,
  output = 0,
  reasoning = 0,
  total = 0
]: ReadonlyArray<number>) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_output_tokens: reasoning,
  total_tokens: total
})

/** A running count: its ten numbers stand in front of the rest of the line. */
const planTokens = (buffer: Buffer, from: number, infoAt: number): Plan => {
  if (matches(buffer, infoAt, NULL)) return 'skip'
  if (!matches(buffer, infoAt, TOTAL)) return 'parse'
  const total = readUsage(buffer, infoAt + TOTAL.length)
  if (total === null || !matches(buffer, total[1], LAST)) return 'parse'
  const last = readUsage(buffer, total[1] + LAST.length)
  if (last === null) return 'parse'
  const info = { total_token_usage: usageOf(total[0]), last_token_usage: usageOf(last[0]) }
  return event(buffer, from, { type: 'token_count', info })
}

const SPEAKS = /^turn_context","payload":\{"turn_id":"([^"\\]+)",/
const MODEL = /,"model":"([^"\\]+)"/
const EFFORT = /,"effort":(?:"([^"\\]*)"|null)/

/** Settings of a turn: names in quotes that nothing escapes stand for themselves, for texts escape theirs. */
const planContext = (buffer: Buffer, from: number, at: number, until: number): Plan => {
  const text = buffer.toString('latin1', at, until)
  const turn_id = SPEAKS.exec(text)?.[1]
  const model = MODEL.exec(text)?.[1]
  const effort = EFFORT.exec(text)?.[1] ?? null
  if (turn_id === undefined || model === undefined) return 'parse'
  if (!IS_PLAIN.test(model) || !IS_PLAIN.test(effort ?? '')) return 'parse'
  const payload = { turn_id, model, effort, ...UNREAD }
  return { timestamp: timestampOf(buffer, from), type: 'turn_context', payload }
}

const IS_PLAIN = /^[\x20-\x7e]*$/
const UNREAD = { cwd: '', approval_policy: '', sandbox_policy: {}, summary: null }

const DONE_EVENT = { type: 'task_complete', turn_id: '' } as const

const planEvent = (buffer: Buffer, from: number, kindAt: number, until: number): Plan => {
  if (matches(buffer, kindAt, TOKENS)) return planTokens(buffer, from, kindAt + TOKENS.length)
  if (matches(buffer, kindAt, DONE)) return event(buffer, from, DONE_EVENT)
  for (const name of WHOLE) if (matches(buffer, kindAt, name)) return 'parse'
  for (const { name, empty, payload } of SHOWN) {
    if (!matches(buffer, kindAt, name)) continue
    const isEmpty = empty !== null && matches(buffer, kindAt + name.length, empty)
    return isEmpty ? 'skip' : event(buffer, from, payload)
  }
  return matches(buffer, kindAt, PATCH) ? planPatch(buffer, from, kindAt, until) : 'skip'
}

const ORDINAL = /"ordinal":(\d+)/

/** The answer that made a compaction stands behind the history it leaves, which may be long. */
const responseOf = (buffer: Buffer, from: number, until: number): string | null => {
  const at = buffer.subarray(from, until).lastIndexOf(RESPONSE)
  if (at === -1) return null
  const begin = from + at + RESPONSE.length
  const end = buffer.indexOf(QUOTE, begin)
  return end === -1 || end > until ? null : buffer.toString('utf8', begin, end)
}

const planCompacted = (buffer: Buffer, from: number, at: number, until: number): Plan => {
  const message = buffer[at + COMPACTED.length] === QUOTE ? '' : '\u2026'
  const responseId = responseOf(buffer, from, until)
  const ordinal = ORDINAL.exec(buffer.toString('latin1', from, at))?.[1]
  return {
    timestamp: timestampOf(buffer, from),
    ...(ordinal === undefined ? {} : { ordinal: Number(ordinal) }),
    type: 'compacted',
    payload: responseId === null ? { message } : { message, compaction_response_id: responseId }
  }
}

const planItem = (buffer: Buffer, from: number, at: number): Plan => {
  for (const { head, payload } of CALLS)
    if (matches(buffer, at, head))
      return { timestamp: timestampOf(buffer, from), type: 'response_item', payload }
  return 'skip'
}

/** Plans the line between `from` and `until` for the usage ledger. */
export const planUsage = (buffer: Buffer, from: number, until: number): Plan => {
  const at = typeAt(buffer, from)
  if (at === -1) return 'parse'
  if (matches(buffer, at, ITEM_BYTES)) return planItem(buffer, from, at)
  if (matches(buffer, at, EVENT_BYTES))
    return planEvent(buffer, from, at + EVENT_BYTES.length, until)
  if (KINDS.some((type) => matches(buffer, at, type))) return 'parse'
  if (matches(buffer, at, CONTEXT)) return planContext(buffer, from, at, until)
  if (matches(buffer, at, RECORD)) return 'parse'
  if (matches(buffer, at, META)) return 'parse_meta'
  if (matches(buffer, at, COMPACTED)) return planCompacted(buffer, from, at, until)
  return matches(buffer, at, ANY_COMPACTED) ? 'parse' : 'skip'
}

/**
 * What the usage ledger needs of a line: of the few kinds that tell what was spent, all; of those that show something,
 * that they are there, since they may open a turn; of a compaction, which answer made it. Everything else is passed over,
 * and that is nearly all bytes of a home.
 */
import type { EventPayload, RolloutLine } from '../../domain/events/event.ts'
import { HOOK_PROMPT_MARK } from '../../domain/items/hook-prompt.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Profile } from '../../domain/profile.ts'
import { EVENT_BYTES, HEAD_BYTES, matches, ordinalIn, typeAt, type Plan } from './line-head.ts'

const TIMESTAMP_AT = 14
const TIMESTAMP_LENGTH = 24

const TOKENS = Buffer.from('token_count","info":')
const NULL = Buffer.from('null')
const TOTAL = Buffer.from('{"total_token_usage":{')
const LAST = Buffer.from('},"last_token_usage":{')
const DONE = Buffer.from('task_complete"')
const DONE_TURN = /^task_complete","turn_id":"([^"\\]+)"/
const ITEM = Buffer.from('item_completed"')
const ITEM_TURN =
  /^item_completed","thread_id":"([^"\\]+)","turn_id":"([^"\\]*)","item":\{"type":"([A-Za-z]+)","id":"([^"\\]+)"/
/** Items that may count in a legacy thread: whether they do is told by more than their head. */
const COUNTING = ['Plan', 'Sleep', 'FunctionCallOutput', 'SubAgentActivity', 'Extension']
const MESSAGE = Buffer.from('message"')
const HOOK_PROMPT = Buffer.from(HOOK_PROMPT_MARK)
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
  'mcp_tool_call_end',
  'sub_agent_activity'
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

/** A line, and where its type begins. */
interface Head {
  readonly buffer: Buffer
  readonly from: number
  readonly at: number
}

const envelope = ({ buffer, from, at }: Head) => ({
  timestamp: timestampOf(buffer, from),
  ...ordinalIn(buffer, from, at)
})

const event = (head: Head, payload: EventPayload): RolloutLine => ({
  ...envelope(head),
  type: 'event_msg',
  payload
})

/** The beginning of an event, from its kind on. */
const textOf = ({ buffer }: Head, kindAt: number, until: number): string =>
  buffer.toString('latin1', kindAt, Math.min(until, kindAt + HEAD_BYTES))

const planPatch = (head: Head, kindAt: number, until: number): Plan => {
  const turn_id = PATCH_TURN.exec(textOf(head, kindAt, until))?.[1]
  if (turn_id === undefined) return 'parse'
  const payload = { type: 'patch_apply_end', call_id: '', turn_id } as unknown as EventPayload
  return event(head, payload)
}

/** An end names its turn: it may be a late one. */
const planDone = (head: Head, kindAt: number, until: number): Plan => {
  const turn_id = DONE_TURN.exec(textOf(head, kindAt, until))?.[1]
  return turn_id === undefined ? 'parse' : event(head, { type: 'task_complete', turn_id })
}

/** An item names its turn, which may not have begun. */
const planItemEvent = (head: Head, kindAt: number, until: number, profile: Profile): Plan => {
  const match = ITEM_TURN.exec(textOf(head, kindAt, until))
  if (match === null) return 'parse'
  const [, thread_id = '', turn_id = '', type = '', id = ''] = match
  if (COUNTING.includes(type)) return 'parse'
  if (!profile.segments || !profile.completedItems.has(type)) return 'skip'
  const payload = { type: 'item_completed', thread_id, turn_id, item: { type, id } }
  return event(head, payload as unknown as EventPayload)
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
const planTokens = (head: Head, infoAt: number): Plan => {
  const { buffer } = head
  if (matches(buffer, infoAt, NULL)) return 'skip'
  if (!matches(buffer, infoAt, TOTAL)) return 'parse'
  const total = readUsage(buffer, infoAt + TOTAL.length)
  if (total === null || !matches(buffer, total[1], LAST)) return 'parse'
  const last = readUsage(buffer, total[1] + LAST.length)
  if (last === null) return 'parse'
  const info = { total_token_usage: usageOf(total[0]), last_token_usage: usageOf(last[0]) }
  return event(head, { type: 'token_count', info })
}

const SPEAKS = /^turn_context","payload":\{"turn_id":"([^"\\]+)",/
const MODEL = /,"model":"([^"\\]+)"/
const EFFORT = /,"effort":(?:"([^"\\]*)"|null)/

/** Settings of a turn: names in quotes that nothing escapes stand for themselves, for texts escape theirs. */
const planContext = (head: Head, until: number): Plan => {
  const { buffer, at } = head
  const text = buffer.toString('latin1', at, until)
  const turn_id = SPEAKS.exec(text)?.[1]
  const model = MODEL.exec(text)?.[1]
  const effort = EFFORT.exec(text)?.[1] ?? null
  if (turn_id === undefined || model === undefined) return 'parse'
  if (!IS_PLAIN.test(model) || !IS_PLAIN.test(effort ?? '')) return 'parse'
  const payload = { turn_id, model, effort, ...UNREAD }
  return { ...envelope(head), type: 'turn_context', payload }
}

const IS_PLAIN = /^[\x20-\x7e]*$/
const UNREAD = { cwd: '', approval_policy: '', sandbox_policy: {}, summary: null }

const planEvent = (head: Head, until: number, profile: Profile): Plan => {
  const { buffer } = head
  const kindAt = head.at + EVENT_BYTES.length
  if (matches(buffer, kindAt, TOKENS)) return planTokens(head, kindAt + TOKENS.length)
  if (matches(buffer, kindAt, ITEM)) return planItemEvent(head, kindAt, until, profile)
  if (matches(buffer, kindAt, DONE)) return planDone(head, kindAt, until)
  for (const name of WHOLE) if (matches(buffer, kindAt, name)) return 'parse'
  for (const { name, empty, payload } of SHOWN) {
    if (!matches(buffer, kindAt, name)) continue
    const isEmpty = empty !== null && matches(buffer, kindAt + name.length, empty)
    return isEmpty ? 'skip' : event(head, payload)
  }
  return matches(buffer, kindAt, PATCH) ? planPatch(head, kindAt, until) : 'skip'
}

/** The answer that made a compaction stands behind the history it leaves, which may be long. */
const responseOf = (buffer: Buffer, from: number, until: number): string | null => {
  const at = buffer.subarray(from, until).lastIndexOf(RESPONSE)
  if (at === -1) return null
  const begin = from + at + RESPONSE.length
  const end = buffer.indexOf(QUOTE, begin)
  return end === -1 || end > until ? null : buffer.toString('utf8', begin, end)
}

const planCompacted = (head: Head, until: number): Plan => {
  const { buffer, from, at } = head
  const message = buffer[at + COMPACTED.length] === QUOTE ? '' : '\u2026'
  const responseId = responseOf(buffer, from, until)
  return {
    ...envelope(head),
    type: 'compacted',
    payload: responseId === null ? { message } : { message, compaction_response_id: responseId }
  }
}

const planItem = (head: Head, until: number): Plan => {
  const { buffer, from, at } = head
  for (const { head: call, payload } of CALLS)
    if (matches(buffer, at, call)) return { ...envelope(head), type: 'response_item', payload }
  // What a hook tells the model is shown, and may open a turn.
  const isMessage = matches(buffer, at + ITEM_BYTES.length, MESSAGE)
  return isMessage && buffer.subarray(from, until).includes(HOOK_PROMPT) ? 'parse' : 'skip'
}

/** Plans the line between `from` and `until` for the usage ledger. */
export const planUsage = (buffer: Buffer, from: number, until: number, profile: Profile): Plan => {
  const at = typeAt(buffer, from)
  if (at === -1) return 'parse'
  const head = { buffer, from, at }
  if (matches(buffer, at, ITEM_BYTES)) return planItem(head, until)
  if (matches(buffer, at, EVENT_BYTES)) return planEvent(head, until, profile)
  if (KINDS.some((type) => matches(buffer, at, type))) return 'parse'
  if (matches(buffer, at, CONTEXT)) return planContext(head, until)
  if (matches(buffer, at, RECORD)) return 'parse'
  if (matches(buffer, at, META)) return 'parse_meta'
  if (matches(buffer, at, COMPACTED)) return planCompacted(head, until)
  return matches(buffer, at, ANY_COMPACTED) ? 'parse' : 'skip'
}

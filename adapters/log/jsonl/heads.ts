/**
 * Heads: what the first bytes of a line tell, so that the rest (often a whole diff, tool output or history) is not parsed.
 *
 * Every line begins as `line-head.ts` says. Where its kind has members of use right behind its name, they are read here as they
 * are written; a line whose members stand otherwise has no head and is parsed. Which kinds are asked for as heads is none of
 * this file's business: see `domain/log/needs.ts`.
 */
import type { DeliveredLine, LineKind } from '../../../domain/log/needs.ts'
import { HEAD_BYTES, matches, ordinalIn, timestampOf } from './line-head.ts'

/** A line in a buffer, and where its type begins and what its head tells goes on. */
export interface LineBytes {
  readonly buffer: Buffer
  readonly from: number
  readonly until: number
  /** Where the name of its type begins. */
  readonly typeAt: number
  /** Behind the quote that ends the name of its kind. */
  readonly restAt: number
}

/** Reads a head; null where the line must be parsed. */
export type ReadHead = (line: LineBytes) => DeliveredLine | null

/** What is known of a kind of line without parsing it. */
export interface HeadForm {
  readonly read: ReadHead
  /** Behind its kind, a line that says nothing goes on like this. */
  readonly empty?: Buffer
  /** True when something of it stands behind the beginning of the line. */
  readonly isLate?: true
  /** Where this stands in a line, its text may be none: then even its head is not to be trusted. */
  readonly doubt?: Buffer
}

type EnvelopeOf<L> = L extends unknown ? Omit<L, 'timestamp' | 'ordinal'> : never

/** A line with its time and number. Written out and not spread: V8 makes a spread several times slower, and this is most lines. */
const lineOf = (
  { buffer, from, typeAt }: LineBytes,
  { type, payload }: EnvelopeOf<Extract<DeliveredLine, { readonly payload: unknown }>>
): DeliveredLine => {
  const timestamp = timestampOf(buffer, from)
  const ordinal = ordinalIn(buffer, from, typeAt)
  const line =
    ordinal === undefined ? { timestamp, type, payload } : { timestamp, ordinal, type, payload }
  return line as DeliveredLine
}

type EventHeads = Extract<DeliveredLine, { readonly type: 'event_msg' }>['payload']

const event = (line: LineBytes, payload: EventHeads): DeliveredLine =>
  lineOf(line, { type: 'event_msg', payload })

/** The beginning of what stands behind the kind. */
const restOf = ({ buffer, from, restAt, until }: LineBytes): string =>
  buffer.toString('latin1', restAt, Math.min(until, from + HEAD_BYTES))

/** The head of an event that has nothing but its name. */
const named =
  (type: Exclude<EventHeads['type'], 'item_completed'>): ReadHead =>
  (line) =>
    event(line, { type })

const form = (
  type: Exclude<EventHeads['type'], 'item_completed'>,
  empty?: string
): readonly [LineKind, HeadForm] => [
  type,
  { read: named(type), ...(empty === undefined ? {} : { empty: Buffer.from(empty) }) }
]

const PATCH = /^,"call_id":"([^"\\]+)","turn_id":"([^"\\]*)",/

const patch: ReadHead = (line) => {
  const [, call_id, turn_id] = PATCH.exec(restOf(line)) ?? []
  if (call_id === undefined || turn_id === undefined) return null
  return event(line, { type: 'patch_apply_end', ...{ call_id, turn_id } })
}

const MCP = /^,"call_id":"([^"\\]+)","invocation":\{"server":"/
const TURN_ID = Buffer.from('"turn_id":')

/** Where a call names its turn, that stands behind all it was given and brought. */
const mcp: ReadHead = (line) => {
  const { buffer, restAt, until } = line
  const call_id = MCP.exec(restOf(line))?.[1]
  if (call_id === undefined || buffer.subarray(restAt, until).includes(TURN_ID)) return null
  return event(line, { type: 'mcp_tool_call_end', ...{ call_id } })
}

const TURN = /^,"turn_id":"([^"\\]+)"/

const done: ReadHead = (line) => {
  const turn_id = TURN.exec(restOf(line))?.[1]
  return turn_id === undefined ? null : event(line, { type: 'task_complete', ...{ turn_id } })
}

const ITEM =
  /^,"thread_id":"([^"\\]+)","turn_id":"([^"\\]*)","item":\{"type":"([A-Za-z]+)","id":"([^"\\]+)"/

/** Which item ended, and in which turn. */
export interface EndedItemHead {
  readonly thread_id: string
  readonly turn_id: string
  readonly type: string
  readonly id: string
}

/** The item whose event goes on there behind its name; null where that is written otherwise. */
export const itemAt = (buffer: Buffer, restAt: number): EndedItemHead | null => {
  const match = ITEM.exec(buffer.toString('latin1', restAt, restAt + HEAD_BYTES))
  if (match === null) return null
  const [, thread_id = '', turn_id = '', type = '', id = ''] = match
  return { thread_id, turn_id, type, id }
}

/** The head of the event of an item. */
export const itemLine = (
  line: LineBytes,
  { thread_id, turn_id, type, id }: EndedItemHead
): DeliveredLine => {
  const payload = { type: 'item_completed', thread_id, turn_id, item: { type, id } }
  return event(line, payload as unknown as EventHeads)
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
const readUsage = (buffer: Buffer, from: number) => {
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
  const [
    input_tokens = 0,
    cached_input_tokens = 0,
    output_tokens = 0,
    reasoning_output_tokens = 0,
    total_tokens = 0
  ] = values
  const usage = {
    input_tokens,
    cached_input_tokens,
    output_tokens,
    reasoning_output_tokens,
    total_tokens
  }
  return { usage, end: at }
}

const TOTAL = Buffer.from(',"info":{"total_token_usage":{')
const LAST = Buffer.from('},"last_token_usage":{')

/** A running count: its ten numbers stand in front of the rest of the line. */
const tokens: ReadHead = (line) => {
  const { buffer, restAt } = line
  if (!matches(buffer, restAt, TOTAL)) return null
  const total = readUsage(buffer, restAt + TOTAL.length)
  if (total === null || !matches(buffer, total.end, LAST)) return null
  const last = readUsage(buffer, total.end + LAST.length)
  if (last === null) return null
  const info = { total_token_usage: total.usage, last_token_usage: last.usage }
  return event(line, { type: 'token_count', ...{ info } })
}

const SPEAKS = /^,"payload":\{"turn_id":"([^"\\]+)",/
const MODEL = /,"model":"([^"\\]+)"/
const EFFORT = /,"effort":(?:"([^"\\]*)"|null)/
const IS_PLAIN = /^[\x20-\x7e]*$/

/** Settings of a turn: names in quotes that nothing escapes stand for themselves, for texts escape theirs. */
const context: ReadHead = (line) => {
  const text = line.buffer.toString('latin1', line.restAt, line.until)
  const turn_id = SPEAKS.exec(text)?.[1]
  const model = MODEL.exec(text)?.[1]
  const effort = EFFORT.exec(text)?.[1] ?? null
  if (turn_id === undefined || model === undefined) return null
  if (!IS_PLAIN.test(model) || !IS_PLAIN.test(effort ?? '')) return null
  return lineOf(line, { type: 'turn_context', payload: { turn_id, model, effort } })
}

const COMPACTED = Buffer.from(',"payload":{"message":"')
const RESPONSE = Buffer.from('"compaction_response_id":"')
const QUOTE = 34

/** The answer that made a compaction stands behind the history it leaves, which may be long. */
const responseOf = ({ buffer, from, until }: LineBytes): string | null => {
  const at = buffer.subarray(from, until).lastIndexOf(RESPONSE)
  if (at === -1) return null
  const begin = from + at + RESPONSE.length
  const end = buffer.indexOf(QUOTE, begin)
  return end === -1 || end > until ? null : buffer.toString('utf8', begin, end)
}

const compacted: ReadHead = (line) => {
  const { buffer, restAt } = line
  if (!matches(buffer, restAt, COMPACTED)) return null
  const isEmpty = buffer[restAt + COMPACTED.length] === QUOTE
  const responseId = responseOf(line)
  const payload = {
    ...(isEmpty ? { message: '' } : {}),
    ...(responseId === null ? {} : { compaction_response_id: responseId })
  }
  return lineOf(line, { type: 'compacted', payload })
}

const UNICODE_ESCAPE = Buffer.from('\\u')
const reasoning = (type: 'agent_reasoning' | 'agent_reasoning_raw_content') =>
  [
    type,
    { read: named(type), empty: Buffer.from(',"text":""'), doubt: UNICODE_ESCAPE }
  ] as const satisfies readonly [LineKind, HeadForm]

/** Kinds of lines with a head; others that are needed as heads are read whole. */
export const HEADS: ReadonlyMap<LineKind, HeadForm> = new Map<LineKind, HeadForm>([
  ['token_count', { read: tokens, empty: Buffer.from(',"info":null') }],
  reasoning('agent_reasoning'),
  reasoning('agent_reasoning_raw_content'),
  form('user_message'),
  form('agent_message', ',"message":""'),
  form('task_started'),
  ['task_complete', { read: done }],
  ['patch_apply_end', { read: patch }],
  ['mcp_tool_call_end', { read: mcp, isLate: true }],
  form('web_search_end'),
  form('image_generation_end'),
  form('context_compacted'),
  ['turn_context', { read: context, isLate: true }],
  ['compacted', { read: compacted, isLate: true }]
])

/** The head of a response item: which it is. */
export const responseHead =
  (kind: string): ReadHead =>
  ({ buffer, from, typeAt }) => {
    const timestamp = timestampOf(buffer, from)
    const ordinal = ordinalIn(buffer, from, typeAt)
    return ordinal === undefined
      ? { timestamp, type: 'response_head', kind }
      : { timestamp, ordinal, type: 'response_head', kind }
  }

/** True for a head that the beginning of a long line does not tell. */
export const isLate = (line: DeliveredLine): boolean =>
  HEADS.get(line.type === 'event_msg' ? line.payload.type : (line.type as LineKind))?.isLate ===
  true

/**
 * Events without their content: what an index needs of a reasoning part or of a tool's end is that it is there and
 * which id it has. Both stand in the first bytes of the line, so the rest (often a whole diff or tool output) is
 * not parsed. Page readers never use this: they parse what they show.
 */
import type { EventPayload, RolloutLine } from '../../domain/events/event.ts'
import type { Profile } from '../../domain/profile.ts'
import type { TurnItem } from '../../domain/events/turn-item.ts'

/** The beginning of a line: up to the name of its type, and from there on. */
export interface Head {
  readonly envelope: string
  readonly text: string
}

const TIMESTAMP_AT = 14
const TIMESTAMP_LENGTH = 24
const ORDINAL = /"ordinal":(\d+)/

/** Text that stands for one that was not read. */
const ELIDED = '\u2026'

const CALL = /^,"call_id":"([^"\\]+)","turn_id":"([^"\\]*)","stdout":"/
const MCP = /^,"call_id":"([^"\\]+)","invocation":\{"server":"/

const ITEM =
  /^,"thread_id":"([^"\\]+)","turn_id":"([^"\\]*)","item":\{"type":"([A-Za-z]+)","id":"([^"\\]+)"/

/** Messages, which summaries keep, and items whose kind says whether they count. */
const READ_WHOLE: ReadonlySet<string> = new Set([
  'UserMessage',
  'AgentMessage',
  'SubAgentActivity',
  'Extension'
])

/** Items but messages: an index needs to know that they are there, messages it keeps for summaries. */
const itemOf = (rest: string, profile: Profile): EventPayload | null => {
  const match = ITEM.exec(rest)
  if (match === null) return null
  const [, thread_id = '', turn_id = '', type = '', id = ''] = match
  if (READ_WHOLE.has(type)) return null
  if (!profile.segments || !profile.completedItems.has(type)) return null
  const item = { type, id } as unknown as TurnItem
  return { type: 'item_completed', thread_id, turn_id, item }
}

const payloadOf = (kind: string, rest: string, profile: Profile): EventPayload | null => {
  switch (kind) {
    case 'item_completed':
      return itemOf(rest, profile)
    case 'agent_reasoning':
    case 'agent_reasoning_raw_content':
      if (!rest.startsWith(',"text":"')) return null
      return { type: kind, text: rest[9] === '"' ? '' : ELIDED }
    case 'patch_apply_end': {
      const match = CALL.exec(rest)
      if (match === null) return null
      const [, call_id = '', turn_id = ''] = match
      return {
        type: kind,
        call_id,
        turn_id,
        stdout: '',
        stderr: '',
        success: true,
        status: 'completed'
      }
    }
    case 'mcp_tool_call_end': {
      const call_id = MCP.exec(rest)?.[1]
      if (call_id === undefined) return null
      const invocation = { server: '', tool: '' }
      return {
        type: kind,
        call_id,
        invocation,
        duration: { secs: 0, nanos: 0 },
        result: { Err: ELIDED }
      }
    }
    default:
      return null
  }
}

/**
 * The event a line's head tells, without its content; null when the whole line must be parsed. `rest` is the head
 * from behind the payload's type on.
 */
export const elidedEvent = (
  { envelope }: Head,
  kind: string,
  rest: string,
  profile: Profile
): RolloutLine | null => {
  const payload = payloadOf(kind, rest, profile)
  if (payload === null) return null
  const timestamp = envelope.slice(TIMESTAMP_AT, TIMESTAMP_AT + TIMESTAMP_LENGTH)
  const ordinal = ORDINAL.exec(envelope)?.[1]
  return ordinal === undefined
    ? { timestamp, type: 'event_msg', payload }
    : { timestamp, ordinal: Number(ordinal), type: 'event_msg', payload }
}

const INSTRUCTIONS = Buffer.from(',"base_instructions":{"text":"')
const QUOTE = 34
const BACKSLASH = 92
const CLOSING_BRACE = 125

/** Where a JSON string that begins before `from` ends, or -1. */
export const endOfString = (line: Buffer, from: number): number => {
  for (let at = line.indexOf(QUOTE, from); at !== -1; at = line.indexOf(QUOTE, at + 1)) {
    let backslashes = 0
    while (line[at - 1 - backslashes] === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return at
  }
  return -1
}

/** A metadata line without its instructions: most of its bytes, and nothing an index keeps. */
export const withoutInstructions = (line: Buffer): Buffer => {
  const from = line.indexOf(INSTRUCTIONS)
  const end = from === -1 ? -1 : endOfString(line, from + INSTRUCTIONS.length)
  if (end === -1 || line[end + 1] !== CLOSING_BRACE) return line
  return Buffer.concat([line.subarray(0, from), line.subarray(end + 2)])
}

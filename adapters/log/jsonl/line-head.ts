/**
 * The head Codex gives every line, as bytes: `{"timestamp":"<24 characters>","type":"<type>","payload":{`, from 0.143 on
 * with `"ordinal":<number>` before the type.
 */
/** Bytes in which the head of any line ends, and the ids behind it. */
export const HEAD_BYTES = 384

/** How a line begins. */
export const PREFIX_BYTES = Buffer.from('{"timestamp":"')
const TIMESTAMP_END = 38
const TYPE_BYTES = Buffer.from('","type":"')
const ORDINAL_BYTES = Buffer.from('","ordinal":')
const NUMBERED_TYPE_BYTES = Buffer.from(',"type":"')

/** From its type on, how an event begins. */
export const EVENT_BYTES = Buffer.from('event_msg","payload":{"type":"')

/** From its type on, how a response item begins. */
export const ITEM_BYTES = Buffer.from('response_item","payload":{"type":"')

/** Behind its type, how a line of any other kind goes on. */
export const PAYLOAD_BYTES = Buffer.from(',"payload":{')

/** True when these bytes stand there. */
export const matches = (buffer: Buffer, at: number, literal: Buffer): boolean => {
  for (let i = 0; i < literal.length; i++) if (buffer[at + i] !== literal[i]) return false
  return true
}

/** Time of a line whose type was found by `typeAt`. */
export const timestampOf = (buffer: Buffer, from: number): string =>
  buffer.toString('latin1', from + PREFIX_BYTES.length, from + TIMESTAMP_END)

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 48 && byte <= 57

/** Where the number of a line would begin. */
const NUMBER_AT = TIMESTAMP_END + ORDINAL_BYTES.length

/** The number of a line whose type begins at `at`, where `typeAt` found it; none for a line without one. */
export const ordinalIn = (buffer: Buffer, from: number, at: number): number | undefined => {
  const until = at - NUMBERED_TYPE_BYTES.length
  return until <= from + NUMBER_AT
    ? undefined
    : Number(buffer.toString('latin1', from + NUMBER_AT, until))
}

/** Where the name of a line's type begins; -1 when its head is not written the usual way. */
export const typeAt = (buffer: Buffer, from: number): number => {
  if (!matches(buffer, from, PREFIX_BYTES)) return -1
  const at = from + TIMESTAMP_END
  if (matches(buffer, at, TYPE_BYTES)) return at + TYPE_BYTES.length
  if (!matches(buffer, at, ORDINAL_BYTES)) return -1
  let end = at + ORDINAL_BYTES.length
  while (isDigit(buffer[end])) end += 1
  return matches(buffer, end, NUMBERED_TYPE_BYTES) ? end + NUMBERED_TYPE_BYTES.length : -1
}

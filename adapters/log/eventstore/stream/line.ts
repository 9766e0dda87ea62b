/**
 * One line of a segment, as far as a store must know it: of which type its event is, whether it is JSON that prints the
 * same again, and the number it gives itself.
 */
import { baseOf, type HistoryBase } from '../../../../domain/log/payloads.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../../domain/json.ts'
import { STORED_LINE_BYTES_MAX } from './event.ts'

export interface LineTraits {
  readonly kind: string
  /** True when printing the parsed line gives its bytes again. */
  readonly isJson: boolean
  readonly ordinal: number | null
  /** What metadata of a session say about the segment they begin; null for other lines. */
  readonly begins: { readonly base: HistoryBase | null; readonly numbered: boolean } | null
}

/** Type of what is no JSON object with a type: damage, as a rule. */
export const DAMAGED = 'unroll-damaged'
/** Type of a line whose own type cannot be one of an event. */
export const UNNAMED = 'unroll-line'

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const NAME = /^[\w.:-]{1,60}$/
/** Deeper JSON is kept as bytes: not every reader could parse or print it. */
const DEPTH_MAX = 500

const isDeeper = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (depth === 0) return true
  if (Array.isArray(value)) return value.some((one) => isDeeper(one, depth - 1))
  for (const member in value) if (isDeeper((value as JsonObject)[member], depth - 1)) return true
  return false
}

/** True for JSON that not everybody can read; a level takes two bytes at least. */
const isDeep = (bytes: Uint8Array, value: JsonObject): boolean =>
  bytes.length > 2 * DEPTH_MAX && isDeeper(value, DEPTH_MAX)

const kindOf = (value: JsonObject): string => {
  const type = value['type']
  if (typeof type !== 'string') return DAMAGED
  if (!NAME.test(type) || type.startsWith('unroll-')) return UNNAMED
  const payload = value['payload']
  const inner = isJsonObject(payload) ? payload['type'] : undefined
  if (typeof inner !== 'string') return type
  return NAME.test(inner) ? `${type}/${inner}` : UNNAMED
}

const beginsOf = (value: JsonObject): LineTraits['begins'] => {
  const payload = value['payload']
  if (value['type'] !== 'session_meta' || !isJsonObject(payload)) return null
  return { base: baseOf(payload), numbered: payload['history_mode'] === 'paginated' }
}

const printsAgain = (text: string, value: Json): boolean => {
  try {
    return JSON.stringify(value) === text
  } catch {
    return false
  }
}

const NO_LINE: LineTraits = { kind: DAMAGED, isJson: false, ordinal: null, begins: null }

export const readLine = (bytes: Uint8Array): LineTraits => {
  const parsed = bytes.length < STORED_LINE_BYTES_MAX ? parse(bytes) : null
  if (parsed === null || !isJsonObject(parsed.value)) return NO_LINE
  const { text, value } = parsed
  const ordinal = value['ordinal']
  return {
    kind: kindOf(value),
    isJson: printsAgain(text, value) && !isDeep(bytes, value),
    ordinal: Number.isSafeInteger(ordinal) ? (ordinal as number) : null,
    begins: beginsOf(value)
  }
}

const parse = (bytes: Uint8Array): { readonly text: string; readonly value: Json } | null => {
  try {
    const text = DECODER.decode(bytes)
    return { text, value: JSON.parse(text) as Json }
  } catch {
    return null
  }
}

/** True when bytes without a newline are a whole JSON value, so that readers take them for a line. */
export const isWholeValue = (bytes: Uint8Array): boolean =>
  bytes.length < STORED_LINE_BYTES_MAX && parse(bytes) !== null

/** True when a line holds nothing but white space: it takes no number and is no event. */
export const isBlankLine = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === 32 || (byte >= 9 && byte <= 13))

const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf)

/** Bytes of the mark a segment may begin with; 0 when the line does not. */
export const markBytes = (line: Uint8Array): number =>
  BYTE_ORDER_MARK.every((byte, i) => line[i] === byte) ? BYTE_ORDER_MARK.length : 0

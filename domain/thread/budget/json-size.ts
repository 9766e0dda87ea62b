/**
 * How many bytes values take as JSON in UTF-8, mostly without printing them.
 */
import { isJsonObject } from '../../json.ts'
import { textParts } from '../../text-parts.ts'

const SHORT_ESCAPES = new Set([8, 9, 10, 12, 13, 34, 92])

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000

/** Bytes of the code point at an index; a surrogate without its other half is printed as an escape. */
const bytesAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  if (code < 0x80) return SHORT_ESCAPES.has(code) ? 2 : code < 0x20 ? 6 : 1
  if (code < 0x800) return 2
  if (isHigh(code) && isLow(text.charCodeAt(at + 1))) return 4
  return isHigh(code) || isLow(code) ? 6 : 3
}

/** True for characters that JSON prints as they are: most of every text. */
const isPlain = (code: number): boolean => code >= 0x20 && code < 0x7f && code !== 34 && code !== 92

/** Longer texts are printed, in parts: the runtime does that faster than they are counted here. */
const COUNTED_MAX = 256

const printedBytes = (text: string): number => {
  let bytes = 2
  for (const part of textParts(text)) bytes += Buffer.byteLength(JSON.stringify(part)) - 2
  return bytes
}

/** Bytes of a text as a JSON string, quotes included. */
export const textBytes = (text: string): number => {
  if (text.length > COUNTED_MAX) return printedBytes(text)
  let bytes = 2
  for (let at = 0; at < text.length; at++) {
    if (isPlain(text.charCodeAt(at))) bytes += 1
    else {
      const more = bytesAt(text, at)
      bytes += more
      if (more === 4) at += 1
    }
  }
  return bytes
}

/** The longest beginning of a text that takes at most so many bytes as a JSON string; it ends between code points. */
export const cutText = (text: string, bytesMax: number): string => {
  let bytes = 2
  for (let at = 0; at < text.length;) {
    const more = bytesAt(text, at)
    if (bytes + more > bytesMax) return text.slice(0, at)
    bytes += more
    at += more === 4 ? 2 : 1
  }
  return text
}

/** Bytes of a value as `JSON.stringify` prints it; members that are undefined are not printed. */
export const jsonBytes = (value: unknown): number => {
  if (typeof value === 'string') return textBytes(value)
  if (Array.isArray(value)) {
    const elements = value as ReadonlyArray<unknown>
    return (
      elements.reduce<number>((sum, one) => sum + jsonBytes(one ?? null) + 1, 1) +
      (elements.length === 0 ? 1 : 0)
    )
  }
  if (!isJsonObject(value)) return JSON.stringify(value).length
  let bytes = 1
  for (const [key, member] of Object.entries(value))
    if (member !== undefined) bytes += textBytes(key) + jsonBytes(member) + 2
  return bytes === 1 ? 2 : bytes
}

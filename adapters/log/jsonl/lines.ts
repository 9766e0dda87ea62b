/**
 * Lines of a rollout: from bytes to events.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import type { DamageReason, RolloutLine } from '../../../domain/log/event.ts'
import { exactValue, withDoubled } from '../../../domain/log/exact-json.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { lineOf } from '../../../migrations/line.ts'

/** A line of this many bytes or more is damage: JavaScript cannot hold much longer strings. */
export const LINE_BYTES_MAX = 256 * 1024 * 1024

export const NEWLINE = 10

export const isBlank = (buffer: Buffer, from: number, until: number): boolean => {
  for (let i = from; i < until; i++) {
    const byte = buffer[i] as number
    if (byte !== 32 && (byte < 9 || byte > 13)) return false
  }
  return true
}

/** True when the line holds nothing but NUL, or its newline is one of two bytes. */
export const isAllNul = (line: Buffer): boolean => {
  for (let at = 0; at < line.length; at++) if (line[at] !== 0 && line[at] !== 13) return false
  return true
}

/** Bytes a JSON text may begin with; a parser would take long to say so. */
const MAY_BEGIN = new Set(Buffer.from('{["-0123456789tfn \t\r'))

export const mayBegin = (byte: number): boolean => MAY_BEGIN.has(byte)

/** Deeper lines are damage: a parser needs a hundred bytes for each level. Codex's own parser ends at 128 levels. */
export const DEPTH_MAX = 16 * 1024
/** A shorter line cannot be as deep. */
const SHALLOW_BYTES = 2 * DEPTH_MAX
const QUOTE = 34

const INSTRUCTIONS = Buffer.from(',"base_instructions":{"text":"')
const BACKSLASH = 92
const CLOSING_BRACE = 125

/** Where a JSON string that begins before `from` ends, or -1. */
const endOfString = (line: Buffer, from: number): number => {
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

const isTooDeep = (line: Buffer): boolean => {
  let depth = 0
  for (let at = 0; at < line.length; at++) {
    const byte = line[at]
    if (byte === QUOTE) {
      at = endOfString(line, at + 1)
      if (at === -1) return false
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEPTH_MAX) return true
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1
  }
  return false
}

/**
 * Reads one line's bytes as an event, or tells why it is not one. What stands where a text was cut is no text of a strict reader, so
 * a line that was cut is taken as it is.
 */
export const parseLine = (
  line: Buffer,
  profile: Profile,
  isCut = false
): RolloutLine | DamageReason => {
  if (line.length >= LINE_BYTES_MAX) return 'line_too_long'
  const isPlain = isAscii(line)
  if (!isPlain && !isUtf8(line)) return 'not_utf8'
  if (!mayBegin(line[0] ?? 0)) return isAllNul(line) ? 'nul_bytes' : 'not_json'
  if (line.length > SHALLOW_BYTES && isTooDeep(line)) return 'not_json'
  // The same text for ASCII, and made faster.
  const text = line.toString(isPlain ? 'latin1' : 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return isAllNul(line) ? 'nul_bytes' : 'not_json'
  }
  const exact = isCut ? value : exactValue(text, value, profile.numbers)
  if (exact === undefined) return 'not_json'
  const read = lineOf(value, profile, exact)
  if (!profile.refusesDoubledMeta || typeof read === 'string' || read.type !== 'session_meta')
    return read
  // What is printed again as it stands there has no member twice.
  const hasNoDoubled = exact === value && JSON.stringify(value) === text
  return hasNoDoubled ? read : lineOf(value, profile, withDoubled(text))
}

/** Where the line that begins at `from` ends, or -1 when its newline is not in the buffer. */
export const endOfLine = (buffer: Buffer, from: number, until: number): number => {
  const at = buffer.indexOf(NEWLINE, from)
  return at === -1 || at >= until ? -1 : at
}

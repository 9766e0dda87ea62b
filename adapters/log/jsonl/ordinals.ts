/**
 * Finding places in a segment by the numbers of its lines, to tell whether a base is what a later segment says.
 */
import type { ByteSource } from './bytes.ts'
import { endOfLine, NEWLINE } from './lines.ts'

/** How Codex begins a line: with its number, or without. */
const HEAD = /^\{"timestamp":"[^"]*",(?:"ordinal":(\d+),|"type":")/
const HEAD_BYTES = 96
const CHUNK_BYTES = 64 * 1024

const parsedOrdinal = (line: Buffer): number | null => {
  try {
    const value = JSON.parse(line.toString('utf8')) as { readonly ordinal?: unknown } | null
    return typeof value?.ordinal === 'number' ? value.ordinal : null
  } catch {
    return null
  }
}

/** Number of a line; null when it has none. `whole` gives the rest of one whose beginning is not as Codex writes it. */
const ordinalAt = (head: Buffer, whole: () => Buffer): number | null => {
  const match = HEAD.exec(head.toString('latin1', 0, Math.min(head.length, HEAD_BYTES)))
  if (match === null) return parsedOrdinal(whole())
  return match[1] === undefined ? null : Number(match[1])
}

/** Number of the line that these bytes are, or begin; null when it has none, or these bytes do not tell it. */
export const ordinalOf = (line: Buffer): number | null => ordinalAt(line, () => line)

const byteAt = (source: ByteSource, position: number): number | null => {
  const one = Buffer.alloc(1)
  return source.read(one, 0, 1, position) === 1 ? (one[0] as number) : null
}

/** Where the line that ends right before `until` begins. */
export const lineBefore = (source: ByteSource, until: number): number => {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let end = until - 1; end > 0;) {
    const from = Math.max(0, end - CHUNK_BYTES)
    const read = source.read(buffer, 0, end - from, from)
    const at = buffer.subarray(0, read).lastIndexOf(NEWLINE)
    if (at !== -1) return from + at + 1
    end = from
  }
  return 0
}

/** What stands before a place: the number of the line that ends there, or why none does. */
export type Before =
  | { readonly kind: 'line'; readonly ordinal: number | null }
  | { readonly kind: 'past_end' }
  | { readonly kind: 'inside_a_line' }

export const lineEndingAt = (source: ByteSource, until: number): Before => {
  if (until === 0) return { kind: 'line', ordinal: -1 }
  const last = byteAt(source, until - 1)
  if (last === null) return { kind: 'past_end' }
  if (last !== NEWLINE) return { kind: 'inside_a_line' }
  const from = lineBefore(source, until)
  const bytesAt = (length: number): Buffer => {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, source.read(bytes, 0, length, from))
  }
  const ordinal = ordinalAt(bytesAt(Math.min(HEAD_BYTES, until - 1 - from)), () =>
    bytesAt(until - 1 - from)
  )
  return { kind: 'line', ordinal }
}

/** A place that this many more numbers contradict than the best one is behind it for good. */
const CONTRADICTIONS_MAX = 64

/** Every line from the start of the source, the last one without its newline too. */
function* linesFrom(
  source: ByteSource
): Generator<{ readonly line: Buffer; readonly end: number }> {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  let base = 0
  let have = 0
  for (;;) {
    const read = source.read(buffer, have, buffer.length - have, base + have)
    have += read
    let from = 0
    for (let end = endOfLine(buffer, from, have); end !== -1; end = endOfLine(buffer, from, have)) {
      yield { line: buffer.subarray(from, end), end: base + end + 1 }
      from = end + 1
    }
    if (read === 0) {
      if (from < have) yield { line: buffer.subarray(from, have), end: base + have }
      return
    }
    if (from === 0 && have === buffer.length)
      buffer = Buffer.concat([buffer, Buffer.allocUnsafe(have)])
    else {
      buffer.copy(buffer, 0, from, have)
      base += from
      have -= from
    }
  }
}

/**
 * Where the lines numbered below `ordinal` end: the place that the fewest numbers contradict, so that a damaged one
 * hides nothing. Of several such places it is the last.
 */
export const offsetOfOrdinal = (source: ByteSource, ordinal: number): number => {
  let best = { contradictions: 0, offset: 0 }
  let contradictions = 0
  for (const { line, end } of linesFrom(source)) {
    const number = ordinalOf(line)
    if (number !== null) contradictions += number < ordinal ? -1 : 1
    if (contradictions <= best.contradictions) best = { contradictions, offset: end }
    else if (contradictions - best.contradictions > CONTRADICTIONS_MAX) break
  }
  return best.offset
}

/** Lines that are looked at to tell which number the first one has. */
const FIRST_LINES = 8
const FIRST_BYTES = 256 * 1024
const BEGINNING = Buffer.from('{"timestamp":"')

/** How many lines were written where one stands now: more than one when writers were cut off. */
const linesIn = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(BEGINNING); at !== -1; at = bytes.indexOf(BEGINNING, at + 1)) count++
  return Math.max(1, count)
}

/** The number of the first line, told by those behind it where it cannot be read; null when none is numbered. */
export const firstOrdinal = (source: ByteSource): number | null => {
  const buffer = Buffer.allocUnsafe(FIRST_BYTES)
  const have = source.read(buffer, 0, buffer.length, 0)
  let first: number | null = null
  for (let from = 0, line = 0; from < have && line < FIRST_LINES;) {
    const newline = endOfLine(buffer, from, have)
    const bytes = buffer.subarray(from, newline === -1 ? have : newline)
    const number = ordinalOf(bytes)
    if (number !== null) first = Math.max(first ?? 0, number - line)
    if (newline === -1) break
    line += linesIn(bytes)
    from = newline + 1
  }
  return first
}

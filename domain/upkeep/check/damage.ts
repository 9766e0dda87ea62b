/**
 * What is wrong with a line that is no event: from what was seen of its bytes to a kind of problem.
 */
import type { JsonObject } from '../../json.ts'
import { isWholeJson } from './json-scan.ts'
import type { ProblemKind } from './kinds.ts'
import type { LineScan, LinePiece } from './line-scan.ts'
import { badUtf8At, isCutOff } from './utf8-scan.ts'

export interface LineProblem {
  readonly kind: ProblemKind
  readonly facts: JsonObject
  /** The beginning of a line that ends too early: the next one may be its whole copy. */
  readonly half?: Half
}

/** The beginning of an event. */
export interface Half {
  readonly head: Uint8Array
  readonly bytes: number
}

const TYPE = Uint8Array.from('"type":"', (c) => c.charCodeAt(0))
const TYPE_WITHIN_BYTES = 160
const BEGINNING = Uint8Array.from('{"timestamp":"', (c) => c.charCodeAt(0))
/** Where the time of a line ends, as Codex writes it. */
const TIME_END = 38
/**
 * Two beginnings that are equal up to here, but for their times, are taken for those of one event: shorter ones hold little but
 * what events of a kind have in common.
 */
const SAME_BYTES_MIN = 112

const standsAt = (bytes: Uint8Array, at: number, words: Uint8Array): boolean =>
  words.every((byte, i) => bytes[at + i] === byte)

const isEventLike = ({ head, headBytes }: LinePiece): boolean => {
  if (!standsAt(head, 0, BEGINNING)) return false
  const end = Math.min(headBytes, TYPE_WITHIN_BYTES) - TYPE.length
  for (let at = 0; at <= end; at++) if (standsAt(head, at, TYPE)) return true
  return false
}

const differsFrom = (
  some: Uint8Array,
  others: Uint8Array,
  from: number,
  until: number
): boolean => {
  for (let i = from; i < until; i++) if (some[i] !== others[i]) return true
  return false
}

/** True when one is the beginning of the other. A record that is written again may have another time. */
export const isHalfOf = (half: Half, whole: Half): boolean => {
  const compared = Math.min(half.bytes, half.head.length)
  if (compared < SAME_BYTES_MIN || half.bytes >= whole.bytes) return false
  if (whole.head.length < compared || !standsAt(half.head, 0, BEGINNING)) return false
  return !differsFrom(half.head, whole.head, TIME_END, compared)
}

/** A part of a line, in bytes from its beginning. */
interface LineFragment {
  readonly offset: number
  readonly bytes: number
  readonly whole: boolean
}

const isBlankByte = (byte: number | undefined): boolean =>
  byte === 32 || byte === 13 || byte === 9 || byte === 0

/** White space at the beginning of a part is told by what was kept of it. */
const partBetween = (scan: LineScan, from: number, until: number): ReadonlyArray<LineFragment> => {
  if (until <= from) return []
  const before = scan.pieces.find(({ offset }) => offset <= from)
  const kept = before?.head.subarray(from - before.offset, until - before.offset)
  const isBlank = kept !== undefined && kept.length === until - from && kept.every(isBlankByte)
  return isBlank ? [] : [{ offset: from, bytes: until - from, whole: false }]
}

/** What a line is made of: events that are whole, and what stands between them. */
export const partsOf = (scan: LineScan): ReadonlyArray<LineFragment> => {
  const parts: Array<LineFragment> = []
  let at = 0
  for (const piece of scan.pieces) {
    if (piece.offset < at || piece.json.state !== 'whole' || !isEventLike(piece)) continue
    parts.push(...partBetween(scan, at, piece.offset))
    parts.push({ offset: piece.offset, bytes: piece.json.taken, whole: true })
    at = piece.offset + piece.json.taken
  }
  return [...parts, ...partBetween(scan, at, scan.bytes)]
}

const pieceAt = (scan: LineScan, at: number): Half | null => {
  const piece = scan.pieces.find(({ offset }) => offset === at)
  return piece === undefined
    ? null
    : { head: piece.head.subarray(0, piece.headBytes), bytes: piece.json.taken }
}

const halfThenWhole = (scan: LineScan, parts: ReadonlyArray<LineFragment>): LineFragment | null => {
  const [half, whole] = parts
  if (half === undefined || whole === undefined || half.whole || !whole.whole) return null
  const [first, second] = [pieceAt(scan, half.offset), pieceAt(scan, whole.offset)]
  if (first === null || second === null) return null
  const cut = { head: first.head.subarray(0, half.bytes), bytes: half.bytes }
  return isHalfOf(cut, { ...second, bytes: whole.bytes }) ? whole : null
}

const nulFacts = (scan: LineScan, parts: ReadonlyArray<LineFragment>): JsonObject => {
  const { nulBytes, firstNulAt, lastNulAt, bytes } = scan
  const where =
    nulBytes === bytes
      ? 'whole line'
      : firstNulAt === 0
        ? 'beginning'
        : lastNulAt === bytes - 1
          ? 'end'
          : 'inside'
  return { nulBytes, where, firstAt: firstNulAt, ...partFacts(parts) }
}

/** Parts are told when at least one event of the line is whole. */
const partFacts = (parts: ReadonlyArray<LineFragment>): JsonObject =>
  parts.some(({ whole }) => whole) ? { parts: parts.map((part) => ({ ...part })) } : {}

/** What is wrong with a line that is no JSON, or holds bytes that are no UTF-8. */
export const problemOf = (scan: LineScan, terminated: boolean): LineProblem => {
  const parts = partsOf(scan)
  const badAt = badUtf8At(scan.utf8)
  if (badAt !== null && (terminated || !isCutOff(scan.utf8)))
    return { kind: 'not_utf8', facts: { firstAt: badAt, ...partFacts(parts) } }
  if (scan.nulBytes > 0) return { kind: 'nul_bytes', facts: nulFacts(scan, parts) }
  if (parts.length > 1) {
    const whole = halfThenWhole(scan, parts)
    if (whole !== null)
      return {
        kind: 'half_then_whole',
        facts: { halfBytes: whole.offset, wholeOnSameLine: true, ...partFacts(parts) }
      }
    return { kind: 'glued_lines', facts: partFacts(parts) }
  }
  const [first] = scan.pieces
  const isBeginning = first?.json.state === 'open' && !isWholeJson(first.json)
  if (!terminated) return { kind: 'torn_tail', facts: {} }
  if (!isBeginning || first === undefined)
    return { kind: 'not_json', facts: { invalidAt: first?.json.taken ?? 0 } }
  const half = { head: first.head.slice(0, first.headBytes), bytes: scan.bytes }
  return { kind: 'torn_line', facts: {}, half }
}

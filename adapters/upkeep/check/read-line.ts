/**
 * What a line is, for the examiner: an event, or what is wrong with it.
 *
 * A line of up to 512 KiB is parsed. A longer one is read in pieces: a scan finds out whether it is JSON, and its texts are cut
 * so that the rest can be parsed. When too much is left, only the scan and the head of the line are known: that it is JSON,
 * but not whether its payload has what its kind needs.
 */
import { problemOf, type LineProblem } from '../../../domain/upkeep/check/damage.ts'
import { isWholeJson } from '../../../domain/upkeep/check/json-scan.ts'
import { feedLine, startLine, type LineScan } from '../../../domain/upkeep/check/line-scan.ts'
import type { RolloutLine } from '../../../domain/log/event.ts'
import { isJsonObject, parsedJson, textIn } from '../../../domain/json.ts'
import { eraOf, NEWEST_ERA } from '../../../domain/log/profile.ts'
import { LINE_BYTES_MAX, parseLine } from '../../log/jsonl/lines.ts'
import { ordinalOf } from '../../log/jsonl/ordinals.ts'
import { shortener, type Shortener } from '../../log/jsonl/shorten.ts'

/** Longer lines are not held. */
export const HELD_BYTES_MAX = 512 * 1024
/** Texts of long lines are cut to this. */
const TEXT_BYTES_MAX = 256
/** What is left of a long line is parsed up to this size. */
const KEPT_BYTES_MAX = HELD_BYTES_MAX

const ERA = eraOf(NEWEST_ERA, false)

/** An event, or what is wrong; `partly`: only its head was looked at. */
export interface LineReading {
  readonly read: RolloutLine | LineProblem
  readonly partly: boolean
}

const whole = (read: RolloutLine | LineProblem): LineReading => ({ read, partly: false })

const valueOf = (line: Buffer): unknown => parsedJson(line.toString('utf8'))

/** Names in facts are cut: a line may hold anything. */
const nameIn = (value: unknown): string => textIn(value).slice(0, 80)

const noEvent = (value: unknown): LineProblem => {
  if (!isJsonObject(value)) return { kind: 'not_an_event', facts: {} }
  const { timestamp, type, payload } = value
  const isMissing =
    typeof type === 'string' && isJsonObject(payload) && typeof timestamp !== 'string'
  return isMissing
    ? { kind: 'missing_timestamp', facts: { type: nameIn(type) } }
    : { kind: 'not_an_event', facts: { members: Object.keys(value).slice(0, 8).map(nameIn) } }
}

const badPayload = (value: unknown): LineProblem => {
  const { type, payload } = isJsonObject(value) ? value : {}
  const inner = isJsonObject(payload) ? nameIn(payload['type']) : ''
  return {
    kind: 'invalid_payload',
    facts: { type: nameIn(type), ...(inner && { payloadType: inner }) }
  }
}

const read = (line: Buffer, terminated: boolean, isCut = false): RolloutLine | LineProblem => {
  const parsed = parseLine(line, ERA, isCut)
  if (typeof parsed !== 'string') return parsed
  if (parsed === 'not_an_event') return noEvent(valueOf(line))
  if (parsed === 'invalid_payload') return badPayload(valueOf(line))
  const scan = startLine(line.length)
  feedLine(scan, line)
  return problemOf(scan, terminated)
}

export const readHeld = (line: Buffer, terminated: boolean): LineReading =>
  whole(read(line, terminated))

export interface StreamedLine {
  readonly take: (piece: Buffer) => void
  readonly bytes: () => number
  readonly head: () => Uint8Array
  readonly endsInReturn: () => boolean
  readonly end: (terminated: boolean) => LineReading
}

const headOf = ({ pieces: [first] }: LineScan): Buffer =>
  Buffer.from(first?.head.subarray(0, first.headBytes) ?? [])

/** The reading of a line of which only the head was looked at. */
const partly = (scan: LineScan): LineReading => {
  const ordinal = ordinalOf(headOf(scan))
  const line: RolloutLine = {
    timestamp: '',
    ...(ordinal === null ? {} : { ordinal }),
    ...{ type: 'ignored', kind: 'response_item', payload: { type: 'other' } }
  }
  return { read: line, partly: true }
}

const endLong = (scan: LineScan, cutter: Shortener | null, terminated: boolean): LineReading => {
  if (scan.bytes >= LINE_BYTES_MAX) return whole({ kind: 'line_too_long', facts: {} })
  const [first] = scan.pieces
  const isUtf8 = scan.utf8.badAt === null && scan.utf8.missing === 0
  if (first === undefined || !isUtf8 || !isWholeJson(first.json))
    return whole(problemOf(scan, terminated))
  const short = cutter?.end()
  return short == null ? partly(scan) : whole(read(short.line, terminated, short.isCut))
}

/** Begins a line that is too long to be held. */
export const startLong = (): StreamedLine => {
  const scan = startLine()
  let cutter: Shortener | null = shortener(TEXT_BYTES_MAX)
  let last = 0
  return {
    take: (piece) => {
      last = piece[piece.length - 1] ?? last
      if (scan.bytes >= LINE_BYTES_MAX) {
        scan.bytes += piece.length
        return
      }
      feedLine(scan, piece)
      if (cutter?.take(piece) === false || (cutter?.keptBytes() ?? 0) > KEPT_BYTES_MAX)
        cutter = null
    },
    bytes: () => scan.bytes,
    head: () => headOf(scan),
    endsInReturn: () => last === 13,
    end: (terminated) => endLong(scan, cutter, terminated)
  }
}

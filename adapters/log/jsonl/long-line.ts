/**
 * A line that does not fit into the reader's buffer: it goes by in pieces, with turns for other work between them.
 *
 * What a fold needs of most such lines stands at their beginning, or in what is left when long texts are cut. Only a line that is
 * asked for whole, or of which a fold may keep any text, is held.
 */
import type { DamageReason } from '../../../domain/log/event.ts'
import { NO_LONG_TEXT, type Clipped, type DeliveredLine } from '../../../domain/log/needs.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { Guard } from '../../../replay/ports.ts'
import { giveWay, type SlowByteSource } from './bytes.ts'
import { clippingOf, isHeadLine, marksAgainst, planLine, type Delivery } from './delivery.ts'
import { guardOf, GUARD_BYTES_MAX } from './guard.ts'
import { isLate } from './heads.ts'
import { EVENT_BYTES, matches, typeAt } from './line-head.ts'
import {
  endOfLine,
  isAllNul,
  isBlank,
  LINE_BYTES_MAX,
  mayBegin,
  withoutInstructions
} from './lines.ts'
import { parseLongLine } from './parse-long.ts'
import { shortener, utf8Check, type Shortener } from './shorten.ts'

/** So much of a line is planned. */
const HEAD_BYTES = 64 * 1024
/** So much is read at once when a line is read again. */
const PIECE_BYTES = 1024 * 1024
/** Bytes are looked at several times. */
const PASSED_COST = 2
const CARRIAGE_RETURN = 13
const CLOSING_BRACE = 125

/** How lines are read. */
export interface LongLineOptions {
  readonly delivery: Delivery
  /** True where going back is dear: then the line is held. */
  readonly isHeld: boolean
  /** True where the end of the source is the end of the line. */
  readonly endsHere?: boolean
  /** Texts of an event that are longer are cut and marked; absent where it is read for a fold, or whole. */
  readonly textBytesMax?: number | undefined
}

/** A long line, behind which the buffer goes on. */
export interface LongLine {
  readonly bytes: number
  /** False when the file ends in it. */
  readonly terminated: boolean
  /** Bytes in the buffer, and where the next line begins in it. */
  readonly have: number
  readonly next: number
  readonly guard: Guard
  /** What it is, as far as it is wanted. */
  readonly content: Content
  /** True when texts of it were cut and marked. */
  readonly isCut: boolean
}

type Content = DeliveredLine | DamageReason | 'blank' | 'skip'

type Way =
  /** Its beginning tells all, unless one of the marks stands in it. */
  | {
      readonly by: 'head'
      readonly content: 'skip' | DeliveredLine
      readonly marks: ReadonlyArray<Buffer>
    }
  | { readonly by: 'cut'; readonly cutter: Shortener; readonly isForFolds: boolean }
  | { readonly by: 'whole' }

const WHOLE: Way = { by: 'whole' }

const cutWay = ({ textBytesMax, keeps }: Clipped): Way => ({
  by: 'cut',
  cutter: shortener(textBytesMax, { isForFolds: true, ...(keeps && { keeps: new Set(keeps) }) }),
  isForFolds: true
})

/** Tells from the beginning of a line how much of it is needed. */
const wayOf = (buffer: Buffer, { delivery, textBytesMax }: LongLineOptions): Way => {
  const at = typeAt(buffer, 0)
  if (at === -1) return WHOLE
  const head = Buffer.concat([buffer.subarray(0, HEAD_BYTES), Buffer.of(CLOSING_BRACE)])
  const plan = planLine(head, 0, head.length, delivery)
  if (plan === 'skip') return { by: 'head', content: plan, marks: marksAgainst(delivery, head) }
  if (isHeadLine(plan))
    return isLate(plan) ? cutWay(NO_LONG_TEXT) : { by: 'head', content: plan, marks: [] }
  if (plan !== 'parse') return WHOLE
  if (textBytesMax !== undefined && matches(buffer, at, EVENT_BYTES))
    return { by: 'cut', cutter: shortener(textBytesMax), isForFolds: false }
  const clipped = clippingOf(delivery, head)
  return clipped === null ? WHOLE : cutWay(clipped)
}

/** Looks for short runs of bytes, also where one stands over the border of two pieces. */
const marksIn = (marks: ReadonlyArray<Buffer>) => {
  const most = Math.max(1, ...marks.map(({ length }) => length)) - 1
  let before = Buffer.alloc(0)
  let isAtStart = true
  let isFound = false
  return {
    take: (piece: Buffer): void => {
      // The head of the line itself is one of them.
      const from = isAtStart ? 1 : 0
      isAtStart = false
      if (isFound || marks.length === 0) return
      const border = Buffer.concat([before, piece.subarray(from, most)])
      const inside = piece.subarray(from)
      isFound = marks.some((mark) => border.includes(mark) || inside.includes(mark))
      before = Buffer.concat([before, piece]).subarray(-most)
    },
    isFound: () => isFound
  }
}

/** What is known of the pieces that went by. */
const passing = (way: Way, isHeld: boolean) => {
  const utf8 = utf8Check()
  const marks = marksIn(way.by === 'head' ? way.marks : [])
  const held: Array<Buffer> = []
  let bytes = 0
  const seen = {
    tail: Buffer.alloc(0),
    isUtf8: true,
    isJson: true,
    hasNul: false,
    isAllNul: true,
    isBlank: true
  }
  return {
    held,
    seen,
    isUtf8: () => seen.isUtf8 && utf8.isDone(),
    hasMark: marks.isFound,
    bytes: () => bytes,
    take: (piece: Buffer): void => {
      bytes += piece.length
      const end = piece.subarray(-GUARD_BYTES_MAX)
      const before = seen.tail.subarray(
        Math.max(0, seen.tail.length + end.length - GUARD_BYTES_MAX)
      )
      seen.tail = Buffer.concat([before, end])
      if (bytes >= LINE_BYTES_MAX) {
        held.length = 0
        return
      }
      seen.isUtf8 &&= utf8.take(piece)
      seen.hasNul ||= piece.includes(0)
      seen.isAllNul &&= isAllNul(piece)
      seen.isBlank &&= isBlank(piece, 0, piece.length)
      marks.take(piece)
      if (way.by === 'cut') seen.isJson &&= way.cutter.take(piece)
      if (isHeld) held.push(Buffer.from(piece))
    }
  }
}

type Passed = ReturnType<typeof passing>

/** The whole line in one buffer: what was held, or else read once more. */
const wholeLine = async (
  source: SlowByteSource,
  passed: Passed,
  offset: number
): Promise<Buffer> => {
  const line = Buffer.allocUnsafe(passed.bytes())
  let at = 0
  for (const piece of passed.held) {
    at += piece.copy(line, at)
    await giveWay(piece.length)
  }
  while (at < line.length) {
    const read = await source.read(line, at, Math.min(PIECE_BYTES, line.length - at), offset + at)
    if (read === 0) break
    at += read
    await giveWay(read)
  }
  return line.subarray(0, at)
}

/** What a line is, or null when it must be looked at whole; whether texts of it were cut for a reader who wants to know. */
type Told = readonly [content: Content | null, isCut: boolean]

const toldByCut = async (
  { cutter, isForFolds }: Extract<Way, { readonly by: 'cut' }>,
  isJson: boolean,
  profile: Profile
): Promise<Told> => {
  const short = isJson ? cutter.end() : null
  if (short === null) return [isForFolds ? 'not_json' : null, false]
  return [await parseLongLine(short.line, profile, short.isCut), short.isCut && !isForFolds]
}

/** Tells of a line of which the end is there. */
const told = async (
  way: Way,
  { seen, isUtf8, hasMark, bytes }: Passed,
  first: number,
  profile: Profile
): Promise<Told> => {
  const known = (content: Content | null): Told => [content, false]
  if (bytes() >= LINE_BYTES_MAX) return known('line_too_long')
  if (seen.isBlank) return known('blank')
  if (!isUtf8()) return known('not_utf8')
  if (seen.isAllNul) return known('nul_bytes')
  if (seen.hasNul || !mayBegin(first)) return known('not_json')
  if (way.by === 'whole') return known(null)
  if (way.by === 'cut') return toldByCut(way, seen.isJson, profile)
  const last = seen.tail.at(-1) === CARRIAGE_RETURN ? seen.tail.at(-2) : seen.tail.at(-1)
  return known(last === CLOSING_BRACE && !hasMark() ? way.content : null)
}

/** Tells of a line that is there whole; one without its newline must be an event before it is passed over. */
const toldWhole = async (
  line: Buffer,
  terminated: boolean,
  { delivery }: LongLineOptions
): Promise<Content> => {
  const plan = planLine(line, 0, line.length, delivery)
  if (terminated && (isHeadLine(plan) || plan === 'skip')) return plan
  const bytes = plan === 'parse_lean' ? withoutInstructions(line) : line
  const parsed = await parseLongLine(bytes, delivery.profile)
  return plan === 'skip' && typeof parsed === 'object' ? plan : parsed
}

/** Reads on in a line that fills the buffer, which begins at this place of the source. */
export const readLongLine = async (
  source: SlowByteSource,
  buffer: Buffer,
  offset: number,
  options: LongLineOptions
): Promise<LongLine> => {
  const first = buffer[0] as number
  const way = wayOf(buffer, options)
  const passed = passing(way, options.isHeld)
  let have = buffer.length
  let end = -1
  while (have > 0) {
    end = endOfLine(buffer, 0, have)
    passed.take(buffer.subarray(0, end === -1 ? have : end))
    if (end !== -1) break
    await giveWay(PASSED_COST * have)
    have = await source.read(buffer, 0, buffer.length, offset + passed.bytes())
  }
  const terminated = end !== -1
  const bytes = passed.bytes()
  const isKnown = options.endsHere === true || terminated || bytes >= LINE_BYTES_MAX
  const [known, isCut] = isKnown
    ? await told(way, passed, first, options.delivery.profile)
    : [null, false]
  const guard = { ...guardOf(passed.seen.tail, offset, terminated), bytes }
  const whole = async (): Promise<Content> =>
    toldWhole(await wholeLine(source, passed, offset), isKnown, options)
  const content = known ?? (await whole())
  return { bytes, terminated, have, next: end + 1, guard, content, isCut }
}

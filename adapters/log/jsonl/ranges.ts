/**
 * Reading the lines of some byte ranges: what a page of full turns costs. Neighbouring ranges are read together, through one
 * buffer; of lines that nobody needs only the heads are looked at, lines that do not fit into the buffer go by in pieces, and
 * with limits the long texts of events are cut.
 */
import type { DamagedPlace, EventPlace, PlacedEvent } from '../../../domain/log/event.ts'
import type { DeliveredLine, LineOf, Needs } from '../../../domain/log/needs.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { ByteRange } from '../../../domain/thread/turns/turn-state.ts'
import type { StreamId } from '../../../domain/ids.ts'
import type { ReadLimits } from '../../../replay/ports.ts'
import { CHUNK_BYTES, giveBack, takeBuffer } from './buffers.ts'
import { endingAt, giveWay, isTurnOver, noteWork, type SlowByteSource } from './bytes.ts'
import { deliveryOf, isHeadLine, planLine, type Delivery } from './delivery.ts'
import { EVENT_BYTES, matches, typeAt } from './line-head.ts'
import { endOfLine, isBlank, parseLine } from './lines.ts'
import { readLongLine } from './long-line.ts'
import { shorten } from './shorten.ts'

/** Lines that are not longer are never shortened. */
const SHORT_LINE_BYTES = 64 * 1024
/** What a line that was parsed costs beside its bytes. */
const LINE_COST_BYTES = 4096
/** What looking at a line costs. */
const LOOK_COST_BYTES = 256

interface RangeOptions {
  readonly delivery: Delivery
  readonly limits?: ReadLimits | undefined
  /** True where going back in the source is dear. */
  readonly isHeld: boolean
}

/** Where bytes stand. */
interface Origin {
  readonly streamId: StreamId
  readonly segment: number
  /** Of the first byte. */
  readonly offset: number
}

type RangeLine = PlacedEvent<DeliveredLine> | DamagedPlace

/** Written out and not spread: V8 makes a spread several times slower, and this is every line of a page. */
const toLine = (
  { streamId, segment, offset }: Origin,
  bytes: number,
  read: DeliveredLine | DamagedPlace['reason'],
  isCut = false
): RangeLine =>
  typeof read === 'string'
    ? { streamId, segment, offset, bytes, reason: read }
    : isCut
      ? { streamId, segment, offset, bytes, shortened: true, line: read }
      : { streamId, segment, offset, bytes, line: read }

/** The size above which texts of a line are cut; undefined for a line that is read whole. */
const textBytesMaxAt = (
  limits: ReadLimits | undefined,
  { segment, offset }: Pick<EventPlace, 'segment' | 'offset'>
): number | undefined =>
  limits?.isWhole?.(segment, offset) === true ? undefined : limits?.textBytesMax

/** True for a line that begins as Codex begins an event. */
const isEvent = (line: Buffer): boolean => {
  const at = typeAt(line, 0)
  return at !== -1 && matches(line, at, EVENT_BYTES)
}

/** Reads the line that stands between two places of a buffer. */
const readLine = (
  buffer: Buffer,
  from: number,
  until: number,
  { streamId, segment, offset }: Origin,
  { limits, delivery }: RangeOptions,
  into: Array<RangeLine>
): void => {
  if (isBlank(buffer, from, until)) return
  const plan = planLine(buffer, from, until, delivery)
  if (plan === 'skip') return
  const bytes = until - from
  const place = { streamId, segment, offset: offset + from }
  if (isHeadLine(plan)) return void into.push(toLine(place, bytes, plan))
  const line = buffer.subarray(from, until)
  const most = bytes > SHORT_LINE_BYTES ? textBytesMaxAt(limits, place) : undefined
  const short = most !== undefined && bytes > most && isEvent(line) ? shorten([line], most) : null
  const isCut = short?.isCut === true
  into.push(toLine(place, bytes, parseLine(short?.line ?? line, delivery.profile, isCut), isCut))
}

/** Reads the line a full buffer begins with, which goes on behind it; returns how long it is. */
const readLong = async (
  source: SlowByteSource,
  buffer: Buffer,
  origin: Origin,
  options: RangeOptions,
  into: Array<RangeLine>
): Promise<number> => {
  const { delivery, isHeld, limits } = options
  const textBytesMax = textBytesMaxAt(limits, origin)
  const reading = { delivery, isHeld, textBytesMax, endsHere: true }
  const { bytes, content, isCut } = await readLongLine(source, buffer, origin.offset, reading)
  if (content !== 'skip' && content !== 'blank') into.push(toLine(origin, bytes, content, isCut))
  return bytes
}

/** Lines after which other work may have its turn. */
const LINES_AT_ONCE = 256

/** Where lines stand in a buffer. */
interface RangePart {
  readonly from: number
  readonly until: number
  /** True when its last line ends with it, with or without a newline. */
  readonly isLast: boolean
}

/** Reads the next lines of a part of a buffer, and notes what they cost; returns where it stopped. */
const readSome = (
  buffer: Buffer,
  { from, until, isLast }: RangePart,
  origin: Origin,
  options: RangeOptions,
  into: Array<RangeLine>
): number => {
  const delivered = into.length
  let at = from
  let lines = 0
  while (at < until && lines < LINES_AT_ONCE) {
    const newline = endOfLine(buffer, at, until)
    if (newline === -1 && !isLast) break
    const end = newline === -1 ? until : newline
    readLine(buffer, at, end, origin, options, into)
    at = end + 1
    lines += 1
  }
  noteWork(at - from + (into.length - delivered) * LINE_COST_BYTES + lines * LOOK_COST_BYTES)
  return at
}

/** Reads the lines of a part of a buffer. Other work waits only for some of them; returns where it stopped. */
const readLines = async (
  buffer: Buffer,
  part: RangePart,
  origin: Origin,
  options: RangeOptions,
  into: Array<RangeLine>
): Promise<number> => {
  for (let from = part.from; ;) {
    const at = readSome(buffer, { ...part, from }, origin, options, into)
    if (isTurnOver()) await giveWay(0)
    if (at === from || at >= part.until) return at
    from = at
  }
}

/** Fills a buffer from a place on; returns the bytes that were there. */
export const fill = async (
  source: SlowByteSource,
  buffer: Buffer,
  position: number
): Promise<number> => {
  let have = 0
  while (have < buffer.length) {
    const read = await source.read(buffer, have, buffer.length - have, position + have)
    if (read === 0) break
    have += read
  }
  return have
}

/** The lines of a range, in order. Other work of the process gets its turn meanwhile. */
const readRange = async (
  streamId: StreamId,
  source: SlowByteSource,
  { segment, from, until }: ByteRange,
  options: RangeOptions,
  into: Array<RangeLine>
): Promise<void> => {
  const bounded = endingAt(source, until)
  const buffer = takeBuffer()
  try {
    for (let position = from; position < until;) {
      const have = await fill(bounded, buffer, position)
      // A file that is shorter than it was.
      if (have === 0) return
      const isLast = have < buffer.length || position + have >= until
      const origin = { streamId, segment, offset: position }
      let at = await readLines(buffer, { from: 0, until: have, isLast }, origin, options, into)
      if (at === 0) at = (await readLong(bounded, buffer, origin, options, into)) + 1
      position += at
    }
  } finally {
    giveBack(buffer)
  }
}

/** Ranges closer than this are read with one call. */
const GAP_BYTES_MAX = 64 * 1024

/** Neighbouring ranges of one segment. */
interface RangeRun {
  readonly segment: number
  readonly from: number
  until: number
  readonly ranges: Array<ByteRange>
}

const joinRanges = (ranges: ReadonlyArray<ByteRange>): ReadonlyArray<RangeRun> => {
  const runs: Array<RangeRun> = []
  for (const range of ranges) {
    const last = runs[runs.length - 1]
    if (
      last !== undefined &&
      last.segment === range.segment &&
      range.from >= last.until &&
      range.from - last.until < GAP_BYTES_MAX &&
      range.until - last.from < CHUNK_BYTES
    ) {
      last.until = range.until
      last.ranges.push(range)
    } else runs.push({ ...range, ranges: [range] })
  }
  return runs
}

/**
 * Reads the lines of neighbouring ranges from a buffer that has so many of their bytes. Most ranges are short, and a thread has
 * thousands of them: nothing is awaited where nobody waits.
 */
const readParts = async (
  buffer: Buffer,
  have: number,
  { from, ranges }: RangeRun,
  origin: Origin,
  options: RangeOptions,
  into: Array<RangeLine>
): Promise<void> => {
  for (const range of ranges) {
    const until = Math.min(range.until - from, have)
    for (let at = range.from - from; at < until;) {
      at = readSome(buffer, { from: at, until, isLast: true }, origin, options, into)
      if (isTurnOver()) await giveWay(0)
    }
  }
}

/** Reads neighbouring ranges with one call. */
const readTogether = async (
  streamId: StreamId,
  source: SlowByteSource,
  run: RangeRun,
  options: RangeOptions,
  into: Array<RangeLine>
): Promise<void> => {
  const buffer = takeBuffer()
  const { segment, from: offset, until } = run
  try {
    const have = await fill(endingAt(source, until), buffer, offset)
    await readParts(buffer, have, run, { streamId, segment, offset }, options, into)
  } finally {
    giveBack(buffer)
  }
}

/** How the ranges of a caller are read: with what it needs in an era, and limits. */
interface RangeReading<N extends Needs> {
  readonly needs: N
  readonly profile: Profile
  readonly limits?: ReadLimits | undefined
}

/** A segment of a history, open for reading. */
interface OpenedSegment extends Pick<RangeOptions, 'isHeld'> {
  readonly source: SlowByteSource
}

/** The lines of byte ranges, in the order of the ranges. `open`: null for a segment that the history does not have. */
export const readRanges = async <N extends Needs>(
  streamId: StreamId,
  ranges: ReadonlyArray<ByteRange>,
  { needs, profile, limits }: RangeReading<N>,
  open: (segment: number) => OpenedSegment | null
): Promise<ReadonlyArray<PlacedEvent<LineOf<N>> | DamagedPlace>> => {
  const lines: Array<RangeLine> = []
  const delivery = deliveryOf(needs, profile)
  let opened: OpenedSegment | null = null
  let segment = -1
  try {
    for (const run of joinRanges(ranges)) {
      if (run.segment !== segment) {
        const passed = opened
        opened = null
        passed?.source.close()
        segment = run.segment
        opened = open(segment)
      }
      if (opened === null) break
      const { source, isHeld } = opened
      const options = { delivery, limits, isHeld }
      if (run.until - run.from <= CHUNK_BYTES)
        await readTogether(streamId, source, run, options, lines)
      else for (const range of run.ranges) await readRange(streamId, source, range, options, lines)
    }
  } finally {
    opened?.source.close()
  }
  // The plans made of the needs deliver what they say.
  return lines as ReadonlyArray<PlacedEvent<LineOf<N>> | DamagedPlace>
}

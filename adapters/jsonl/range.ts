/**
 * Reading a byte range of any size through one buffer. Lines that do not fit into it go by in pieces, and with limits the long
 * texts of events are cut.
 */
import type { DamagedLine, RecordedEvent } from '../../domain/events/event.ts'
import type { Profile } from '../../domain/profile.ts'
import type { ByteRange } from '../../domain/turns/turn-state.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { Wanted } from '../../projections/projection.ts'
import type { ReadLimits } from '../../replay/ports.ts'
import { giveBack, takeBuffer } from './buffers.ts'
import { endingAt, giveWay, type SlowByteSource } from './bytes.ts'
import { endOfLine, isBlank, parseLine } from './lines.ts'
import { readLongLine } from './long-line.ts'
import { isEvent, planLine } from './peek.ts'
import { shorten } from './shorten.ts'

/** Lines that are not longer are never shortened. */
const SHORT_LINE_BYTES = 64 * 1024
/** What a line that was parsed costs beside its bytes. */
const LINE_COST_BYTES = 4096
/** What looking at a line costs. */
const LOOK_COST_BYTES = 256

/** Which lines are read, and how. */
export interface RangeOptions {
  readonly wanted: Wanted
  readonly profile: Profile
  readonly limits?: ReadLimits | undefined
  /** True where going back in the source is dear. */
  readonly isHeld: boolean
}

type Line = RecordedEvent | DamagedLine

interface Place {
  readonly streamId: StreamId
  readonly revision: -1
  readonly segment: number
  readonly offset: number
  readonly bytes: number
}

const toLine = (place: Place, read: ReturnType<typeof parseLine>, isCut = false): Line =>
  typeof read === 'string'
    ? { ...place, reason: read }
    : isCut
      ? { ...place, shortened: true, line: read }
      : { ...place, line: read }

/** The size above which texts of a line are cut; undefined for a line that is read whole. */
const textBytesMaxAt = (
  limits: ReadLimits | undefined,
  { segment, offset }: Pick<Place, 'segment' | 'offset'>
): number | undefined =>
  limits?.isWhole?.(segment, offset) === true ? undefined : limits?.textBytesMax

/** Where bytes of a buffer stand. */
export interface Origin {
  readonly streamId: StreamId
  readonly segment: number
  /** Of the first byte of the buffer. */
  readonly offset: number
}

/** Reads the line that stands between two places of a buffer. */
const readLine = (
  buffer: Buffer,
  from: number,
  until: number,
  { streamId, segment, offset }: Origin,
  { limits, wanted, profile }: RangeOptions,
  into: Array<Line>
): void => {
  if (isBlank(buffer, from, until)) return
  if (planLine(buffer, from, until, wanted, profile) !== 'parse') return
  const line = buffer.subarray(from, until)
  const bytes = line.length
  const place: Place = { streamId, revision: -1, segment, offset: offset + from, bytes }
  const most = bytes > SHORT_LINE_BYTES ? textBytesMaxAt(limits, place) : undefined
  const mayCut = most !== undefined && bytes > most && isEvent(line, 0)
  const short = mayCut ? shorten([line], most) : null
  into.push(toLine(place, parseLine(short?.line ?? line, profile, short?.isCut), short?.isCut))
}

/** Reads the line a full buffer begins with, which goes on behind it; returns how long it is. */
const readLong = async (
  source: SlowByteSource,
  buffer: Buffer,
  origin: Origin,
  options: RangeOptions,
  into: Array<Line>
): Promise<number> => {
  const { wanted, profile, isHeld, limits } = options
  const textBytesMax = textBytesMaxAt(limits, origin)
  const reading = { wanted, profile, isHeld, textBytesMax, endsHere: true }
  const { bytes, content, isCut } = await readLongLine(source, buffer, origin.offset, reading)
  if (content !== 'skip' && content !== 'blank')
    into.push(toLine({ ...origin, revision: -1, bytes }, content, isCut))
  return bytes
}

/** Lines after which other work may have its turn. */
const LINES_AT_ONCE = 256

/** Reads the lines of a part of a buffer, its unfinished last one only when `isLast`; returns where it stopped. */
export const readLines = async (
  buffer: Buffer,
  [from, until]: readonly [from: number, until: number],
  isLast: boolean,
  origin: Origin,
  options: RangeOptions,
  into: Array<Line>
): Promise<number> => {
  let at = from
  let noted = from
  let delivered = into.length
  const rest = (lines: number): Promise<void> => {
    const cost = at - noted + (into.length - delivered) * LINE_COST_BYTES + lines * LOOK_COST_BYTES
    noted = at
    delivered = into.length
    return giveWay(cost)
  }
  let count = 0
  while (at < until) {
    const newline = endOfLine(buffer, at, until)
    if (newline === -1 && !isLast) break
    const end = newline === -1 ? until : newline
    readLine(buffer, at, end, origin, options, into)
    at = end + 1
    if (++count % LINES_AT_ONCE === 0) await rest(LINES_AT_ONCE)
  }
  await rest(count % LINES_AT_ONCE)
  return at
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
export const readRange = async (
  streamId: StreamId,
  source: SlowByteSource,
  { segment, from, until }: ByteRange,
  options: RangeOptions,
  into: Array<Line>
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
      let at = await readLines(buffer, [0, have], isLast, origin, options, into)
      if (at === 0) at = (await readLong(bounded, buffer, origin, options, into)) + 1
      position += at
    }
  } finally {
    giveBack(buffer)
  }
}

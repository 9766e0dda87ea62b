/**
 * Reading a byte range whose lines may be long: through one buffer, and the long texts of events are cut as they go by. Other
 * long lines are read whole.
 */
import type { DamagedLine, RecordedEvent } from '../../domain/events/event.ts'
import type { Profile } from '../../domain/profile.ts'
import type { ByteRange } from '../../domain/turns/turn-state.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { Wanted } from '../../projections/projection.ts'
import type { ReadLimits } from '../../replay/ports.ts'
import type { ByteSource } from './bytes.ts'
import { endOfLine, isBlank, LINE_BYTES_MAX, parseLine } from './lines.ts'
import { isEvent, planLine } from './peek.ts'
import { shorten } from './shorten.ts'

/** Lines that are not longer are never shortened. */
const SHORT_LINE_BYTES = 64 * 1024
/** So much of a line tells what it is. */
const HEAD_BYTES = 512
const CLOSING_BRACE = 125

/** What lines are read with. */
export interface Limited {
  readonly streamId: StreamId
  readonly wanted: Wanted
  readonly profile: Profile
  readonly limits: ReadLimits
  /** Filled again and again; no line is kept in it. */
  readonly buffer: Buffer
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

/** Part of a line after part, through the buffer, which holds its beginning; counts what went by. */
const partsOf = (source: ByteSource, buffer: Buffer, have: number, from: number, until: number) => {
  const passed = { bytes: 0 }
  function* parts(): Generator<Buffer> {
    for (let bytes = have; bytes > 0;) {
      const newline = endOfLine(buffer, 0, bytes)
      const part = buffer.subarray(0, newline === -1 ? bytes : newline)
      passed.bytes += part.length
      yield part
      const at = from + passed.bytes
      if (newline !== -1 || at >= until) return
      bytes = source.read(buffer, 0, Math.min(buffer.length, until - at), at)
    }
  }
  return { parts: parts(), passed }
}

/** A line of these parts as it is, in memory of its own. */
const joined = (parts: Iterable<Buffer>): Buffer => {
  const copies: Array<Buffer> = []
  for (const part of parts) copies.push(Buffer.from(part))
  return Buffer.concat(copies)
}

/** Plans a long event by its beginning; that the line is whole shows when it is read. */
const planOf = (head: Buffer, { wanted, profile }: Limited) => {
  const whole = Buffer.concat([head.subarray(0, HEAD_BYTES), Buffer.of(CLOSING_BRACE)])
  return planLine(whole, 0, whole.length, wanted, profile)
}

/** Reads the line a full buffer begins with, which goes on behind it; returns how long it is. */
const readLong = (
  source: ByteSource,
  place: Omit<Place, 'bytes'>,
  until: number,
  options: Limited,
  into: Array<Line>
): number => {
  const { buffer, limits, wanted, profile } = options
  const { segment, offset } = place
  const mayCut = isEvent(buffer, 0) && limits.isWhole?.(segment, offset) !== true
  const plan = mayCut ? planOf(buffer, options) : 'parse'
  const first = partsOf(source, buffer, buffer.length, offset, until)
  if (plan === 'skip') {
    while (first.parts.next().done !== true);
    return first.passed.bytes
  }
  const short = mayCut ? shorten(first.parts, limits.textBytesMax) : null
  if (short !== null) {
    const { bytes } = first.passed
    const read = bytes < LINE_BYTES_MAX ? parseLine(short.line, profile) : 'line_too_long'
    into.push(toLine({ ...place, bytes }, read, short.isCut))
    return bytes
  }
  const have = source.read(buffer, 0, buffer.length, offset)
  const line = joined(partsOf(source, buffer, have, offset, until).parts)
  const isWanted = planLine(line, 0, line.length, wanted, profile) === 'parse'
  if (isWanted) into.push(toLine({ ...place, bytes: line.length }, parseLine(line, profile)))
  return line.length
}

/** Reads a line that is in memory. */
const readShort = (
  line: Buffer,
  place: Omit<Place, 'bytes'>,
  { limits, wanted, profile }: Limited,
  into: Array<Line>
): void => {
  if (isBlank(line, 0, line.length)) return
  if (planLine(line, 0, line.length, wanted, profile) !== 'parse') return
  const { segment, offset } = place
  const isLong = line.length > Math.max(SHORT_LINE_BYTES, limits.textBytesMax)
  const mayCut = isLong && isEvent(line, 0) && limits.isWhole?.(segment, offset) !== true
  const short = mayCut ? shorten([line], limits.textBytesMax) : null
  const read = parseLine(short?.line ?? line, profile)
  into.push(toLine({ ...place, bytes: line.length }, read, short?.isCut))
}

/** The lines of a range, with long texts cut. */
export const readLimited = (
  source: ByteSource,
  { segment, from, until }: ByteRange,
  options: Limited,
  into: Array<Line>
): void => {
  const { buffer, streamId } = options
  const placeAt = (offset: number) => ({ streamId, revision: -1, segment, offset }) as const
  for (let position = from; position < until;) {
    const have = source.read(buffer, 0, Math.min(buffer.length, until - position), position)
    if (have === 0) return
    const isLast = position + have >= until
    let at = 0
    while (at < have) {
      const newline = endOfLine(buffer, at, have)
      if (newline === -1 && !isLast) break
      const end = newline === -1 ? have : newline
      readShort(buffer.subarray(at, end), placeAt(position + at), options, into)
      at = end + 1
    }
    if (at === 0 && have === buffer.length)
      at = readLong(source, placeAt(position), until, options, into) + 1
    // A file that is shorter than it was.
    if (at === 0) return
    position += at
  }
}

/**
 * Reading the lines of some byte ranges: what a page of full turns costs. Neighbouring ranges are read together,
 * and of lines that can make no item only the heads are looked at, unless every line is wanted.
 */
import type { DamagedLine, RecordedEvent } from '../../domain/events/event.ts'
import type { Profile } from '../../domain/profile.ts'
import type { ByteRange } from '../../domain/turns/turn-state.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { Wanted } from '../../projections/projection.ts'
import type { Lineage, ReadLimits } from '../../replay/ports.ts'
import { openBytes, type ByteSource } from './bytes.ts'
import { readLimited } from './limited.ts'
import { endOfLine, isBlank, parseLine } from './lines.ts'
import { planLine } from './peek.ts'

/** Ranges closer than this are read with one call. */
const GAP_BYTES_MAX = 64 * 1024
/**
 * One read takes at most this much, so that one buffer serves them all: it is never in use across an await. A single
 * larger range is read whole, into a buffer of its own.
 */
const READ_BYTES_MAX = 2 * 1024 * 1024

let pool: Buffer | null = null
const pooled = (): Buffer => (pool ??= Buffer.allocUnsafe(READ_BYTES_MAX))

/** Neighbouring ranges of one segment. */
export interface Run {
  readonly segment: number
  readonly from: number
  until: number
  readonly ranges: Array<ByteRange>
}

/** Ranges that are read together, in order. */
export const joinRanges = (ranges: ReadonlyArray<ByteRange>): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  for (const range of ranges) {
    const last = runs[runs.length - 1]
    if (
      last !== undefined &&
      last.segment === range.segment &&
      range.from >= last.until &&
      range.from - last.until < GAP_BYTES_MAX &&
      range.until - last.from < READ_BYTES_MAX
    ) {
      last.until = range.until
      last.ranges.push(range)
    } else runs.push({ ...range, ranges: [range] })
  }
  return runs
}

const readWhole = (
  streamId: StreamId,
  source: ByteSource,
  run: Run,
  { wanted, profile }: RangeOptions,
  into: Array<RecordedEvent | DamagedLine>
): void => {
  const bytes = run.until - run.from
  const buffer = bytes <= READ_BYTES_MAX ? pooled() : Buffer.allocUnsafe(bytes)
  let have = 0
  while (have < bytes) {
    const read = source.read(buffer, have, bytes - have, run.from + have)
    if (read === 0) break
    have += read
  }
  for (const range of run.ranges) {
    const last = Math.min(range.until - run.from, have)
    for (let at = range.from - run.from; at < last;) {
      const newline = endOfLine(buffer, at, last)
      const end = newline === -1 ? last : newline
      if (!isBlank(buffer, at, end) && planLine(buffer, at, end, wanted, profile) === 'parse') {
        const bytes = end - at
        const line = parseLine(buffer.subarray(at, end), profile)
        const place = {
          streamId,
          revision: -1,
          segment: run.segment,
          offset: run.from + at,
          bytes
        }
        into.push(typeof line === 'string' ? { ...place, reason: line } : { ...place, line })
      }
      at = end + 1
    }
  }
}

/** Which lines are read, and how. */
export interface RangeOptions {
  readonly wanted: Wanted
  readonly profile: Profile
  readonly limits?: ReadLimits | undefined
}

/** The lines of the ranges of a run, in order. */
export const readRun = (
  streamId: StreamId,
  source: ByteSource,
  run: Run,
  options: RangeOptions,
  into: Array<RecordedEvent | DamagedLine>
): void => {
  const { wanted, profile, limits } = options
  if (limits === undefined) return readWhole(streamId, source, run, options, into)
  for (const range of run.ranges)
    readLimited(source, range, { streamId, wanted, profile, limits, buffer: pooled() }, into)
}

/** The lines of the ranges, in the order of the ranges. */
export const readRanges = (
  streamId: StreamId,
  lineage: Lineage,
  ranges: ReadonlyArray<ByteRange>,
  options: RangeOptions
): ReadonlyArray<RecordedEvent | DamagedLine> => {
  const lines: Array<RecordedEvent | DamagedLine> = []
  let source: ByteSource | null = null
  let segment = -1
  try {
    for (const run of joinRanges(ranges)) {
      if (source === null || run.segment !== segment) {
        source?.close()
        segment = run.segment
        const file = lineage[segment]
        if (file === undefined) break
        source = openBytes(file.path, file.compressed)
      }
      readRun(streamId, source, run, options, lines)
    }
  } finally {
    source?.close()
  }
  return lines
}

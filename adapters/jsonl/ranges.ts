/**
 * Reading the lines of some byte ranges: what a page of full turns costs. Neighbouring ranges are read together,
 * and of lines that can make no item only the heads are looked at, unless every line is wanted.
 */
import type { DamagedLine, RecordedEvent } from '../../domain/events/event.ts'
import type { ByteRange } from '../../domain/turns/turn-state.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { Lineage } from '../../replay/ports.ts'
import { giveWay, openBytes, type ByteSource } from './bytes.ts'
import { endOfLine } from './lines.ts'
import { LINE_COST_BYTES, readLine, readRange, type RangeOptions } from './range.ts'

/** Ranges closer than this are read with one call. */
const GAP_BYTES_MAX = 64 * 1024
/**
 * One read takes at most this much, so that one buffer serves them all: it is never in use across an await. A larger range
 * is read part by part.
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

/** Reads neighbouring ranges with one call: nothing is awaited while the buffer is in use. */
const readTogether = (
  streamId: StreamId,
  source: ByteSource,
  run: Run,
  options: RangeOptions,
  into: Array<RecordedEvent | DamagedLine>
): void => {
  const { segment } = run
  const bytes = run.until - run.from
  const buffer = pooled()
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
      const place = {
        streamId,
        revision: -1,
        segment,
        offset: run.from + at,
        bytes: end - at
      } as const
      readLine(buffer.subarray(at, end), place, options, into)
      at = end + 1
    }
  }
}

/** The lines of the ranges of a run, in order. */
const readRun = async (
  streamId: StreamId,
  source: ByteSource,
  run: Run,
  options: RangeOptions,
  into: Array<RecordedEvent | DamagedLine>
): Promise<void> => {
  if (run.until - run.from <= READ_BYTES_MAX) {
    const before = into.length
    readTogether(streamId, source, run, options, into)
    await giveWay(run.until - run.from + (into.length - before) * LINE_COST_BYTES)
  } else for (const range of run.ranges) await readRange(streamId, source, range, options, into)
}

/** The lines of the ranges, in the order of the ranges. */
export const readRanges = async (
  streamId: StreamId,
  lineage: Lineage,
  ranges: ReadonlyArray<ByteRange>,
  reading: Omit<RangeOptions, 'isHeld'>
): Promise<ReadonlyArray<RecordedEvent | DamagedLine>> => {
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
      const isHeld = lineage[segment]?.compressed === true
      await readRun(streamId, source, run, { ...reading, isHeld }, lines)
    }
  } finally {
    source?.close()
  }
  return lines
}

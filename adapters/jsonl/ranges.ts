/**
 * Reading the lines of some byte ranges: what a page of full turns costs. Neighbouring ranges are read together,
 * and of lines that can make no item only the heads are looked at, unless every line is wanted.
 */
import type { DamagedLine, RecordedEvent } from '../../domain/events/event.ts'
import type { ByteRange } from '../../domain/turns/turn-state.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { Lineage } from '../../replay/ports.ts'
import { giveBack, takeBuffer, CHUNK_BYTES } from './buffers.ts'
import { endingAt, openBytes, type ByteSource } from './bytes.ts'
import { fill, readLines, readRange, type RangeOptions } from './range.ts'

/** Ranges closer than this are read with one call. */
const GAP_BYTES_MAX = 64 * 1024

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
      range.until - last.from < CHUNK_BYTES
    ) {
      last.until = range.until
      last.ranges.push(range)
    } else runs.push({ ...range, ranges: [range] })
  }
  return runs
}

/** Reads neighbouring ranges with one call. */
const readTogether = async (
  streamId: StreamId,
  source: ByteSource,
  { segment, from, until, ranges }: Run,
  options: RangeOptions,
  into: Array<RecordedEvent | DamagedLine>
): Promise<void> => {
  const buffer = takeBuffer()
  const origin = { streamId, segment, offset: from }
  try {
    const have = await fill(endingAt(source, until), buffer, from)
    for (const range of ranges) {
      const part = [range.from - from, Math.min(range.until - from, have)] as const
      await readLines(buffer, part, true, origin, options, into)
    }
  } finally {
    giveBack(buffer)
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
  if (run.until - run.from <= CHUNK_BYTES) return readTogether(streamId, source, run, options, into)
  for (const range of run.ranges) await readRange(streamId, source, range, options, into)
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

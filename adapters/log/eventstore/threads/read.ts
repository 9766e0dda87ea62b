/**
 * StoreReading the streams of a store: bytes come from the server, everything else is as with files.
 */
import type { DamagedPlace, PlacedEvent } from '../../../../domain/log/event.ts'
import type { DeliveredLine, LineOf, Needs } from '../../../../domain/log/needs.ts'
import type { StreamId } from '../../../../domain/ids.ts'
import type { Profile } from '../../../../domain/log/profile.ts'
import type { ByteRange } from '../../../../domain/thread/turns/turn-state.ts'
import type { Batch, Guard, Position, ReadLimits } from '../../../../replay/ports.ts'
import type { ByteSource, SlowByteSource } from '../../jsonl/bytes.ts'
import { joinRanges, readRange, type RangeOptions, type Run } from '../../jsonl/ranges.ts'
import { CHUNK_BYTES } from '../../jsonl/buffers.ts'
import { deliveryOf } from '../../jsonl/delivery.ts'
import { guardedRange, holdsGuard } from '../../jsonl/guard.ts'
import { readStream } from '../../jsonl/read.ts'
import { lineageOf, type Stretch } from './stretches.ts'
import type { SegmentAt } from './locate.ts'
import { segmentSource, type StoreReading } from './segment-bytes.ts'

type Lines = Array<PlacedEvent<DeliveredLine> | DamagedPlace>

export interface ReadParts {
  readonly reading: StoreReading
  readonly profile: Profile
  readonly skipsBom: boolean
}

/** The number of the line at a position, where the count of events before it tells. */
const lineAt =
  (stretches: ReadonlyArray<Stretch>, from: Position) =>
  (offset: number): number | undefined =>
    stretches.length === 1 && offset === from.offset && offset > 0
      ? from.revision - (stretches[0]?.segment.gap === null ? 0 : 1)
      : undefined

/** Lines of a history from a position on. */
export const readLines = <N extends Needs>(
  { reading, profile, skipsBom }: ReadParts,
  streamId: StreamId,
  stretches: ReadonlyArray<Stretch>,
  from: Position,
  needs: N
): AsyncIterable<Batch<N>> => {
  const lineage = lineageOf(stretches)
  return readStream(streamId, lineage, from, needs, profile, skipsBom, (segment) => {
    const { at } = stretches[lineage.indexOf(segment)] as Stretch
    return segmentSource(reading, at, lineAt(stretches, from))
  })
}

/** Up to so many bytes from a position on. */
const bytesAt = async (
  source: SlowByteSource,
  position: number,
  length: number
): Promise<Buffer> => {
  const buffer = Buffer.allocUnsafe(length)
  let have = 0
  while (have < length) {
    const read = await source.read(buffer, have, length - have, position + have)
    if (read === 0) break
    have += read
  }
  return buffer.subarray(0, have)
}

/** Bytes in memory, of which the first stands at an offset. */
const inMemory = (bytes: Buffer, offset: number): ByteSource => ({
  read: (target, at, length, position) => {
    const from = position - offset
    return from < 0 ? 0 : bytes.copy(target, at, from, Math.min(bytes.length, from + length))
  },
  close: () => undefined
})

/** True when the line before a position is still the one that the guard describes. */
export const verifyLine = async (
  { reading }: ReadParts,
  stretches: ReadonlyArray<Stretch>,
  next: Position,
  guard: Guard
): Promise<boolean> => {
  const stretch = stretches[next.segment]
  if (stretch === undefined) return false
  const [from, length] = guardedRange(guard)
  const behind = guard.bytes === length - 1 ? lineAt(stretches, next)(next.offset) : undefined
  const source = segmentSource(reading, stretch.at, () =>
    behind === undefined ? undefined : behind - 1
  )
  try {
    return holdsGuard(await bytesAt(source, from, length), guard)
  } finally {
    source.close()
  }
}

const readWhole = async (
  streamId: StreamId,
  source: SlowByteSource,
  run: Run,
  options: RangeOptions,
  into: Lines
): Promise<void> => {
  const bytes = await bytesAt(source, run.from, run.until - run.from)
  const held = inMemory(bytes, run.from)
  for (const range of run.ranges) await readRange(streamId, held, range, options, into)
}

/** Opens a segment of a history once for the reads that follow each other. */
const opener = (reading: StoreReading) => {
  let open: { readonly at: SegmentAt; readonly source: SlowByteSource } | null = null
  return {
    at: (at: SegmentAt): SlowByteSource => {
      if (open?.at === at) return open.source
      open?.source.close()
      open = { at, source: segmentSource(reading, at) }
      return open.source
    },
    close: () => open?.source.close()
  }
}

/** The lines of byte ranges, in the order of the ranges. */
export const readLineRanges = async <N extends Needs>(
  { reading, profile }: ReadParts,
  streamId: StreamId,
  stretches: ReadonlyArray<Stretch>,
  ranges: ReadonlyArray<ByteRange>,
  needs: N,
  limits?: ReadLimits
): Promise<ReadonlyArray<PlacedEvent<LineOf<N>> | DamagedPlace>> => {
  const lines: Lines = []
  const opened = opener(reading)
  const options = { delivery: deliveryOf(needs, profile), limits, isHeld: true }
  try {
    for (const run of joinRanges(ranges)) {
      const stretch = stretches[run.segment]
      if (stretch === undefined) break
      const source = opened.at(stretch.at)
      if (run.until - run.from <= CHUNK_BYTES)
        await readWhole(streamId, source, run, options, lines)
      else for (const range of run.ranges) await readRange(streamId, source, range, options, lines)
    }
  } finally {
    opened.close()
  }
  return lines as ReadonlyArray<PlacedEvent<LineOf<N>> | DamagedPlace>
}

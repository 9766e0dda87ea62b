/**
 * Reading the streams of a store: bytes come from the server, everything else is as with files.
 */
import type { Needs } from '../../../../domain/log/needs.ts'
import type { StreamId } from '../../../../domain/ids.ts'
import type { Profile } from '../../../../domain/log/profile.ts'
import type { Batch, Guard, Position } from '../../../../replay/ports.ts'
import type { SlowByteSource } from '../../jsonl/bytes.ts'
import { fill } from '../../jsonl/ranges.ts'
import { guardedRange, holdsGuard } from '../../jsonl/guard.ts'
import { readStream } from '../../jsonl/read.ts'
import { lineageOf, type Stretch } from './stretches.ts'
import { segmentSource, type StoreReading } from './segment-bytes.ts'

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
  return buffer.subarray(0, await fill(source, buffer, position))
}

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

/**
 * The end of a stream of a store, where the next event goes: told by the directory, but for how many lines the history
 * before its newest segment has.
 */
import { NO_LINES } from '../../../../domain/log/needs.ts'
import { nextOrdinal } from '../stream/directory.ts'
import type { Position, StreamInfo } from '../../../../replay/ports.ts'
import { isBlank } from '../../jsonl/lines.ts'
import type { Stretch } from './stretches.ts'
import { segmentBytes } from '../stream/directory.ts'
import type { StoredPlace } from './places.ts'
import { readLines, type ReadParts } from './read.ts'
import { endOfBytes, joinedFrom, tailOf, type StoreReading } from './segment-bytes.ts'

/** The end of a stream as it was at a revision of its server. */
export interface StoredEnd {
  readonly place: StoredPlace
  /** Behind the last line; before the end of the file where the last line is torn. */
  readonly next: Position
  /** What stands behind the last newline; it becomes a line before anything else does. */
  readonly open: Uint8Array | null
  /** 1 when those bytes are a line that is not counted yet. */
  readonly torn: 0 | 1
  /** Number of the next line; null where lines are not numbered. */
  readonly ordinal: number | null
}

/** Lines of a segment before a byte; null when it stands inside of a line. */
const linesBefore = async (
  reading: StoreReading,
  { at, segment: { until } }: Stretch
): Promise<number | null> => {
  if (until === null || until >= at.segment.bytes)
    return until === null || (until === at.segment.bytes && at.segment.tail === null)
      ? at.segment.lines
      : null
  if (until === 0) return 0
  for await (const joined of joinedFrom(reading, at, until - 1)) {
    const { what, metadata } = joined
    if (what === 'blank') return metadata.line
    return endOfBytes(joined) === until ? metadata.line + 1 : null
  }
  return null
}

/** Counts lines of the history before the newest segment; what is before a place never changes. */
export const historyCounter = (parts: ReadParts) => {
  const known = new Map<string, number>()
  const KNOWN_MAX = 10_000
  const count = async (stretches: ReadonlyArray<Stretch>): Promise<number> => {
    let lines = 0
    for (const stretch of stretches) {
      const here = await linesBefore(parts.reading, stretch)
      if (here === null) return NaN
      lines += here + (stretch.segment.gap === null ? 0 : 1)
    }
    return lines
  }
  /** Counts by reading, where a cut stands in the middle of a line. */
  const readAll = async (
    streamId: StreamInfo['streamId'],
    stretches: ReadonlyArray<Stretch>
  ): Promise<number> => {
    let revision = 0
    const start = { revision: 0, segment: 0, offset: 0 }
    for await (const { next } of readLines(parts, streamId, stretches, start, NO_LINES))
      revision = next.revision
    return revision
  }
  return async (
    streamId: StreamInfo['streamId'],
    stretches: ReadonlyArray<Stretch>
  ): Promise<number> => {
    const older = stretches.slice(0, -1)
    if (older.length === 0) return 0
    const key = JSON.stringify(
      older.map(({ at, segment: { id, until, gap } }) => [id, at.segment.runs[0], until, gap])
    )
    const before = known.get(key)
    if (before !== undefined) return before
    const counted = await count(older)
    const lines = Number.isNaN(counted) ? await readAll(streamId, older) : counted
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(key, lines)
    return lines
  }
}

const openBytes = async (reading: StoreReading, place: StoredPlace): Promise<Buffer | null> => {
  if (place.segment.tail === null) return null
  const pieces: Array<Uint8Array> = []
  for await (const { bytes } of tailOf(reading, place)) pieces.push(bytes)
  return Buffer.concat(pieces)
}

export const endOfStream = async (
  { reading }: ReadParts,
  countHistory: ReturnType<typeof historyCounter>,
  place: StoredPlace,
  stretches: ReadonlyArray<Stretch>
): Promise<StoredEnd> => {
  const { segment } = place
  const { tail } = segment
  const gap = stretches.at(-1)?.segment.gap ?? null
  const older = await countHistory(place.streamId, stretches)
  const before = older + (gap === null ? 0 : 1) + segment.lines
  const open = await openBytes(reading, place)
  const isLine = tail?.whole === true
  const torn = open === null || isLine || isBlank(open, 0, open.length) ? 0 : 1
  const revision = before + (isLine ? 1 : 0)
  return {
    place,
    next: {
      revision,
      segment: stretches.length - 1,
      offset: isLine ? segmentBytes(segment) : segment.bytes
    },
    open,
    torn,
    ordinal: nextOrdinal(segment, revision + torn)
  }
}

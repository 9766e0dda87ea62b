/**
 * Streams in memory: the plainest event store, for tests and for hosts that bring their own lines.
 *
 * Offsets count the bytes the lines would take in a file, so that everything written against files works here.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Needs } from '../../../domain/log/needs.ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { DamagedPlace, PlacedEvent } from '../../../domain/log/event.ts'
import type { StreamId } from '../../../domain/ids.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { NewEvent } from '../../../domain/changes/new-event.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { lineOf } from '../../../migrations/line.ts'
import {
  appendProblem,
  checkEvents,
  saysNumbered,
  type CheckedEvent
} from '../../../replay/change/mutate/new-events.ts'
import {
  scanByReading,
  type Batch,
  type EventStore,
  type ExpectedRevision,
  type Position,
  type StreamInfo,
  type StreamReading
} from '../../../replay/ports.ts'

/** An event store whose streams may also hold what no store would append. */
export interface MemoryStore extends EventStore {
  /** Puts any values behind a stream, lines or not, making it when it is new. */
  readonly put: (streamId: StreamId, lines: ReadonlyArray<JsonObject>) => void
  readonly remove: (streamId: StreamId) => void
}

interface Stored {
  readonly bytes: number
  readonly offset: number
  readonly value: JsonObject
}

type Streams = Map<StreamId, { readonly lines: Array<Stored>; touchedMs: number }>

const sizeOf = (lines: ReadonlyArray<Stored>): number => {
  const last = lines[lines.length - 1]
  return last === undefined ? 0 : last.offset + last.bytes + 1
}

const infoOf = (streams: Streams, streamId: StreamId): StreamInfo => {
  const path = `/memory/sessions/2026/01/01/rollout-2026-01-01T00-00-00-${streamId}.jsonl`
  const stream = streams.get(streamId)
  return {
    streamId,
    path,
    archived: false,
    compressed: false,
    sizeBytes: sizeOf(stream?.lines ?? []),
    modifiedAtMs: stream?.touchedMs ?? 0,
    inode: 1
  }
}

const toLine = (
  streamId: StreamId,
  { bytes, offset, value }: Stored,
  profile: Profile
): PlacedEvent | DamagedPlace => {
  const read = lineOf(value, profile)
  const place = { streamId, segment: 0, offset, bytes }
  return typeof read === 'string' ? { ...place, reason: read } : { ...place, line: read }
}

async function* bytesIn(
  lines: ReadonlyArray<Stored>,
  from: number,
  until: number
): AsyncGenerator<Uint8Array> {
  const text = lines.map(({ value }) => `${JSON.stringify(value)}\n`).join('')
  yield await Promise.resolve(new TextEncoder().encode(text).subarray(from, until))
}

async function* batchesFrom(
  streamId: StreamId,
  stored: ReadonlyArray<Stored>,
  revision: number,
  profile: Profile
): AsyncGenerator<Batch> {
  const last = stored[stored.length - 1]
  if (last === undefined || revision >= stored.length) return
  yield {
    lines: stored.slice(revision).map((one, i) => ({
      ...toLine(streamId, one, profile),
      revision: revision + i
    })),
    next: { revision: stored.length, segment: 0, offset: sizeOf(stored) },
    guard: { offset: last.offset, bytes: last.bytes, checksum: stored.length, terminated: true }
  }
}

const CLOCK_STEP_MS = 1000

/** Number of the next line; null where lines are not numbered. */
const nextOrdinal = (stored: ReadonlyArray<Stored>, profile: Profile): number | null => {
  const head = stored[0]?.value
  if (head?.['type'] !== 'session_meta' || !saysNumbered(head['payload'])) return null
  for (const { value } of [...stored].reverse()) {
    const line = lineOf(value, profile)
    if (typeof line !== 'string' && line.ordinal !== undefined) return line.ordinal + 1
  }
  return stored.length
}

/** The values that events are stored as, numbered from a number on. */
const valuesOf = (
  events: ReadonlyArray<CheckedEvent>,
  ordinal: number | null
): ReadonlyArray<JsonObject> =>
  events.map(({ event }, i) => {
    const { timestamp, type, payload } = event
    return ordinal === null
      ? { timestamp, type, payload }
      : { timestamp, ordinal: ordinal + i, type, payload }
  })

const appendTo = (
  stored: ReadonlyArray<Stored> | null,
  streamId: StreamId,
  expected: ExpectedRevision,
  events: ReadonlyArray<NewEvent>,
  profile: Profile
): E.Either<StoreError, ReadonlyArray<JsonObject>> => {
  const checked = checkEvents(events, profile)
  if (E.isLeft(checked)) return checked
  const why = appendProblem(streamId, expected, stored?.length ?? null, checked.right)
  if (why !== null) return E.left(why)
  const before = stored ?? []
  const [first] = checked.right
  const isNumbered = before.length === 0 && saysNumbered(first?.event.payload)
  return E.right(valuesOf(checked.right, isNumbered ? 0 : nextOrdinal(before, profile)))
}

/** An empty store of an era; its clock moves a second with every append. */
export const memoryStore = (profile: Profile): MemoryStore => {
  const streams: Streams = new Map()
  let nowMs = 0
  const linesOf = (id: StreamId): ReadonlyArray<Stored> => streams.get(id)?.lines ?? []
  const put: MemoryStore['put'] = (streamId, values) => {
    const stream = streams.get(streamId) ?? { lines: [], touchedMs: 0 }
    for (const value of values) {
      const bytes = Buffer.byteLength(JSON.stringify(value))
      stream.lines.push({ value, offset: sizeOf(stream.lines), bytes })
    }
    nowMs += CLOCK_STEP_MS
    stream.touchedMs = nowMs
    streams.set(streamId, stream)
  }
  const endOf = (streamId: StreamId): Position => {
    const lines = linesOf(streamId)
    return { revision: lines.length, segment: 0, offset: sizeOf(lines) }
  }
  // Every line is whole, which is what any reader may be given.
  const read: MemoryStore['read'] = <N extends Needs>({ streamId }: StreamInfo, from: Position) =>
    Object.assign(batchesFrom(streamId, linesOf(streamId), from.revision, profile), {
      holds: async () => linesOf(streamId).length >= from.revision
    }) as unknown as StreamReading<N>
  const readRanges: MemoryStore['readRanges'] = async ({ streamId }, ranges) =>
    ranges.flatMap(({ from, until }) =>
      linesOf(streamId)
        .filter(({ offset }) => offset >= from && offset < until)
        .map((one) => toLine(streamId, one, profile))
    )
  return {
    put,
    append: (streamId, expected, events) => async () => {
      const stored = streams.get(streamId)?.lines ?? null
      const values = appendTo(stored, streamId, expected, events, profile)
      if (E.isLeft(values)) return values
      const from = endOf(streamId)
      put(streamId, values.right)
      return E.right({
        streamId,
        from,
        next: endOf(streamId),
        path: infoOf(streams, streamId).path
      })
    },
    remove: (streamId) => {
      streams.delete(streamId)
    },
    list: () =>
      E.right({ streams: [...streams.keys()].map((id) => infoOf(streams, id)), spares: [] }),
    changes: () =>
      E.right({
        ids: [...streams.keys()],
        archived: new Set(),
        spares: [],
        version: null,
        token: () => null
      }),
    find: (ids) =>
      E.right(new Map(ids.filter((id) => streams.has(id)).map((id) => [id, infoOf(streams, id)]))),
    lineage: ({ streamId, path }) => [
      { id: streamId, path, compressed: false, from: 0, until: null, inherited: false, gap: null }
    ],
    segments: (streamId) => [
      { id: streamId, base: null, end: { ordinal: null, offset: sizeOf(linesOf(streamId)) } }
    ],
    read,
    scan: (info, needs, _test, within) => scanByReading({ read, readRanges }, info, needs, within),
    readRanges,
    readBytes: ({ streamId }, { from, until }) => bytesIn(linesOf(streamId), from, until)
  }
}

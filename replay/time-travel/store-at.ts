/**
 * A store as it was: the same streams, each ending where it ended then.
 *
 * Everything above reads it as it reads any store. Where a stream ended is found when it is refreshed, and handed on in the
 * stream's `earlier`, which the store below heeds when it reads. Nothing can be appended to the past.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Needs } from '../../domain/events/needs.ts'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { notPossible, type StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { ByteRange } from '../../domain/turns/turn-state.ts'
import {
  isDamaged,
  type Batch,
  type EventStore,
  type OlderFile,
  type StreamInfo
} from '../ports.ts'
import { refreshed } from '../refreshed.ts'

/** A stream as it was, given as it is; null when it was not there. */
export type Then = (now: StreamInfo) => Promise<StreamInfo | null>

/** Why nothing is written to what is over. */
export const PAST_IS_OVER = notPossible('the past cannot be changed', 'leave out the point in time')

interface Seen {
  readonly now: StreamInfo
  readonly then: StreamInfo | null
}

const looksSame = (a: StreamInfo, b: StreamInfo): boolean =>
  a.path === b.path &&
  a.sizeBytes === b.sizeBytes &&
  a.modifiedAtMs === b.modifiedAtMs &&
  a.inode === b.inode &&
  a.archived === b.archived

const areSame = (a: ReadonlyArray<StreamInfo>, b: ReadonlyArray<StreamInfo>): boolean =>
  a.length === b.length && a.every((info, i) => info === b[i])

/** Lines of an older file up to the first one that was not written yet. */
async function* writtenBy<N extends Needs>(
  batches: AsyncIterable<Batch<N>>,
  timeMs: number
): AsyncGenerator<Batch<N>> {
  for await (const batch of batches) {
    const later = batch.lines.findIndex(
      (line) => !isDamaged(line) && Date.parse(line.line.timestamp) > timeMs
    )
    yield later === -1 ? batch : { ...batch, lines: batch.lines.slice(0, later) }
    if (later !== -1) return
  }
}

/** Streams that are listed together; the same arrays as long as they are the same. */
const listOf = (infos: ReadonlyArray<StreamInfo>) => ({
  infos,
  ids: infos.map(({ streamId }) => streamId),
  archived: new Set(infos.flatMap(({ archived, streamId }) => (archived ? [streamId] : [])))
})

/** What is known of the streams as they were: found when they are refreshed, and again when they changed. */
const remembering = (store: EventStore, then: Then) => {
  const seen = new Map<StreamId, Seen>()
  let shown = listOf([])
  const learn = async (now: StreamInfo): Promise<void> => {
    const known = seen.get(now.streamId)
    if (known !== undefined && looksSame(known.now, now)) return
    seen.set(now.streamId, { now, then: await then(now) })
  }
  const learnOne = async (id: StreamId): Promise<void> => {
    const found = store.find(id)
    if (E.isLeft(found)) seen.delete(id)
    else await learn(found.right)
  }
  const learnAll = async (infos: ReadonlyArray<StreamInfo>): Promise<void> => {
    const here = new Set(infos.map(({ streamId }) => streamId))
    for (const id of seen.keys()) if (!here.has(id)) seen.delete(id)
    for (const info of infos) await learn(info)
    const next = infos.flatMap(({ streamId }) => seen.get(streamId)?.then ?? [])
    if (!areSame(next, shown.infos)) shown = listOf(next)
  }
  const refresh: NonNullable<EventStore['refresh']> = async (scope) => {
    const ready = await refreshed(store, scope)
    if (E.isLeft(ready)) return ready
    if (scope !== 'all') return E.right(await learnOne(scope))
    const listed = store.streams()
    return E.isLeft(listed) ? listed : E.right(await learnAll(listed.right))
  }
  return {
    refresh,
    shown: () => shown,
    infoOf: (id: StreamId): StreamInfo | null => seen.get(id)?.then ?? null
  }
}

/** Byte ranges that end where the stream ended. */
const clipping = (store: EventStore) => {
  const until = (info: StreamInfo, segment: number, asked: number): number => {
    const end = info.earlier?.untilBytes ?? null
    return end === null || segment < store.lineage(info).length - 1 ? asked : Math.min(asked, end)
  }
  return {
    until,
    clip: (info: StreamInfo, range: ByteRange): ReadonlyArray<ByteRange> => {
      const end = until(info, range.segment, range.until)
      return range.from < end ? [{ ...range, until: end }] : []
    }
  }
}

/**
 * A store as `then` says its streams were. `timeMs`: what no line may be later than, where the point is a time. What was never
 * refreshed is not there.
 */
export const storeAt = (store: EventStore, then: Then, timeMs = Infinity): EventStore => {
  const { refresh, shown, infoOf } = remembering(store, then)
  const { until, clip } = clipping(store)
  /** Where among the files written for a thread, oldest first, its newest one of then is. */
  const headPlace = (id: StreamId): number => {
    const all = store.segments(id)
    const head = infoOf(id)?.earlier?.segmentId
    const place = head === undefined ? -1 : all.findIndex((segment) => segment.id === head)
    return place === -1 ? all.length - 1 : place
  }
  return {
    refresh,
    streams: () => E.right(shown().infos),
    ids: () => E.right(shown().ids),
    archived: () => shown().archived,
    find: (streamId): E.Either<StoreError, StreamInfo> => {
      const info = infoOf(streamId)
      return info === null ? E.left({ _tag: 'StreamNotFound', streamId }) : E.right(info)
    },
    findAll: (ids) => {
      const infos = ids.map(infoOf).filter((info) => info !== null)
      return new Map(infos.map((info) => [info.streamId, info]))
    },
    lineage: store.lineage,
    segments: (id) => store.segments(id).slice(0, headPlace(id) + 1),
    olderFiles: <N extends Needs>(id: StreamId, needs: N): ReadonlyArray<OlderFile<N>> =>
      store
        .olderFiles(id, needs)
        .slice(store.segments(id).length - 1 - headPlace(id))
        .map(({ path, batches }) => ({ path, batches: writtenBy(batches, timeMs) })),
    read: (info, from, needs) => {
      const batches = store.read(info, from, needs)
      const isHead = info.earlier?.segmentId === infoOf(info.streamId)?.earlier?.segmentId
      return isHead ? batches : writtenBy(batches, timeMs)
    },
    readRanges: (info, ranges, needs, limits) =>
      store.readRanges(
        info,
        ranges.flatMap((range) => clip(info, range)),
        needs,
        limits
      ),
    bytes: (info, segment, from, to) => store.bytes(info, segment, from, until(info, segment, to)),
    verify: store.verify,
    append: () => TE.left(PAST_IS_OVER)
  }
}

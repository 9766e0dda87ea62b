/**
 * A store as it was: the same streams, each ending where it ended then.
 *
 * Everything above reads it as it reads any store. Where a stream ended is found when it is refreshed, and handed on in the
 * stream's `earlier`, which the store below heeds when it reads. Nothing can be appended to the past.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Needs } from '../../../domain/log/needs.ts'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { notPossible } from '../../../domain/errors.ts'
import type { StreamId } from '../../../domain/ids.ts'
import type { ByteRange } from '../../../domain/thread/turns/turn-state.ts'
import {
  findStream,
  isDamaged,
  scanByReading,
  type Batch,
  type EventStore,
  type StreamInfo
} from '../../ports.ts'
import { refreshed } from '../../refreshed.ts'

/** A stream as it was, given as it is; null when it was not there. */
export type Then = (now: StreamInfo) => Promise<StreamInfo | null>

export const PAST_IS_OVER = notPossible('the past cannot be changed', 'leave out the point in time')

interface NowAndThen {
  readonly now: StreamInfo
  readonly then: StreamInfo | null
}

const looksSame = (a: StreamInfo, b: StreamInfo): boolean =>
  a.path === b.path &&
  a.sizeBytes === b.sizeBytes &&
  a.modifiedAtMs === b.modifiedAtMs &&
  a.inode === b.inode &&
  a.archived === b.archived

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

/** What is known of the streams as they were: found when they are refreshed, and again when they changed. */
const remembering = (store: EventStore, then: Then) => {
  const seen = new Map<StreamId, NowAndThen>()
  let shown: ReadonlyArray<StreamInfo> = []
  const learn = async (now: StreamInfo): Promise<void> => {
    const known = seen.get(now.streamId)
    if (known !== undefined && looksSame(known.now, now)) return
    seen.set(now.streamId, { now, then: await then(now) })
  }
  const learnOne = async (id: StreamId): Promise<void> => {
    const found = findStream(store, id)
    if (E.isLeft(found)) seen.delete(id)
    else await learn(found.right)
  }
  const learnAll = async (infos: ReadonlyArray<StreamInfo>): Promise<void> => {
    const here = new Set(infos.map(({ streamId }) => streamId))
    for (const id of seen.keys()) if (!here.has(id)) seen.delete(id)
    for (const info of infos) await learn(info)
    shown = infos.flatMap(({ streamId }) => seen.get(streamId)?.then ?? [])
  }
  const refresh: NonNullable<EventStore['refresh']> = async (scope) => {
    const ready = await refreshed(store, scope)
    if (E.isLeft(ready)) return ready
    if (scope !== 'all') return E.right(await learnOne(scope))
    const listed = store.list()
    return E.isLeft(listed) ? listed : E.right(await learnAll(listed.right.streams))
  }
  return {
    refresh,
    shown: () => shown,
    infoOf: (id: StreamId): StreamInfo | null => seen.get(id)?.then ?? null
  }
}

/** A byte range that ends where the stream ended. */
const clipped = (store: EventStore, info: StreamInfo, range: ByteRange): ByteRange => {
  const end = info.earlier?.untilBytes ?? null
  return end === null || range.segment < store.lineage(info).length - 1
    ? range
    : { ...range, until: Math.min(range.until, end) }
}

/**
 * A store as `then` says its streams were. `timeMs`: what no line may be later than, where the point is a time. What was never
 * refreshed is not there.
 */
export const storeAt = (store: EventStore, then: Then, timeMs = Infinity): EventStore => {
  const { refresh, shown, infoOf } = remembering(store, then)
  /** Where among the files written for a thread, oldest first, its newest one of then is. */
  const headPlace = (id: StreamId): number => {
    const all = store.segments(id)
    const head = infoOf(id)?.earlier?.segmentId
    const place = head === undefined ? -1 : all.findIndex((segment) => segment.id === head)
    return place === -1 ? all.length - 1 : place
  }
  const read: EventStore['read'] = (info, from, needs, guard) => {
    const reading = store.read(info, from, needs, guard)
    const isHead = info.earlier?.segmentId === infoOf(info.streamId)?.earlier?.segmentId
    return isHead ? reading : Object.assign(writtenBy(reading, timeMs), { holds: reading.holds })
  }
  const readRanges: EventStore['readRanges'] = (info, ranges, needs, limits) =>
    store.readRanges(
      info,
      ranges.map((range) => clipped(store, info, range)).filter(({ from, until }) => from < until),
      needs,
      limits
    )
  return {
    refresh,
    list: () => E.right({ streams: shown(), spares: [] }),
    changes: () => {
      const archived = shown().filter((info) => info.archived)
      return E.right({
        ids: shown().map(({ streamId }) => streamId),
        archived: new Set(archived.map(({ streamId }) => streamId)),
        spares: [],
        version: null,
        token: () => null
      })
    },
    find: (ids) => {
      const infos = ids.map(infoOf).filter((info) => info !== null)
      return E.right(new Map(infos.map((info) => [info.streamId, info])))
    },
    lineage: store.lineage,
    segments: (id) => store.segments(id).slice(0, headPlace(id) + 1),
    read,
    scan: (info, needs, _test, within) => scanByReading({ read, readRanges }, info, needs, within),
    readRanges,
    readBytes: (info, range) => store.readBytes(info, clipped(store, info, range)),
    append: () => TE.left(PAST_IS_OVER)
  }
}

/**
 * The directory of a store on a node: what every stream holds, told without asking the server, and brought up to it when
 * somebody says so (`refresh`) or all the time (`follow.ts`).
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { StreamId } from '../../../../domain/ids.ts'
import type { JsonObject } from '../../../../domain/json.ts'
import { EMPTY, evolve } from '../stream/directory.ts'
import { logStream, streamOfLimits, threadOfStream, threadStream } from '../stream/names.ts'
import type { NamedData, StoredEvent, StorePosition, StreamDirectory } from '../stream/stored.ts'
import type { RowKey } from '../../../../projections/projection.ts'
import { afterPrefix, toStored } from '../../../../replay/catch-up/overlay.ts'
import type { Catalogue, Index, StoredRow } from '../../../../replay/ports.ts'
import { attempted } from '../../../../replay/guarded.ts'
import { inTurn } from '../../../../replay/in-turn.ts'
import { eventsAtHand, type EventsAtHand } from './at-hand.ts'
import { followLog, type LogFollower } from './follow.ts'
import {
  isCut,
  isLost,
  lacksBeginning,
  lostIn,
  lostRows,
  type LostReason,
  type LostThread
} from './lost.ts'
import { eventAt, readDirectory } from './read-directory.ts'
import { DirectoryRows } from './rows.ts'
import type { Wire } from '../wire.ts'

const NAMES = 'store-names@1'
const IMPORTS = 'store-imports@1'

export interface NamedThread extends NamedData {
  readonly threadId: StreamId
}

/** What a node knows of a store. The synchronous methods answer as of the last refresh, or what was ingested since. */
export interface Directory extends LogFollower {
  /** What the stream of a thread holds; null when there is none, or it has no files yet. */
  readonly get: (threadId: StreamId) => StreamDirectory | null
  /** What any stream holds, also one that nobody can read yet. */
  readonly stream: (stream: string) => StreamDirectory | null
  /** Every thread, purged ones too. */
  readonly all: () => ReadonlyMap<StreamId, StreamDirectory>
  /** The thread that has a segment, when it is not named after it. */
  readonly threadOf: (segment: string) => StreamId | null
  /** A number that grows when anything changed. */
  readonly stamp: () => number
  /** Another text when threads or their files came, went or moved; also for a process that comes later. */
  readonly membership: () => string
  /** Every name anybody gave, oldest first. As of the last refresh of all. */
  readonly named: () => ReadonlyArray<NamedThread>
  /** Records of imports, in the order of their threads. As of the last refresh of all. */
  readonly imported: () => ReadonlyArray<JsonObject>
  /** Threads that somebody took away at the server. As of the last refresh of all. */
  readonly lost: () => ReadonlyArray<LostThread>
  /** Learns what a thread's stream holds now, and the streams its history leads through; or everything. See `Catalogue`. */
  readonly refresh: NonNullable<Catalogue['refresh']>
  /** Reads streams, from what came by where that is enough. Never for what has to be as new as the server. */
  readonly read: Wire['read']
  /** The same for one stream of any name. */
  readonly refreshStream: (stream: string) => Promise<E.Either<StoreError, void>>
  /** Takes in what a stream holds behind an append of this process. */
  readonly put: (stream: string, directory: StreamDirectory) => Promise<E.Either<StoreError, void>>
}

/** The position is put on disk without any row when it is so far behind: looking through the log again costs about that. */
const POSITION_BYTES = 16 * 1024 * 1024
/** Up to this many new events are read one by one: looking for the newest fact would cost more. */
const FORWARDS_MAX = 8

const isFolded = (stream: string): boolean =>
  threadOfStream(stream) !== null ||
  stream === logStream('operations') ||
  stream === logStream('observations')

/** Rows that are made of a single event. */
const rowsOfFact = ({ stream, revision, type, data }: StoredEvent): ReadonlyArray<StoredRow> => {
  const thread = threadOfStream(stream)
  if (thread === null || data.json === undefined) return []
  if (type === 'unroll-imported')
    return [toStored({ key: [IMPORTS, thread, revision], value: data.json })]
  if (type !== 'unroll-named') return []
  const { updatedAt } = data.json as unknown as NamedData
  return typeof updatedAt === 'string'
    ? [toStored({ key: [NAMES, updatedAt, thread, revision], value: data.json })]
    : []
}

const valuesIn = (index: Index, table: string): ReadonlyArray<readonly [RowKey, unknown]> =>
  index.range([table], afterPrefix([table]), Infinity, false)

interface StreamNow {
  readonly now: StreamDirectory | null
  readonly lost: LostReason | null
}

const CUT: StreamNow = { now: null, lost: 'cut' }

/** What the server has of a stream that ends with an event; of no use without the facts that this one names. */
const standingAt = async (wire: Wire, stream: string, last: StoredEvent): Promise<StreamNow> => {
  const now = await readDirectory(wire, stream, last)
  return now !== null && isCut(last, now) ? CUT : { now, lost: null }
}

/** True for the stream of a thread without its first lines: what is left of it is no thread. */
const isBeheaded = async (wire: Wire, stream: string): Promise<boolean> =>
  threadOfStream(stream) !== null && (await lacksBeginning(wire, stream))

/** What the server has of a doubted stream now; of one that is as the log told, what was known. */
const standing = async (
  wire: Wire,
  stream: string,
  known: StreamDirectory | null
): Promise<StreamNow> => {
  const last = await eventAt(wire, stream, 'end')
  if (last === undefined) return { now: null, lost: 'deleted' }
  if (await isBeheaded(wire, stream)) return CUT
  return known !== null && known.revision >= last.revision
    ? { now: known, lost: null }
    : standingAt(wire, stream, last)
}

const NONE: ReadonlySet<string> = new Set()

interface DirectoryParts {
  readonly wire: Wire
  readonly index: Index
  readonly rows: DirectoryRows
  readonly atHand: EventsAtHand
}

const ingesting = ({ wire, index, rows, atHand }: DirectoryParts): LogFollower => {
  let reached: { readonly epoch: string; readonly position: StorePosition } | null = null
  return {
    from: () => {
      const known = reached?.epoch === rows.epoch() ? reached.position : null
      return known ?? rows.position() ?? 'start'
    },
    ingest: async (events, position, ended = NONE) => {
      const streams = new Map<string, StreamDirectory | null>()
      const others: Array<StoredRow> = []
      const doubted = new Set<string>()
      const known = (stream: string): StreamDirectory | null =>
        streams.get(stream) ?? rows.get(stream)
      for (const event of events) {
        const { stream, revision, type } = event
        const limited = streamOfLimits(stream)
        if (limited !== null) doubted.add(limited)
        if (!isFolded(stream) || type.startsWith('$')) continue
        atHand.keep(event)
        for (const row of rowsOfFact(event)) others.push(row)
        const before = known(stream) ?? EMPTY
        // Events before it are gone from the log.
        if (revision > before.revision + 1) doubted.add(stream)
        else if (revision > before.revision) streams.set(stream, evolve(before, event))
      }
      for (const stream of doubted) {
        if (ended.has(stream)) continue
        const before = known(stream)
        const { now, lost } = await standing(wire, stream, before)
        atHand.forget(stream)
        others.push(...lostRows(index, stream, before, lost))
        streams.set(stream, now)
      }
      for (const stream of ended) {
        atHand.forget(stream)
        others.push(...lostRows(index, stream, known(stream), 'ended'))
        streams.set(stream, null)
      }
      const isFar =
        position !== null && position.commit - (rows.position()?.commit ?? 0) > POSITION_BYTES
      if (streams.size + others.length > 0 || isFar) {
        const done = await rows.commit({ streams, others, position })
        if (E.isLeft(done)) return done
      }
      if (position !== null) reached = { epoch: rows.epoch(), position }
      return E.right(undefined)
    }
  }
}

/** Asks for what one stream holds now; nothing is committed when it is as it was. */
const learner =
  ({ wire, index, rows, atHand }: DirectoryParts, { ingest }: LogFollower) =>
  async (stream: string): Promise<E.Either<StoreError, void>> => {
    const known = rows.get(stream)
    const isStill = (): boolean => rows.get(stream) === known
    const last = await eventAt(wire, stream, 'end')
    const isOther = last === undefined || last.revision < (known?.revision ?? -1)
    if (isOther) atHand.forget(stream)
    if (last === undefined || last.type.startsWith('$'))
      return known !== null && isStill()
        ? rows.commit({
            streams: new Map([[stream, null]]),
            others: lostRows(index, stream, known, 'deleted')
          })
        : E.right(undefined)
    if (known?.revision === last.revision) return E.right(undefined)
    const behind = known === null ? Infinity : last.revision - known.revision
    if (behind === 1) return ingest([last], null)
    if (known !== null && behind > 0 && behind <= FORWARDS_MAX) {
      const events: Array<StoredEvent> = []
      for await (const event of wire.read(stream, known.revision + 1, behind)) events.push(event)
      return ingest(events, null)
    }
    const isStillCut = isLost(index, stream) && (await isBeheaded(wire, stream))
    const { now, lost } = isStillCut ? CUT : await standingAt(wire, stream, last)
    // A stream that is shorter than it was is another one: its server was set back.
    const replaces = behind < 0 && isStill()
    const others = lostRows(index, stream, known, lost)
    return rows.commit({ streams: new Map([[stream, now]]), others, replaces })
  }

/** What came by is folded when it is so much; and what is taken in at once. Tests choose smaller ones. */
export interface FollowWindow {
  readonly size: number
  readonly batchEvents?: number
}

const WINDOW: FollowWindow = { size: 16 * 1024 * 1024 }

/** Follows the log to its end, and lets those who wait for that fold what came by, a window of it at a time. */
const catcher = (
  wire: Wire,
  following: LogFollower,
  atHand: EventsAtHand,
  window: FollowWindow
) => {
  const folders = new Set<NonNullable<Parameters<NonNullable<Catalogue['refresh']>>[1]>>()
  const windowed = (): LogFollower => {
    const touched = new Set<StreamId>()
    return {
      from: following.from,
      ingest: async (events, position, ended) => {
        const done = await following.ingest(events, position, ended)
        if (E.isLeft(done)) return done
        for (const { stream } of events) {
          const thread = threadOfStream(stream)
          if (thread !== null) touched.add(thread)
        }
        if (atHand.size() < window.size) return done
        for (const fold of folders) {
          const folded = await fold([...touched])
          if (E.isLeft(folded)) return folded
        }
        touched.clear()
        atHand.clear()
        return done
      }
    }
  }
  const catchUp = inTurn(() =>
    followLog(wire, windowed(), new AbortController().signal, {
      untilCaughtUp: true,
      ...(window.batchEvents === undefined ? {} : { eventsMax: window.batchEvents })
    })
  )
  return async (
    fold: Parameters<NonNullable<Catalogue['refresh']>>[1]
  ): Promise<E.Either<StoreError, void>> => {
    if (fold === undefined) return catchUp()
    folders.add(fold)
    try {
      return await catchUp()
    } finally {
      folders.delete(fold)
    }
  }
}

/** Every thread of the rows, made again when a row changed. */
const threadsOf = (rows: DirectoryRows): Directory['all'] => {
  let known: { readonly stamp: number; readonly all: ReturnType<Directory['all']> } | null = null
  return () => {
    const stamp = rows.stamp()
    if (known?.stamp === stamp) return known.all
    const all = new Map<StreamId, StreamDirectory>()
    for (const [stream, directory] of rows.all()) {
      const thread = threadOfStream(stream)
      if (thread !== null && directory.facts >= 0) all.set(thread, directory)
    }
    known = { stamp, all }
    return all
  }
}

export const directoryOf = (wire: Wire, index: Index, window = WINDOW): Directory => {
  const rows = new DirectoryRows(index)
  const atHand = eventsAtHand(wire)
  const parts = { wire, index, rows, atHand }
  const following = ingesting(parts)
  const learn = learner(parts, following)
  const learning = inTurn((stream) => attempted(() => learn(stream)))
  const catchUp = catcher(wire, following, atHand, window)
  const streamFor = (id: StreamId): string => rows.streamOf(id) ?? threadStream(id)
  const get = (stream: string): StreamDirectory | null => {
    const directory = rows.get(stream)
    return directory === null || directory.facts < 0 ? null : directory
  }
  /** The stream itself, and those its history leads through. */
  const streamsBehind = (stream: string): ReadonlyArray<string> => [
    ...new Set([stream, ...(get(stream)?.lineage ?? []).map(({ thread }) => threadStream(thread))])
  ]
  const refreshThread = async (id: StreamId): Promise<E.Either<StoreError, void>> => {
    const stream = streamFor(id)
    const first = streamsBehind(stream)
    const done = await Promise.all(first.map(learning))
    const others = streamsBehind(stream).filter((one) => !first.includes(one))
    const more = await Promise.all(others.map(learning))
    return [...done, ...more].find(E.isLeft) ?? E.right(undefined)
  }
  return {
    ...following,
    get: (id) => get(streamFor(id)),
    stream: (stream) => rows.get(stream),
    all: threadsOf(rows),
    threadOf: (segment) => {
      const stream = rows.streamOf(segment)
      return stream === null ? null : threadOfStream(stream)
    },
    stamp: () => rows.stamp(),
    membership: () => rows.membership(),
    named: () =>
      valuesIn(index, NAMES).map(([key, value]) => ({
        ...(value as NamedData),
        threadId: key[2] as StreamId
      })),
    imported: () => valuesIn(index, IMPORTS).map(([, value]) => value as JsonObject),
    lost: () => lostIn(index),
    read: atHand.read,
    refresh: (scope, fold) => (scope === 'all' ? catchUp(fold) : refreshThread(scope)),
    refreshStream: learning,
    put: (stream, directory) => rows.commit({ streams: new Map([[stream, directory]]) })
  }
}

/**
 * Everything an engine reads, as it was at a point: the parts a source has, each cut there.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../../domain/ids.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { operationLog } from '../../operation-log.ts'
import type { LedgerSource } from '../../ledgers/ledger.ts'
import type { AuditHome, HomeLogs, HomeWriter, Names, OperationLog } from '../../home-ports.ts'
import { findStream, type EventStore, type SegmentWriter, type StreamInfo } from '../../ports.ts'
import { refreshed } from '../../refreshed.ts'
import { resolveThread } from '../../read/threads/resolve.ts'
import { beforeLine, endedAt, eventBehind, eventNumber } from './at-place.ts'
import { atTime } from './at-time.ts'
import { loggedTurn, type KnownEnd } from './at-turn.ts'
import {
  archivedBefore,
  auditHomeAt,
  homeLogAt,
  closedHomeWriter,
  closedLog,
  closedWriter,
  inTheirPlaces,
  namesOf
} from './home-at.ts'
import { storeAt, type Then } from './store-at.ts'
import type { Result } from '../../result.ts'

/** A point in the past; a revision or a turn is one of a thread, which is named by its id, a beginning of it, or its name. */
export type PastPoint =
  | { readonly timeMs: number }
  | { readonly threadId: string; readonly revision: number }
  /** The id of a turn, or the beginning of one. */
  | { readonly threadId: string; readonly turn: string }

export interface Present {
  readonly store: EventStore
  readonly writer: SegmentWriter
  readonly homeWriter: HomeWriter
  readonly names: Names
  readonly operations: OperationLog
  readonly homeLogs: HomeLogs
  readonly auditHome: AuditHome
  readonly ledgerSource: LedgerSource
}

/** The same as it was, where nothing can be changed, and a thread of it by what a person types. */
export interface Past extends Present {
  readonly resolve: (text: string) => ReturnType<typeof resolveThread>
}

/** What changes something, which nothing does to the past. */
const closed = (present: Present, homeLogs: HomeLogs) => ({
  writer: closedWriter(present.writer),
  homeWriter: closedHomeWriter(present.homeWriter),
  homeLogs,
  operations: operationLog(homeLogs('operations'))
})

/** Ledgers read where threads are read, unless they read as another era does. */
const ledgersAt = (
  present: Present,
  store: EventStore,
  cut: (store: EventStore) => EventStore,
  cutFiles: (files: EventStore) => EventStore
): LedgerSource => {
  // A second thread would read the files themselves.
  const { foldAside: _aside, files, ...source } = present.ledgerSource
  return {
    ...source,
    store: source.store === present.store ? store : cut(source.store),
    ...(files === undefined ? {} : { files: cutFiles(files) })
  }
}

/** The thread a text names, and whether it was there. */
const resolver =
  (present: Present, store: EventStore, names: ReadonlyArray<Names>): Past['resolve'] =>
  async (text) => {
    // Looked for among all threads of now: whether each of them was there costs reading it.
    let found: Awaited<ReturnType<typeof resolveThread>> = E.left({
      _tag: 'StreamNotFound',
      streamId: text
    })
    for (const some of names) {
      found = await resolveThread({ store: present.store, names: some }, text)
      if (E.isRight(found) || found.left._tag !== 'StreamNotFound') break
    }
    if (E.isLeft(found)) return found
    const ready = await refreshed(store, found.right)
    if (E.isLeft(ready)) return ready
    return E.map(({ streamId: id }: StreamInfo) => id)(findStream(store, found.right))
  }

const pastAtTime = async (present: Present, timeMs: number): Promise<Past> => {
  const lay = await archivedBefore(present.operations.read('oldest'), timeMs)
  const cut = (store: EventStore): EventStore =>
    storeAt(store, inTheirPlaces(atTime(store, timeMs), lay), timeMs)
  const store = cut(present.store)
  const auditHome = auditHomeAt(present.auditHome, timeMs)
  const names = namesOf(await auditHome.names())
  return {
    store,
    names,
    auditHome,
    ...closed(present, (name) => homeLogAt(present.homeLogs(name), timeMs)),
    ledgerSource: ledgersAt(present, store, cut, cut),
    resolve: resolver(present, store, [names, present.names])
  }
}

type ThreadPoint = Exclude<PastPoint, { readonly timeMs: number }>

/** How threads are read, and what is known of them without reading. */
export interface FoldedReading {
  readonly profile: Profile
  readonly knownEnd: KnownEnd
}

/** The thread of a point as it was; itself where the point is its end. */
const placed = async (
  store: EventStore,
  now: StreamInfo,
  point: ThreadPoint,
  { profile, knownEnd }: FoldedReading
): Promise<Result<StreamInfo>> => {
  if ('revision' in point) {
    const found = await beforeLine(store, now, eventNumber(point.revision))
    if (E.isLeft(found)) return found
    const { then, events } = found.right
    if (events === null || events >= point.revision) return E.right(then)
    const message = `thread ${now.streamId} has no revision ${point.revision}: it holds ${events} events`
    return E.left({ _tag: 'InvalidRequest', message, about: 'point' })
  }
  const turn = await loggedTurn(store, now, point.turn, profile, knownEnd)
  if (E.isLeft(turn)) return turn
  const { info, segment, offset } = turn.right
  const found = await beforeLine(store, info, eventBehind(segment, offset))
  return E.map(({ then }: { readonly then: StreamInfo }) => then)(found)
}

/** Streams where one thread is as it was, and all others are as they are. */
const onlyThread =
  (store: EventStore, then: StreamInfo): Then =>
  async (now) => {
    const { earlier } = then
    if (now.streamId !== then.streamId || earlier === undefined) return now
    return earlier.untilBytes === null
      ? then
      : endedAt(store, now, earlier.segmentId, earlier.untilBytes)
  }

/** Files where those of one thread are as they were. */
const onlyFiles = (
  { store: threads }: Present,
  then: StreamInfo
): ((files: EventStore) => EventStore) => {
  const { earlier, streamId: threadId } = then
  return (files) =>
    storeAt(files, async (now) => {
      if (earlier === undefined) return now
      const { segmentId, untilBytes } = earlier
      if (now.streamId === streamId(segmentId))
        return untilBytes === null ? now : endedAt(files, now, segmentId, untilBytes)
      const written = threads.segments(threadId).map(({ id }) => id)
      const place = written.indexOf(now.streamId)
      return place > written.indexOf(segmentId) ? null : now
    })
}

const pastOfThread = async (
  present: Present,
  point: ThreadPoint,
  reading: FoldedReading
): Promise<Result<Past>> => {
  const id = await resolveThread(present, point.threadId)
  if (E.isLeft(id)) return id
  const now = findStream(present.store, id.right)
  if (E.isLeft(now)) return now
  const then = await placed(present.store, now.right, point, reading)
  if (E.isLeft(then)) return then
  const cut = (store: EventStore): EventStore => storeAt(store, onlyThread(store, then.right))
  const store = cut(present.store)
  const ledgerSource = ledgersAt(present, store, cut, onlyFiles(present, then.right))
  return E.right({
    ...closed(present, (name) => closedLog(present.homeLogs(name))),
    names: present.names,
    auditHome: present.auditHome,
    store,
    ledgerSource,
    resolve: resolver(present, store, [present.names])
  })
}

/**
 * What was there at a point. With a revision or a turn only that thread is as it was; names, logs and other threads are as they
 * are. `InvalidRequest` for a revision that a thread does not have, `TurnNotFound` for a turn.
 */
export const pastOf = async (
  present: Present,
  point: PastPoint,
  reading: FoldedReading
): Promise<Result<Past>> => {
  if (!('timeMs' in point)) return pastOfThread(present, point, reading)
  // A remote store learns its names with everything else it holds.
  const ready = await refreshed(present.store, 'all')
  return E.isLeft(ready) ? ready : E.right(await pastAtTime(present, point.timeMs))
}

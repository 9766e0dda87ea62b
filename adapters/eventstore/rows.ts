/**
 * The directory of a store as rows of a node's index: what each stream holds, and how far the node has followed the log.
 *
 * Keys:  `[store-streams@1, stream]` -> StreamDirectory; `[store-segments@1, segment]` -> stream, for segments that are
 *        not named after their thread; `[store-position@1]` -> StorePosition; `[store-version@1]` -> Version;
 *        `[store-changes@1, n]` -> names of the streams that change number n touched, for the last changes.
 *
 * Rows and position change together, and only from the version that was read: any number of processes may follow one log
 * into one index. An emptied index is an empty directory.
 */
import * as E from 'fp-ts/lib/Either.js'
import { v4 } from 'uuid'
import type { StoreError } from '../../domain/errors.ts'
import type { StorePosition, StreamDirectory } from '../../domain/stream/stored.ts'
import type { RowKey } from '../../projections/projection.ts'
import { afterPrefix, toStored } from '../../replay/catch-up/overlay.ts'
import type { Index, StoredRow } from '../../replay/ports.ts'

const STREAMS = 'store-streams@1'
const SEGMENTS = 'store-segments@1'
const CHANGES = 'store-changes@1'
const POSITION: RowKey = ['store-position@1']
const VERSION: RowKey = ['store-version@1']

/** So many changes are remembered by name; who missed more reads everything again. */
const CHANGES_KEPT = 64
const ATTEMPTS_MAX = 16
const PAGE_ROWS = 4096

/** Counts what happened to the rows. */
interface Version {
  /** Another one after the index was emptied. */
  readonly epoch: string
  readonly changes: number
  /** Changes by which streams or their files came, went or moved. */
  readonly moves: number
}

/** What is to become of the rows. */
export interface RowsChange {
  /** Null for a stream that is not on the server. A row that is as new or newer stays, unless `replaces` is true. */
  readonly streams: ReadonlyMap<string, StreamDirectory | null>
  readonly replaces?: boolean
  /** Rows of other tables that belong to the same change; writing them twice must do no harm. */
  readonly others?: ReadonlyArray<StoredRow>
  /** Everything up to here is in the rows. */
  readonly position?: StorePosition | null
}

/** The rows of a directory, parsed once. */
export interface DirectoryRows {
  readonly get: (stream: string) => StreamDirectory | null
  /** Every stream, by name; the same map, changed, at each call. */
  readonly all: () => ReadonlyMap<string, StreamDirectory>
  /** The stream that holds a segment which is not named after its thread. */
  readonly streamOf: (segment: string) => string | null
  readonly position: () => StorePosition | null
  /** Another text after the index was emptied. */
  readonly epoch: () => string
  /** A number that grows when a row is another one than before, as far as this process knows. */
  readonly stamp: () => number
  /** Names the state of which files there are, across processes. */
  readonly membership: () => string
  readonly commit: (change: RowsChange) => Promise<E.Either<StoreError, void>>
}

const NEVER: Version = { epoch: '', changes: 0, moves: 0 }

const placesIn = (directory: StreamDirectory | null): string =>
  directory === null || directory.facts < 0 || directory.purged
    ? ''
    : directory.segments.map(({ path }) => path).join('\n')

const isLater = (a: StorePosition, b: StorePosition | null): boolean =>
  b === null || a.commit > b.commit || (a.commit === b.commit && a.prepare > b.prepare)

/** Rows that lead from segments to their stream. */
const segmentRows = (
  stream: string,
  before: StreamDirectory | null,
  after: StreamDirectory | null
): ReadonlyArray<StoredRow> => {
  const known = new Set(before?.segments.map(({ segment }) => segment))
  return (after?.segments ?? [])
    .filter(({ segment }) => !known.has(segment) && !stream.endsWith(segment))
    .map(({ segment }) => toStored({ key: [SEGMENTS, segment], value: stream }))
}

/** Opens the rows of a directory in an index. */
export const directoryRows = (index: Index): DirectoryRows => {
  const parsed = new Map<string, StreamDirectory | null>()
  const present = new Map<string, StreamDirectory>()
  let isWhole = false
  let seen = NEVER
  let generation = -1
  let stamp = 0

  const versionNow = (): Version => (index.get(VERSION) as Version | undefined) ?? NEVER

  const keep = (stream: string, directory: StreamDirectory | null): void => {
    parsed.set(stream, directory)
    if (directory === null) present.delete(stream)
    else present.set(stream, directory)
  }

  const load = (stream: string): StreamDirectory | null => {
    const directory = (index.get([STREAMS, stream]) as StreamDirectory | undefined) ?? null
    keep(stream, directory)
    return directory
  }

  const forget = (): void => {
    parsed.clear()
    present.clear()
    isWhole = false
  }

  /** Streams that were touched since a version; null when that is not known any more. */
  const touchedSince = (from: Version, until: Version): ReadonlyArray<string> | null => {
    if (from.epoch !== until.epoch || until.changes - from.changes > CHANGES_KEPT) return null
    const touched: Array<string> = []
    for (let n = from.changes + 1; n <= until.changes; n++) {
      const streams = index.get([CHANGES, n]) as ReadonlyArray<string> | undefined
      if (streams === undefined) return null
      for (const stream of streams) touched.push(stream)
    }
    return touched
  }

  /** Takes in what other processes committed. */
  const look = (): void => {
    const current = index.generation()
    if (current === generation) return
    generation = current
    const version = versionNow()
    if (version.epoch === seen.epoch && version.changes === seen.changes) return
    const touched = touchedSince(seen, version)
    if (touched === null) forget()
    else
      for (const stream of touched)
        if (isWhole) load(stream)
        else {
          parsed.delete(stream)
          present.delete(stream)
        }
    seen = version
    stamp += 1
  }

  const get = (stream: string): StreamDirectory | null => {
    look()
    const known = parsed.get(stream)
    return known !== undefined || isWhole ? (known ?? null) : load(stream)
  }

  const all = (): ReadonlyMap<string, StreamDirectory> => {
    look()
    if (isWhole) return present
    present.clear()
    for (let from: RowKey = [STREAMS], until = afterPrefix([STREAMS]), more = true; more;) {
      const page = index.range(from, until, PAGE_ROWS, false)
      for (const [key, value] of page) keep(key[1] as string, value as StreamDirectory)
      more = page.length === PAGE_ROWS
      const last = page[page.length - 1]?.[0]
      if (last !== undefined) from = [...last, '']
    }
    isWhole = true
    return present
  }

  const position = (): StorePosition | null =>
    (index.get(POSITION) as StorePosition | undefined) ?? null

  interface Attempt {
    readonly writes: Array<StoredRow>
    readonly streams: Map<string, StreamDirectory | null>
    readonly moved: boolean
  }

  const attempt = ({
    streams,
    replaces = false,
    others = [],
    position: to
  }: RowsChange): Attempt => {
    const writes = [...others]
    const changed = new Map<string, StreamDirectory | null>()
    let moved = false
    for (const [stream, directory] of streams) {
      const before = get(stream)
      if (before === null && directory === null) continue
      if (!replaces && before !== null && before.revision >= (directory?.revision ?? -1)) continue
      changed.set(stream, directory)
      moved ||= placesIn(before) !== placesIn(directory)
      writes.push(toStored({ key: [STREAMS, stream], value: directory }))
      writes.push(...segmentRows(stream, before, directory))
    }
    if (to !== undefined && to !== null && isLater(to, position()))
      writes.push(toStored({ key: POSITION, value: to }))
    return { writes, streams: changed, moved }
  }

  const versionRows = (from: Version, { streams, moved }: Attempt): Version => ({
    epoch: from.epoch === '' ? v4() : from.epoch,
    changes: from.changes + (streams.size > 0 ? 1 : 0),
    moves: from.moves + (moved ? 1 : 0)
  })

  const commit: DirectoryRows['commit'] = async (change) => {
    for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
      look()
      const from = versionNow()
      if (from.epoch !== seen.epoch || from.changes !== seen.changes) {
        generation = -1
        continue
      }
      const made = attempt(change)
      if (made.writes.length === 0) return E.right(undefined)
      const version = versionRows(from, made)
      const { changes } = version
      if (made.streams.size > 0)
        made.writes.push(
          toStored({ key: [CHANGES, changes], value: [...made.streams.keys()] }),
          toStored({ key: [CHANGES, changes - CHANGES_KEPT], value: null })
        )
      const before = toStored({ key: VERSION, value: from === NEVER ? null : from })
      made.writes.push(toStored({ key: VERSION, value: version }))
      const done = await index.commit(made.writes, [before])()
      if (E.isLeft(done)) return done
      if (done.right === 'moved') continue
      // Another process may have committed since; `look` will find that out.
      for (const [stream, directory] of made.streams) keep(stream, directory)
      seen = version
      stamp += 1
      return E.right(undefined)
    }
    return E.left({ _tag: 'Busy', what: 'the directory of the store' })
  }

  return {
    get,
    all,
    streamOf: (segment) => (index.get([SEGMENTS, segment]) as string | undefined) ?? null,
    position,
    epoch: () => versionNow().epoch,
    stamp: () => {
      look()
      return stamp
    },
    membership: () => {
      const { epoch, moves } = versionNow()
      return `${epoch}:${moves}`
    },
    commit
  }
}

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
import type { StoreError } from '../../../../domain/errors.ts'
import type { StorePosition, StreamDirectory } from '../stream/stored.ts'
import type { RowKey } from '../../../../projections/projection.ts'
import { afterPrefix, toStored } from '../../../../replay/catch-up/overlay.ts'
import type { Index, StoredRow } from '../../../../replay/ports.ts'

const STREAMS = 'store-streams@1'
const SEGMENTS = 'store-segments@1'
const CHANGES = 'store-changes@1'
const POSITION: RowKey = ['store-position@1']
const VERSION: RowKey = ['store-version@1']

/** Changes remembered by name; a process that missed more reads everything again. */
const CHANGES_KEPT = 64
const ATTEMPTS_MAX = 16
const PAGE_ROWS = 4096

interface Version {
  /** Another one after the index was emptied. */
  readonly epoch: string
  readonly changes: number
  /** Changes by which streams or their files came, went or moved. */
  readonly moves: number
}

export interface RowsChange {
  /** Null for a stream that is not on the server any more. A row that is as new or newer stays, unless `replaces` is true. */
  readonly streams: ReadonlyMap<string, StreamDirectory | null>
  readonly replaces?: boolean
  /** Rows of other tables that belong to the same change; writing them twice must do no harm. */
  readonly others?: ReadonlyArray<StoredRow>
  /** Everything up to here is in the rows. */
  readonly position?: StorePosition | null
}

const NEVER: Version = { epoch: '', changes: 0, moves: 0 }

const placesIn = (directory: StreamDirectory | null): string =>
  directory === null || directory.facts < 0 || directory.purged
    ? ''
    : directory.segments.map(({ path }) => path).join('\n')

const isLater = (a: StorePosition, b: StorePosition | null): boolean =>
  b === null || a.commit > b.commit || (a.commit === b.commit && a.prepare > b.prepare)

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

interface PlannedChange {
  readonly writes: Array<StoredRow>
  readonly streams: Map<string, StreamDirectory | null>
  /** True when threads or files come, go or move by it. */
  readonly moves: boolean
}

/** The rows of a directory as this process has them, each parsed once, and what other processes do to them. */
export class DirectoryRows {
  readonly #index: Index
  readonly #parsed = new Map<string, StreamDirectory | null>()
  readonly #present = new Map<string, StreamDirectory>()
  #isWhole = false
  #seen = NEVER
  #generation = -1
  #stamp = 0

  constructor(index: Index) {
    this.#index = index
  }

  get(stream: string): StreamDirectory | null {
    this.#look()
    const known = this.#parsed.get(stream)
    return known !== undefined || this.#isWhole ? (known ?? null) : this.#load(stream)
  }

  /** Every stream, by name; the same map, changed, at each call. */
  all(): ReadonlyMap<string, StreamDirectory> {
    this.#look()
    if (this.#isWhole) return this.#present
    this.#present.clear()
    for (let from: RowKey = [STREAMS], until = afterPrefix([STREAMS]), more = true; more;) {
      const page = this.#index.range(from, until, PAGE_ROWS, false)
      for (const [key, value] of page) this.#keep(key[1] as string, value as StreamDirectory)
      more = page.length === PAGE_ROWS
      const last = page[page.length - 1]?.[0]
      if (last !== undefined) from = [...last, '']
    }
    this.#isWhole = true
    return this.#present
  }

  /** The stream that holds a segment which is not named after its thread. */
  streamOf(segment: string): string | null {
    return (this.#index.get([SEGMENTS, segment]) as string | undefined) ?? null
  }

  position(): StorePosition | null {
    return (this.#index.get(POSITION) as StorePosition | undefined) ?? null
  }

  epoch(): string {
    return this.#version().epoch
  }

  /** A number that grows when a row is another one than before, as far as this process knows. */
  stamp(): number {
    this.#look()
    return this.#stamp
  }

  /** Names the state of which files there are, across processes. */
  membership(): string {
    const { epoch, moves } = this.#version()
    return `${epoch}:${moves}`
  }

  async commit(change: RowsChange): Promise<E.Either<StoreError, void>> {
    for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
      const done = await this.#commitOnce(change)
      if (done !== null) return done
    }
    return E.left({ _tag: 'Busy', what: 'the directory of the store' })
  }

  #version(): Version {
    return (this.#index.get(VERSION) as Version | undefined) ?? NEVER
  }

  #isAt({ epoch, changes }: Version): boolean {
    return epoch === this.#seen.epoch && changes === this.#seen.changes
  }

  #keep(stream: string, directory: StreamDirectory | null): void {
    this.#parsed.set(stream, directory)
    if (directory === null) this.#present.delete(stream)
    else this.#present.set(stream, directory)
  }

  #load(stream: string): StreamDirectory | null {
    const directory = (this.#index.get([STREAMS, stream]) as StreamDirectory | undefined) ?? null
    this.#keep(stream, directory)
    return directory
  }

  #forget(streams: ReadonlyArray<string> | null): void {
    if (streams === null) {
      this.#parsed.clear()
      this.#present.clear()
      this.#isWhole = false
      return
    }
    for (const stream of streams) {
      if (this.#isWhole) this.#load(stream)
      else {
        this.#parsed.delete(stream)
        this.#present.delete(stream)
      }
    }
  }

  /** Streams that were touched since a version; null when that is not known any more. */
  #touchedSince(from: Version, until: Version): ReadonlyArray<string> | null {
    if (from.epoch !== until.epoch || until.changes - from.changes > CHANGES_KEPT) return null
    const touched: Array<string> = []
    for (let n = from.changes + 1; n <= until.changes; n++) {
      const streams = this.#index.get([CHANGES, n]) as ReadonlyArray<string> | undefined
      if (streams === undefined) return null
      for (const stream of streams) touched.push(stream)
    }
    return touched
  }

  /** Takes in what other processes committed. */
  #look(): void {
    const generation = this.#index.generation()
    if (generation === this.#generation) return
    this.#generation = generation
    const version = this.#version()
    if (this.#isAt(version)) return
    this.#forget(this.#touchedSince(this.#seen, version))
    this.#seen = version
    this.#stamp += 1
  }

  #planned({ streams, replaces = false, others = [] }: RowsChange): PlannedChange {
    const writes = [...others]
    const changed = new Map<string, StreamDirectory | null>()
    let moves = false
    for (const [stream, directory] of streams) {
      const before = this.get(stream)
      if (before === null && directory === null) continue
      const isOlder = directory !== null && before !== null && before.revision >= directory.revision
      if (isOlder && !replaces) continue
      changed.set(stream, directory)
      moves ||= placesIn(before) !== placesIn(directory)
      writes.push(toStored({ key: [STREAMS, stream], value: directory }))
      writes.push(...segmentRows(stream, before, directory))
    }
    return { writes, streams: changed, moves }
  }

  /** Null when other rows came in between. */
  async #commitOnce(change: RowsChange): Promise<E.Either<StoreError, void> | null> {
    this.#look()
    const from = this.#version()
    if (!this.#isAt(from)) return null
    const { writes, streams, moves } = this.#planned(change)
    const { position = null } = change
    if (position !== null && isLater(position, this.position()))
      writes.push(toStored({ key: POSITION, value: position }))
    if (writes.length === 0) return E.right(undefined)
    const changes = from.changes + (streams.size > 0 ? 1 : 0)
    const epoch = from.epoch === '' ? v4() : from.epoch
    const version = { epoch, changes, moves: from.moves + (moves ? 1 : 0) }
    if (streams.size > 0)
      writes.push(
        toStored({ key: [CHANGES, changes], value: [...streams.keys()] }),
        toStored({ key: [CHANGES, changes - CHANGES_KEPT], value: null })
      )
    writes.push(toStored({ key: VERSION, value: version }))
    const before = toStored({ key: VERSION, value: from === NEVER ? null : from })
    const done = await this.#index.commit(writes, [before])()
    if (E.isLeft(done)) return done
    if (done.right === 'moved') return null
    // What others did since is found by the next look.
    for (const [stream, directory] of streams) this.#keep(stream, directory)
    this.#seen = version
    this.#stamp += 1
    return E.right(undefined)
  }
}

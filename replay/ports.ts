/**
 * The only interfaces of the engine, owned by their consumer. Each has two or more implementations: files and
 * memory for events, LMDB and memory for the index.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../domain/errors.ts'
import type {
  BaseReason,
  DamagedLine,
  DamagedPlace,
  PlacedEvent,
  RecordedEvent
} from '../domain/log/event.ts'
import type { DeliveredLine, EVERY_LINE, LineOf, Needs } from '../domain/log/needs.ts'
import type { StreamId } from '../domain/ids.ts'
import type { NewEvent } from '../domain/changes/new-event.ts'
import type { HistoryBase } from '../domain/log/payloads.ts'
import type { ByteRange } from '../domain/thread/turns/turn-state.ts'
import type { RowKey } from '../projections/projection.ts'

/** A place between events. `offset` counts bytes in the segment; `revision` counts events in the stream. */
export interface Position {
  readonly revision: number
  readonly segment: number
  readonly offset: number
}

/** A place in a thread's files: bytes from the front of one segment of its lineage. */
export type FilePlace = Pick<Position, 'segment' | 'offset'>

/** Order of two places in a lineage. */
export const comparePlaces = (a: FilePlace, b: FilePlace): number =>
  a.segment - b.segment || a.offset - b.offset

/** The position before the first event. */
export const START: Position = { revision: 0, segment: 0, offset: 0 }

/** One file of a stream's lineage, and which of its bytes belong to the stream. */
export interface Segment {
  /** Names the segment in every home it is copied to: its own id, or the thread's for a thread's first file. */
  readonly id: string
  readonly path: string
  readonly compressed: boolean
  readonly from: number
  /** Null for the newest segment, which is read to its end. */
  readonly until: number | null
  /** True when the segment was written for another thread. */
  readonly inherited: boolean
  /** Why the history before this segment is not there, or not as its first line says; takes a revision of its own. */
  readonly gap: BaseReason | null
}

/**
 * The files that hold a stream's events, oldest first: one for most streams; several where a fork or a revert
 * continues the history of another file up to some place in it.
 */
export type Lineage = ReadonlyArray<Segment>

/** Where a stream ended at an earlier time. */
export interface EarlierEnd {
  /** Id of the segment that was its newest then. */
  readonly segmentId: string
  /** Bytes it had then; null for all it has now. */
  readonly untilBytes: number | null
  /** Only this file is meant, as a stream by itself, whether or not the thread's history still leads through it. */
  readonly alone?: true
}

/** What one `stat` of a stream's newest file shows. */
export interface StreamInfo {
  readonly streamId: StreamId
  /** Path of the newest segment, as Codex prints it. */
  readonly path: string
  readonly archived: boolean
  readonly compressed: boolean
  /** Bytes on disk of the newest segment. */
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** Identity of the file; another one means that it was replaced. */
  readonly inode: number
  /** Present where the stream is looked at as it was: it is read only up to here. */
  readonly earlier?: EarlierEnd
}

/** A file of a home that is not read, because another file with the same id is. */
export interface SpareFile {
  readonly streamId: StreamId
  /** The file that is read, as it is named on disk. */
  readonly read: string
  readonly path: string
}

/** How much of long lines is read: their texts may be cut, each with a mark (`domain/thread/budget/shortened.ts`) at its end. */
export interface ReadLimits {
  /** Texts of up to this many bytes of JSON are never cut. */
  readonly textBytesMax: number
  /** Lines that are read whole nevertheless. */
  readonly isWhole?: (segment: number, offset: number) => boolean
}

/** A file that was written for a thread, whether or not its history still leads through it. */
export interface WrittenSegment {
  /** The thread's own id for its first file. */
  readonly id: string
  /** Where its history begins; null for a first file. */
  readonly base: HistoryBase | null
  /** Behind its last line: number of the line that would follow, and bytes before it. */
  readonly end: { readonly ordinal: number | null; readonly offset: number }
}

/** A run of lines, in order. */
export interface Batch<N extends Needs = typeof EVERY_LINE> {
  readonly lines: ReadonlyArray<RecordedEvent<LineOf<N>> | DamagedLine>
  /** Where the next batch begins. */
  readonly next: Position
  /** The last line before `next`, to recognise it later; null when there was none yet. */
  readonly guard: Guard | null
}

/** The last line a reader consumed: enough to tell that the bytes before a position are still the same. */
export interface Guard {
  readonly offset: number
  readonly bytes: number
  readonly checksum: number
  /** False when the line had no newline yet; whatever follows must then begin with one. */
  readonly terminated: boolean
}

/** True for a line that is not an event. */
export const isDamaged = <D extends DamagedPlace>(
  line: PlacedEvent<DeliveredLine> | D
): line is D => 'reason' in line

/** What a stream must hold for an append to happen: this many events, anything, nothing, something. */
export type ExpectedRevision = number | 'any' | 'no_stream' | 'stream_exists'

/** A place up to which a stream was read. */
export interface KnownPlace {
  readonly next: Position
  readonly guard: Guard | null
}

/** Where events were appended. */
export interface Appended {
  readonly streamId: StreamId
  /** Before the first one. */
  readonly from: Position
  /** Behind the last one; its revision is what the next append expects. */
  readonly next: Position
  /** Path of the file they were written to. */
  readonly path: string
}

/** The lines of a stream from a position on, in batches of bounded size; read as they are asked for. */
export interface StreamReading<N extends Needs = typeof EVERY_LINE> extends AsyncIterable<
  Batch<N>
> {
  /** True while the line before the position is the one its guard describes; without a guard, at the beginning of a file. */
  readonly holds: () => Promise<boolean>
}

/** The events of streams: where they are read and appended to. Reading never writes. */
export interface EventLog {
  /**
   * Streams by id, in the order asked for; those that are not there are left out. One `stat` each when their places are
   * known. A stream that cannot be looked at is left out too, unless that holds for all of them.
   */
  readonly find: (
    ids: ReadonlyArray<StreamId>
  ) => Either<StoreError, ReadonlyMap<string, StreamInfo>>
  /** Lines from a position to the end of the stream as it is now. `guard`: the last line before it, to tell whether it `holds`. */
  readonly read: <N extends Needs>(
    info: StreamInfo,
    from: Position,
    needs: N,
    guard?: Guard | null
  ) => StreamReading<N>
  /**
   * The lines of some byte ranges, in order; how many stand before them is not known. With limits, long lines need not be held
   * whole.
   */
  readonly readRanges: <N extends Needs>(
    info: StreamInfo,
    ranges: ReadonlyArray<ByteRange>,
    needs: N,
    limits?: ReadLimits
  ) => Promise<ReadonlyArray<PlacedEvent<LineOf<N>> | DamagedPlace>>
  /**
   * The events of these kinds whose JSON text passes a test, in the order of the log; others may be among them. What is damaged is left
   * out. `within`: of these lines only, which are in order.
   */
  readonly scan: <N extends Needs>(
    info: StreamInfo,
    needs: N,
    test: (json: string) => boolean,
    within?: ReadonlyArray<ByteRange>
  ) => AsyncIterable<PlacedEvent<LineOf<N>>>
  /** The raw bytes of a range, in pieces of bounded size. */
  readonly readBytes: (info: StreamInfo, range: ByteRange) => AsyncIterable<Uint8Array>
  /**
   * Appends events, all of them or none: whole lines, on disk when it answers. Refuses with `WrongExpectedRevision` when
   * the stream holds other than `expected`, and with `Busy` while another process writes to it; then not a byte is
   * written. `TailMoved` when a writer that knows no locks wrote at the same moment. `known` spares counting the
   * events before a place. A new stream begins with `session_meta`.
   */
  readonly append: (
    streamId: StreamId,
    expected: ExpectedRevision,
    events: ReadonlyArray<NewEvent>,
    known?: KnownPlace
  ) => TaskEither<StoreError, Appended>
}

/** A scan for logs where reading events costs no more than looking at their text: it tests nothing. */
export async function* scanByReading<N extends Needs>(
  { read, readRanges }: Pick<EventLog, 'read' | 'readRanges'>,
  info: StreamInfo,
  needs: N,
  within?: ReadonlyArray<ByteRange>
): AsyncGenerator<PlacedEvent<LineOf<N>>> {
  if (within === undefined) {
    for await (const { lines } of read(info, START, needs))
      for (const line of lines) {
        if (isDamaged(line)) continue
        const { revision: _, ...event } = line
        yield event
      }
    return
  }
  for (const line of await readRanges(info, within, needs)) if (!isDamaged(line)) yield line
}

/** A stream of a log by id, or `StreamNotFound`. */
export const findStream = (
  { find }: Pick<EventLog, 'find'>,
  streamId: StreamId
): Either<StoreError, StreamInfo> =>
  E.chain((found: ReadonlyMap<string, StreamInfo>) =>
    E.fromNullable<StoreError>({ _tag: 'StreamNotFound', streamId })(found.get(streamId))
  )(find([streamId]))

/** A rollout that cannot be read, and why. */
export interface Unreadable {
  readonly threadId: string
  readonly path: string
  readonly reason: string
}

/** Every stream of a home, and the files that are not read. */
export interface StreamList {
  readonly streams: ReadonlyArray<StreamInfo>
  /** Streams of which nothing is there any more, though nobody deleted them; absent where there are none. */
  readonly lost?: ReadonlyArray<Unreadable>
  /** In path order; one for each further file of an id. */
  readonly spares: ReadonlyArray<SpareFile>
}

/** Which streams there are, by the names of their files alone. */
export interface Membership {
  /** In path order. */
  readonly ids: ReadonlyArray<StreamId>
  readonly archived: ReadonlySet<StreamId>
  readonly spares: ReadonlyArray<SpareFile>
  /** The same value means the same membership; null where no two looks are compared. */
  readonly version: number | string | null
  /** What `changes` takes of a process that comes later, as JSON. */
  readonly token: () => unknown
}

/**
 * Which streams a home holds, and in which files. A store that is elsewhere keeps a directory here of what it holds: the
 * synchronous methods, `find` of the log too, answer from it, and it is brought up to date only by `refresh` and by the
 * store's own appends.
 */
export interface Catalogue {
  /**
   * Learns what the store holds now, names too: of one stream (with all its segments and those it continues), or
   * of all. A stream that is not there is no failure. Absent where looking is cheap enough for each method to do it itself.
   *
   * `fold` is called now and then while all is learned of a large store, with the streams of which the newest lines are at hand:
   * reading them then costs less than later. What it answers ends the refresh when it is a failure.
   */
  readonly refresh?: (
    scope: StreamId | 'all',
    fold?: (ids: ReadonlyArray<StreamId>) => Promise<Either<StoreError, unknown>>
  ) => Promise<Either<StoreError, void>>
  /**
   * Hears what was done to the files before the call. Until the event loop turns, `list` and `changes` answer from that, and with
   * the same arrays when nothing changed; at any other time they look for themselves. Absent where nothing is told.
   */
  readonly hear?: () => Promise<void>
  /** Every stream, in path order: one `stat` each where they were not heard of. */
  readonly list: () => Either<StoreError, StreamList>
  /** Which streams there are now; null when that is what it was when the token was made. */
  readonly changes: (since?: unknown) => Either<StoreError, Membership | null>
  /** Which files hold the stream's events now: reads the first line of each that is not known yet. */
  readonly lineage: (info: StreamInfo) => Lineage
  /**
   * Takes what an index knows of a stream as it is now: that it is one whole file, and continues no other. Absent where a lineage
   * costs no look.
   */
  readonly noteAlone?: (info: StreamInfo) => void
  /** The files written for a thread, oldest first; reads the first and the last line of each. */
  readonly segments: (streamId: StreamId) => ReadonlyArray<WrittenSegment>
}

/** Where threads live: files of a home, a server, or memory. */
export interface EventStore extends EventLog, Catalogue {}

/** A segment to be made: its own lines, and for an era without references the history before them. */
export interface NewSegment {
  readonly streamId: StreamId
  /** The thread's own id for its first file. */
  readonly segmentId: string
  readonly atMs: number
  /** Lines without newlines. */
  readonly lines: ReadonlyArray<string>
  /** Bytes of another thread that are copied behind the first line, with the time of the copy on each line. */
  readonly copied?: {
    readonly info: StreamInfo
    readonly segment: number
    readonly until: number
  }
}

/** Makes segments. Nothing that exists is ever changed. */
export interface SegmentWriter {
  /** An id that sorts by time. */
  readonly newId: () => string
  readonly nowMs: () => number
  /** Where the first file of a thread that begins at a time belongs. */
  readonly pathOf: (streamId: StreamId, atMs: number) => string
  /** True while a running Codex writes to the thread. */
  readonly isHeld: (streamId: StreamId) => boolean
  /** True when Codex's own database is in the home: it remembers the newest file of each thread and looks no further. */
  readonly hasDatabase: () => boolean
  /** On disk when it answers; refuses when the segment is there already. */
  readonly create: (segment: NewSegment) => Promise<Either<StoreError, void>>
}

/** A row as it is stored: a key and JSON text; null deletes it. */
export interface StoredRow {
  readonly key: RowKey
  readonly json: string | null
}

/** What an attempt to commit came to. */
export type Committed = 'committed' | 'moved'

/** A row or a range of an index, as it is asked for. */
export type IndexQuestion =
  | readonly ['get', ...Parameters<Index['get']>]
  | readonly ['range', ...Parameters<Index['range']>]

/**
 * Read models: rows under ordered keys. Reads are synchronous because the store is memory-mapped.
 * Values are JSON; a damaged row or page throws `IndexDamage`.
 */
export interface Index {
  readonly get: (key: RowKey) => unknown
  /** The same of several keys, in their order: one question where the index is held by another process. */
  readonly getMany: (keys: ReadonlyArray<RowKey>) => ReadonlyArray<unknown>
  /** Rows with `from <= key < until`, at most `limit`; with `reverse`, from the high end downwards. */
  readonly range: (
    from: RowKey,
    until: RowKey,
    limit: number,
    reverse: boolean
  ) => ReadonlyArray<readonly [RowKey, unknown]>
  /**
   * Asks for what is needed next without waiting for it: where the index is held by another process, what follows then waits for
   * nothing. Elsewhere nothing is done.
   */
  readonly ahead: (questions: ReadonlyArray<IndexQuestion>) => Promise<void>
  /** Keys with `from <= key < until`, in order; cheaper than the rows, which are not looked at. */
  readonly keys: (from: RowKey, until: RowKey) => ReadonlyArray<RowKey>
  /**
   * Applies all writes in one transaction, unless one of the `expected` rows is no longer as given: then nothing
   * is written and the answer is `moved`.
   */
  readonly commit: (
    writes: ReadonlyArray<StoredRow>,
    expected: ReadonlyArray<StoredRow>
  ) => TaskEither<StoreError, Committed>
  /** A number that grows with every commit of any process. */
  readonly generation: () => number
  /**
   * Another number whenever all rows were deleted or the index was reopened. A use case that began before has read rows of
   * two indexes, and the later one may still lack rows of the earlier one.
   */
  readonly epoch: () => number
  /** Deletes every row. */
  readonly clear: () => TaskEither<StoreError, void>
  readonly close: () => Promise<void>
}

/** Identifies a process, also against another one that gets its number later. */
export interface ProcessIdentity {
  readonly bootId: string
  readonly pidNamespace: string
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startTime: string
}

/** A process that can hold a lease: its clocks, its random tokens, and what it knows of other processes. */
export interface Lessee {
  readonly self: ProcessIdentity
  readonly newToken: () => string
  /** Wall clock; may jump. */
  readonly nowMs: () => number
  /** Monotonic clock. */
  readonly steadyMs: () => number
  readonly fateOf: (owner: ProcessIdentity) => 'gone' | 'living' | 'unknown'
  readonly pause: (ms: number) => Promise<void>
  /** Runs something periodically until stopped; keeps no process alive. */
  readonly every: (ms: number, run: () => void) => () => void
}

/**
 * What a read of the index throws when a row or page is not what was written. It is the one thing that is thrown:
 * reads are synchronous and everywhere, and the answer is always the same: build the index again.
 */
export class IndexDamage extends Error {
  readonly _tag = 'IndexDamage'

  /** True when the index was reopened meanwhile and is whole: the use case only has to be retried. */
  readonly isMended: boolean

  constructor(reason: string, isMended = false) {
    super(reason)
    this.isMended = isMended
  }
}

/**
 * How threads stand in a store of streams: the words of `docs/EVENTSTORE.md`, as types.
 *
 * A thread is one stream, `thread-<id>`. Its events are the lines of its rollout files, in the order in which they were
 * written, and facts that no line tells (`unroll-*`). A file of a thread is a *segment*; a thread has one, and one more for
 * every revert. Each event says where it stands in its segment, byte for byte, so that the files can be written again.
 *
 * Units: `revision` counts events of the stream as the server does, facts and parts included; `line` counts the lines of a
 * segment, blank ones not; `offset` and `bytes` are bytes of the segment file, the newline of a line not counted.
 */
import type { BaseReason } from '../../../../domain/log/event.ts'
import type { HistoryBase } from '../../../../domain/log/payloads.ts'
import type { JsonObject } from '../../../../domain/json.ts'

/** Content of an event as a reader gets it: JSON where printing it again gives the bytes of the line, else those bytes. */
export type StoredData =
  | { readonly json: JsonObject; readonly bytes?: undefined }
  | { readonly bytes: Uint8Array; readonly json?: undefined }

/** An event that is to be appended; data and metadata are ready bytes, so that nothing is printed twice. */
export interface ProposedEvent {
  /** UUIDv5 of its place and content: the server takes a repetition for what it is. */
  readonly id: string
  readonly type: string
  /** True when the data are the text of a JSON object. */
  readonly isJson: boolean
  readonly data: Uint8Array
  /** The text of a JSON object. */
  readonly metadata: Uint8Array
}

/** Where an event stands in the log of all streams. */
export interface StorePosition {
  readonly commit: number
  readonly prepare: number
}

export interface StoredEvent {
  readonly stream: string
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly data: StoredData
  readonly metadata: JsonObject
  readonly createdAtMs: number
  /** Absent where a server before 22.6 reads one stream. */
  readonly position?: StorePosition
}

/** Who put an event into the store: an engine over the store itself, or a copy of a home's files. */
export type StoredSource = 'append' | 'push'

export interface Writer {
  readonly source: StoredSource
  readonly home: string | null
  /**
   * Empty where others who write the same mean the same (copies of files); else unlike that of any other call, so that of two
   * writers with equal content only one is told that it wrote.
   */
  readonly nonce: string
  /** Time of the change, for the segments it changes; without it they keep the time that the last fact told. */
  readonly atMs?: number
}

/**
 * Several events that count only together, because one call could not hold them: they stand from revision `group` to
 * revision `until`, one behind the other. Without the last of them none was ever appended.
 */
export interface GroupMark {
  readonly group?: number
  readonly until?: number
}

/** Metadata of an event that holds bytes of a segment. */
export interface LineMetadata extends GroupMark {
  readonly source: StoredSource
  /** The home whose file it was copied from; null for what was appended here. */
  readonly home: string | null
  readonly segment: string
  /** How many lines of the segment come before. */
  readonly line: number
  readonly offset: number
  readonly bytes: number
  /** Of those bytes, in lower-case hexadecimal. */
  readonly sha256: string
  /** The number the line gives itself; absent where it gives none. */
  readonly ordinal?: number
  /** Number of the next line, where this one has none but one before it had. */
  readonly nextOrdinal?: number
  /** Revision of the newest fact before it in the stream: there stands the directory. -1 where there is none. */
  readonly facts: number
  /** When the file was changed last, this time included. */
  readonly atMs: number
  /** What is above the limit of the server is several events of type `unroll-part`: this one is number `part` of `parts`. */
  readonly part?: number
  readonly parts?: number
  /** Type of the event that the parts are. */
  readonly kind?: string
  /** The last line before bytes that are no line. */
  readonly after?: LastLine
  /** True for a tail that is a whole JSON value: readers take it for a line. */
  readonly whole?: true
}

/** Types of the events that hold bytes of a segment which are no whole line. */
export type ByteType =
  /** Blank bytes between two lines, newlines included, or the byte order mark before the first one. */
  | 'unroll-blank'
  /** What stands behind the last newline; the next event of the segment takes its place. */
  | 'unroll-tail'

/** The last line of a segment: enough to recognise it. */
export interface LastLine {
  readonly offset: number
  readonly bytes: number
  readonly sha256: string
}

/** Metadata of a fact: what the stream holds behind it, so that a reader need not begin at the first event. */
export interface FactMetadata extends GroupMark {
  readonly source: StoredSource
  readonly home: string | null
  readonly directory: StreamDirectory
}

/** Types of the events that are not lines. */
export type FactType =
  /** Files lie where the data say: they are new there, or were moved by hand or by Codex. */
  | 'unroll-placed'
  | 'unroll-archived'
  | 'unroll-unarchived'
  /** The files went to the trash, or are gone for good. */
  | 'unroll-deleted'
  | 'unroll-restored'
  /** The thread got a name. */
  | 'unroll-named'
  /** The thread was taken over from another agent. */
  | 'unroll-imported'

export interface PlacedFile {
  readonly segment: string
  /** Relative to the home, with `/`; below `.unroll/trash/` while it is deleted. */
  readonly path: string
  readonly modifiedAtMs: number
}

/** Which lines of which segments are the history of a thread, oldest first; as `Segment` of replay/ports.ts. */
export interface StoredLineage {
  readonly thread: string
  readonly segment: string
  readonly from: number
  readonly until: number | null
  readonly gap: BaseReason | null
}

/** Data of the facts about files; `files` are those that changed. */
export interface PlacedData {
  readonly files: ReadonlyArray<PlacedFile>
  /** The history of the thread from here on; absent where it stays as it is. */
  readonly lineage?: ReadonlyArray<StoredLineage>
  /** Deleted for good: the files are in no trash. */
  readonly purged?: true
  readonly operationId?: string
}

export interface NamedData {
  readonly name: string
  /** As the line of `session_index.jsonl` says. */
  readonly updatedAt: string
}

export type NewFact =
  | {
      readonly type: Exclude<FactType, 'unroll-named' | 'unroll-imported'>
      readonly data: PlacedData
    }
  | { readonly type: 'unroll-named'; readonly data: NamedData }
  | { readonly type: 'unroll-imported'; readonly data: JsonObject }

export interface StoredSegment extends PlacedFile {
  /** Where its history begins, as its first line says; null for a first file. */
  readonly base: HistoryBase | null
  /**
   * Where runs of its lines begin: one, unless another segment was written to in between. Line `n` of a run stands at
   * revision `revision + n - line` or behind it: facts, parts and void groups may stand between.
   */
  readonly runs: ReadonlyArray<{
    readonly revision: number
    readonly line: number
    readonly offset: number
  }>
  /** Lines it holds. */
  readonly lines: number
  /** Bytes up to and including the newline of the last line, and blank bytes behind it; the tail stands there. */
  readonly bytes: number
  /** Whether lines have numbers, as the metadata of the first line say; null where these cannot be read. */
  readonly numbered: boolean | null
  /** One more than the last number a line gave itself; null where none did. */
  readonly ordinal: number | null
  /** The last line; null before the first. */
  readonly last: LastLine | null
  /** What stands behind the last newline; null where the segment ends with one. */
  readonly tail: StoredTail | null
}

/** A tail, and the events that hold it: `parts` of them, of which the last stands at `revision`. */
export interface StoredTail extends LastLine {
  readonly revision: number
  readonly parts: number
  /** True when it is a whole JSON value: readers take it for a line. */
  readonly whole: boolean
}

/** What a stream holds, told without reading it: the fold of its events, with a few words for each segment. */
export interface StreamDirectory {
  /** Of the last event, whether or not it counts; -1 before the first. */
  readonly revision: number
  /** Of the last fact that counts; -1 before the first: then there is no thread yet. */
  readonly facts: number
  /** In the order in which they came. */
  readonly segments: ReadonlyArray<StoredSegment>
  readonly lineage: ReadonlyArray<StoredLineage>
  readonly name: NamedData | null
  /** True when the files are in no place any more. */
  readonly purged: boolean
  /** A group that is not complete yet, and what the stream will hold when it is; until then nothing of it counts. */
  readonly open: {
    readonly group: number
    readonly until: number
    readonly inside: StreamDirectory
  } | null
}

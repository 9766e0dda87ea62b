/**
 * How threads stand in a store of streams: the words of `docs/EVENTSTORE.md`, as types.
 *
 * A thread is one stream, `thread-<id>`. Its events are the lines of its rollout files, in the order in which they were
 * written, and facts that no line tells (`unroll-*`). A file of a thread is a *segment*; a thread has one, and one more for
 * every revert. Each event says where it stands in its segment, byte for byte, so that the files can be written again.
 *
 * Units: `revision` counts events of the stream as the server does, facts and parts included; `line` counts the lines of a
 * segment; `offset` and `bytes` are bytes of the segment file, the newline of a line not counted.
 */
import type { BaseReason } from '../events/event.ts'
import type { JsonObject } from '../json.ts'

/** Content of an event: JSON where printing it again gives the same bytes, else the bytes themselves. */
export type StoredData =
  | { readonly json: JsonObject; readonly bytes?: undefined }
  | { readonly bytes: Uint8Array; readonly json?: undefined }

/** An event that is to be appended. */
export interface ProposedEvent {
  /** UUIDv5 of the stream, the revision it is meant for, and its content: the server takes a repetition for what it is. */
  readonly id: string
  readonly type: string
  readonly data: StoredData
  readonly metadata: JsonObject
}

/** Where an event stands in the log of all streams. */
export interface StorePosition {
  readonly commit: number
  readonly prepare: number
}

/** An event as the server gives it. */
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

/**
 * Several events that count only together, because one call could not hold them: all but the last say `more`. Without its
 * last one a group was never appended; an event of another group or none behind it leaves it void.
 */
export interface GroupMark {
  readonly group?: string
  readonly more?: true
}

/** Metadata of an event that is a line of a segment. */
export interface LineMetadata extends GroupMark {
  readonly source: StoredSource
  /** The home whose file it was copied from; null for a line that was appended here. */
  readonly home: string | null
  readonly segment: string
  readonly line: number
  readonly offset: number
  readonly bytes: number
  /** Of the line without its newline, in lower-case hexadecimal. */
  readonly sha256: string
  /** The number the line gives itself; absent where it gives none. */
  readonly ordinal?: number
  /** Blank bytes between the newline of the line before and this line, in base64; absent where there are none. */
  readonly before?: string
  /** Revision of the newest fact before it in the stream: there stands the directory. */
  readonly facts: number
  /** A line above the limit of the server is several events of type `unroll-part`: this one is number `part` of `parts`. */
  readonly part?: number
  readonly parts?: number
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
  /** What stands behind the last whole line of a segment: an unfinished line, or blank bytes. */
  | 'unroll-tail'

/** A file of a thread. */
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

/** Data of `unroll-named`. */
export interface NamedData {
  readonly name: string
  /** As the line of `session_index.jsonl` says. */
  readonly updatedAt: string
}

/** Data of `unroll-tail`; the next line of the segment, or another tail, takes its place. */
export interface TailData {
  readonly segment: string
  readonly offset: number
  /** In base64. */
  readonly bytes: string
}

/** A segment as the stream holds it. */
export interface StoredSegment extends PlacedFile {
  /** Where runs of its lines begin: one, unless another segment was written to in between. */
  readonly runs: ReadonlyArray<{
    readonly revision: number
    readonly line: number
    readonly offset: number
  }>
  /** Lines it holds. */
  readonly lines: number
  /** Bytes up to and including the newline of the last line; the tail stands there. */
  readonly bytes: number
  /** Number of the next line; null where lines are not numbered. */
  readonly ordinal: number | null
  /** The last line; null before the first. */
  readonly last: {
    readonly offset: number
    readonly bytes: number
    readonly sha256: string
  } | null
  /** In base64; null where the segment ends with a line. */
  readonly tail: string | null
}

/** What a stream holds, told without reading it: the fold of its events, with a few words for each segment. */
export interface StreamDirectory {
  /** Of the last event; -1 before the first. */
  readonly revision: number
  /** Of the last fact; -1 before the first. */
  readonly facts: number
  /** In the order in which they came. */
  readonly segments: ReadonlyArray<StoredSegment>
  readonly lineage: ReadonlyArray<StoredLineage>
  readonly name: NamedData | null
  /** True when the files are in no place any more. */
  readonly purged: boolean
  /** The group that is not complete yet; its events count for nothing so far. */
  readonly open: string | null
}

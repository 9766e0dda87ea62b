/**
 * What an engine asks of a home beside its rollouts: names, logs, and the moving of files. Owned by their consumer, like the
 * other ports.
 */
import type { JsonObject } from '../domain/json.ts'
import type { Either } from 'fp-ts/lib/Either.js'
import type { Sha256 } from '../domain/ledgers/audit/chain.ts'
import type { ImportedSource } from '../domain/imports/provenance.ts'
import type { ImportRecord, NameLine } from '../domain/ledgers/audit/outside.ts'
import type { StoreError } from '../domain/errors.ts'
import type { StateGoal } from '../domain/upkeep/codex-state/state.ts'
import type { OperationRecord } from '../domain/changes/operations.ts'
import type { KeptQuestion } from '../domain/questions/record.ts'
import type { FileExchange, FileMove, HomeFile, Relocation } from '../domain/changes/relocation.ts'
import type { Guard } from './ports.ts'

/** Thread names people gave, by thread id; the last one wins. */
export interface Names {
  readonly nameOf: (threadId: string) => string | null
  readonly all: () => ReadonlyMap<string, string>
}

/** What Codex's own databases remember of threads where their logs say nothing, or something older. Reading never writes. */
export interface Remembered {
  /** The row of a thread's goal; null when there is none, or no database that can be read. */
  readonly goalOf: (threadId: string) => Promise<StateGoal | null>
  /** Names that people gave, by thread id. Every Codex also writes them where `Names` finds them, as long as that is there. */
  readonly names: () => Promise<ReadonlyMap<string, string>>
}

/** A line of a home log; as a guard it shows later whether the line is still there. */
export interface HomeLogLine extends Guard {
  readonly text: string
  /** True when it was copied from the log of another home. */
  readonly isCopied?: true
}

/** What is known of a home log without reading it. */
export interface HomeLogFile {
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** Identity of the file; another one means that it was replaced. */
  readonly inode: number
}

/** Who writes to a home log, and when. */
export interface HomeLogWriter {
  /** An id that sorts by time. */
  readonly newId: () => string
  readonly nowMs: () => number
  readonly process: { readonly pid: number; readonly user: string }
}

/** A log that unroll keeps in a home, one JSON record per line: every process adds to it, nobody changes what is there. */
export interface HomeLog extends HomeLogWriter {
  /** One whole line, in one write; `durable`: on disk when it answers. */
  readonly append: (record: object, durable: boolean) => Promise<Either<StoreError, void>>
  /** One `stat`; null when there is no such log yet. */
  readonly look: () => Promise<Either<StoreError, HomeLogFile | null>>
  /** Lines from an offset in bytes to the end as it is now, empty ones left out, in bounded memory. */
  readonly read: (fromBytes: number) => AsyncIterable<HomeLogLine>
  /** The same lines, last one first, from the end. */
  readonly readBackwards: () => AsyncIterable<HomeLogLine>
  /** True when the line is still where it was. */
  readonly verify: (guard: Guard) => Promise<Either<StoreError, boolean>>
}

/** The logs of a home. Their names are those of their files. */
export type HomeLogName = 'operations' | 'observations'

/** Gives the log of a name. */
export type HomeLogs = (name: HomeLogName) => HomeLog

/** The operation log of a home. */
export interface OperationLog extends HomeLogWriter {
  /** One whole line, in one write; `durable`: on disk when it answers. */
  readonly append: (record: OperationRecord, durable: boolean) => Promise<Either<StoreError, void>>
  /** Records from one end to the other, in bounded memory. */
  readonly read: (order: 'oldest' | 'newest') => AsyncIterable<OperationRecord>
  /** Those of operations on this very home, newest first: not those that came with the log of another one. */
  readonly readOwn: () => AsyncIterable<OperationRecord>
}

/** The result of a relocation. */
export interface RelocationResult {
  /** Threads that are where they should be, in the order of the plan. */
  readonly threadIds: ReadonlyArray<string>
  readonly skipped: ReadonlyArray<SkippedThread>
}

/** A thread that was left where it was, and why. */
export interface SkippedThread {
  readonly threadId: string
  readonly reason: string
}

/** What an operation put into the trash. */
export interface TrashEntry {
  readonly operationId: string
  readonly rootId: string
  readonly threadIds: ReadonlyArray<string>
  readonly files: ReadonlyArray<FileMove>
}

/** The right to move files of a home, which one process has at a time. */
export interface HomeHold {
  /** True when the process that had it last was killed and may have left work half done. */
  readonly leftOver: boolean
  /** Gives it back; when something is left half done, so that the next one finds that out. */
  readonly release: (finished: boolean) => Promise<void>
}

/** Files that are ready to be replaced, with their writers kept away. */
export interface StagedExchange {
  readonly threadIds: ReadonlyArray<string>
  /** What is to be done, as the work of an operation. */
  readonly exchanges: (operationId: string) => ReadonlyArray<FileExchange>
  /** Lets the writers go on; what was made ready is deleted unless somebody has to finish the work. */
  readonly close: (unfinished: boolean) => void
}

/** Moves and names the threads of a home. Paths are relative to the home; contents of rollouts never change. */
export interface HomeWriter {
  readonly nowMs: () => number
  /** Waits for the right to move files; `Busy` when another process keeps it for long. */
  readonly hold: () => Promise<Either<StoreError, HomeHold>>
  /** Every rollout file of the home, compressed ones and older segments too. */
  readonly files: () => Promise<Either<StoreError, ReadonlyArray<HomeFile>>>
  /**
   * Files of these threads beside their rollouts, which are deleted and restored with them; absent where there are none.
   */
  readonly beside?: (
    threadIds: ReadonlyArray<string>
  ) => Promise<
    Either<StoreError, ReadonlyArray<{ readonly threadId: string; readonly path: string }>>
  >
  /** True while a running Codex or another writer has the thread open. */
  readonly isHeld: (threadId: string) => boolean
  /** True while another process of unroll writes to the thread, or keeps it for a Codex of its own. */
  readonly isLocked: (threadId: string) => boolean
  /** True when a database of Codex's is there that looks for a thread only where it saw it last (0.169). */
  readonly remembersPlaces: () => boolean
  /** Threads outside of these whose history continues a file of one of these. */
  readonly referrers: (
    threadIds: ReadonlyArray<string>
  ) => Promise<Either<StoreError, ReadonlyArray<string>>>
  /**
   * Does the work, or what is left of it: doing it twice is doing it once. A thread of which a file cannot be moved stays
   * where it was and is skipped; when that is the root, everything goes back and the answer is the reason.
   */
  readonly relocate: (
    relocation: Relocation,
    operationId: string
  ) => Promise<Either<StoreError, RelocationResult>>
  /** Gets the files of a repair ready to go back to what they were; absent where there are no files. */
  readonly stageUndo?: (
    operationId: string,
    done: ReadonlyArray<FileExchange>
  ) => Promise<Either<StoreError, StagedExchange>>
  /** Takes an import of settings back, where every file is as the import left it; absent where there are no files. */
  readonly unimportSettings?: (
    given: JsonObject,
    options: {
      readonly actor?: string | undefined
      readonly undoes?: string | undefined
      readonly dryRun?: boolean | undefined
    }
  ) => Promise<Either<StoreError, { readonly operationId: string | null }>>
  /** Takes a change of the configuration back, where it is as the change left it; absent where there are no files. */
  readonly restoreConfig?: (
    given: JsonObject,
    options: {
      readonly actor?: string | undefined
      readonly undoes?: string | undefined
      readonly dryRun?: boolean | undefined
    }
  ) => Promise<Either<StoreError, { readonly operationId: string | null }>>
  readonly trash: () => Promise<Either<StoreError, ReadonlyArray<TrashEntry>>>
  /**
   * Brings compressed files of a thread back as plain ones; `files` holds the digest of each by its path. Absent where nothing is
   * ever compressed.
   */
  readonly expand?: (
    threadId: string,
    files: JsonObject,
    options: {
      readonly actor?: string | undefined
      readonly undoes?: string | undefined
      readonly dryRun?: boolean | undefined
    }
  ) => Promise<Either<StoreError, { readonly operationId: string | null }>>
  /** Appends a line to `session_index.jsonl`; on disk when it answers. */
  readonly appendName: (threadId: string, name: string) => Promise<Either<StoreError, void>>
}

/** What else a home holds besides its rollouts and logs. */
export interface AuditHome {
  /** Every line of `session_index.jsonl`, oldest first. */
  readonly names: () => Promise<ReadonlyArray<NameLine>>
  /** Every record of `external_agent_session_imports.json`. */
  readonly imports: () => Promise<ReadonlyArray<ImportRecord>>
  /** Where imported threads come from, oldest first; the last one about a thread counts. */
  readonly sources: () => Promise<ReadonlyArray<ImportedSource>>
  /** What a server asked its clients, by thread and oldest first; of one thread where that is enough. */
  readonly questions: (
    threadId: string | undefined
  ) => Promise<ReadonlyMap<string, ReadonlyArray<KeptQuestion>>>
  readonly sha256: Sha256
}

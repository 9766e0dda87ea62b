/**
 * The operation log: what was done to a home, by whom, and how to undo it.
 *
 * Shape:  two records per operation, `began` before anything changes and `ended` after; see docs/FORMAT.md. An operation
 *         without the second one was cut off by the end of its process.
 * Errors: a line that is no record is passed over; the log explains the home, it does not make it.
 */
import { isJsonObject, type JsonObject } from '../json.ts'
import type { Relocation } from './relocation.ts'

/** A place in a thread: the number of events before it, and its file and byte in the lineage. */
export interface OperationPlace {
  readonly revision: number
  readonly segment: number
  readonly offset: number
}

/** The process that did it. */
interface Doer {
  readonly pid: number
  readonly user: string
  /** What asked for it, in its own words: `cli`, `library`, `app-server:<client>`. */
  readonly actor: string
}

/** The operation that takes this one back. */
export interface Inverse {
  readonly operation: string
  readonly arguments: JsonObject
}

/** Written before anything changes. */
export interface Began {
  readonly record: 'began'
  /** UUID v7: sorts by time. */
  readonly id: string
  /**
   * RFC 3339, UTC.
   * @format date-time
   */
  readonly at: string
  readonly operation: string
  /** The thread that was asked for, then the others it takes along. */
  readonly threadIds: ReadonlyArray<string>
  readonly by: Doer
  readonly arguments: JsonObject
  /** Where the thread ended before. */
  readonly before: OperationPlace | null
  /** The operation that this one undoes. */
  readonly undoes: string | null
  /** Which files move where: enough to finish the operation after a kill. */
  readonly relocation: Relocation | null
}

/** Written when it is over. */
export interface Ended {
  readonly record: 'ended'
  readonly id: string
  /**
   * RFC 3339, UTC.
   * @format date-time
   */
  readonly at: string
  readonly outcome: 'done' | 'failed'
  /** Why it failed; null when it did not. */
  readonly reason: string | null
  /** Where the thread ends now; null when there is none, or when nothing was written to it. */
  readonly after: OperationPlace | null
  readonly inverse: Inverse | null
  /** Why there is no inverse; null when there is one. */
  readonly noInverse: string | null
}

/** One line of the log. */
export type OperationRecord = Began | Ended

type OperationState = 'done' | 'failed' | 'unfinished' | 'undone'

/** An operation, assembled from its records and from later ones. */
export interface Operation {
  readonly began: Began
  readonly ended: Ended | null
  readonly state: OperationState
  /** The operation that undid it, when that stands. */
  readonly undoneBy: string | null
  /** The operation that did it again, by undoing what undid it: its inverse is the one that counts. */
  readonly redoneBy: string | null
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** A parsed line as a record; null for anything else. */
export const toOperationRecord = (value: unknown): OperationRecord | null => {
  if (!isJsonObject(value) || !isText(value['id']) || !isText(value['at'])) return null
  if (value['record'] === 'began') {
    const whole =
      isText(value['operation']) && Array.isArray(value['threadIds']) && isJsonObject(value['by'])
    return whole ? (value as unknown as Began) : null
  }
  const whole = value['record'] === 'ended' && isText(value['outcome'])
  return whole ? (value as unknown as Ended) : null
}

/** What newer records say about older ones; the state of the fold. */
interface OperationFold {
  /** Ends whose beginning was not met yet, by operation. */
  readonly ends: Map<string, Ended>
  /** Who undid an operation, and who did it again. */
  readonly undone: Map<string, string>
  readonly redone: Map<string, string>
}

export const startOperations = (): OperationFold => ({
  ends: new Map(),
  undone: new Map(),
  redone: new Map()
})

const noteUndo = (fold: OperationFold, { began, state, redoneBy }: Operation): void => {
  const { undoes } = began
  if (undoes === null) return
  if (state === 'done') {
    if (!fold.undone.has(undoes)) fold.undone.set(undoes, redoneBy ?? began.id)
    return
  }
  const again = state === 'undone' ? fold.undone.get(began.id) : undefined
  if (again !== undefined && !fold.redone.has(undoes) && !fold.undone.has(undoes))
    fold.redone.set(undoes, again)
}

/**
 * Takes the next record, newest first, and gives the operation it completes, if any. Newest first, because whether an
 * operation stands depends on what came after it. The fold is changed in place; it grows with the operations that were
 * undone, not with the log.
 */
export const foldOperation = (fold: OperationFold, record: OperationRecord): Operation | null => {
  if (record.record === 'ended') {
    if (!fold.ends.has(record.id)) fold.ends.set(record.id, record)
    return null
  }
  const ended = fold.ends.get(record.id) ?? null
  fold.ends.delete(record.id)
  const undoneBy = fold.undone.get(record.id) ?? null
  const outcome = ended === null ? 'unfinished' : ended.outcome
  const operation: Operation = {
    began: record,
    ended,
    state: outcome === 'done' && undoneBy !== null ? 'undone' : outcome,
    undoneBy,
    redoneBy: undoneBy === null ? (fold.redone.get(record.id) ?? null) : null
  }
  noteUndo(fold, operation)
  return operation
}

/** Every operation of some records, newest first; records are given oldest first, as in the log. */
export const operationsOf = (records: ReadonlyArray<OperationRecord>): ReadonlyArray<Operation> => {
  const fold = startOperations()
  const found: Array<Operation> = []
  for (let at = records.length - 1; at >= 0; at--) {
    const record = records[at]
    const operation = record === undefined ? null : foldOperation(fold, record)
    if (operation !== null) found.push(operation)
  }
  return found
}

/** Operations that began from a time on and before another, in their order. */
export const operationsBetween = (
  operations: ReadonlyArray<Operation>,
  sinceMs: number,
  untilMs: number
): ReadonlyArray<Operation> =>
  operations.filter(({ began }) => {
    const atMs = Date.parse(began.at)
    return sinceMs <= atMs && atMs < untilMs
  })

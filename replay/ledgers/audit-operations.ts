/**
 * Read model over the operation log, for the audit trail.
 *
 *   [audit_operations, id]                   -> OperationFact
 *   [audit_operations.thread, thread, id]    -> 1
 */
import * as E from 'fp-ts/lib/Either.js'
import { begunFact, endedFact, type OperationFact } from '../../domain/ledgers/audit/operations.ts'
import { toOperationRecord } from '../../domain/changes/operations.ts'
import { parsedJson } from '../../domain/json.ts'
import type { HomeLogModel, RowKey, RowWrite } from '../../projections/projection.ts'
import { afterPrefix } from '../catch-up/overlay.ts'
import type { HomeLog } from '../home-ports.ts'
import type { Index } from '../ports.ts'
import { foldHomeLog, homeLogTable } from './home-log.ts'
import type { Result } from '../result.ts'

/** Ids in the log come from files; a key is short. */
const KEY_CHARACTERS_MAX = 128

const threadWrites = (
  table: string,
  ids: ReadonlyArray<string>,
  id: string
): ReadonlyArray<RowWrite> =>
  ids
    .filter((thread) => thread.length <= KEY_CHARACTERS_MAX)
    .map((thread) => ({ key: [`${table}.thread`, thread, id], value: 1 }))

export const AUDIT_OPERATIONS: HomeLogModel<null> = {
  name: 'audit_operations',
  version: 1,
  tables: ['', '.thread'],
  initial: null,
  evolve: (state, { text }, { rows, table }) => {
    const record = toOperationRecord(parsedJson(text))
    if (record === null || record.id.length > KEY_CHARACTERS_MAX) return [state, []]
    const key: RowKey = [table, record.id]
    const known = rows.get(key) as OperationFact | undefined
    if (record.record === 'began') {
      if (known !== undefined) return [state, []]
      const fact = begunFact(record)
      return [state, [{ key, value: fact }, ...threadWrites(table, fact.threadIds, record.id)]]
    }
    if (known === undefined || known.outcome !== null) return [state, []]
    const fact = endedFact(known, record)
    const made = fact.madeThreadId === null ? [] : [fact.madeThreadId]
    return [state, [{ key, value: fact }, ...threadWrites(table, made, record.id)]]
  }
}

export interface Operations {
  /** Oldest first. */
  readonly of: (threadId: string) => ReadonlyArray<OperationFact>
  readonly threadIds: () => ReadonlySet<string>
}

const NO_OPERATIONS: Operations = { of: () => [], threadIds: () => new Set() }

/** Folds what is new in the log; without a log there are none. */
export const operationsIn = async (
  index: Index,
  log: HomeLog | undefined
): Promise<Result<Operations>> => {
  if (log === undefined) return E.right(NO_OPERATIONS)
  const folded = await foldHomeLog(index, log, AUDIT_OPERATIONS)
  if (E.isLeft(folded)) return folded
  const rows = folded.right
  const table = homeLogTable(AUDIT_OPERATIONS)
  return E.right({
    of: (threadId) =>
      rows.scan([`${table}.thread`, threadId], Infinity).flatMap(([key]) => {
        const fact = rows.get([table, key[2] ?? '']) as OperationFact | undefined
        return fact === undefined ? [] : [fact]
      }),
    threadIds: () => {
      const prefix = [`${table}.thread`]
      return new Set(index.keys(prefix, afterPrefix(prefix)).map((key) => String(key[1])))
    }
  })
}

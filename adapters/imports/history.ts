/**
 * What was imported when: unroll's own imports in `.unroll/imports.jsonl`, a line each, and Codex's in its database, which is only
 * read.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../../domain/json.ts'
import { appendImport, importLines } from '../home/import-log.ts'
import { databasePath, sqliteHome } from '../upkeep/codex-state/places.ts'
import { outsideOf, snapshotOf } from '../upkeep/codex-state/snapshot.ts'

const TABLE = 'external_agent_config_imports'

/** An import that ended. Successes and failures are as Codex keeps them. */
export interface ImportHistory {
  readonly importId: string
  readonly completedAtMs: number
  readonly successes: ReadonlyArray<JsonObject>
  readonly failures: ReadonlyArray<JsonObject>
  readonly providerId: string | null
}

/** Keeps an import; on disk when it returns. Throws what the system says. */
export const recordHistory = (home: string, history: ImportHistory): void => {
  const record = {
    record: 'import',
    import_id: history.importId,
    completed_at_ms: history.completedAtMs,
    successes: history.successes,
    failures: history.failures,
    ...(history.providerId === null ? {} : { provider_id: history.providerId })
  }
  appendImport(home, JSON.stringify(record))
}

const objects = (value: Json | undefined): ReadonlyArray<JsonObject> => {
  const all = Array.isArray(value) ? (value as ReadonlyArray<Json>) : []
  return all.filter((one): one is JsonObject => isJsonObject(one))
}

const historyOf = (row: JsonObject): ReadonlyArray<ImportHistory> => {
  const { import_id: importId, completed_at_ms: completedAtMs } = row
  if (typeof importId !== 'string' || typeof completedAtMs !== 'number') return []
  return [
    {
      importId,
      completedAtMs,
      successes: objects(row['successes']),
      failures: objects(row['failures']),
      providerId: textOrNull(row['provider_id'])
    }
  ]
}

const ownHistories = (home: string): ReadonlyArray<ImportHistory> =>
  importLines(home)
    .filter(({ record }) => record === 'import')
    .flatMap(historyOf)

const parsedList = (value: unknown): Json => {
  try {
    return typeof value === 'string' ? (JSON.parse(value) as Json) : []
  } catch {
    return []
  }
}

const codexHistories = async (home: string): Promise<ReadonlyArray<ImportHistory>> => {
  const path = databasePath(sqliteHome(home, process.env), 'state')
  if (outsideOf(path).startsWith('-')) return []
  const snapshot = snapshotOf(path)
  if (snapshot.kind !== 'read') return []
  const { openBytes } = await import('../upkeep/codex-state/sqlite.ts')
  const database = await openBytes(snapshot.bytes)
  const columns = ['import_id', 'completed_at_ms', 'successes', 'failures', 'provider_id']
  try {
    return (database.wholeRows(TABLE, columns) ?? []).flatMap((row) =>
      historyOf({
        ...row,
        successes: parsedList(row['successes']),
        failures: parsedList(row['failures'])
      })
    )
  } catch {
    // Doctor says what is wrong with it.
    return []
  } finally {
    database.close()
  }
}

/** Every import of a home, newest first. */
export const readHistories = async (home: string): Promise<ReadonlyArray<ImportHistory>> => {
  const own = ownHistories(home)
  const known = new Set(own.map(({ importId }) => importId))
  const others = (await codexHistories(home)).filter(({ importId }) => !known.has(importId))
  return [...own, ...others].toSorted((a, b) => b.completedAtMs - a.completedAtMs)
}

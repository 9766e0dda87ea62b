/**
 * What was imported when: unroll's own imports in `.unroll/imports.jsonl`, a line each, and Codex's in its database, which is only
 * read. The same lines keep what a session says that it spent.
 */
import { join } from 'node:path'
import {
  isJsonObject,
  parsedObject,
  textOrNull,
  type Json,
  type JsonObject
} from '../../domain/json.ts'
import { OWN_FOLDER } from '../../domain/changes/relocation.ts'
import { appendLine, ownFolder } from '../home/own-folder.ts'
import { readPlain } from '../home/plain-file.ts'
import { databasePath, sqliteHome } from '../upkeep/codex-state/places.ts'
import { outsideOf, snapshotOf } from '../upkeep/codex-state/snapshot.ts'

const FILE = 'imports.jsonl'
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
  appendLine(join(ownFolder(home), FILE), JSON.stringify(record), { durable: true })
}

/** What a session says that it spent, by model. */
export interface SpentElsewhere {
  readonly threadId: string
  readonly at: string
  readonly sourcePath: string
  readonly spending: ReadonlyArray<{
    readonly model: string | null
    readonly answers: number
    readonly inputTokens: number
    readonly cachedInputTokens: number
    readonly outputTokens: number
  }>
}

/** Keeps what a session spent. */
export const recordSpending = (home: string, spent: SpentElsewhere): void =>
  appendLine(join(ownFolder(home), FILE), JSON.stringify({ record: 'spending', ...spent }), {
    durable: false
  })

const linesOf = (home: string): ReadonlyArray<JsonObject> => {
  try {
    const text = readPlain(join(home, OWN_FOLDER, FILE)).toString('utf8')
    return text
      .split('\n')
      .map(parsedObject)
      .filter((line) => line !== null)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cause
  }
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
  linesOf(home)
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

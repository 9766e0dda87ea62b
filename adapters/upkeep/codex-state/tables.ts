/**
 * Codex's databases as data.
 */
import type {
  BackfillState,
  SpawnEdge,
  StateGoal,
  StateThread,
  CodexThreads
} from '../../../domain/upkeep/codex-state/state.ts'
import { snapshotOf } from './snapshot.ts'
import { openBytes, type OpenDatabase, type SqliteRow } from './sqlite.ts'

export type DatabaseRead<A> =
  | { readonly kind: 'read'; readonly value: A; readonly sizeBytes: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string }

/** A member of a row: its column, and how its value is taken. */
type DatabaseColumn<A> = readonly [name: string, take: (value: SqliteRow[string] | undefined) => A]
type DatabaseColumns<A> = { readonly [Member in keyof A]: DatabaseColumn<A[Member]> }

const textOrNull = (name: string): DatabaseColumn<string | null> => [
  name,
  (value) => (typeof value === 'string' ? value : null)
]
const text = (name: string): DatabaseColumn<string> => [
  name,
  (value) => (typeof value === 'string' ? value : '')
]
const id = (name: string): DatabaseColumn<string> => [
  name,
  (value) => (typeof value === 'string' ? value.toLowerCase() : '')
]
const numberOrNull = (name: string): DatabaseColumn<number | null> => [
  name,
  (value) => (typeof value === 'number' ? value : null)
]
const number = (name: string): DatabaseColumn<number> => [
  name,
  (value) => (typeof value === 'number' ? value : 0)
]

const THREAD: DatabaseColumns<StateThread> = {
  id: id('id'),
  rolloutPath: text('rollout_path'),
  archived: ['archived', (value) => typeof value === 'number' && value !== 0],
  source: text('source'),
  modelProvider: text('model_provider'),
  cwd: text('cwd'),
  title: text('title'),
  name: textOrNull('name'),
  firstUserMessage: text('first_user_message'),
  preview: textOrNull('preview'),
  tokensUsed: number('tokens_used'),
  model: textOrNull('model'),
  gitSha: textOrNull('git_sha'),
  gitBranch: textOrNull('git_branch'),
  gitOriginUrl: textOrNull('git_origin_url')
}

const BACKFILL: DatabaseColumns<BackfillState> = {
  status: text('status'),
  lastWatermark: textOrNull('last_watermark'),
  lastSuccessAt: numberOrNull('last_success_at'),
  updatedAt: numberOrNull('updated_at')
}

const EDGE: DatabaseColumns<SpawnEdge> = {
  parentId: id('parent_thread_id'),
  childId: id('child_thread_id'),
  status: text('status')
}

const GOAL: DatabaseColumns<StateGoal> = {
  threadId: id('thread_id'),
  objective: text('objective'),
  status: text('status'),
  tokenBudget: numberOrNull('token_budget'),
  tokensUsed: number('tokens_used'),
  timeUsedSeconds: number('time_used_seconds'),
  createdAtMs: number('created_at_ms'),
  updatedAtMs: number('updated_at_ms')
}

/** The rows of a table; null when there is no such table. */
const rowsIn = <A>(
  opened: OpenDatabase,
  table: string,
  columns: DatabaseColumns<A>
): ReadonlyArray<A> | null => {
  const members = Object.entries<DatabaseColumn<unknown>>(columns)
  const rows = opened.rows(
    table,
    members.map(([, [name]]) => name)
  )
  return (
    rows?.map(
      (row) =>
        Object.fromEntries(members.map(([member, [name, take]]) => [member, take(row[name])])) as A
    ) ?? null
  )
}

const goalsIn = (opened: OpenDatabase): ReadonlyArray<StateGoal> =>
  rowsIn(opened, 'thread_goals', GOAL) ?? []

const stateIn = (opened: OpenDatabase): CodexThreads | string => {
  const threads = rowsIn(opened, 'threads', THREAD)
  if (threads === null) return 'it has no table of threads'
  return {
    threads,
    backfill: rowsIn(opened, 'backfill_state', BACKFILL)?.[0] ?? null,
    edges: rowsIn(opened, 'thread_spawn_edges', EDGE) ?? [],
    goals: goalsIn(opened)
  }
}

/** Reads something of a database; a text says why it cannot be read. */
const reading = async <A extends object>(
  path: string,
  use: (opened: OpenDatabase) => A | string
): Promise<DatabaseRead<A>> => {
  const snapshot = snapshotOf(path)
  if (snapshot.kind !== 'read') return snapshot
  try {
    const opened = await openBytes(snapshot.bytes)
    try {
      const value = use(opened)
      return typeof value === 'string'
        ? { kind: 'unreadable', why: value }
        : { kind: 'read', value, sizeBytes: snapshot.bytes.length }
    } finally {
      opened.close()
    }
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    return { kind: 'unreadable', why: `SQLite says: ${why}` }
  }
}

export const threadState = (path: string): Promise<DatabaseRead<CodexThreads>> =>
  reading(path, stateIn)

export const stateGoals = (path: string): Promise<DatabaseRead<ReadonlyArray<StateGoal>>> =>
  reading(path, goalsIn)

/** What SQLite finds wrong with a database: `ok`, or the first few sentences. */
export const integrityOf = async (path: string): Promise<DatabaseRead<{ readonly said: string }>> =>
  reading(path, (opened) => ({ said: opened.integrity() }))

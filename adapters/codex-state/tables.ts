/**
 * Codex's databases as data.
 */
import type {
  BackfillState,
  SpawnEdge,
  StateGoal,
  StateThread,
  CodexThreads
} from '../../domain/codex-state/state.ts'
import { snapshotOf } from './snapshot.ts'
import { openBytes, type Opened, type Row } from './sqlite.ts'

/** Something of a database, or why there is nothing. */
export type Read<A> =
  | { readonly kind: 'read'; readonly value: A; readonly sizeBytes: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string }

const text = (row: Row, column: string): string => {
  const value = row[column]
  return typeof value === 'string' ? value : ''
}

const textOrNull = (row: Row, column: string): string | null => {
  const value = row[column]
  return typeof value === 'string' ? value : null
}

const numberOrNull = (row: Row, column: string): number | null => {
  const value = row[column]
  return typeof value === 'number' ? value : null
}

const id = (row: Row, column: string): string => text(row, column).toLowerCase()

const THREADS = [
  'id',
  'rollout_path',
  'archived',
  'source',
  'model_provider',
  'cwd',
  'title',
  'name',
  'first_user_message',
  'preview',
  'tokens_used',
  'model',
  'git_sha',
  'git_branch',
  'git_origin_url'
]

const threadOf = (row: Row): StateThread => ({
  id: id(row, 'id'),
  rolloutPath: text(row, 'rollout_path'),
  archived: (numberOrNull(row, 'archived') ?? 0) !== 0,
  source: text(row, 'source'),
  modelProvider: text(row, 'model_provider'),
  cwd: text(row, 'cwd'),
  title: text(row, 'title'),
  name: textOrNull(row, 'name'),
  firstUserMessage: text(row, 'first_user_message'),
  preview: textOrNull(row, 'preview'),
  tokensUsed: numberOrNull(row, 'tokens_used') ?? 0,
  model: textOrNull(row, 'model'),
  gitSha: textOrNull(row, 'git_sha'),
  gitBranch: textOrNull(row, 'git_branch'),
  gitOriginUrl: textOrNull(row, 'git_origin_url')
})

const backfillOf = (row: Row): BackfillState => ({
  status: text(row, 'status'),
  lastWatermark: textOrNull(row, 'last_watermark'),
  lastSuccessAt: numberOrNull(row, 'last_success_at'),
  updatedAt: numberOrNull(row, 'updated_at')
})

const edgeOf = (row: Row): SpawnEdge => ({
  parentId: id(row, 'parent_thread_id'),
  childId: id(row, 'child_thread_id'),
  status: text(row, 'status')
})

const goalOf = (row: Row): StateGoal => ({
  threadId: id(row, 'thread_id'),
  objective: text(row, 'objective'),
  status: text(row, 'status'),
  tokenBudget: numberOrNull(row, 'token_budget'),
  tokensUsed: numberOrNull(row, 'tokens_used') ?? 0,
  timeUsedSeconds: numberOrNull(row, 'time_used_seconds') ?? 0,
  createdAtMs: numberOrNull(row, 'created_at_ms') ?? 0,
  updatedAtMs: numberOrNull(row, 'updated_at_ms') ?? 0
})

const GOALS = [
  'thread_id',
  'objective',
  'status',
  'token_budget',
  'tokens_used',
  'time_used_seconds',
  'created_at_ms',
  'updated_at_ms'
]

const goalsIn = (opened: Opened): ReadonlyArray<StateGoal> =>
  (opened.rows('thread_goals', GOALS) ?? []).map(goalOf)

const stateIn = (opened: Opened): CodexThreads | string => {
  const threads = opened.rows('threads', THREADS)
  if (threads === null) return 'it has no table of threads'
  const [backfill] =
    opened.rows('backfill_state', ['status', 'last_watermark', 'last_success_at', 'updated_at']) ??
    []
  const edges =
    opened.rows('thread_spawn_edges', ['parent_thread_id', 'child_thread_id', 'status']) ?? []
  return {
    threads: threads.map(threadOf),
    backfill: backfill === undefined ? null : backfillOf(backfill),
    edges: edges.map(edgeOf),
    goals: goalsIn(opened)
  }
}

/** Reads something of a database; a text is why it cannot be. */
const reading = async <A extends object>(
  path: string,
  use: (opened: Opened) => A | string
): Promise<Read<A>> => {
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

/** What a database of threads holds. */
export const threadState = (path: string): Promise<Read<CodexThreads>> => reading(path, stateIn)

/** The goals of a database of goals. */
export const stateGoals = (path: string): Promise<Read<ReadonlyArray<StateGoal>>> =>
  reading(path, goalsIn)

/** What SQLite finds wrong with a database: `ok`, or the first few sentences. */
export const integrityOf = async (path: string): Promise<Read<{ readonly said: string }>> =>
  reading(path, (opened) => ({ said: opened.integrity() }))

/**
 * The row of a thread, as the index has it.
 */
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { threads } from '../../../projections/threads.ts'
import { storedRow, type StoredThread, type ThreadRow } from '../../../projections/thread-row.ts'
import type { RowKey } from '../../../projections/projection.ts'
import type { Env } from '../../catch-up/project.ts'

export const threadRowKey = (env: Env, streamId: string): RowKey => [
  tableOf(threads, viewName(env.profile, env.strict)),
  streamId
]

export const threadRow = (env: Env, streamId: string): ThreadRow | null => {
  const stored = env.index.get(threadRowKey(env, streamId))
  return stored === undefined ? null : storedRow(stored as StoredThread)
}

/** The rows of several threads, in their order. */
export const threadRows = (env: Env, ids: ReadonlyArray<string>): ReadonlyArray<ThreadRow | null> =>
  env.index
    .getMany(ids.map((id) => threadRowKey(env, id)))
    .map((stored) => (stored === undefined ? null : storedRow(stored as StoredThread)))

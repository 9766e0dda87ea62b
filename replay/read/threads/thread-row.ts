/**
 * The row of a thread, as the index has it.
 */
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { threads } from '../../../projections/threads.ts'
import { storedRow, type StoredThread, type ThreadRow } from '../../../projections/thread-row.ts'
import type { Env } from '../../catch-up/project.ts'

export const threadRow = (env: Env, streamId: string): ThreadRow | null => {
  const stored = env.index.get([tableOf(threads, viewName(env.profile, env.strict)), streamId])
  return stored === undefined ? null : storedRow(stored as StoredThread)
}

/** The rows of several threads, in their order. */
export const threadRows = (
  env: Env,
  ids: ReadonlyArray<string>
): ReadonlyArray<ThreadRow | null> => {
  const table = tableOf(threads, viewName(env.profile, env.strict))
  return env.index
    .getMany(ids.map((id) => [table, id]))
    .map((stored) => (stored === undefined ? null : storedRow(stored as StoredThread)))
}

/**
 * The row of a thread, as the index has it.
 */
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { threads, type ThreadRow } from '../../../projections/threads.ts'
import type { Env } from '../../catch-up/project.ts'

export const threadRow = (env: Env, streamId: string): ThreadRow | null =>
  (env.index.get([tableOf(threads, viewName(env.profile, env.strict)), streamId]) as
    | ThreadRow
    | undefined) ?? null

/**
 * Everything from files: unroll indexes every turn of the migrated home; beside it Codex migrates the home as it was
 * generated, which is how its own store of turns comes about.
 */
import { interleaved, notePeak, type Context, type Suite } from './context.ts'
import { freshCopy, removeFolder } from './copies.ts'
import { emptyRow } from './rows.ts'
import { runOnce } from './run-once.ts'
import { UNROLL, type Server } from './servers.ts'
import { rebuildOnce } from './starts.ts'
import { settleFiles } from './warm.ts'

const NAME = 'every turn, from files (index rebuild, migrate-rollouts)'

/** Codex says 0 even where it left threads alone. */
const requireAll = (report: string, threads: number): void => {
  const outcomes: ReadonlyArray<{ readonly status: string }> = JSON.parse(report).outcomes
  const migrated = outcomes.filter(({ status }) => status === 'migrated').length
  if (migrated !== threads) throw new Error(`migrated ${migrated} of ${threads} threads`)
}

/** Migrates a copy nobody has seen; copying it is not counted. */
const migrateOnce = async (context: Context, { name, migration }: Server): Promise<number> => {
  if (migration === null) throw new Error('does not migrate')
  const { copy, command } = migration
  try {
    freshCopy(context.generated, copy)
    settleFiles(copy, context.manifest)
    const { ms, peakMb, output } = await runOnce(command)
    requireAll(output, context.manifest.threads.length)
    notePeak(context, 'indexing, every turn from files', name, peakMb)
    return ms
  } finally {
    removeFolder(copy)
  }
}

/** One row; only where unroll reads a migrated home. */
export const migration: Suite = async (context) => {
  if (context.unroll.home === context.generated) return []
  const row = emptyRow('first index', NAME, 'ms')
  const sample = (server: Server): Promise<number> =>
    server.name === UNROLL
      ? rebuildOnce(context, 'indexing, every turn from files', server)
      : migrateOnce(context, server)
  return [await interleaved(context, context.runs, row, sample)]
}

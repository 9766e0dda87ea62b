/**
 * Recorded runs: homes of real Codex binaries beside a `truth.json` that says what their model was asked for.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A run, and what it cost. */
export interface RecordedRun {
  readonly name: string
  readonly home: string
  /** Input and output of every answer. */
  readonly spent: number
  /** What of it stands in the rollouts that are left, as the recorder counted; null where it did not count that. */
  readonly recorded: number | null
  /** What Codex's own database says, all threads together. */
  readonly tokensUsed: number
}

interface Truth {
  readonly true_total_tokens: number
  readonly recorded_total_tokens?: number
  readonly codex_threads_tokens_used?: Readonly<Record<string, number>>
}

/** The runs of a folder, by name. */
export const recordedRuns = (folder: string): ReadonlyArray<RecordedRun> =>
  readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const path = join(folder, name, 'truth.json')
      if (!existsSync(path)) return []
      const truth = JSON.parse(readFileSync(path, 'utf8')) as Truth
      const used = Object.values(truth.codex_threads_tokens_used ?? {})
      return [
        {
          name,
          home: join(folder, name, 'home'),
          spent: truth.true_total_tokens,
          recorded: truth.recorded_total_tokens ?? null,
          tokensUsed: used.reduce((sum, one) => sum + one, 0)
        }
      ]
    })

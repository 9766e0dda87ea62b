/**
 * The usage ledger over runs whose true spend is known, because a scripted service told each answer's size and the run was
 * recorded from outside.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { UsageReport } from '../../replay/ledgers/usage.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, readJson } from '../support/fixture-home.ts'

const LEDGER = join(FIXTURES, 'ledger')

interface Truth {
  readonly true_total_tokens: number
  readonly codex: string
}

const RUNS: ReadonlyArray<string> = readdirSync(LEDGER)
  .filter((name) => existsSync(join(LEDGER, name, 'truth.json')))
  .sort()

const truthOf = (run: string): Truth => readJson(join(LEDGER, run, 'truth.json')) as Truth

const reportOf = (run: string): Promise<UsageReport> =>
  withEngine({ home: join(LEDGER, run, 'home') }, (engine) => right(engine.usage({ by: 'total' })))

/** Runs of which no rollout says all, and how much it does not say. */
const UNRECORDED: Readonly<Record<string, number>> = {
  // The service compacted: one answer of 777 and 10 tokens, which 0.142 wrote to no line.
  'h9-142-OpenAI': 787
}

describe('usage: true spends', () => {
  for (const run of RUNS) {
    const missing = UNRECORDED[run] ?? 0
    const what = missing === 0 ? 'what the service counted' : 'a lower bound, for a reason'
    it(`${run}: the total is ${what}`, async () => {
      const { total, reasons } = await reportOf(run)
      assert.deepEqual(
        {
          tokens: total.totalTokens,
          lowerBound: total.lowerBound,
          reasons: reasons.map(({ kind }) => kind)
        },
        {
          tokens: truthOf(run).true_total_tokens - missing,
          lowerBound: missing > 0,
          reasons: missing > 0 ? ['compaction_unrecorded'] : []
        }
      )
    })
  }
})

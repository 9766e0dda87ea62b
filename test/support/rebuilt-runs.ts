/**
 * Recorded runs with what was made of their rollouts, and what is known of their homes.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import type { PostedEvent } from '../../domain/ledgers/analytics/envelope.ts'
import type { HomeEvidence } from '../../domain/ledgers/analytics/evidence.ts'
import type { Contract } from '../../domain/ledgers/analytics/vocabulary.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { homeEvidence } from '../../replay/ledgers/analytics-evidence.ts'
import type { Lists } from './analytics-corruptions.ts'
import { capturedIn, contractsIn, LEDGER, madeUnder, under } from './captured-runs.ts'
import { engineOver } from './engine-over.ts'

/** A run under one contract. */
export interface RebuiltRun extends Lists {
  readonly run: string
  readonly contract: Contract
  readonly home: HomeEvidence
}

const rebuilt = async (
  run: string,
  contract: Contract
): Promise<{ readonly made: ReadonlyArray<PostedEvent>; readonly home: HomeEvidence }> => {
  const folder = join(LEDGER, run, 'home')
  const profile = eraOf('0.169', false)
  const store = jsonlStore({ home: folder, profile, strict: false })
  const engine = engineOver(folder, { profile, store })
  const answer = await engine.analytics({ contract })()
  if (E.isLeft(answer)) assert.fail(JSON.stringify(answer.left))
  const made: Array<PostedEvent> = []
  for await (const { payload } of answer.right) made.push(payload)
  const home = await homeEvidence(engine, made)
  if (E.isLeft(home)) assert.fail(JSON.stringify(home.left))
  await engine.close()
  return { made, home: home.right }
}

/** A run beside its capture, once for each contract that events of it were posted under. */
export const rebuiltRuns = async (run: string): Promise<ReadonlyArray<RebuiltRun>> => {
  const captured = capturedIn(run)
  const runs: Array<RebuiltRun> = []
  for (const contract of contractsIn(captured)) {
    const { made, home } = await rebuilt(run, contract)
    const posted = under(captured, contract)
    runs.push({ run, contract, home, posted, made: madeUnder(made, captured, contract) })
  }
  return runs
}

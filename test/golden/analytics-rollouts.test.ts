/**
 * Analytics made again from the rollouts of every recorded run, beside what Codex posted in that run, field by field.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { jsonlStore } from '../../adapters/jsonl/store.ts'
import { compareAnalytics, type Comparison } from '../../domain/analytics/compare.ts'
import { eventsOfLine, type PostedEvent } from '../../domain/analytics/envelope.ts'
import { KNOWN_DIFFERENCES } from '../../domain/analytics/not-reconstructable.ts'
import { contractOf, CONTRACTS, type Contract } from '../../domain/analytics/vocabulary.ts'
import { eraOf } from '../../domain/profile.ts'
import { agreementPage } from '../support/analytics-agreement.ts'
import { engineOver } from '../support/engine-over.ts'

const LEDGER = join(import.meta.dirname, '..', 'fixtures', 'ledger')
const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'ANALYTICS-AGREEMENT.md')

/** Runs in which two versions wrote to one home post two contracts at once. */
const isMixed = (run: string): boolean => /^(up|down)graded-from-|-over-/.test(run)

const RUNS = readdirSync(LEDGER).filter((run) => !isMixed(run))

const contractIn = (run: string): Contract => {
  const truth = JSON.parse(readFileSync(join(LEDGER, run, 'truth.json'), 'utf8')) as {
    readonly codex: string
  }
  return contractOf(truth.codex)
}

const captureOf = (run: string): ReadonlyArray<PostedEvent> =>
  readFileSync(join(LEDGER, run, 'analytics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const events = eventsOfLine(line)
      return E.isRight(events) ? events.right : assert.fail(events.left)
    })

const reconstructed = async (run: string): Promise<ReadonlyArray<PostedEvent>> => {
  const home = join(LEDGER, run, 'home')
  const profile = eraOf('0.169', false)
  const store = jsonlStore({ home, profile, strict: false })
  const engine = engineOver(home, { profile, store })
  const answer = await engine.analytics({ contract: contractIn(run) })()
  if (E.isLeft(answer)) assert.fail(JSON.stringify(answer.left))
  const events: Array<PostedEvent> = []
  for await (const { payload } of answer.right) events.push(payload)
  await engine.close()
  return events
}

const comparisonOf = async (run: string): Promise<Comparison> =>
  compareAnalytics(captureOf(run), await reconstructed(run), contractIn(run), KNOWN_DIFFERENCES)

const unexplainedIn = ({ events }: Comparison): ReadonlyArray<string> =>
  events.flatMap(({ eventType, verdict, reason, fields, ids }) => {
    if (fields.length === 0)
      return verdict === 'not_reconstructable' || reason !== null
        ? []
        : [`${eventType} ${JSON.stringify(ids)}: ${verdict}`]
    return fields
      .filter((one) => one.verdict !== 'equal' && one.verdict !== 'not_reconstructable')
      .filter((one) => one.reason === null)
      .map(
        ({ field, captured, reconstructed: made }) =>
          `${eventType}.${field}: ${JSON.stringify(captured)}, made ${JSON.stringify(made)}`
      )
  })

describe('golden: analytics made from rollouts', () => {
  const compared = new Map<Contract, Array<Comparison>>(CONTRACTS.map((one) => [one, []]))

  for (const run of RUNS) {
    it(`agree with what Codex posted in ${run}, or differ for a known reason`, async () => {
      const comparison = await comparisonOf(run)
      compared.get(contractIn(run))?.push(comparison)
      assert.deepEqual(unexplainedIn(comparison), [])
    })
  }

  it('agree as docs/ANALYTICS-AGREEMENT.md says', async () => {
    for (const run of RUNS)
      if ([...compared.values()].every((all) => all.length === 0))
        compared.get(contractIn(run))?.push(await comparisonOf(run))
    agreementPage(PAGE, compared, RUNS.length)
  })

  it('know of no difference that no run shows, but for runs of two versions', () => {
    const shown = new Set(
      [...compared.values()]
        .flat()
        .flatMap(({ events }) =>
          events.flatMap(({ reason, fields }) => [reason, ...fields.map((one) => one.reason)])
        )
    )
    const reasons = [
      ...new Set(
        KNOWN_DIFFERENCES.filter((row) => row.notReconstructable !== true).map((row) => row.reason)
      )
    ]
    assert.deepEqual(
      reasons.filter((reason) => !shown.has(reason)),
      ['A rollout names the version that began it; another one went on with it.']
    )
  })
})

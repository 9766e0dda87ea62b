/**
 * Analytics made again from the rollouts of every recorded run, beside what Codex posted in that run, field by field.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareAnalytics, type CaptureComparison } from '../../domain/ledgers/analytics/compare.ts'
import { KNOWN_DIFFERENCES } from '../../domain/ledgers/analytics/not-reconstructable.ts'
import { CONTRACTS, type Contract } from '../../domain/ledgers/analytics/vocabulary.ts'
import { agreementPage } from '../support/analytics-agreement.ts'
import { LEDGER } from '../support/captured-runs.ts'
import { rebuiltRuns } from '../support/rebuilt-runs.ts'

const PAGE = join(import.meta.dirname, 'analytics-agreement.md')

const RUNS = readdirSync(LEDGER)

/** A run beside its capture, contract by contract. */
const comparisonsOf = async (run: string): Promise<ReadonlyMap<Contract, CaptureComparison>> =>
  new Map(
    (await rebuiltRuns(run)).map(({ contract, posted, made, home }) => [
      contract,
      compareAnalytics(posted, made, contract, KNOWN_DIFFERENCES, home)
    ])
  )

const unexplainedIn = ({ events }: CaptureComparison): ReadonlyArray<string> =>
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
  const compared = new Map<Contract, Array<CaptureComparison>>(CONTRACTS.map((one) => [one, []]))

  for (const run of RUNS) {
    it(`agree with what Codex posted in ${run}, or differ for a known reason`, async () => {
      for (const [contract, comparison] of await comparisonsOf(run)) {
        compared.get(contract)?.push(comparison)
        assert.deepEqual(unexplainedIn(comparison), [])
      }
    })
  }

  it('agree as analytics-agreement.md says', async () => {
    for (const run of RUNS)
      if ([...compared.values()].every((all) => all.length === 0))
        for (const [contract, one] of await comparisonsOf(run)) compared.get(contract)?.push(one)
    agreementPage(PAGE, compared, RUNS.length)
  })

  it('know of no difference that no run shows', () => {
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
      []
    )
  })
})

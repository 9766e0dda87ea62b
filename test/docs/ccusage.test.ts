// The page that compares totals run by run. The goal: what it says of a run is what the recorder counted. What ccusage
// says is written by the bench, which needs ccusage; runs recorded after that are not on the page yet.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordedRuns } from '../../bench/measure/recorded-runs.ts'
import { FIXTURES } from '../support/fixture-home.ts'

const PAGE = join(import.meta.dirname, '..', '..', 'bench', 'ccusage.md')

describe('usage beside ccusage', () => {
  it('says of every run on the page what it spent and what its rollouts hold', () => {
    const rows = readFileSync(PAGE, 'utf8')
      .split('\n')
      .filter((line) => /^\| [a-z0-9A-Z-]+-(\d{3}|OpenAI) \|/.test(line))
      .map((line) => line.split('|').slice(1, 4).join('|'))
    const said = (count: number | null) => count?.toLocaleString('en') ?? '–'
    const runs = recordedRuns(join(FIXTURES, 'ledger')).map(
      ({ name, spent, recorded }) => ` ${name} | ${said(spent)} | ${said(recorded)} `
    )
    expect(rows.length).to.be.greaterThan(100)
    expect(rows.filter((row) => !runs.includes(row))).to.deep.equal([])
  })
})

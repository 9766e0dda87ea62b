// Random threads of legacy lines in which turns are cut short: under their own name, another one or none, with and without an
// error, before and behind rollbacks, compactions and reviews. The goal: the turns of Codex 0.169, which ends such a turn where
// older ones let it go on. The method: `test/oracle/record-aborted.ts` recorded its answers.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { aboutAborted, ABORTED, writeAborted, type Aborted } from '../support/aborted-turns.ts'
import { strictAnswers } from '../support/agreement.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'

describe('turns that were cut short in a legacy thread', () => {
  it('are those of Codex 0.169.0', async () => {
    const recorded = JSON.parse(
      brotliDecompressSync(readFileSync(ABORTED)).toString('utf8')
    ) as ReadonlyArray<Aborted>
    expect(recorded.length).to.be.greaterThan(200)
    const home = temporaryFolder()
    try {
      writeAborted(
        home,
        recorded.map(({ lines }) => lines)
      )
      const answers = await strictAnswers(
        home,
        '0.169.0',
        recorded.map((_, at) => aboutAborted(at))
      )
      for (const [at, { lines, turns }] of recorded.entries())
        expect({ lines, turns: answers[at]?.response['result'] }).to.deep.equal({ lines, turns })
    } finally {
      removeFolder(home)
    }
  })
})

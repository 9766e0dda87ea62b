// Answers that are read row by row, over an index in which a page turns out to be damaged on the way. The goal: whoever
// reads knows that the answer is not whole, and has it when he asks again. The method: the n-th read of the index throws,
// for every n that the reading of the rows takes.
import { expect } from 'chai'
import { join } from 'node:path'
import { auditHome } from '../../../adapters/home/audit-home.ts'
import { thrownFailure } from '../../../adapters/cli/text/report.ts'
import type { Engine } from '../../../replay/engine.ts'
import { IndexDamage } from '../../../replay/ports.ts'
import { disturbedIndex } from '../../support/disturbed-index.ts'
import { engineOver } from '../../support/engine-over.ts'
import { right } from '../../support/engines.ts'
import { FIXTURES } from '../../support/fixture-home.ts'

const HOME = join(FIXTURES, 'ledger', 'h3-142', 'home')

const breaks = (): never => {
  throw new IndexDamage('a page is not what was written')
}

const ANSWERS: Readonly<Record<string, (engine: Engine) => Promise<AsyncIterable<unknown>>>> = {
  usageRows: (engine) => right(engine.usageRows({ by: 'total' })),
  auditExport: (engine) => right(engine.auditExport()),
  analytics: (engine) => right(engine.analytics({ contract: '0.142' }))
}

interface Given {
  readonly rows: ReadonlyArray<unknown>
  readonly thrown: unknown
}

const readAll = async (answer: AsyncIterable<unknown>): Promise<Given> => {
  const rows: Array<unknown> = []
  try {
    for await (const row of answer) rows.push(row)
    return { rows, thrown: null }
  } catch (thrown) {
    return { rows, thrown }
  }
}

describe('rows of an answer over an index that is damaged', () => {
  for (const [name, ask] of Object.entries(ANSWERS))
    it(`${name}: end with a failure that has a name, and are whole when asked again`, async () => {
      const { index, reads, disturbAfter } = disturbedIndex(breaks)
      const engine = engineOver(HOME, { index, auditHome: auditHome(HOME) })
      const answer = await ask(engine)
      const before = reads()
      const whole = await readAll(answer)
      const taken = reads() - before
      expect(whole.thrown).to.equal(null)
      expect(taken).to.be.greaterThan(0)
      for (let n = 1; n <= taken; n++) {
        const broken = await ask(engine)
        disturbAfter(n)
        const { rows, thrown } = await readAll(broken)
        expect(rows).to.deep.equal(whole.rows.slice(0, rows.length))
        const { kind, message, retryable, exit } = thrownFailure(thrown)
        expect([kind, retryable, exit]).to.deep.equal(['index_emptied', true, 5])
        expect(message).to.contain('a page is not what was written')
        expect(await readAll(await ask(engine))).to.deep.equal(whole)
      }
      await engine.close()
    })
})

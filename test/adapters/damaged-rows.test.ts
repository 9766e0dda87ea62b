// Answers that are read row by row, over an index in which a page turns out to be damaged on the way. The goal: whoever
// reads knows that the answer is not whole, and has it when he asks again. The method: the n-th read of the index throws,
// for every n that the reading of the rows takes.
import { expect } from 'chai'
import { join } from 'node:path'
import { auditHome } from '../../adapters/home/audit-home.ts'
import { memoryIndex } from '../../adapters/memory/index.ts'
import { thrownFailure } from '../../adapters/cli/text/report.ts'
import type { Engine } from '../../replay/engine.ts'
import { IndexDamage, type Index } from '../../replay/ports.ts'
import { engineOver } from '../support/engine-over.ts'
import { right } from '../support/engines.ts'
import { FIXTURES } from '../support/fixture-home.ts'

const HOME = join(FIXTURES, 'ledger', 'h3-142', 'home')

/** An index whose n-th read from now throws; until then it counts. */
const brittle = () => {
  const index = memoryIndex()
  let reads = 0
  let breaksAt = Infinity
  const read =
    <G extends ReadonlyArray<unknown>, A>(one: (...given: G) => A) =>
    (...given: G): A => {
      reads += 1
      if (reads !== breaksAt) return one(...given)
      throw new IndexDamage('a page is not what was written')
    }
  const whole: Index = {
    ...index,
    get: read(index.get),
    range: read(index.range),
    keys: read(index.keys)
  }
  return {
    index: whole,
    reads: () => reads,
    breakAfter: (more: number) => (breaksAt = reads + more)
  }
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
      const { index, reads, breakAfter } = brittle()
      const engine = engineOver(HOME, { index, auditHome: auditHome(HOME) })
      const answer = await ask(engine)
      const before = reads()
      const whole = await readAll(answer)
      const taken = reads() - before
      expect(whole.thrown).to.equal(null)
      expect(taken).to.be.greaterThan(0)
      for (let n = 1; n <= taken; n++) {
        const broken = await ask(engine)
        breakAfter(n)
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

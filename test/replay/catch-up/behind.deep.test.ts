// What pages are served from is folded behind the lists, in a second thread.
import { expect } from 'chai'
import { join } from 'node:path'
import { openLmdbIndex } from '../../../adapters/index/lmdb/index.ts'
import type { Engine } from '../../../replay/engine.ts'
import { right, turnsOf, withEngine } from '../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import {
  appendRollout,
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'

const MANY = 90

describe('the fold behind lists', () => {
  let home = ''
  let folder = ''
  before(() => {
    home = emptyHome()
    folder = temporaryFolder()
    for (let n = 1; n <= MANY; n++)
      writeRollout(
        rolloutPath(home, idOf(n), n),
        linesOf([metaLine(idOf(n)), userLine(`one of ${n}`), userLine(`two of ${n}`)])
      )
  })
  after(() => [home, folder].forEach(removeFolder))

  const using = (name: string, use: (engine: Engine) => Promise<unknown>) =>
    withEngine({ home, index: join(folder, name) }, use)

  /** Every row of turns, with its key. */
  const turnRows = async (name: string): Promise<ReadonlyArray<unknown>> => {
    const index = openLmdbIndex(join(folder, name))
    const rows = index.range(['turns@'], ['turns@\u{10ffff}'], Infinity, false)
    await index.close()
    return rows
  }

  it('leaves no rows of turns to a list, and all of them behind it', async () => {
    await using('lists', (engine) => right(engine.listThreads({})))
    expect(await turnRows('lists')).to.deep.equal([])
    await using('lists', (engine) => right(engine.foldBehind()))
    await using('asked', (engine) => right(engine.status()))
    const rows = await turnRows('lists')
    expect(rows).to.deep.equal(await turnRows('asked'))
    expect(rows.length).to.be.greaterThan(MANY)
  })

  it('goes on while threads are read and written to, whose answers are as new as their files', async () => {
    await using('busy', async (engine) => {
      const behind = right(engine.foldBehind())
      for (const n of [1, 45, MANY]) {
        appendRollout(rolloutPath(home, idOf(n), n), linesOf([userLine('newer')]))
        expect((await turnsOf(engine, idOf(n))).length).to.equal(3)
      }
      await behind
      for (let n = 1; n <= MANY; n++)
        expect((await turnsOf(engine, idOf(n))).length).to.equal([1, 45, MANY].includes(n) ? 3 : 2)
    })
  })

  it('ends where it is when the engine is closed, and goes on from there', async () => {
    await using('closed', async (engine) => {
      void engine.foldBehind()()
      await right(engine.listThreads({}))
    })
    await using('closed', (engine) => right(engine.foldBehind()))
    await using('whole', (engine) => right(engine.status()))
    expect(await turnRows('closed')).to.deep.equal(await turnRows('whole'))
  })
})

// A process that forks a thread, rolls it back and brings back what it hid may be killed at any moment. The method: kill it
// before a step chosen by a seed, or within a write, look at every file, and let another process go on.
// UNROLL_CRASHES=500 runs that many trials instead of the usual ones.
import { expect } from 'chai'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { branchTrials } from '../../support/branch-crashes.ts'
import { shownTurns } from '../../support/branches.ts'
import { bundleChild } from '../../support/crashes.ts'
import { right, withEngine } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'

const TRIALS = Number(process.env['UNROLL_CRASHES'] ?? 56)
const TRIAL_MS = 5000

describe('forks and rollbacks after a kill', () => {
  it('are whole or absent, acknowledged ones are there, and the next ones work', async () => {
    const script = bundleChild('branch-entry')
    const { trial, close } = branchTrials(script)
    const seen = new Set<string>()
    try {
      for (let seed = 1; seed <= TRIALS; seed++) {
        const { name, problems, within } = await trial(seed)
        expect(problems, name).to.deep.equal([])
        seen.add(within)
      }
    } finally {
      close()
      removeFolder(dirname(script))
    }
    expect([...seen].toSorted()).to.include.members(['back', 'fork', 'rollback', 'unrollback'])
  }).timeout(TRIALS * TRIAL_MS)
})

describe('an unrollback whose write was cut off', () => {
  const ID = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
  const DONE = 'unroll_turns_restored'
  let home = ''
  beforeEach(() => (home = copyHome('basic-142')))
  afterEach(() => removeFolder(home))

  /** Rolls back and forth; answers with the turns, the file, and where the last write can be cut off, last place first. */
  const prepared = () =>
    withEngine({ home }, async (engine) => {
      const shown = await shownTurns(engine, ID)
      await right(engine.rollback(ID, 2))
      const { appended } = await right(engine.unrollback(ID))
      const path = appended?.path ?? ''
      const bytes = readFileSync(path)
      const cuts: Array<number> = []
      for (let end = bytes.length - 1; end > bytes.indexOf(DONE);) {
        const begin = bytes.lastIndexOf(10, end - 1) + 1
        cuts.push(begin + Math.floor((end - begin) / 2), begin)
        end = begin - 1
      }
      return { shown, path, cuts }
    })

  it('goes on at the next try, wherever that was', async () => {
    const { shown, path, cuts } = await prepared()
    const bytes = readFileSync(path)
    expect(cuts.length).to.be.greaterThan(30)
    for (const cut of cuts) {
      writeFileSync(path, bytes)
      truncateSync(path, cut)
      await withEngine({ home }, async (engine) => {
        await right(engine.unrollback(ID))
        expect(await shownTurns(engine, ID), `cut off at ${cut}`).to.deep.equal(shown)
        const again = await engine.unrollback(ID)()
        expect(again._tag).to.equal('Left')
      })
    }
  })

  it('leaves turns that can be rolled back and brought back', async () => {
    const { path, cuts } = await prepared()
    truncateSync(path, cuts[6] ?? 0)
    await withEngine({ home }, async (engine) => {
      const partly = (await right(engine.readThread(ID, true))).turns.map(({ id }) => id)
      await right(engine.rollback(ID, 1))
      await right(engine.unrollback(ID))
      const now = (await right(engine.readThread(ID, true))).turns.map(({ id }) => id)
      expect(now).to.deep.equal(partly)
    })
  })
})

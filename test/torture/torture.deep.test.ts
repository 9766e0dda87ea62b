// Short runs of what `npm run torture` does at length: processes that are killed, system calls that fail, power that is cut.
import { expect } from 'chai'
import { removeFolder } from '../support/fixture-home.ts'
import { bundleChild } from './bundle.ts'
import { deathSweep } from './deaths.ts'
import { faultSweep, WAYS } from './faults.ts'
import { helper, type Helper } from './helper.ts'
import { randomKills, SCENES } from './kills.ts'
import { powerCuts } from './power.ts'

const SEED = 1
const KILLS = 2
/** A fault that stays until it is taken away shows most. */
const LASTING = WAYS.filter(({ lasts }) => lasts)
const TIMEOUT_MS = 120_000

describe('torture', () => {
  let program = ''
  let child: Helper
  before(() => {
    program = bundleChild()
    child = helper(program)
  })
  after(() => {
    child.close()
    removeFolder(program)
  })

  for (const scene of SCENES)
    it(`(${scene.name}) loses nothing that was acknowledged when the process is killed`, async () => {
      const { findings, kills, lost } = await randomKills(program, scene, KILLS, SEED, 1)
      expect({ findings, kills, lost }).to.deep.equal({ findings: [], kills: KILLS, lost: 0 })
    }).timeout(TIMEOUT_MS)

  for (const [operation, from] of [
    ['append', 5],
    ['fork_paged', 9],
    ['delete', 17]
  ] as const)
    it(`(${operation}) leaves a home that works when it dies at a system call`, async () => {
      const { findings, kills } = await deathSweep(program, child, operation, { from, every: 30 })
      expect(findings).to.deep.equal([])
      expect(kills).to.be.greaterThan(0)
    }).timeout(TIMEOUT_MS)

  for (const [operation, from] of [
    ['append', 7],
    ['archive', 11],
    ['delete', 13],
    ['rename', 3],
    ['page', 5],
    ['list', 2]
  ] as const)
    it(`(${operation}) says so when a system call fails, and succeeds the next time`, async () => {
      const every = 40
      const { findings, trials } = await faultSweep(child, operation, LASTING, { from, every })
      expect(findings).to.deep.equal([])
      expect(trials).to.be.greaterThan(0)
    }).timeout(TIMEOUT_MS)

  it('loses nothing that was acknowledged when the power is cut, and much where nothing is synced', async () => {
    const cut = await powerCuts(program, 1, SEED, true)
    if (typeof cut === 'string') return expect(cut).to.match(/^no file system can be mounted here/)
    const control = await powerCuts(program, 1, SEED, false)
    expect(cut.findings).to.deep.equal([])
    expect(control).to.deep.include({ cuts: 1, losses: 1 })
    return undefined
  }).timeout(TIMEOUT_MS)
})

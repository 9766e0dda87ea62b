// Processes die while they copy a home to a store or out of it, or follow a store; and the store dies too. The goal: whoever
// comes next finishes the work, and every line is there once, byte for byte. The method: the built program, killed at a step that
// a seed chooses; `npm run crash:eventstore` does so more often.
import { expect } from 'chai'
import { removeFolder } from '../../../../support/fixture-home.ts'
import { builtProgram, type Program } from '../../../../support/store-trials/program.ts'
import { serverTrial } from '../../../../support/store-trials/server-trial.ts'
import { KINDS, storeTrial } from '../../../../support/store-trials/trials.ts'

const TITLES = {
  push: 'leaves a home that is copied again whole in the store, each line once',
  'push more': 'leaves what is new in a home in the store once',
  mirror: 'leaves what a mirror did not bring to the next push',
  pull: 'leaves files that the next pull finishes, and never one that is half another',
  output: 'leaves a file of what a store tells that has each line once',
  node: 'leaves an index from which the next node answers as a new one does'
} as const

describe('a process that is killed over a store', function () {
  this.timeout(300_000)
  let program: Program
  before(() => {
    program = builtProgram()
  })
  after(() => removeFolder(program.folder))

  for (const [at, kind] of KINDS.entries())
    it(TITLES[kind], async () => {
      const { name, problems } = await storeTrial(program, at + 1, kind)
      expect(problems, name).to.deep.equal([])
    })

  it('may be the server: it comes back with what it had answered, and the push goes on', async () => {
    const { name, problems, kills } = await serverTrial(program, 1)
    expect(problems, name).to.deep.equal([])
    expect(kills).to.be.greaterThan(0)
  })
})

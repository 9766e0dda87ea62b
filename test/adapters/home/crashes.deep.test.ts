// A process that moves the files of a home may be killed at any moment, and so may the one that finishes its work. The
// method: kill it before a step chosen by a seed, let another process come, and look at every file.
// UNROLL_CRASHES=500 runs that many trials instead of the usual ones.
import { expect } from 'chai'
import { dirname } from 'node:path'
import { bundleChild, crashTrials } from '../../support/crashes.ts'
import { removeFolder } from '../../support/fixture-home.ts'

const TRIALS = Number(process.env['UNROLL_CRASHES'] ?? 56)
const TRIAL_MS = 3000

describe('a home after a kill', () => {
  it('is as before or as after, with every rollout and every name', async () => {
    const script = bundleChild()
    const { trial, close } = crashTrials(script)
    const seen = new Set<string>()
    try {
      for (let seed = 1; seed <= TRIALS; seed++) {
        const { problems, state, operation, step } = await trial(seed)
        expect(problems, `seed ${seed}, ${operation} killed at step ${step}`).to.deep.equal([])
        seen.add(state)
      }
    } finally {
      close()
      removeFolder(dirname(script))
    }
    expect([...seen].toSorted()).to.deep.equal(['after', 'before'])
  }).timeout(TRIALS * TRIAL_MS)
})

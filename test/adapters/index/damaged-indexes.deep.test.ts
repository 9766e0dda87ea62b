// What may happen to the directory of an index. The goal: the process lives, answers as without an index, and leaves an index that
// is, row by row, what building from the files gives. The other kinds of damage are tried by `npm run torture`.
import { expect } from 'chai'
import { indexTrials } from '../../torture/hostile/index-trials.ts'

const TRIED: ReadonlySet<string> = new Set([
  'data cut anywhere',
  'both meta pages zeroed',
  'a bit of a row',
  'a page of noise',
  'data that is a folder',
  'data that is a link elsewhere',
  'a lock that is a folder',
  'a seal that is a folder'
])

describe('an index directory that was tampered with', () => {
  it('is built again from the rollouts, whatever was done to it', () => {
    const tally = indexTrials(
      1,
      1,
      () => undefined,
      (name) => TRIED.has(name)
    )
    expect(tally).to.deep.equal({
      trials: TRIED.size,
      counts: { 'as built from the files': TRIED.size },
      problems: []
    })
  }).timeout(600_000)
})

// Bytes that were changed or cut off behind our back. The goal: whatever happened to one line costs that line, and it is said
// which one. `npm run torture` does the same ten thousand times.
import { expect } from 'chai'
import { flipTrials } from '../../../torture/hostile/flips.ts'
import { everyTruncation, TEN_RECORDS } from '../../../torture/hostile/truncations.ts'

const quiet = (): void => undefined

describe('a rollout with flipped bits or bytes', () => {
  it('is read as if only the damaged lines were missing', async () => {
    const { trials, problems } = await flipTrials(20_260_501, 60, quiet)
    expect(problems).to.deep.equal([])
    expect(trials).to.equal(60)
  })
})

describe('a rollout that is cut at any byte', () => {
  for (const [which, text] of Object.entries(TEN_RECORDS))
    it(`is read up to the cut, and what is appended later leaves the torn line alone, ${which}`, async () => {
      const { problems } = await everyTruncation(text, quiet, 32)
      expect(problems).to.deep.equal([])
    })
})

// What is thrown as a failure comes back as the failure it was.
import { expect } from 'chai'
import { failureIn, ioFailure, thrown } from '../../replay/guarded.ts'
import type { StoreError } from '../../domain/errors.ts'

const FAILURES: ReadonlyArray<StoreError> = [
  { _tag: 'IoFailure', operation: 'read', path: '/a', cause: 'events are missing' },
  { _tag: 'StoreUnavailable', where: 'esdb://a', reason: 'no answer' },
  { _tag: 'Busy', what: 'the index' }
]

describe('a failure that is thrown', () => {
  for (const failure of FAILURES)
    it(`is the same again as data: ${failure._tag}`, () => {
      expect(failureIn(thrown(failure))).to.deep.equal(failure)
      expect(ioFailure(thrown(failure), '/elsewhere')).to.deep.equal(failure)
    })

  it('is an error with the words for it', () => {
    expect(thrown(FAILURES[0] as StoreError).message).to.equal('cannot read /a: events are missing')
  })

  it('is told from an error that is none', () => {
    expect(failureIn(new Error('a defect'))).to.equal(null)
  })
})

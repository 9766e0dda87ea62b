// Old lines become the lines of today, once and for good.
import { expect } from 'chai'
import fc from 'fast-check'
import { upcast } from '../migrations/upcast.ts'
import { rolloutLine } from './support/rollouts.ts'

const event = (payload: object) => ({ timestamp: 'x', type: 'event_msg', payload, extra: 1 })

describe('an old line', () => {
  it('gets the names of today and keeps all else', () => {
    expect(upcast(event({ type: 'turn_started', turn_id: 't', more: 2 }))).to.deep.equal(
      event({ type: 'task_started', turn_id: 't', more: 2 })
    )
    expect(upcast(event({ type: 'turn_complete', turn_id: 't' }))).to.deep.equal(
      event({ type: 'task_complete', turn_id: 't' })
    )
  })

  it('is not changed a second time', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.constantFrom('turn_started', 'turn_complete').map((type) => event({ type }))
        ),
        (value) => {
          expect(upcast(upcast(value))).to.deep.equal(upcast(value))
        }
      )
    ))

  it('of today comes back as the very same value', () =>
    fc.assert(
      fc.property(rolloutLine, (text) => {
        const value: unknown = /^\s*$|2026$/.test(text) ? text : JSON.parse(text)
        expect(upcast(value)).to.equal(value)
      })
    ))
})

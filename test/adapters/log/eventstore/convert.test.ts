// Events as the client has them. The goal: nothing is lost or rounded on the way to unroll's own shape. The method: events as
// the client makes them of what the server sends, written down.
import type { RecordedEvent } from '@eventstore/db-client'
import { expect } from 'chai'
import {
  isTombstone,
  numberOf,
  placeOf,
  stored
} from '../../../../adapters/log/eventstore/connection/convert.ts'

const recorded = (changes: object): RecordedEvent => ({
  streamId: 'thread-a',
  id: '5f1f7d3c-35b6-4d3a-9b1a-111111111111',
  revision: 3n,
  type: 't',
  isJson: true,
  data: { a: 1 },
  metadata: { line: 2 },
  created: new Date(1_700_000_000_123),
  position: { commit: 500n, prepare: 400n },
  ...changes
})

describe('an event of the client', () => {
  it('is an event of unroll, with numbers', () => {
    expect(stored(recorded({}))).to.deep.equal({
      stream: 'thread-a',
      revision: 3,
      id: '5f1f7d3c-35b6-4d3a-9b1a-111111111111',
      type: 't',
      data: { json: { a: 1 } },
      metadata: { line: 2 },
      createdAtMs: 1_700_000_000_123,
      position: { commit: 500, prepare: 400 }
    })
  })

  it('has no position where the server told none', () => {
    expect(stored(recorded({ position: undefined }))).not.to.have.property('position')
  })

  it('is bytes when it is no JSON object: bytes, JSON that could not be read, another value', () => {
    const bytesOf = (data: unknown): string => String(stored(recorded({ data })).data.bytes)
    expect([Buffer.from('a\n'), '{"cut', '', [1, 2], 7, null, true].map(bytesOf)).to.deep.equal([
      'a\n',
      '{"cut',
      '',
      '[1,2]',
      '7',
      'null',
      'true'
    ])
  })

  it('has empty metadata when they are no JSON object', () => {
    for (const metadata of [undefined, Buffer.from('x'), ['a'], 'text', 1]) {
      expect(stored(recorded({ metadata })).metadata).to.deep.equal({})
    }
  })

  it('is never at a number that a number cannot be', () => {
    expect(numberOf(2n ** 53n - 1n)).to.equal(Number.MAX_SAFE_INTEGER)
    expect(() => numberOf(2n ** 53n)).to.throw(RangeError)
    expect(() => stored(recorded({ revision: 2n ** 63n - 1n }))).to.throw(RangeError)
  })

  it('may be the mark that a stream was deleted for good', () => {
    expect([isTombstone(recorded({ type: '$streamDeleted' })), isTombstone(recorded({}))]).to.eql([
      true,
      false
    ])
  })

  it('has a place in the log of all streams, in either way in which it is told', () => {
    expect(placeOf({ event: recorded({}) })).to.deep.equal({ commit: 500, prepare: 400 })
    const old = { event: recorded({ position: undefined }), commitPosition: 7n }
    expect(placeOf(old)).to.deep.equal({ commit: 7, prepare: 7 })
    expect(placeOf({ event: recorded({ position: undefined }) })).to.equal(null)
  })
})

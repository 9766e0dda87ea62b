import { expect } from 'chai'
import { ExactNumber, exactValue } from '../../../domain/log/exact-json.ts'

const exact = (text: string) => exactValue(text, JSON.parse(text), 'written')
const written = (text: string) => new ExactNumber(text, 'written')

describe('exactValue', () => {
  it('keeps numbers that are not written as short integers, wherever they stand', () => {
    const odd: ReadonlyArray<readonly [text: string, value: unknown]> = [
      ['{"a":1.0}', { a: written('1.0') }],
      ['{"a":1e0}', { a: written('1e0') }],
      ['{"a": \n -0}', { a: written('-0') }],
      ['{"a":-0.5}', { a: written('-0.5') }],
      ['{"a":1234567890123456}', { a: written('1234567890123456') }],
      ['{"a":[1,2,-3.25]}', { a: [1, 2, written('-3.25')] }],
      ['{"a":1,"b":"x, 2","c":[ 7E2 ]}', { a: 1, b: 'x, 2', c: [written('7E2')] }],
      [
        '{"timestamp":"2026-01-01T00:00:00.123Z","ordinal":1.0}',
        { timestamp: '2026-01-01T00:00:00.123Z', ordinal: written('1.0') }
      ],
      ['{"timestamp":"a\\",1.5","b":2.5}', { timestamp: 'a",1.5', b: written('2.5') }],
      ['{"timestamp":1.5}', { timestamp: written('1.5') }]
    ]
    for (const [text, value] of odd) expect(exact(text), text).to.deep.equal(value)
  })

  it('takes everything else as it was parsed', () => {
    for (const text of [
      '{"timestamp":"2026-01-01T00:00:00.123Z","type":"event_msg","payload":{}}',
      '{"timestamp":"2026-01-01T00:00:00.123Z","ordinal":123456789012345}',
      '{"a":"1.0, 2.5: -0","b":"[1.5]","c":0,"d":-1,"e":[10,20]}',
      '{"a":"\\u001b[31m \\ud83d\\ude00 \\uD83D\\uDE00","b":3}'
    ]) {
      const value: unknown = JSON.parse(text)
      expect(exactValue(text, value, 'written'), text).to.equal(value)
    }
  })

  it('refuses half of a surrogate pair, also in a member that is there twice', () => {
    for (const text of ['{"a":"\\ud800"}', '{"a":"\\uDC00"}', '{"a":"\\uD800","a":1}'])
      expect(exact(text), text).to.equal(undefined)
    expect(exactValue('{"a":1e999,"a":"x"}', { a: 'x' }, 'rounded')).to.equal(undefined)
  })
})

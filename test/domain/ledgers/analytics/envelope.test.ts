// Request payloads as lines: how events are put into them, and how they are read back.
import * as E from 'fp-ts/lib/Either.js'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  captureLine,
  eventsOfLine,
  payloadsOf,
  type PostedEvent
} from '../../../../domain/ledgers/analytics/envelope.ts'

const event = (event_type: string): PostedEvent => ({ event_type, event_params: {} })
const LINES = 'codex_accepted_line_fingerprints'

const typesOf = (...types: ReadonlyArray<string>) =>
  payloadsOf(types.map(event)).map(({ events }) => events.map((one) => one.event_type))

describe('request payloads of analytics events', () => {
  it('hold the events of one fact together', () => {
    expect(typesOf()).to.deep.equal([])
    expect(typesOf('a', 'b')).to.deep.equal([['a', 'b']])
  })

  it('hold accepted lines alone, which split what stands around them', () => {
    expect(typesOf('a', 'b', LINES, 'c', LINES, LINES)).to.deep.equal([
      ['a', 'b'],
      [LINES],
      ['c'],
      [LINES],
      [LINES]
    ])
  })

  it('are one compact line each', () => {
    expect(captureLine({ events: [event('a')] })).to.equal(
      '{"events":[{"event_type":"a","event_params":{}}]}\n'
    )
  })

  it('are read from payloads and from bare events', () => {
    expect(eventsOfLine('{"event_type":"a","event_params":{}}')).to.deep.equal(
      E.right([event('a')])
    )
    expect(eventsOfLine('{"events":[]}')).to.deep.equal(E.right([]))
  })

  it('are refused with the reason when they are something else', () => {
    const refusals = {
      '{"events":': 'no JSON',
      '[]': 'neither a payload nor an event',
      '{"event_type":"a"}': 'neither a payload nor an event',
      '{"events":[{"event_type":1,"event_params":{}},{"event_type":"a","event_params":{}}]}':
        '1 of its 2 events are none',
      [`{"event_type":"a","event_params":{"a":${'['.repeat(500)}${']'.repeat(500)}}}`]:
        'nested deeper than 64 levels'
    }
    for (const [line, reason] of Object.entries(refusals))
      expect(eventsOfLine(line)).to.deep.equal(E.left(reason))
  })

  it('come back as they were, whatever they hold', () => {
    const params = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 8 })) as fc.Arbitrary<
      PostedEvent['event_params']
    >
    const events = fc.array(
      fc.record({ event_type: fc.constantFrom('a', 'b', LINES), event_params: params })
    )
    fc.assert(
      fc.property(events, (all) => {
        const lines = payloadsOf(all).map(captureLine)
        const back = lines.flatMap((line) => {
          const read = eventsOfLine(line.slice(0, -1))
          return E.isRight(read) ? read.right : []
        })
        expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).to.equal(true)
        expect(JSON.stringify(back)).to.equal(JSON.stringify(all))
      })
    )
  })
})

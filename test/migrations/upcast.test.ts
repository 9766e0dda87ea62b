// Old lines become the lines of today, once and for good.
import { expect } from 'chai'
import fc from 'fast-check'
import { upcast } from '../../migrations/upcast.ts'
import { withEnvelope } from '../../migrations/bare.ts'
import { linesOfDocument } from '../../migrations/document.ts'
import { rolloutLine } from '../support/rollouts.ts'

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

describe('a line from before the envelope', () => {
  it('gets one, and nothing that it does not tell', () => {
    const head = { id: 'x', timestamp: '2025-08-20T10:00:00.000Z', instructions: null, git: {} }
    const unknown = { cwd: '', originator: '', cli_version: '' }
    expect(withEnvelope(head)).to.deep.equal({
      timestamp: head.timestamp,
      type: 'session_meta',
      payload: { ...head, ...unknown }
    })
    const item = { type: 'message', role: 'user', content: [] }
    expect(withEnvelope(item)).to.deep.equal({
      timestamp: '',
      type: 'response_item',
      payload: item
    })
    const state = { timestamp: '', type: 'state', payload: {} }
    expect(withEnvelope({ record_type: 'state' })).to.deep.equal(state)
  })

  it('is told from every line that has one', () =>
    fc.assert(
      fc.property(rolloutLine, (text) => {
        const value: unknown = /^\s*$|2026$/.test(text) ? text : JSON.parse(text)
        expect(withEnvelope(value)).to.equal(null)
      })
    ))
})

describe('a document of the TypeScript client', () => {
  const session = { timestamp: '2025-05-07T10:00:00.000Z', id: 'x', instructions: '' }
  const items = fc.array(
    fc.record({
      type: fc.constantFrom('message', 'reasoning'),
      text: fc.string({ unit: 'grapheme' }),
      parts: fc.array(fc.jsonValue(), { maxLength: 3 })
    }),
    { maxLength: 8 }
  )
  const documentOf = (all: ReadonlyArray<unknown>): string =>
    JSON.stringify({ session, items: all }, null, 2)
  const linesIn = (text: string): ReadonlyArray<unknown> =>
    linesOfDocument(text)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  const plain = (all: ReadonlyArray<unknown>): unknown =>
    JSON.parse(JSON.stringify([session, ...all]))

  it('is its session and its items, a line each, however it is laid out', () =>
    fc.assert(
      fc.property(items, (all) => {
        expect(linesIn(documentOf(all))).to.deep.equal(plain(all))
        expect(linesIn(JSON.stringify({ session, items: all }))).to.deep.equal(plain(all))
      })
    ))

  it('over the beginning of which a shorter one was written still has every item', () =>
    fc.assert(
      fc.property(items, fc.nat(8), (all, kept) => {
        const shorter = documentOf(all.slice(0, Math.max(1, kept)))
        const longer = documentOf(all)
        fc.pre(all.length > 0)
        const bytes = Buffer.from(longer)
        Buffer.from(shorter).copy(bytes)
        expect(linesIn(bytes.toString('utf8'))).to.deep.equal(plain(all))
      })
    ))

  it('that ends too early has the items before the place, and a rest without a newline', () =>
    fc.assert(
      fc.property(items, fc.nat(), (all, place) => {
        const text = documentOf(all)
        const lines = linesOfDocument(text.slice(0, place % text.length)).split('\n')
        const whole = lines.slice(0, -1).map((line) => JSON.parse(line) as unknown)
        expect(plain(all)).to.deep.equal([
          ...whole,
          ...(plain(all) as Array<unknown>).slice(whole.length)
        ])
      })
    ))
})

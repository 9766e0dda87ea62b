// The size of a value as JSON is counted without printing it whole. The goal: the bytes that JSON.stringify makes.
import { expect } from 'chai'
import fc from 'fast-check'
import { cutText, jsonBytes, textBytes } from '../../domain/thread/budget/json-size.ts'

const printed = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

const unit = fc.constantFrom(
  'a',
  '"',
  '\\',
  '\n',
  '\u0001',
  '\u007f',
  'é',
  '語',
  '😀',
  '\ud83d',
  '\ude00'
)
/** Short texts, and texts that are counted in several parts. */
const text = fc
  .tuple(fc.string({ unit, maxLength: 40 }), fc.constantFrom(1, 20, 3000))
  .map(([part, times]) => part.repeat(times))

describe('the size of a value as JSON', () => {
  it('is that of its text, however long', () =>
    fc.assert(
      fc.property(text, (value) => {
        expect(textBytes(value)).to.equal(printed(value))
      })
    ))

  it('is that of its text where a part would end between a lone surrogate and a pair', () => {
    const value = `${'a'.repeat(32 * 1024 - 1)}\ud83d\u{1f600}`
    expect(textBytes(value)).to.equal(printed(value))
  })

  it('is that of any value', () =>
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), text, (value, long) => {
        expect(jsonBytes({ value, long, list: [long, value] })).to.equal(
          printed({ value, long, list: [long, value] })
        )
      })
    ))

  it('of a text that is cut is at most what was asked for, and no character more would fit', () =>
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 400 }), (value, most) => {
        const cut = cutText(value, most)
        expect(value.startsWith(cut)).to.equal(true)
        expect(printed(cut)).to.be.at.most(most)
        const [next] = value.slice(cut.length)
        if (next !== undefined) expect(printed(cut + next)).to.be.greaterThan(most)
      })
    ))
})

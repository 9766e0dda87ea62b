// What a search may rule out without looking: a text in which a regular expression matches always has the letters that were
// said to be sure.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { folded, spaced } from '../../../../domain/thread/search/folded.ts'
import {
  literalOf,
  matchesOf,
  patternOf,
  PIECE_CHARACTERS,
  piecesOf
} from '../../../../domain/thread/search/pattern.ts'

const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    'K',
    'é',
    'ß',
    ' ',
    '\\.',
    '.',
    '\\w',
    '\\s',
    '\\b',
    '[ab]',
    '[^a]',
    '\\u0061',
    '\\x62',
    '^',
    '$'
  ],
  ...['\\p{L}', 'ſ', '\n', '\\n', '日', '😀', '-', '\\/']
)
const repetition = fc.constantFrom('', '', '', '?', '*', '+', '+?', '*?', '{2}', '{0,1}', '{1,}')
const isRepeatable = (one: string): boolean => !['\\b', '^', '$'].includes(one)
const { pattern: written } = fc.letrec<{ pattern: string; one: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(atom, repetition).map(([one, times]) => one + (isRepeatable(one) ? times : '')),
    fc
      .tuple(
        fc.constantFrom('(', '(?:', '(?<x>'),
        tie('pattern'),
        fc.constantFrom('', '', '?', '{2}', '{0,1}')
      )
      .map(([open, inner, times]) => `${open.replace('x', 'n')}${inner})${times}`),
    fc
      .tuple(fc.constantFrom('(?=', '(?!', '(?<=', '(?<!'), tie('pattern'))
      .map(([open, inner]) => `${open}${inner})`)
  ),
  pattern: fc
    .tuple(fc.array(tie('one'), { minLength: 1, maxLength: 4 }), fc.option(tie('one')))
    .map(([ones, other]) => ones.join('') + (other === null ? '' : `|${other}`))
}))
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'k',
      'K',
      '\u212a',
      'é',
      'e\u0301',
      'ß',
      'ss',
      's',
      ' ',
      '  ',
      '\n',
      '.',
      '-',
      '/',
      '日',
      '😀'
    ),
    {
      maxLength: 12
    }
  )
  .map((parts) => parts.join(''))

describe('the letters that are sure in a match of a regular expression', () => {
  it('are in every text that has one, however patterns are written', () => {
    let sure = 0
    fc.assert(
      fc.property(
        written,
        fc.boolean(),
        fc.array(text, { minLength: 12, maxLength: 12 }),
        (source, matchCase, texts) => {
          const pattern = patternOf(source, matchCase)
          // Two groups of one name.
          fc.pre(E.isRight(pattern))
          const literal = literalOf(source, matchCase)
          for (const one of texts) {
            if (matchesOf(one, pattern.right, 1).length === 0) continue
            if (literal !== '') sure++
            expect(folded(spaced(one)), JSON.stringify([source, one])).to.include(literal)
          }
        }
      ),
      { numRuns: 600 }
    )
    expect(sure).to.be.greaterThan(0)
  })

  it('are the longest run outside of groups and alternatives', () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ['gear(box|wheel)', 'gear'],
      ['ab|cd', ''],
      ['colou?r', 'colo'],
      ['a{0}bcd+e', 'bcd'],
      ['\\bfoo\\.bar\\b', 'foo.bar'],
      ['(?<=x)Some  Words', 'some words'],
      ['[abc]+', ''],
      ['x.yz', 'yz']
    ]
    expect(cases.map(([source]) => literalOf(source, false))).to.deep.equal(
      cases.map(([, literal]) => literal)
    )
  })
})

describe('a long text in pieces', () => {
  it('is whole, ends pieces with lines where there are any, and cuts no letter', () => {
    const line = 'x'.repeat(999)
    const cases = [
      '',
      'short',
      `${line}\n`.repeat(200),
      'y'.repeat(3 * PIECE_CHARACTERS + 7),
      `z${'😀'.repeat(PIECE_CHARACTERS)}`
    ]
    for (const whole of cases) {
      const pieces = [...piecesOf(whole)].map(({ start, end }) => whole.slice(start, end))
      expect(pieces.join('') === whole).to.equal(true)
      for (const piece of pieces) {
        expect(piece.length).to.be.within(1, PIECE_CHARACTERS)
        expect(Buffer.from(piece).toString() === piece).to.equal(true)
      }
      if (whole.includes('\n'))
        for (const piece of pieces) expect(piece.endsWith('\n')).to.equal(true)
    }
  })
})

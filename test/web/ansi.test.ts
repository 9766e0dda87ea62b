// Output of terminals, as the page shows it.
import { expect } from 'chai'
import fc from 'fast-check'
import { parseAnsi, visible, type StyledRun } from '../../web/parts/ansi.ts'

const PLAIN = {
  color: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false
}
const run = (text: string, style: Partial<StyledRun> = {}): StyledRun => ({
  ...PLAIN,
  text,
  ...style
})

describe('output of terminals', () => {
  it('has the colours and styles of SGR, over the ends of lines', () => {
    expect(parseAnsi('a\u001b[31mb\nc\u001b[0md')).to.deep.equal([
      [run('a'), run('b', { color: '1' })],
      [run('c', { color: '1' }), run('d')]
    ])
    expect(parseAnsi('\u001b[1;4;94;41mx\u001b[22;39my')).to.deep.equal([
      [
        run('x', { bold: true, underline: true, color: '12', background: '1' }),
        run('y', { underline: true, background: '1' })
      ]
    ])
    expect(parseAnsi('\u001b[38;5;200mx\u001b[48;2;1;20;255my')).to.deep.equal([
      [run('x', { color: '200' }), run('y', { color: '200', background: '#0114ff' })]
    ])
  })

  it('leaves out what moves the cursor, sets titles or is cut off', () => {
    expect(
      parseAnsi(
        'a\u001b[2Kb\u001b]0;title\u0007c\u001b]8;;http://x\u001b\\d\u001b[?25le\u001b(Bf\u001b[3'
      )
    ).to.deep.equal([[run('a'), run('b'), run('c'), run('d'), run('e'), run('Bf'), run('3')]])
  })

  it('shows the last state of a line that was written over', () => {
    expect(parseAnsi('10%\r50%\r100%\ndone\r\n')).to.deep.equal([[run('100%')], [run('done')], []])
  })

  it('spells out characters that hide or turn text', () => {
    expect(visible('a\u0000b\u202ec\td\u2066e')).to.equal('a\\u0000b\\u202ec\td\\u2066e')
  })

  it('keeps every text of no control characters, whatever the sequences between', () => {
    const word = fc.stringMatching(/^[a-z ]{0,8}$/)
    const codes = fc.array(fc.nat(255), { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(fc.tuple(word, codes)), (pieces) => {
        const output = pieces.map(([text, sgr]) => `${text}\u001b[${sgr.join(';')}m`).join('')
        const shown = parseAnsi(output).flat()
        expect(shown.map(({ text }) => text).join('')).to.equal(
          pieces.map(([text]) => text).join('')
        )
      })
    )
  })
})

// Bytes cut into lines. The goal: however the bytes are handed out, the same lines come out, and no more of a line is held than is
// allowed. What is expected is split from the text itself.
import { expect } from 'chai'
import fc from 'fast-check'
import { cutLines } from '../../../../adapters/upkeep/check/cut-lines.ts'

const handing = (pieces: ReadonlyArray<string>) => {
  const left = pieces.map((piece) => Buffer.from(piece))
  return (): Buffer | null => left.shift() ?? null
}

type Line = readonly [from: number, text: string, terminated: boolean]

/** The lines, long ones put together again. */
const linesOf = (pieces: ReadonlyArray<string>, heldBytesMax: number): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  let parts = ''
  for (const cut of cutLines(handing(pieces), heldBytesMax)) {
    if (cut.kind === 'part') parts += cut.bytes.toString('latin1')
    else if (cut.kind === 'whole')
      lines.push([cut.from, cut.bytes.toString('latin1'), cut.terminated])
    else {
      expect(cut.length).to.equal(parts.length)
      lines.push([cut.from, parts, cut.terminated])
      parts = ''
    }
  }
  return lines
}

const expected = (text: string): ReadonlyArray<Line> => {
  let from = 0
  return text.split('\n').flatMap((line, at, all): ReadonlyArray<Line> => {
    const isLast = at === all.length - 1
    const place = from
    from += line.length + 1
    return isLast && line === '' ? [] : [[place, line, !isLast]]
  })
}

describe('check: cutting lines', () => {
  it('hands out every line where it stands, however the bytes come', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 })
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (pieces, max) => {
          expect(linesOf(pieces, max)).to.deep.equal(expected(pieces.join('')))
        }
      )
    )
  })

  it('holds a line of the size that may be held, and hands out a longer one in parts', () => {
    const kinds = (pieces: ReadonlyArray<string>) =>
      [...cutLines(handing(pieces), 4)].map(({ kind }) => kind)
    expect(kinds(['ab', 'cd', '\n'])).to.deep.equal(['whole'])
    expect(kinds(['ab', 'cde', '\n'])).to.deep.equal(['part', 'part', 'end'])
  })

  it('counts from a place further on', () => {
    expect(
      [...cutLines(handing(['a\nb']), 9, 3)].map((cut) => 'from' in cut && cut.from)
    ).to.deep.equal([3, 5])
  })
})

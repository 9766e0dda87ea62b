// Rows as files: JSON lines, and commas and quotes as RFC 4180 has them.
import { expect } from 'chai'
import { commaSeparated, jsonLines } from '../../web/text/csv.ts'

describe('rows as files', () => {
  it('are one object a line', () => {
    expect(jsonLines([{ a: 1, b: 'x\ny' }, { a: null }])).to.equal(
      '{"a":1,"b":"x\\ny"}\n{"a":null}\n'
    )
    expect(jsonLines([])).to.equal('')
  })

  it('are a line of names and one a row, with quotes where they are needed', () => {
    const rows = [
      { at: '2026-11-21', text: 'one, "two"\nthree', more: { a: 1 } },
      { at: null, text: 'Grüße', other: -1.5 }
    ]
    expect(commaSeparated(rows)).to.equal(
      'at,text,more,other\r\n2026-11-21,"one, ""two""\nthree","{""a"":1}",\r\n,Grüße,,-1.5\r\n'
    )
  })

  it('hold no formulas', () => {
    expect(commaSeparated([{ a: '=1+1', b: '@x', c: '-5', d: '-x' }])).to.equal(
      "a,b,c,d\r\n'=1+1,'@x,-5,'-x\r\n"
    )
  })
})

// The goal: a spreadsheet shows what a rollout says and runs none of it.
import { expect } from 'chai'
import { csvLine } from '../../adapters/cli/text/rows.ts'

describe('command line: comma-separated values', () => {
  it('quote what has commas, quotes or outer spaces, and end lines as RFC 4180 has it', () => {
    expect(csvLine(['a', 'b,c', 'say "hi"', ' x', '', null, 1.5, -2])).to.equal(
      'a,"b,c","say ""hi"""," x",,,1.5,-2\r\n'
    )
  })

  it('put an apostrophe before every text that a spreadsheet would run', () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', "'=1", '\t=1', '\r=1', '＝1']
    expect(formulas.map((text) => csvLine([text]))).to.deep.equal([
      "'=1+1\r\n",
      "'+1\r\n",
      "'-1\r\n",
      "'@SUM(A1)\r\n",
      "' =1\r\n",
      "''=1\r\n",
      "'\\x09=1\r\n",
      "'\\x0d=1\r\n",
      "'＝1\r\n"
    ])
    expect(csvLine(['gpt-5', 'a=b'])).to.equal('gpt-5,a=b\r\n')
  })

  it('spell out what could command a terminal, and never break a record', () => {
    expect(csvLine(['\u001b[31mred', 'two\nlines', 'a\u202eb'])).to.equal(
      '\\x1b[31mred,two\\x0alines,a\\u202eb\r\n'
    )
  })
})

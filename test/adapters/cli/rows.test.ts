// Rows from one list of columns. The goal: people, scripts and spreadsheets get the same values, each in their form, and
// nothing that a rollout says commands a terminal or a spreadsheet. The method: rows made by hand, forms written out.
import { expect } from 'chai'
import { shortIds } from '../../../adapters/cli/naming.ts'
import {
  column,
  csv,
  csvHead,
  csvLine,
  namesOf,
  shown,
  table,
  tsv,
  type Columns
} from '../../../adapters/cli/text/rows.ts'
import { wrap } from '../../../adapters/cli/text/text.ts'

interface Crop {
  readonly name: string
  readonly count: number | null
}

const CROPS: Columns<Crop> = [
  column('name', ({ name }) => name, { head: 'NAME', max: 6 }),
  column('count', ({ count }) => count, { head: 'COUNT', max: 9, from: 20, align: 'right' }),
  column('state', ({ count }) => (count === null ? 'unknown' : '')),
  shown({
    head: 'RANK',
    max: 0,
    cells: (rows) => rows.map((_, at) => `${at + 1} of ${rows.length}`)
  })
]

const ROWS: ReadonlyArray<Crop> = [
  { name: 'kale', count: 12 },
  { name: 'a long\tname', count: null }
]

const plain = (_: string, text: string): string => text

describe('command line: rows of a command', () => {
  it('give programs every field and no head', () => {
    expect(tsv(CROPS, ROWS)).to.equal('kale\t12\t\na long\\tname\t\tunknown\n')
    expect(csv(CROPS, ROWS)).to.equal('kale,12,\r\na long\\x09name,,unknown\r\n')
  })

  it('name the fields for CSV and the docs, without columns that only people see', () => {
    expect(namesOf(CROPS)).to.deep.equal(['name', 'count', 'state'])
    expect(csvHead(CROPS)).to.equal('name,count,state\r\n')
  })

  it('give people a table: cut at the maximum, numbers on the right, the last column as wide as is left', () => {
    expect(table(CROPS, ROWS, 40, plain)).to.equal(
      'NAME    COUNT  RANK\nkale       12  1 of 2\na lon…         2 of 2\n'
    )
  })

  it('leave columns out where the terminal is narrow', () => {
    expect(table(CROPS, ROWS, 19, plain)).to.equal('NAME    RANK\nkale    1 of 2\na lon…  2 of 2\n')
  })

  it('never cut numbers beside a column that takes what is left', () => {
    const columns: Columns<Crop> = [
      column('name', ({ name }) => name, { head: 'NAME', max: Infinity, min: 5 }),
      column('count', ({ count }) => count, { head: 'COUNT', max: Infinity, align: 'right' })
    ]
    const rows = [{ name: 'artichokes', count: 1_234_567 }]
    expect(table(columns, rows, 40, plain)).to.equal('NAME          COUNT\nartichokes  1234567\n')
    expect(table(columns, rows, 10, plain)).to.equal('NAME     COUNT\narti…  1234567\n')
  })

  it('are a head alone when there are none', () => {
    expect(table(CROPS, [], 40, plain)).to.equal('NAME  COUNT  RANK\n')
    expect([tsv(CROPS, []), csv(CROPS, [])]).to.deep.equal(['', ''])
  })
})

describe('command line: names of threads and long texts', () => {
  it('shorten ids to thirteen characters, or to as many as tell them apart', () => {
    const [one, two] = ['01a1fcde-3637-7ba1', '01a1fcde-3abc-7921']
    expect(shortIds([one, two, one])).to.deep.equal([
      '01a1fcde-3637',
      '01a1fcde-3abc',
      '01a1fcde-3637'
    ])
    expect(shortIds([one, '01a1fcde-3637-7bb0'])).to.deep.equal([
      '01a1fcde-3637-7ba',
      '01a1fcde-3637-7bb'
    ])
  })

  it('break texts at spaces, indented but for the first line', () => {
    expect(wrap('one two three four', 2, 10)).to.equal('one two\n  three\n  four')
    expect(wrap('unbreakable', 0, 4)).to.equal('unbreakable')
  })
})

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

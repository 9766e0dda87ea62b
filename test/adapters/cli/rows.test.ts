// Rows from one list of columns. The goal: people, scripts and spreadsheets get the same values, each in their form, and
// nothing that a rollout says commands a terminal or a spreadsheet. The method: rows made by hand, forms written out.
import { expect } from 'chai'
import { clockIn } from '../../../adapters/cli/text/clock.ts'
import { shortIds } from '../../../adapters/cli/naming/threads.ts'
import {
  column,
  csv,
  csvHead,
  csvLine,
  namesOf,
  shown,
  tsv,
  type Columns
} from '../../../adapters/cli/text/rows.ts'
import { table } from '../../../adapters/cli/text/table.ts'
import { cut, cutFront, widthOf, wrap } from '../../../adapters/cli/text/text.ts'
import { UTC } from '../../../domain/time/zone.ts'

interface Crop {
  readonly name: string
  readonly count: number | null
}

const CROPS: Columns<Crop> = [
  column('name', ({ name }) => name, { head: 'NAME', max: 6 }),
  column('count', ({ count }) => count, { head: 'COUNT', drop: 1, align: 'right' }),
  column('state', ({ count }) => (count === null ? 'unknown' : '')),
  shown({
    head: 'RANK',
    flex: 6,
    cells: (rows) => rows.map((_, at) => `${at + 1} of ${rows.length}`)
  })
]

const ROWS: ReadonlyArray<Crop> = [
  { name: 'kale', count: 12 },
  { name: 'a long\tname', count: null }
]

const CLOCK = clockIn(UTC, () => 0)

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

  it('give people a table: cut at the maximum, numbers on the right', () => {
    expect(table(CROPS, ROWS, 21, plain, CLOCK)).to.equal(
      'NAME    COUNT  RANK\nkale       12  1 of 2\na lon…         2 of 2\n'
    )
  })

  it('leave a column out where a row does not fit', () => {
    expect(table(CROPS, ROWS, 20, plain, CLOCK)).to.equal(
      'NAME    RANK\nkale    1 of 2\na lon…  2 of 2\n'
    )
  })

  it('leave out the least important column first, and cut the text that is left', () => {
    const columns: Columns<Crop> = [
      shown({ head: 'A', drop: 1, cell: () => 'aaaa' }),
      shown({ head: 'B', drop: 3, cell: () => 'bbbb' }),
      column('name', ({ name }) => name, { head: 'NAME', flex: 5 }),
      shown({ head: 'C', drop: 2, cell: () => 'cccc' })
    ]
    const rows = [{ name: 'artichokes', count: 1 }]
    const row = (width: number): string =>
      table(columns, rows, width, plain, CLOCK).split('\n')[1] ?? ''
    expect(row(28)).to.equal('aaaa  bbbb  artichokes  cccc')
    expect(row(23)).to.equal('aaaa  bbbb  arti…  cccc')
    expect(row(21)).to.equal('aaaa  artichok…  cccc')
    expect(row(16)).to.equal('aaaa  artichokes')
    expect(row(10)).to.equal('artichokes')
    expect(row(6)).to.equal('artic…')
  })

  it('leave out a column without a word', () => {
    const columns: Columns<Crop> = [
      column('name', ({ name }) => name, { head: 'NAME' }),
      shown({ head: 'EMPTY', drop: 1, cell: () => '' })
    ]
    expect(table(columns, ROWS, 40, plain, CLOCK)).to.equal('NAME\nkale\na long name\n')
  })

  it('keep to any width, whatever they hold', () => {
    const texts = [
      'plain',
      '漢字かな',
      '👩‍👩‍👧‍👦🇩🇪',
      'क्षत्रिय',
      'شكرا جزيلا',
      'e\u0301'.repeat(9),
      'x'.repeat(99)
    ]
    const columns: Columns<string> = [
      shown({ head: 'ONE', cell: (text) => text }),
      shown({ head: 'TWO', drop: 1, align: 'right', cell: (text) => text }),
      shown({ head: 'THREE', flex: 9, cell: (text) => text }),
      shown({ head: 'FOUR', max: 30, cell: (text) => text })
    ]
    for (const width of [1, 5, 9, 14, 20, 33, 47, 60, 80, 100, 200])
      for (const line of table(columns, texts, width, plain, CLOCK).split('\n'))
        expect(widthOf(line), `${width}: ${line}`).to.be.at.most(width)
  })

  it('never cut numbers beside a column that takes what is left', () => {
    const columns: Columns<Crop> = [
      column('name', ({ name }) => name, { head: 'NAME', flex: 5 }),
      column('count', ({ count }) => count, { head: 'COUNT', align: 'right' })
    ]
    const rows = [{ name: 'artichokes', count: 1_234_567 }]
    expect(table(columns, rows, 40, plain, CLOCK)).to.equal(
      'NAME          COUNT\nartichokes  1234567\n'
    )
    expect(table(columns, rows, 14, plain, CLOCK)).to.equal('NAME     COUNT\narti…  1234567\n')
  })

  it('are a head alone when there are none', () => {
    expect(table(CROPS, [], 40, plain, CLOCK)).to.equal('NAME  COUNT  RANK\n')
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

  it('are as wide as a terminal makes them', () => {
    const widths: ReadonlyArray<readonly [string, number]> = [
      ['abc', 3],
      ['漢字', 4],
      ['ｱ', 1],
      ['한국', 4],
      ['\u1112\u1161\u11ab', 2],
      ['e\u0301', 1],
      ['👩‍👩‍👧‍👦', 2],
      ['🇩🇪', 2],
      ['✂️', 2],
      ['a\u200bb', 2],
      ['שלום', 4],
      ['क्षि', 2],
      ['soft\u00adhyphen', 11]
    ]
    expect(widths.map(([text]) => [text, widthOf(text)])).to.deep.equal(widths)
  })

  it('are cut at either end, whole characters at a time', () => {
    expect([cut('漢字かな', 5), cutFront('漢字かな', 5)]).to.deep.equal(['漢字…', '…かな'])
    expect([cut('漢字', 4), cutFront('漢字', 4), cutFront('/a/long/path', 6)]).to.deep.equal([
      '漢字',
      '漢字',
      '…/path'
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

// The goal: costs are those of the prices that were given, and what is typed wrong is answered with what to type.
import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../../support/fixture-home.ts'
import { spendHome } from '../../support/spend-home.ts'
import { inHome, unplaced } from './console.ts'

const FIRST = '01a1fcde-0000-7000-8000-00000000a000'
const SECOND = '01a1fcdf-0000-7000-8000-00000000b000'
const TERMINAL = { tty: true, env: { NO_COLOR: '1' } }

let home = ''
const usage = inHome(() => home)

const tsv = async (...words: ReadonlyArray<string>) => {
  const { out } = await usage(['usage', ...words])
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'))
}

describe('unroll usage --prices', () => {
  const prices = (value: unknown) => {
    const path = join(home, 'prices.json')
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
    return ['--prices', path]
  }
  const USD = (...models: ReadonlyArray<object>) => ({ currency: 'USD', models })
  const made = { model: 'made-*', input: 2, cachedInput: '0.5', output: 10 }

  before(() => {
    home = spendHome([
      {
        id: FIRST,
        model: 'made-model',
        spends: [['2026-03-28T22:59:59.000Z', 1_000_000, 400_000, 50_000, 10]]
      },
      {
        id: SECOND,
        model: 'other',
        provider: '@other',
        spends: [['2026-04-01T12:00:00.000Z', 500_000, 0, 12_345, 345]]
      }
    ])
  })
  after(() => removeFolder(home))

  it('adds what it cost, exactly for programs and rounded for people', async () => {
    const both = prices(USD(made, { model: 'other', input: 0.01, cachedInput: 0, output: 0.01 }))
    // 600,000 × 2 + 400,000 × 0.5 + 50,000 × 10 and 512,345 × 0.01, each for a million
    const { out } = await usage(['usage', 'total', '--json', ...both])
    expect(JSON.parse(out).cost).to.deep.equal({
      currency: 'USD',
      amount: '1.90512345',
      known: '1.90512345',
      unpriced: []
    })
    const fields = await tsv('model', ...both)
    expect(fields.map((row) => row.slice(-2))).to.deep.equal([
      ['1.9', 'USD'],
      ['0.00512345', 'USD']
    ])
    const table = await usage(['usage', 'model', ...both], TERMINAL)
    expect(table.out.split('\n').map((line) => line.split(/ +/).at(-1))).to.deep.equal([
      'USD',
      '1.90',
      '0.0051',
      '1.91',
      ''
    ])
    const spends = await tsv('total', '--explain', ...both)
    expect(spends.map((row) => row.slice(-2))).to.deep.equal([
      ['1.9', 'USD'],
      ['0.00512345', 'USD']
    ])
  })

  it('names models without a price, and gives no sum that would hide them', async () => {
    const one = prices(USD(made))
    const { out } = await usage(['usage', 'total', '--json', ...one])
    expect(JSON.parse(out).cost).to.deep.equal({
      currency: 'USD',
      amount: null,
      known: '1.9',
      unpriced: ['other']
    })
    const table = await usage(['usage', 'model', ...one], TERMINAL)
    expect(table.out.split('\n').slice(1)).to.deep.equal([
      'made-model  1,000,000  400,000        40  50,000         10  1,050,000      1.90',
      'other         500,000        0         0  12,345        345    512,345  no price',
      'total       1,500,000  400,000        27  62,345        355  1,562,345    ≥ 1.90',
      '',
      'no price for other',
      ''
    ])
    const fields = await tsv('model', ...one)
    expect(fields.map((row) => row.slice(-2))).to.deep.equal([
      ['1.9', 'USD'],
      ['', 'USD']
    ])
  })

  it('writes a file to fill in, in which a model without prices has none', async () => {
    const { out } = await usage(['usage', '--prices-template'], { nowMs: () => 0 })
    expect(out).to.equal(
      [
        '{',
        '  "currency": "USD",',
        '  "date": "1970-01-01",',
        '  "models": [',
        '    { "model": "made-model", "input": null, "cachedInput": null, "output": null },',
        '    { "model": "other", "input": null, "cachedInput": null, "output": null }',
        '  ]',
        '}',
        ''
      ].join('\n')
    )
    const filled = prices(out.replace(/null/, '2').replace(/null/, '"0.5"').replace(/null/, '10'))
    const { out: total } = await usage(['usage', 'total', '--json', ...filled])
    expect(JSON.parse(total).cost).to.deep.include({ known: '1.9', unpriced: ['other'] })
  })

  it('refuses a file that is none of prices, with the place that is wrong', async () => {
    const wrong = await usage(['usage', ...prices(USD({ ...made, output: -1 }))])
    expect(wrong.code).to.equal(2)
    expect(wrong.err.split('\n')[0]?.replace(home, 'HOME')).to.equal(
      'unroll: cannot read prices from HOME/prices.json: models[0].output: expected a price such as 1.25, of at most six decimals, found -1'
    )
    expect((await usage(['usage', ...prices('{')])).code).to.equal(2)
    expect((await usage(['usage', '--prices', join(home, 'none.json')])).code).to.equal(5)
  })
})

describe('unroll usage, typed wrong', () => {
  before(() => (home = join(FIXTURES, 'ledger', 'h2-142', 'home')))

  const WRONG: ReadonlyArray<readonly [string, string, string]> = [
    [
      'usage yearly',
      'usage takes total, daily, weekly, monthly, thread, turn, model, agent, provider, statusline, not "yearly"',
      'usage: unroll usage [word] [options]; see "unroll help usage"'
    ],
    [
      'usage daly',
      'usage takes total, daily, weekly, monthly, thread, turn, model, agent, provider, statusline, not "daly"; did you mean daily?',
      'usage: unroll usage [word] [options]; see "unroll help usage"'
    ],
    [
      'usage --since 2026-02-30',
      '--since takes a time, not "2026-02-30"',
      'write 2026-11-21, 2026-11-21T14:30, today, yesterday, monday or 90m; see "unroll help times"'
    ],
    [
      'usage total --until tomorrow',
      '--until takes a time, not "tomorrow"',
      'write 2026-11-21, 2026-11-21T14:30, today, yesterday, monday or 90m; see "unroll help times"'
    ],
    [
      'usage monthly --tz Mars/Olympus',
      'there is no time zone "Mars/Olympus"',
      'write one such as Europe/Berlin, UTC, or local'
    ],
    [
      'usage --since 2026-11-02 --until 2026-11-01',
      '--since 2026-11-02 is after --until 2026-11-01',
      'type "unroll usage daily --since 2026-11-01 --until 2026-11-02"'
    ],
    ['usage daily --tree', '--tree needs a thread', `type "unroll usage daily THREAD --tree"`],
    ['usage turn a --thread b', 'the thread is named twice', 'type "unroll usage turn a"'],
    [
      'usage --json --csv',
      '--csv and --json exclude each other',
      'usage: unroll usage daily [thread] [options]; see "unroll help usage daily"'
    ]
  ]
  for (const [typed, message, hint] of WRONG) {
    it(`says what is wrong with "${typed}" and what to type instead`, async () => {
      const { code, out, err } = await usage(typed.split(' '))
      if (typed.includes('--json')) {
        const error = JSON.parse(out)
        expect([code, error.message, error.hint]).to.deep.equal([2, message, hint])
        return
      }
      expect([code, out, unplaced(err)]).to.deep.equal([2, '', `unroll: ${message}\n${hint}\n`])
    })
  }

  it('does not find a thread that is not there', async () => {
    expect((await usage(['usage', 'turn', 'no such thread'])).code).to.equal(3)
  })

  it('says so when nothing was spent', async () => {
    const nothing = await usage(['usage', '--since', '2030-01-01'])
    expect(nothing).to.deep.equal({ code: 0, out: '', err: 'no token usage recorded\n' })
    const json = await usage(['usage', 'total', '--json', '--since', '2030-01-01'])
    expect(JSON.parse(json.out)).to.include({ totalTokens: 0, rows: 0, lowerBound: false })
  })
})

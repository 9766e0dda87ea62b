// The goal: a report by thread names its threads and models, and a prompt can say in one line what today cost without looking at
// the rest of the home.
import { expect } from 'chai'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import { spendHome } from '../../support/spend-home.ts'
import { inHome, jsonLines } from './console.ts'

const NAMED = '01a1fcde-0000-7000-8000-00000000a000'
const OTHER = '01a1fcdf-0000-7000-8000-00000000b000'
const TERMINAL = { tty: true, env: { NO_COLOR: '1' } }
const NOW = Date.parse('2026-03-29T22:30:00Z')

let home = ''
const unroll = inHome(() => home)

const file = (id: string) =>
  join(home, 'sessions', '2026', '01', '01', `rollout-2026-01-01T00-00-00-${id}.jsonl`)

const modifiedAt = (id: string, time: string): void =>
  utimesSync(file(id), new Date(time), new Date(time))

describe('unroll usage, every day', () => {
  before(() => {
    home = spendHome([
      {
        id: NAMED,
        model: 'made-model',
        spends: [
          ['2026-03-28T23:00:00.000Z', 2000, 1000, 100, 20],
          ['2026-03-29T21:59:59.999Z', 3000, 3000, 200, 0],
          ['2026-03-29T22:00:00.000Z', 40, 0, 7, 7]
        ]
      },
      {
        id: OTHER,
        model: 'other',
        spends: [['2026-03-29T12:00:00.000Z', 500_000, 0, 12_345, 345]]
      }
    ])
    const name = {
      id: NAMED,
      thread_name: 'Watering the\u001b[31m gearbox',
      updated_at: '2026-03-29T22:00:00Z'
    }
    writeFileSync(join(home, 'session_index.jsonl'), `${JSON.stringify(name)}\n`)
    modifiedAt(NAMED, '2026-03-29T22:00:00Z')
    modifiedAt(OTHER, '2026-03-28T12:00:00Z')
  })
  after(() => removeFolder(home))

  it('names the threads and models of a report by thread, harmlessly', async () => {
    const { out } = await unroll(['usage', 'thread'], { ...TERMINAL, columns: 100 })
    expect(out.split('\n')).to.deep.equal([
      'THREAD         NAME                          MODEL         INPUT  CACHED  CACHED %  OUTPUT    TOTAL',
      '01a1fcde-0000  Watering the\\x1b[31m gearbox  made-model    5,040   4,000        79     307    5,347',
      '01a1fcdf-0000  question 1                    other       500,000       0         0  12,345  512,345',
      'total                                                    505,040   4,000         1  12,652  517,692',
      ''
    ])
  })

  it('gives programs the names too', async () => {
    const tsv = (await unroll(['usage', 'thread'])).out.split('\n').map((line) => line.split('\t'))
    expect(tsv.map((fields) => fields.slice(9))).to.deep.equal([
      ['Watering the\\x1b[31m gearbox', 'made-model'],
      ['question 1', 'other'],
      []
    ])
    const rows = jsonLines((await unroll(['usage', 'session', '--json'])).out)
    expect(rows.map(({ key, name, preview }) => [key, name, preview])).to.deep.equal([
      [NAMED, 'Watering the\u001b[31m gearbox', 'question 1'],
      [OTHER, null, 'question 1']
    ])
  })

  it('says in one line what today came to, of the threads whose files changed today', async () => {
    const status = (...words: ReadonlyArray<string>) =>
      unroll(['usage', 'statusline', ...words], { nowMs: () => NOW })
    expect((await status('--tz', 'UTC')).out).to.equal('today 3,247 tokens · w 1 thread\n')
    expect((await status('--tz', 'Europe/Berlin')).out).to.equal('today 47 tokens · w 1 thread\n')
    expect((await status('--tz', 'Asia/Tokyo')).out).to.equal('today 3,247 tokens · w 1 thread\n')
    const prices = join(home, 'prices.json')
    const made = { model: 'made-model', input: 200, cachedInput: 20, output: 1000 }
    writeFileSync(prices, JSON.stringify({ currency: 'USD', models: [made] }))
    // 3,000 × 20 + 40 × 200 + 207 × 1,000, for a million
    expect((await status('--tz', 'UTC', '--prices', prices)).out).to.equal(
      'today 3,247 tokens · $0.28 · w 1 thread\n'
    )
    const [json] = jsonLines((await status('--tz', 'UTC', '--json')).out)
    expect([json.day, json.threads, json.totalTokens]).to.deep.equal(['2026-03-29', 1, 3247])
  })

  it('says that nothing was spent on a day without', async () => {
    const later = { nowMs: () => Date.parse('2026-05-01T00:00:00Z') }
    const { out, err } = await unroll(['usage', 'statusline', '--tz', 'UTC'], later)
    expect([out, err]).to.deep.equal(['today 0 tokens\n', ''])
  })
})

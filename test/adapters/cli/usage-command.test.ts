// The goal: people, shells, programs and spreadsheets read the same sums, which were added up by hand here; dates mean
// days where the person is; nothing a rollout says can command a terminal or a spreadsheet.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, readJson, removeFolder } from '../../support/fixture-home.ts'
import { spendHome, turnIdOf } from '../../support/spend-home.ts'
import { inHome, jsonLines } from './console.ts'

const FIRST = '01a1fcde-0000-7000-8000-00000000a000'
const SECOND = '01a1fcdf-0000-7000-8000-00000000b000'
const HOSTILE = '=1+1,"x"\u001b[31m'

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

const totals = async (...words: ReadonlyArray<string>) =>
  (await tsv(...words)).map(([key, , , , , total]) => [key, Number(total)])

const ledgerHome = (name: string) => join(FIXTURES, 'ledger', name, 'home')

describe('unroll usage', () => {
  before(() => {
    home = spendHome([
      {
        id: FIRST,
        model: 'made-model',
        spends: [
          ['2026-03-28T22:59:59.000Z', 1000, 400, 50, 10],
          ['2026-03-28T23:00:00.000Z', 2000, 1000, 100, 20],
          ['2026-03-29T21:59:59.999Z', 3000, 3000, 200, 0],
          ['2026-03-29T22:00:00.000Z', 40, 0, 7, 7]
        ]
      },
      {
        id: SECOND,
        model: HOSTILE,
        provider: '@other',
        spends: [['2026-04-01T12:00:00.000Z', 500_000, 0, 12_345, 345]]
      }
    ])
  })
  after(() => removeFolder(home))

  it('prints one object for a home', async () => {
    const { code, out, err } = await usage(['usage', 'total', '--json'])
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.equal(
      '{"inputTokens":506040,"cachedInputTokens":4400,"outputTokens":12702,"reasoningOutputTokens":382,' +
        '"totalTokens":518742,"lowerBound":false,"rows":5}\n'
    )
  })

  it('prints a table of days for people when nothing else is asked for', async () => {
    const { out } = await usage(['usage'], TERMINAL)
    expect(out).to.equal(
      [
        'DAY (UTC)     INPUT  CACHED  CACHED %  OUTPUT  REASONING    TOTAL',
        '2026-03-28    3,000   1,400        47     150         30    3,150',
        '2026-03-29    3,040   3,000        99     207          7    3,247',
        '2026-04-01  500,000       0         0  12,345        345  512,345',
        'total       506,040   4,400         1  12,702        382  518,742',
        ''
      ].join('\n')
    )
    expect((await usage(['usage', 'daily'], TERMINAL)).out).to.equal(out)
  })

  it('leaves out columns, never digits, on a narrow terminal', async () => {
    const { out } = await usage(['usage', 'total'], { ...TERMINAL, columns: 40 })
    expect(out).to.equal(
      ['         INPUT  OUTPUT    TOTAL', 'total  506,040  12,702  518,742', ''].join('\n')
    )
  })

  it('counts days of 23 and 25 hours as the zone does', async () => {
    expect(await totals('daily', '--tz', 'Europe/Berlin')).to.deep.equal([
      ['2026-03-28', 1050],
      ['2026-03-29', 5300],
      ['2026-03-30', 47],
      ['2026-04-01', 512_345]
    ])
    expect(await totals('monthly', '--tz', 'Europe/Berlin')).to.deep.equal([
      ['2026-03', 6397],
      ['2026-04', 512_345]
    ])
  })

  it('adds up weeks from Monday to Sunday', async () => {
    // 28 and 29 March 2026 are a Saturday and a Sunday, 1 April is a Wednesday.
    expect(await totals('weekly')).to.deep.equal([
      ['2026-03-23', 6397],
      ['2026-03-30', 512_345]
    ])
    expect(await totals('weekly', '--tz', 'Europe/Berlin')).to.deep.equal([
      ['2026-03-23', 6350],
      ['2026-03-30', 47 + 512_345]
    ])
  })

  it('takes dates with the whole day, in the zone, and instants as they are', async () => {
    const day = ['--since', '2026-03-29', '--until', '2026-03-29']
    expect(await totals('total', ...day)).to.deep.equal([['total', 3247]])
    expect(await totals('total', ...day, '--tz', 'Europe/Berlin')).to.deep.equal([['total', 5300]])
    const instants = ['--since', '2026-03-28T23:00:00Z', '--until', '2026-03-30T00:00:00+02:00']
    expect(await totals('total', ...instants)).to.deep.equal([['total', 5300]])
    expect(await totals('total', '--since', '2026-03-30')).to.deep.equal([['total', 512_345]])
    expect(await totals('total', '--until', '20260328')).to.deep.equal([['total', 3150]])
  })

  it('prints fields for scripts', async () => {
    expect(await tsv('daily')).to.deep.equal([
      ['2026-03-28', '3000', '1400', '150', '30', '3150', '0.4667', '', '2'],
      ['2026-03-29', '3040', '3000', '207', '7', '3247', '0.9868', '', '2'],
      ['2026-04-01', '500000', '0', '12345', '345', '512345', '0', '', '1']
    ])
  })

  it('prints records for spreadsheets, in which no text is a formula or a command', async () => {
    const { out, err } = await usage(['usage', 'model', '--csv'])
    expect(err).to.equal('')
    expect(out.split('\r\n')).to.have.members([
      'key,inputTokens,cachedInputTokens,outputTokens,reasoningOutputTokens,totalTokens,cacheHitRate,lowerBound,rows',
      `"'=1+1,""x""\\x1b[31m",500000,0,12345,345,512345,0,,1`,
      'made-model,6040,4400,357,37,6397,0.7285,,4',
      ''
    ])
  })

  it('prints an object per group, then the total and the reasons', async () => {
    const lines = jsonLines((await usage(['usage', 'provider', '--json', '--total'])).out)
    expect(lines.map(({ key, totalTokens }) => [key, totalTokens])).to.deep.equal([
      ['@other', 512_345],
      ['mock', 6397],
      ['total', 518_742]
    ])
    expect(lines[2].$).to.equal('total')
    expect(lines[1]).to.deep.equal({
      key: 'mock',
      inputTokens: 6040,
      cachedInputTokens: 4400,
      outputTokens: 357,
      reasoningOutputTokens: 37,
      totalTokens: 6397,
      lowerBound: false,
      rows: 4,
      cacheHitRate: 4400 / 6040,
      byModel: [
        {
          model: 'made-model',
          provider: 'mock',
          inputTokens: 6040,
          cachedInputTokens: 4400,
          outputTokens: 357,
          reasoningOutputTokens: 37,
          totalTokens: 6397,
          rows: 4
        }
      ]
    })
    expect([lines[2].totalTokens, lines[2].reasons]).to.deep.equal([518_742, []])
  })

  it('names threads and turns so that they can be asked for', async () => {
    expect(await totals('thread')).to.deep.equal([
      [FIRST, 6397],
      [SECOND, 512_345]
    ])
    const turns = [1050, 2100, 3200, 47].map((total, at) => [
      `${FIRST}/${turnIdOf(FIRST, at)}`,
      total
    ])
    expect(await totals('turn', FIRST)).to.deep.equal(turns)
    expect(await totals('turn', '--thread', '01a1fcde')).to.deep.equal(turns)
    const { out } = await usage(['usage', 'turn', FIRST], TERMINAL)
    expect(out.split('\n')[1]).to.match(new RegExp(`^${turnIdOf(FIRST, 0)}  1,000 `))
    const threads = await usage(['usage', 'thread'], TERMINAL)
    expect(threads.out.split('\n')[1]).to.match(/^01a1fcde-0000 /)
    expect((await usage(['usage', 'session'], TERMINAL)).out).to.equal(threads.out)
  })

  it('spells out what a rollout says, on a terminal too', async () => {
    const { out } = await usage(['usage', 'model', '--explain'], TERMINAL)
    expect(out).to.not.include('\u001b[31m')
    expect(out).to.include('=1+1,"x"\\x1b[31m')
  })
})

describe('unroll usage --explain', () => {
  const file = () =>
    join(home, 'sessions', '2026', '01', '01', `rollout-2026-01-01T00-00-00-${FIRST}.jsonl`)
  /** Where a line begins, counted in the file, with separators. */
  const byteOf = (line: number): string => {
    const before = readFileSync(file(), 'utf8').split('\n').slice(0, line)
    return before.reduce((sum, one) => sum + one.length + 1, 0).toLocaleString('en')
  }
  before(() => {
    home = spendHome([
      {
        id: FIRST,
        model: 'made-model',
        spends: [
          ['2026-03-28T22:59:59.000Z', 1000, 400, 50, 10],
          ['2026-03-28T23:00:00.000Z', 2000, 1000, 100, 20]
        ]
      }
    ])
  })
  after(() => removeFolder(home))

  it('tells people why each number is what it is', async () => {
    const { out } = await usage(['usage', 'total', '--explain', '--tz', 'Europe/Berlin'], {
      ...TERMINAL,
      columns: 400
    })
    const why = "    growth of the thread's running count (derived)"
    expect(out.replaceAll(file(), 'FILE').split('\n')).to.deep.equal([
      '       INPUT  CACHED  CACHED %  OUTPUT  REASONING  TOTAL',
      'total  3,000   1,400        47     150         30  3,150',
      '',
      '2026-03-28 23:59:59 UTC+1  sampling  1,050 = 1,000 input (400 cached) + 50 output (10 reasoning)  made-model, mock',
      `${why}; thread ${FIRST}; turn ${turnIdOf(FIRST, 0)}; revision 4; byte ${byteOf(4)} of FILE`,
      '2026-03-29 00:00:00 UTC+1  sampling  2,100 = 2,000 input (1,000 cached) + 100 output (20 reasoning)  made-model, mock',
      `${why}; thread ${FIRST}; turn ${turnIdOf(FIRST, 1)}; revision 9; byte ${byteOf(9)} of FILE`,
      ''
    ])
  })

  it('gives programs the spends', async () => {
    const fields = (at: number, ...more: ReadonlyArray<string>) => [
      ...[
        FIRST,
        String(at),
        'sampling',
        'delta',
        'derived',
        turnIdOf(FIRST, at),
        'made-model',
        'mock'
      ],
      ...more
    ]
    const place = (revision: number) => [
      String(revision),
      byteOf(revision).replace(',', ''),
      file()
    ]
    expect(await tsv('total', '--explain')).to.deep.equal([
      [
        '2026-03-28T22:59:59.000Z',
        ...fields(0, '1000', '400', '50', '10', '1050', '', '', ...place(4))
      ],
      [
        '2026-03-28T23:00:00.000Z',
        ...fields(1, '2000', '1000', '100', '20', '2100', '', '', ...place(9))
      ]
    ])
    expect((await usage(['usage', '--explain', '--csv'])).out.split('\r\n')[0]).to.equal(
      'occurredAt,threadId,sequence,kind,rule,certainty,turnId,model,provider,inputTokens,cachedInputTokens,' +
        'outputTokens,reasoningOutputTokens,totalTokens,rolledBack,aborted,revision,offsetBytes,path'
    )
    const [spend, , last] = jsonLines(
      (await usage(['usage', '--explain', '--json', '--total'])).out
    )
    expect(spend).to.deep.equal({
      threadId: FIRST,
      sequence: 0,
      kind: 'sampling',
      rule: 'delta',
      certainty: 'derived',
      tokens: {
        inputTokens: 1000,
        cachedInputTokens: 400,
        outputTokens: 50,
        reasoningOutputTokens: 10,
        totalTokens: 1050
      },
      cacheWriteInputTokens: null,
      turnId: turnIdOf(FIRST, 0),
      responseId: null,
      model: 'made-model',
      provider: 'mock',
      effort: null,
      serviceTier: null,
      occurredAtMs: Date.parse('2026-03-28T22:59:59.000Z'),
      rolledBack: false,
      aborted: false,
      place: { revision: 4, segment: 0, offsetBytes: Number(byteOf(4)) },
      path: file()
    })
    expect([last.totalTokens, last.reasons]).to.deep.equal([3150, []])
  })
})

describe('unroll usage of a long thread', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  const spends = Array.from({ length: 70 }, (_, n) => [at(n), n + 1, 0, 1, 0] as const)
  before(() => (home = spendHome([{ id: FIRST, model: 'made-model', spends }])))
  after(() => removeFolder(home))

  it('lists every spend once, and gives the same whole by turn as by thread', async () => {
    const listed = (await tsv('thread', '--explain')).map((row) => [
      Number(row[2]),
      Number(row[13])
    ])
    expect(listed).to.deep.equal(spends.map((_, n) => [n, n + 2]))
    const sum = (70 * 71) / 2 + 70
    const turns = await totals('turn')
    expect(turns.reduce((whole, [, total]) => whole + Number(total), 0)).to.equal(sum)
    expect(await totals('thread')).to.deep.equal([[FIRST, sum]])
    const part = await totals('total', '--since', at(1), '--until', at(3))
    expect(part).to.deep.equal([['total', 3 + 4]])
  })
})

describe('unroll usage of recorded runs', () => {
  const runs = ['h2', 'h3', 'h8', 'h10'].flatMap((run) =>
    ['130', '142', '169'].map((era) => `${run}-${era}`)
  )
  for (const name of runs) {
    it(`says exactly what ${name} spent`, async () => {
      home = ledgerHome(name)
      const { out } = await usage(['usage', 'total', '--json'])
      const { totalTokens, lowerBound } = JSON.parse(out)
      const { true_total_tokens } = readJson(join(FIXTURES, 'ledger', name, 'truth.json'))
      expect([totalTokens, lowerBound]).to.deep.equal([true_total_tokens, false])
    })
  }

  it('says that h9-142-OpenAI spent more than its lines tell, and why', async () => {
    home = ledgerHome('h9-142-OpenAI')
    const json = await usage(['usage', 'total', '--json'])
    expect(JSON.parse(json.out)).to.include({ totalTokens: 200_140, lowerBound: true })
    const told =
      'the total is a lower bound, for 1 reason; see: unroll usage total --explain --home HOME --index memory\n'
    expect(json.err.replace(home, 'HOME')).to.equal(told)
    const { out } = await usage(['usage'], TERMINAL)
    expect(out.split('\n')).to.deep.equal([
      'DAY (UTC)     INPUT  CACHED  CACHED %  OUTPUT  REASONING      TOTAL',
      '2026-11-21  200,110       0         0      30          0  ≥ 200,140',
      'total       200,110       0         0      30          0  ≥ 200,140',
      '',
      '≥ thread 01a1fcc4-341d-7921-aed0-4be1a6aae72b: no line tells what a compaction cost',
      ''
    ])
    expect(
      (await tsv('total', '--explain')).map((row) => [row[3], row[4], row[5], row[13]])
    ).to.deep.equal([
      ['sampling', 'delta', 'derived', '200010'],
      ['compaction_unrecorded', '', 'unknown', ''],
      ['sampling', 'delta', 'derived', '60'],
      ['sampling', 'delta', 'derived', '70']
    ])
  })
})

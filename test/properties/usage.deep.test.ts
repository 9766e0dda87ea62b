// The usage ledger: parts add up to the whole however they are cut, and a thread that grows has the spends of one pass.
import { expect } from 'chai'
import { both, EVERY_LINE, type LineOf } from '../../domain/log/needs.ts'
import type { DamagedLine, RecordedEvent } from '../../domain/log/event.ts'
import { SITUATE_NEEDS } from '../../domain/thread/turns/situate.ts'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { eraOf, type Profile } from '../../domain/log/profile.ts'
import type { KeptSpend } from '../../domain/ledgers/usage/spend.ts'
import { NO_TOKENS, plus, type Tokens } from '../../domain/ledgers/usage/tokens.ts'
import { evolveUsage, USAGE_NEEDS } from '../../domain/ledgers/usage/usage.ts'
import { NO_USAGE } from '../../domain/ledgers/usage/usage-state.ts'
import { situating } from '../../projections/situation.ts'
import { NO_ROWS, overlay } from '../../replay/catch-up/overlay.ts'
import type { Engine } from '../../replay/engine.ts'
import { isDamaged, START } from '../../replay/ports.ts'
import type { UsageBy, UsageReport, UsageRequest, UsageRow } from '../../replay/ledgers/usage.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, homeNames, removeFolder } from '../support/fixture-home.ts'
import { appendRollout, emptyHome, rolloutPath, THREAD, writeRollout } from '../support/rollouts.ts'
import { usageRollout } from '../support/usage-lines.ts'

const EVERY: ReadonlyArray<UsageBy> = [
  'total',
  'day',
  'week',
  'month',
  'thread',
  'turn',
  'model',
  'provider',
  'agent'
]

/** Zones a whole, half and quarter of an hour from UTC, and one that was none of these before 1972. */
const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Africa/Monrovia']

type Counted = Tokens & { readonly rows: number }

const sumOf = (parts: ReadonlyArray<Counted>): Counted =>
  parts.reduce<Counted>((sum, part) => ({ ...plus(sum, part), rows: sum.rows + part.rows }), {
    ...NO_TOKENS,
    rows: 0
  })

const counted = ({ rows, ...tokens }: Counted): Counted => ({ ...plus(NO_TOKENS, tokens), rows })

const expectWhole = ({ groups, total }: UsageReport): void => {
  expect(sumOf(groups)).to.deep.equal(counted(total))
  for (const group of [...groups, total]) expect(sumOf(group.byModel)).to.deep.equal(counted(group))
  for (const value of groups
    .flatMap(({ byModel }) => byModel)
    .map(({ totalTokens }) => totalTokens))
    expect(value).to.be.at.least(0)
}

const rowsOf = async (engine: Engine, request: UsageRequest): Promise<ReadonlyArray<UsageRow>> => {
  const rows: Array<UsageRow> = []
  for await (const row of await right(engine.usageRows(request))) rows.push(row)
  return rows
}

const sumOfRows = (rows: ReadonlyArray<UsageRow>): Counted =>
  sumOf(rows.map(({ tokens }) => ({ ...(tokens ?? NO_TOKENS), rows: 1 })))

/** Checks a home: every grouping covers everything, and its rows add up to the whole. */
const expectSums = async (engine: Engine, request: Omit<UsageRequest, 'by'>): Promise<void> => {
  const { total } = await right(engine.usage({ by: 'total', ...request }))
  expect(sumOfRows(await rowsOf(engine, { by: 'total', ...request }))).to.deep.equal(counted(total))
  for (const by of EVERY) {
    const report = await right(engine.usage({ by, ...request }))
    expectWhole(report)
    expect(report.total).to.deep.equal(total)
  }
}

/** The spends of a stream, without an index. */
const NEEDS = both(SITUATE_NEEDS, USAGE_NEEDS)

const spendsIn = async (
  batches: AsyncIterable<{
    readonly lines: ReadonlyArray<RecordedEvent<LineOf<typeof NEEDS>> | DamagedLine>
  }>,
  profile: Profile
) => {
  const spends: Array<KeptSpend> = []
  const lookup = {
    spendAt: (sequence: number) => spends[sequence] ?? null,
    isCounted: (answer: string) => spends.some((spend) => spend.answer === answer)
  }
  const situate = situating(overlay(NO_ROWS), profile, false)
  let state = NO_USAGE
  for await (const { lines } of batches)
    for (const line of lines) {
      if (isDamaged(line)) continue
      const [next, changed] = evolveUsage(state, situate(line), lookup)
      for (const spend of changed) spends[spend.sequence] = spend
      state = next
    }
  return spends
}

const grown = async (pieces: ReadonlyArray<string>): Promise<ReadonlyArray<UsageRow>> => {
  const home = emptyHome()
  try {
    const path = rolloutPath(home, THREAD)
    writeRollout(path, '')
    return await withEngine({ home }, async (engine) => {
      let rows: ReadonlyArray<UsageRow> = []
      for (const piece of pieces) {
        appendRollout(path, piece)
        rows = await rowsOf(engine, { by: 'total' })
      }
      await expectSums(engine, {})
      return rows.map((row) => ({ ...row, path: '' }))
    })
  } finally {
    removeFolder(home)
  }
}

/** A text cut at some places. */
const cutAt = (text: string, places: ReadonlyArray<number>): ReadonlyArray<string> => {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b)
  return [...ends, text.length].map((end, i) => text.slice(ends[i - 1] ?? 0, end))
}

describe('usage ledger', () => {
  it('line by line gives the spends of one pass', () =>
    fc.assert(
      fc.asyncProperty(usageRollout, async (lines) => {
        const text = lines.map((line) => `${line}\n`)
        expect(await grown(text)).to.deep.equal(await grown([text.join('')]))
      }),
      { numRuns: 40 }
    ))

  it('cut anywhere gives the spends of one pass', () =>
    fc.assert(
      fc.asyncProperty(
        usageRollout,
        fc.array(fc.nat(20_000), { maxLength: 4 }),
        async (lines, places) => {
          const text = lines.map((line) => `${line}\n`).join('')
          expect(await grown(cutAt(text, places))).to.deep.equal(await grown([text]))
        }
      ),
      { numRuns: 40 }
    ))

  const homes = [
    ...homeNames().map((name) => join(FIXTURES, 'homes', name, 'home')),
    ...readdirSync(join(FIXTURES, 'ledger')).map((name) => join(FIXTURES, 'ledger', name, 'home'))
  ]

  it('of every recorded home is whole in every grouping, and never negative', async () => {
    for (const home of homes)
      await withEngine({ home }, async (engine) => {
        await expectSums(engine, {})
        await expectSums(engine, { tree: true, timeZone: 'Asia/Kathmandu' })
      })
  })

  it('reads the same from the lines it wants as from every line', async () => {
    const profile = eraOf('0.169', false)
    for (const home of homes) {
      const store = jsonlStore({ home, profile, strict: false })
      const infos = store.list()
      if (E.isLeft(infos)) throw new Error('the home cannot be read')
      for (const info of infos.right.streams)
        expect(await spendsIn(store.read(info, START, NEEDS), profile)).to.deep.equal(
          await spendsIn(store.read(info, START, EVERY_LINE), profile)
        )
    }
  })

  it('is whole in every time zone', async () => {
    await withEngine({ home: join(FIXTURES, 'homes', 'walk-1-142', 'home') }, async (engine) => {
      for (const timeZone of ZONES) await expectSums(engine, { timeZone })
    })
  })

  it('of a time that cuts a quarter of an hour has exactly the rows of that time', async () => {
    const home = join(FIXTURES, 'homes', 'walk-1-169', 'home')
    await withEngine({ home }, async (engine) => {
      const all = await rowsOf(engine, { by: 'total' })
      const times = all.map(({ occurredAtMs }) => occurredAtMs).sort((a, b) => a - b)
      const middleMs = times[Math.floor(times.length / 2)] ?? 0
      await expectSums(engine, { sinceMs: middleMs })
      await expectSums(engine, { untilMs: middleMs })
      const before = await rowsOf(engine, { by: 'total', untilMs: middleMs })
      const after = await rowsOf(engine, { by: 'total', sinceMs: middleMs })
      expect(before.length).to.be.greaterThan(0)
      expect(before.length + after.length).to.equal(all.length)
    })
  })
})

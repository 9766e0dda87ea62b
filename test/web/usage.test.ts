// What the usage page computes by itself: bars, the calendar, CSV, and the times of addresses.
import { expect } from 'chai'
import { calendarOf } from '../../web/parts/calendar.ts'
import { folderNames } from '../../web/pages/threads/folders.ts'
import { byOf, perOf } from '../../web/pages/usage/asked.ts'
import { stacksOf, withoutGaps } from '../../web/pages/usage/stacks.ts'
import { csvOf } from '../../web/text/csv.ts'
import { sinceMs, startOfDate } from '../../web/text/since.ts'
import type { UsageGroupAnswer } from '../../web/wire/answers.ts'

const tokens = (totalTokens: number) => ({
  ...{ inputTokens: totalTokens, cachedInputTokens: 0, outputTokens: 0 },
  ...{ reasoningOutputTokens: 0, totalTokens }
})

const group = (
  key: string,
  parts: Readonly<Record<string, number>>,
  lowerBound = false
): UsageGroupAnswer => ({
  ...{ key, rows: 1, cacheHitRate: null, lowerBound },
  ...tokens(Object.values(parts).reduce((a, b) => a + b, 0)),
  byModel: Object.entries(parts).map(([model, n]) => ({ model, provider: 'p', ...tokens(n) }))
})

describe('bars of usage', () => {
  it('have days without spends, over the ends of months and years', () => {
    expect(withoutGaps(['2026-12-30', '2027-01-02'], 'day')).to.deep.equal([
      '2026-12-30',
      '2026-12-31',
      '2027-01-01',
      '2027-01-02'
    ])
    expect(withoutGaps(['2026-11-23', '2026-12-07'], 'week')).to.deep.equal([
      '2026-11-23',
      '2026-11-30',
      '2026-12-07'
    ])
    expect(withoutGaps(['2026-11', '2027-01'], 'month')).to.deep.equal([
      '2026-11',
      '2026-12',
      '2027-01'
    ])
    expect(withoutGaps([], 'day')).to.deep.equal([])
    expect(withoutGaps(['2026-11-21'], 'day')).to.deep.equal(['2026-11-21'])
  })

  it('stand on each other by size, with the small ones together', () => {
    const few = stacksOf(
      [group('2026-11-21', { a: 1, b: 5 }), group('2026-11-23', { a: 2 }, true)],
      'day',
      'model'
    )
    expect(few).to.deep.equal({
      keys: ['2026-11-21', '2026-11-22', '2026-11-23'],
      parts: [
        { name: 'b', tokens: [5, 0, 0] },
        { name: 'a', tokens: [1, 0, 2] }
      ],
      lowerBounds: [false, false, true]
    })
    const names = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`m${n}`, 100 - n]))
    const many = stacksOf([group('2026-11-21', names)], 'day', 'model')
    expect(many.parts.map(({ name }) => name)).to.deep.equal([
      ...['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6'],
      '3 others'
    ])
    expect(many.parts.at(-1)?.tokens).to.deep.equal([93 + 92 + 91])
    expect(stacksOf([group('2026-11-21', { a: 1, b: 2 })], 'day', 'provider').parts).to.deep.equal([
      { name: 'p', tokens: [3] }
    ])
  })
})

describe('the calendar of usage', () => {
  it('ends with today in the last week, and begins on a Monday', () => {
    // The 25th of November 2026 is a Wednesday.
    const days = calendarOf([{ day: '2026-11-21', tokens: 7, lowerBound: true }], '2026-11-25')
    expect(days).to.have.length(52 * 7 + 3)
    expect(days[0]).to.deep.include({ day: '2025-11-24', week: 0, weekday: 0, level: 0 })
    expect(days.at(-1)).to.deep.include({ day: '2026-11-25', week: 52, weekday: 2 })
    expect(days.find(({ day }) => day === '2026-11-21')).to.deep.equal({
      ...{ day: '2026-11-21', tokens: 7, lowerBound: true },
      ...{ week: 51, weekday: 5, level: 4 }
    })
  })

  it('is darker by quarters of the days in which something was spent', () => {
    const spent = [1, 10, 100, 1000].map((n, at) => ({
      ...{ day: `2026-11-2${at}`, tokens: n, lowerBound: false }
    }))
    const levels = calendarOf(spent, '2026-11-25').flatMap(({ level }) =>
      level > 0 ? [level] : []
    )
    expect(levels).to.deep.equal([1, 2, 3, 4])
  })
})

describe('tables as CSV', () => {
  it('quote what has commas, quotes and lines, and leave formulas as texts', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x,"y"', 1],
          ['=1+1', null],
          ['two\nlines', -2]
        ]
      )
    ).to.equal('a,b\r\n"x,""y""",1\r\n\'=1+1,\r\n"two\nlines",-2\r\n')
  })
})

describe('times of addresses', () => {
  it('count days from midnight, and read dates that there are', () => {
    const now = new Date(2026, 10, 25, 13, 30).getTime()
    expect(sinceMs('1', now)).to.equal(new Date(2026, 10, 25).getTime())
    expect(sinceMs('7', now)).to.equal(new Date(2026, 10, 19).getTime())
    expect(sinceMs('2026-11-01', now)).to.equal(new Date(2026, 10, 1).getTime())
    for (const text of [undefined, '', 'x', '-1', '2026-02-30', '2026-13-01', '12345'])
      expect(sinceMs(text, now), String(text)).to.equal(null)
    expect(startOfDate('2024-02-29')).to.equal(new Date(2024, 1, 29).getTime())
  })

  it('give as many bars as can be told apart', () => {
    const now = Date.now()
    expect(perOf({ by: 'month', since: '7' }, now)).to.equal('month')
    expect(perOf({ by: 'model', since: '7' }, now)).to.equal('day')
    expect(perOf({ by: 'model' }, now)).to.equal('week')
    expect(byOf({ by: 'turn' })).to.equal('thread')
    expect(byOf({ by: 'turn', thread: 'x' })).to.equal('turn')
    expect(byOf({ by: 'nonsense' })).to.equal('day')
  })
})

describe('names of projects', () => {
  it('have as many folders as tell them apart', () => {
    expect([...folderNames(['/a/x/demo', '/b/y/demo', '/c/other', '/'])]).to.deep.equal([
      ['/a/x/demo', 'x/demo'],
      ['/b/y/demo', 'y/demo'],
      ['/c/other', 'other'],
      ['/', '/']
    ])
  })
})

// The goal: a date means its whole day where the person is. The expected instants were worked out by hand from the
// rules of the zones, the days of 23 and 25 hours among them.
import { expect } from 'chai'
import { endTyped, lengthOf, rangeTyped, TIME_FORMS } from '../../../domain/time/typed-time.ts'
import { UTC, zoneNamed } from '../../../domain/time/zone.ts'

// A Saturday, in the evening of the Friday in New York.
const NOW = '2026-11-21T03:30:00Z'

const hereIn = (timeZone: string) => ({
  nowMs: Date.parse(NOW),
  zone: zoneNamed(timeZone) ?? UTC
})

const range = (since: string | undefined, until: string | undefined, timeZone = 'UTC') => {
  const read = rangeTyped({ since, until }, hereIn(timeZone))
  if (read._tag === 'Left') return read.left
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
  return [iso(read.right.sinceMs), iso(read.right.untilMs)]
}

const day = (date: string, timeZone: string) => range(date, date, timeZone)

describe('range of dates', () => {
  it('takes whole days, the last one included', () => {
    expect(range('2026-11-20', '2026-11-21')).to.deep.equal([
      '2026-11-20T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z'
    ])
    expect(range('20261120', undefined)).to.deep.equal(['2026-11-20T00:00:00.000Z', null])
    expect(range(undefined, '2028-02-29')).to.deep.equal([null, '2028-03-01T00:00:00.000Z'])
    expect(range(undefined, undefined, 'Asia/Tokyo')).to.deep.equal([null, null])
  })

  it('takes instants as they are, in any zone', () => {
    const until = '2026-11-21 09:30:00.25+05:30'
    expect(range('2026-11-21T03:00:00Z', until, 'America/New_York')).to.deep.equal([
      '2026-11-21T03:00:00.000Z',
      '2026-11-21T04:00:00.250Z'
    ])
  })

  it('gives the days on which clocks change their 23 and 25 hours', () => {
    expect(day('2026-03-29', 'Europe/Berlin')).to.deep.equal([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z'
    ])
    expect(day('2026-10-25', 'Europe/Berlin')).to.deep.equal([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z'
    ])
    expect(day('2026-11-01', 'America/New_York')).to.deep.equal([
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z'
    ])
  })

  it('begins a day that has no midnight with its first hour, and a day that was left out with the next', () => {
    // São Paulo went from 23:59:59 to 01:00:00; Samoa went from the 29th to the 31st.
    expect(day('2018-11-04', 'America/Sao_Paulo')).to.deep.equal([
      '2018-11-04T03:00:00.000Z',
      '2018-11-05T02:00:00.000Z'
    ])
    expect(day('2011-12-30', 'Pacific/Apia')).to.deep.equal([
      '2011-12-30T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z'
    ])
  })

  it('knows zones that are far off or not on the hour', () => {
    expect(day('2026-11-21', 'Asia/Kathmandu')).to.deep.equal([
      '2026-11-20T18:15:00.000Z',
      '2026-11-21T18:15:00.000Z'
    ])
    expect(day('2026-11-21', 'Pacific/Kiritimati')).to.deep.equal([
      '2026-11-20T10:00:00.000Z',
      '2026-11-21T10:00:00.000Z'
    ])
  })

  it('reads a clock time without a zone where the person is, once where it occurs twice', () => {
    const since = (text: string) => range(text, undefined, 'America/New_York')
    expect(since('2026-11-20T21:09')).to.deep.equal(['2026-11-21T02:09:00.000Z', null])
    expect(since('2026-07-01 21:09:30.5')).to.deep.equal(['2026-07-02T01:09:30.500Z', null])
    expect(since('2026-11-01T01:30')).to.deep.equal(['2026-11-01T05:30:00.000Z', null])
    expect(since('2026-03-08T02:30')).to.deep.equal(['2026-03-08T07:30:00.000Z', null])
  })

  it('knows days by their words, where the person is', () => {
    const words = ['today', 'Yesterday', 'friday', 'sat', 'sunday']
    const days = (timeZone: string) => words.map((word) => range(word, undefined, timeZone)[0])
    expect(days('UTC')).to.deep.equal([
      '2026-11-21T00:00:00.000Z',
      '2026-11-20T00:00:00.000Z',
      '2026-11-20T00:00:00.000Z',
      '2026-11-21T00:00:00.000Z',
      '2026-11-15T00:00:00.000Z'
    ])
    expect(days('America/New_York')).to.deep.equal([
      '2026-11-20T05:00:00.000Z',
      '2026-11-19T05:00:00.000Z',
      '2026-11-20T05:00:00.000Z',
      '2026-11-14T05:00:00.000Z',
      '2026-11-15T05:00:00.000Z'
    ])
    expect(range('yesterday', 'yesterday')).to.deep.equal([
      '2026-11-20T00:00:00.000Z',
      '2026-11-21T00:00:00.000Z'
    ])
  })

  it('takes lengths of time with and without "ago", in short and in words', () => {
    const same = ['90m', '90m ago', '90 min', '90 minutes ago', '-90m', '5400s', '90MINS']
    expect(same.map((text) => range(text, undefined)[0])).to.deep.equal(
      same.map(() => '2026-11-21T02:00:00.000Z')
    )
    const long = ['2h', '7d', '2w', '3 days ago']
    expect(long.map((text) => range(undefined, text)[1])).to.deep.equal([
      '2026-11-21T01:30:00.000Z',
      '2026-11-14T03:30:00.000Z',
      '2026-11-07T03:30:00.000Z',
      '2026-11-18T03:30:00.000Z'
    ])
    expect(lengthOf('10m')).to.equal(600_000)
    expect(['10m ago', '10', 'm', '1y'].map(lengthOf)).to.deep.equal([null, null, null, null])
  })

  it('means the end of a day where a state is asked for, and an instant as it is', () => {
    const end = (text: string) => {
      const ms = endTyped(text, hereIn('America/New_York'))
      return ms === null ? null : new Date(ms).toISOString()
    }
    expect(['2026-11-01', 'yesterday', '2h', '2026-11-20T21:09'].map(end)).to.deep.equal([
      '2026-11-02T04:59:59.999Z',
      '2026-11-20T04:59:59.999Z',
      '2026-11-21T01:30:00.000Z',
      '2026-11-21T02:09:00.000Z'
    ])
  })

  it('accepts every form that the help names', () => {
    const examples = TIME_FORMS.map(([example]) => example)
    expect(examples.filter((text) => endTyped(text, hereIn('UTC')) === null)).to.deep.equal([])
  })

  it('refuses days and instants that there are not, and says which side is wrong', () => {
    const wrong = ['2026-02-29', '2026-13-01', '26-01-01', '2026-1-1', '1969-12-31', 'tomorrow', '']
    const instants = ['2026-02-30T10:00:00Z', '2026-11-21T24:00:00Z', '2026-11-21T10:00+24:00']
    const texts = [...wrong, ...instants, 'today ago', 'ago', '7 fortnights']
    expect(texts.map((text) => range(text, undefined))).to.deep.equal(texts.map(() => 'since'))
    expect(texts.map((text) => range(undefined, text))).to.deep.equal(texts.map(() => 'until'))
  })

  it('refuses an end before the beginning, also where one is a day and the other an instant', () => {
    expect(range('2026-11-22', '2026-11-21')).to.equal('order')
    expect(range('2026-11-22T00:00', '2026-11-21')).to.equal('order')
    expect(range('2026-11-22', '2026-11-21T23:00')).to.equal('order')
    expect(range('today', '7d')).to.equal('order')
    const good = [
      ['2026-11-22', '2026-11-22'],
      ['2026-11-21T14:00', '2026-11-21'],
      ['7d', 'today'],
      ['7d', '7d']
    ] as const
    expect(good.map(([since, until]) => range(since, until))).to.not.include('order')
  })
})

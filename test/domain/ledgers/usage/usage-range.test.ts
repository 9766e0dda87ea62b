// The goal: a date means its whole day where the person is. The expected instants were worked out by hand from the
// rules of the zones, the days of 23 and 25 hours among them.
import { expect } from 'chai'
import { rangeOf } from '../../../../domain/ledgers/usage/range.ts'

const range = (since: string | undefined, until: string | undefined, timeZone = 'UTC') => {
  const read = rangeOf({ since, until, timeZone })
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

  it('refuses days and instants that there are not, and says which side is wrong', () => {
    const wrong = ['2026-02-29', '2026-13-01', '26-01-01', '2026-1-1', '1969-12-31', 'today', '']
    expect(wrong.map((text) => range(text, undefined))).to.deep.equal(wrong.map(() => 'since'))
    expect(wrong.map((text) => range(undefined, text))).to.deep.equal(wrong.map(() => 'until'))
    const instants = ['2026-11-21T10:00:00', '2026-02-30T10:00:00Z', '2026-11-21T24:00:00Z']
    expect(instants.map((text) => range(text, undefined))).to.deep.equal(
      instants.map(() => 'since')
    )
  })

  it('refuses a zone nobody knows, and an end before the beginning', () => {
    expect(range(undefined, undefined, 'Mars/Olympus')).to.equal('time zone')
    expect(range('2026-11-22', '2026-11-21')).to.equal('order')
    expect(range('2026-11-22', '2026-11-22')).not.to.equal('order')
  })
})

// Zones as people call them. The labels and instants were taken from the rules of the zones by hand.
import { expect } from 'chai'
import { instantOf, UTC, zoneLabel, zoneNamed, type Zone } from '../../../domain/time/zone.ts'

const zone = (name: string): Zone => {
  const found = zoneNamed(name)
  if (found === null) throw new Error(`no zone ${name}`)
  return found
}

const HOUR_MS = 3_600_000
const WINTER = Date.parse('2026-11-21T06:46:30.078Z')
const SUMMER = Date.parse('2026-07-21T06:46:30.078Z')

describe('time zones', () => {
  it('show what the clock on the wall shows, to the millisecond', () => {
    expect(zone('America/New_York').wallMs(WINTER)).to.equal(WINTER - 5 * HOUR_MS)
    expect(zone('America/New_York').wallMs(SUMMER)).to.equal(SUMMER - 4 * HOUR_MS)
    expect(zone('Asia/Kathmandu').wallMs(WINTER)).to.equal(WINTER + 5.75 * HOUR_MS)
    expect(zone('UTC')).to.equal(UTC)
  })

  it('are called by short names where those are known, else by their distance from UTC', () => {
    const labels = (name: string) => [WINTER, SUMMER].map(zone(name).label)
    expect(labels('America/New_York')).to.deep.equal(['EST', 'EDT'])
    expect(labels('America/Anchorage')).to.deep.equal(['AKST', 'AKDT'])
    expect(labels('Europe/Berlin')).to.deep.equal(['UTC+1', 'UTC+2'])
    expect(labels('Europe/London')).to.deep.equal(['UTC', 'UTC+1'])
    expect(labels('America/St_Johns')).to.deep.equal(['UTC−3:30', 'UTC−2:30'])
    expect(zoneLabel('Mitteleuropäische Normalzeit', HOUR_MS)).to.equal('UTC+1')
  })

  it('are unknown by names that nobody gave them', () => {
    expect(['Mars/Olympus', '', 'local'].map(zoneNamed)).to.deep.equal([null, null, null])
  })

  it('leave times that are no date as they are', () => {
    expect([NaN, 1e17].map(zone('Europe/Berlin').wallMs)).to.deep.equal([NaN, 1e17])
  })

  it('find the instant again at which a clock shows a time', () => {
    for (const name of ['America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati', 'UTC'])
      for (let ms = WINTER; ms < WINTER + 400 * 24 * HOUR_MS; ms += 37 * HOUR_MS)
        expect(instantOf(zone(name).wallMs(ms), zone(name))).to.equal(ms)
  })
})

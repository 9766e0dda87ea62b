// Times, sizes and counts as the page says them.
import { expect } from 'chai'
import fc from 'fast-check'
import { ago, count, counted, day, duration, short, size } from '../../web/text/times.ts'

const at = (text: string): number => new Date(text).getTime()

describe('times and sizes of the page', () => {
  it('tell how long ago something was', () => {
    const now = at('2026-11-24T15:00:00')
    const said = (text: string) => ago(at(text), now)
    expect(said('2026-11-24T14:59:30')).to.equal('just now')
    expect(said('2026-11-24T14:55:00')).to.equal('5 min ago')
    expect(said('2026-11-24T11:59:00')).to.equal('3 h ago')
    expect(said('2026-11-24T01:00:00')).to.equal('Today')
    expect(said('2026-11-23T23:00:00')).to.equal('Yesterday')
    expect(said('2026-11-20T12:00:00')).to.equal('Friday')
    expect(said('2026-11-02T12:00:00')).to.equal('Nov 2')
    expect(said('2025-11-02T12:00:00')).to.equal('Nov 2, 2025')
    expect(day(at('2026-11-25T12:00:00'), now)).to.equal('Today')
  })

  it('tell how long something took', () => {
    expect([0, 820, 1240, 60_000, 200_000, 7_500_000, 3_600_000].map(duration)).to.deep.equal([
      '0 ms',
      '820 ms',
      '1.2 s',
      '1 min',
      '3 min 20 s',
      '2 h 5 min',
      '1 h'
    ])
  })

  it('count', () => {
    expect([counted(1, 'turn'), counted(12_345, 'turn'), count(1_000_000)]).to.deep.equal([
      '1 turn',
      '12,345 turns',
      '1,000,000'
    ])
    fc.assert(fc.property(fc.integer(), (n) => count(n) === n.toLocaleString('en')))
    expect([950, 18_234, 182_400, 1_400_000].map(short)).to.deep.equal([
      '950',
      '18.2 k',
      '182 k',
      '1.4 M'
    ])
    expect([812, 1400, 3_000_000, 2_500_000_000].map(size)).to.deep.equal([
      '812 B',
      '1.4 kB',
      '3.0 MB',
      '2.5 GB'
    ])
  })
})

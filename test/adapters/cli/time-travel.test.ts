import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const ROLLED_BACK = '01a1fcde-3a27-7b00-815d-a78ef170b380'

describe('command line: --at', () => {
  let home = ''
  const unroll = inHome(() => home)
  before(() => {
    home = copyHome('fork-rollback-142')
  })
  after(() => removeFolder(home))

  const idsAt = async (at: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
    const { out } = await unroll(['turns', ROOT, '--json', ...at])
    return jsonLines(out).flatMap(({ id }) => (id === undefined ? [] : [id as string]))
  }

  it('takes the end of a turn that was rolled back, by the beginning of its id', async () => {
    expect(await idsAt([])).to.not.include(ROLLED_BACK)
    expect((await idsAt(['--at', ROLLED_BACK.slice(0, 13)]))[0]).to.equal(ROLLED_BACK)
  })

  it('counts events as "events" does', async () => {
    const { out } = await unroll(['events', ROOT, '--at', '12', '--json'])
    expect(jsonLines(out).map(({ revision }) => revision as number)).to.deep.equal([
      ...Array(12).keys()
    ])
  })

  it('reads a time without a zone as UTC, a day as over, and how long ago by the clock', async () => {
    const nowMs = () => Date.parse('2026-11-21T07:49:45.000Z')
    const [utc, zone, ago] = [
      await unroll(['threads', '--all', '--json', '--at', '2026-11-21 06:49:45']),
      await unroll(['threads', '--all', '--json', '--at', '2026-11-21T07:49:45+01:00']),
      await unroll(['threads', '--all', '--json', '--at=-1h'], { nowMs })
    ]
    expect(jsonLines(utc.out)).to.have.length.greaterThan(1)
    expect([zone, ago]).to.deep.equal([utc, utc])
    const day = await unroll(['threads', '--all', '--json', '--at', '2026-11-21'])
    expect(jsonLines(day.out).at(0)).to.deep.equal(
      jsonLines((await unroll(['threads', '--all', '--json'])).out).at(0)
    )
    const before = await unroll(['threads', '--all', '--json', '--at', '2026-11-20'])
    expect(before.out).to.equal('')
  })

  it('does not know a thread that began later', async () => {
    const { code, err } = await unroll(['show', ROOT, '--at', '2026-11-20'])
    expect([code, err.split('\n')[0]]).to.deep.equal([3, `unroll: no thread ${ROOT} in this home`])
  })

  it('keeps the point in commands to type next', async () => {
    const { out } = await unroll(['show', ROOT, '--at', '60', '--limit', '1'])
    expect(out).to.contain(`show ${ROOT.slice(0, 13)} --all`)
    expect(out).to.match(/--all .*--at 60/)
  })

  it('refuses what is no point, a point without its thread, and a revision that is not there', async () => {
    const first = async (argv: ReadonlyArray<string>) => {
      const { code, err } = await unroll(argv)
      return [code, err.split('\n')[0]]
    }
    expect(await first(['threads', '--at', '40'])).to.deep.equal([
      2,
      'unroll: threads takes a time, not "40": write 2026-11-21, 2026-11-21T14:30, today, yesterday, monday or 90m'
    ])
    expect(await first(['usage', '--at', '40'])).to.deep.equal([
      2,
      'unroll: "40" is a point of one thread, and none is named: name one, or write a time'
    ])
    expect(await first(['show', ROOT, '--at', '2026-02-30'])).to.deep.equal([
      2,
      'unroll: "2026-02-30" is no point in the past: write a revision such as 40, a turn, or a time (2026-11-21, 2026-11-21T14:30, today, yesterday, monday or 90m)'
    ])
    expect((await first(['show', ROOT, '--at', '5000']))[0]).to.equal(2)
    expect((await first(['show', ROOT, '--at', 'ffff']))[0]).to.equal(3)
    expect(await first(['rename', ROOT, 'x', '--at', '40'])).to.deep.equal([
      2,
      'unroll: rename has no option --at'
    ])
  })
})

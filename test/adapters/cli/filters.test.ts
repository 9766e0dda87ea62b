// Filters and orders of lists. The goal: what is asked for is listed, in the order that is asked for, and the key of the order is
// seen. The method: the same list is taken whole, filtered by hand, and compared.
import { expect } from 'chai'
import { utimesSync } from 'node:fs'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const THREAD = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'

describe('command line: filters and orders of lists', () => {
  let home = ''
  const unroll = inHome(() => home)
  before(() => {
    home = copyHome('fork-rollback-142')
  })
  after(() => removeFolder(home))

  const rows = async (...argv: ReadonlyArray<string>) =>
    (await unroll(argv)).out
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'))

  it('shows when the last event was, whatever the times of the files', async () => {
    const [first] = jsonLines((await unroll(['threads', '--json'])).out)
    const seen = await unroll(['threads', '--color', 'never'], { tty: true })
    utimesSync(first.path as string, 1, 1)
    expect((await unroll(['threads', '--color', 'never'], { tty: true })).out).to.equal(seen.out)
    expect(seen.out).to.match(/^ID +LAST EVENT \(UTC\) /)
    const heads = await Promise.all(
      ['created_at', 'updated_at', 'recency_at'].map(async (key) => {
        const { out } = await unroll(['threads', '--sort', key, '--color', 'never'], { tty: true })
        return out.split(' (UTC)')[0]?.split(/ +/)[1]
      })
    )
    expect(heads).to.deep.equal(['CREATED', 'UPDATED', 'RECENT'])
  })

  it('takes threads by the time of their last event, in either direction', async () => {
    const all = await rows('threads', '--all')
    const times = all.map((row) => row[3] ?? '')
    expect(times).to.deep.equal(times.toSorted().toReversed())
    const middle = times[Math.floor(times.length / 2)] ?? ''
    expect(await rows('threads', '--all', '--since', middle)).to.deep.equal(
      all.filter((row) => (row[3] ?? '') >= middle)
    )
    expect(await rows('threads', '--all', '--until', middle)).to.deep.equal(
      all.filter((row) => (row[3] ?? '') < middle)
    )
    const bySort = await rows('threads', '--all', '--sort', 'created_at', '--since', middle)
    expect(bySort.toSorted()).to.deep.equal(
      all.filter((row) => (row[3] ?? '') >= middle).toSorted()
    )
    expect(await rows('threads', '--all', '--asc')).to.deep.equal(all.toReversed())
    expect(await rows('threads', '--all', '--order', 'asc')).to.deep.equal(all.toReversed())
  })

  it('takes threads by a part of their name, one of several, and all filters at once', async () => {
    await unroll(['rename', THREAD, 'Orchard gate'])
    const all = await rows('threads', '--all')
    const named = (parts: ReadonlyArray<string>) =>
      all.filter((row) => parts.some((part) => (row[8] ?? '').toLowerCase().includes(part)))
    expect(await rows('threads', '--all', '--name', 'ORCHARD')).to.deep.equal(named(['orchard']))
    expect(named(['orchard'])).to.have.length(1)
    const two = await rows('threads', '--all', '--name', 'orchard', '--name', 'hinge')
    expect(two).to.deep.equal(named(['orchard', 'hinge']))
    expect(two.length).to.be.greaterThan(1)
    expect(await rows('threads', '--all', '--name', 'orchard', '--model', 'none')).to.deep.equal([])
    expect(await rows('threads', '--all', '--branch', 'none')).to.deep.equal([])
  })

  it('takes items of a type, page after page', async () => {
    const items = jsonLines((await unroll(['items', THREAD, '--json'])).out)
    const wanted = ['userMessage', 'agentMessage']
    const types = wanted.flatMap((type) => ['--type', type])
    const few = await unroll(['items', THREAD, '--json', ...types, '--limit', '2'])
    const chosen = items.filter(({ item }) => wanted.includes(item.type))
    expect(jsonLines(few.out)).to.deep.equal(chosen.slice(0, 2))
    const none = await unroll(['items', THREAD, '--json', '--type', 'sleep'])
    expect([none.code, none.out]).to.deep.equal([0, ''])
    const back = await unroll(['items', THREAD, '--json', '--type', 'userMessage', '--desc'])
    expect(jsonLines(back.out)).to.deep.equal(
      items.filter(({ item }) => item.type === 'userMessage').toReversed()
    )
  })

  it('lists the audit trail newest first, with the usual limit', async () => {
    const oldest = jsonLines((await unroll(['audit', '--json', '--asc'])).out)
    expect(jsonLines((await unroll(['audit', '--json'])).out)).to.deep.equal(oldest.toReversed())
    const three = jsonLines((await unroll(['audit', '--json', '-n', '3'])).out)
    expect(three).to.deep.equal(oldest.toReversed().slice(0, 3))
    const { out } = await unroll(['audit', '--color', 'never'], { tty: true })
    expect(out.split('\n')).to.have.length(Math.min(25, oldest.length) + 2)
  })

  it('says in the log what became of what', async () => {
    await unroll(['rename', THREAD, 'Orchard wall'], {
      nowMs: () => Date.parse('2026-11-22T09:00Z')
    })
    const log = (...argv: ReadonlyArray<string>) =>
      unroll(['log', '--color', 'never', ...argv], { tty: true, columns: 140 })
    expect((await log()).out).to.contain('"Orchard gate" → "Orchard wall"')
    const all = jsonLines((await unroll(['log', '--json'])).out)
    expect(jsonLines((await unroll(['log', '--json', '--asc'])).out)).to.deep.equal(
      all.toReversed()
    )
    const last = jsonLines((await unroll(['log', '--json', '--since', all[0].began.at])).out)
    expect(last).to.deep.equal(all.slice(0, 1))
  })

  it('takes events by their kind, in either direction, and no more than asked for', async () => {
    const all = await rows('events', THREAD)
    const kinds = [...new Set(all.map((row) => row[3] ?? ''))]
    for (const kind of [...kinds, 'event_msg', 'user_message'])
      expect(await rows('events', THREAD, '--kind', kind), kind).to.deep.equal(
        all.filter((row) => row[3] === kind || (row[3] ?? '').split(':').includes(kind))
      )
    const some = all.filter((row) => /^(?:session_meta|turn_context)$/.test(row[3] ?? ''))
    const two = ['--kind', 'session_meta', '--kind', 'turn_context']
    expect(await rows('events', THREAD, ...two)).to.deep.equal(some)
    expect(await rows('events', THREAD, '--desc')).to.deep.equal(all.toReversed())
    expect(await rows('events', THREAD, '--desc', '--from', '3', '--to', '9')).to.deep.equal(
      all.slice(3, 10).toReversed()
    )
    expect(await rows('events', THREAD, '--limit', '2')).to.deep.equal(all.slice(0, 2))
    expect(await rows('events', THREAD, '-n', '2', '--desc', ...two)).to.deep.equal(
      some.slice(-2).toReversed()
    )
  })

  it('refuses two directions at once', async () => {
    const { code, err } = await unroll(['threads', '--asc', '--desc'])
    expect([code, err.split('\n')[0]]).to.deep.equal([
      2,
      'unroll: --asc and --desc exclude each other'
    ])
  })
})

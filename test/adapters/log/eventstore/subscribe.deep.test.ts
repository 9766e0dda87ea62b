// Following all streams. The goal: every event once and in order, with what stands between events in its place, over every
// way in which a connection can end. The method: the stand-in for the server; the follower is stopped by what it was told.
import { expect } from 'chai'
import { getEventListeners } from 'node:events'
import { realPace } from '../../../../adapters/log/eventstore/connection/pace.ts'
import type { Wire } from '../../../../adapters/log/eventstore/wire.ts'
import { BEHAVIOURS_OF } from '../../../support/eventstore-server/behaviours.ts'
import { startCluster } from '../../../support/eventstore-server/cluster.ts'
import type { DropKind, TestEventStore } from '../../../support/eventstore-server/server.ts'
import { sessions } from '../../../support/eventstore-server/session.ts'
import { followed, PREFIXES, untilCaughtUp } from '../../../support/followed-wire.ts'
import {
  asBytes,
  everything,
  HASTY,
  numbered,
  right,
  several,
  until,
  untilFailure,
  wires,
  wordOf
} from '../../../support/wires.ts'

const counted = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('a subscription to a store', () => {
  const { start, ends } = sessions()
  const open = wires()

  /** Appends the numbers from `from` to `to` one by one, to streams in turn. */
  const fill = async (wire: Wire, from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number += 1) {
      right(await wire.append(`thread-${number % 3}`, 'any', [numbered(number)]))
    }
  }

  it('tells what is there, that it caught up, and what comes', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    await fill(wire, 0, 5)
    const follower = followed(wire)
    await follower.heard(() => follower.has('caught_up'))
    await fill(wire, 5, 8)
    await follower.heard(() => follower.numbers().length === 8)
    await follower.stop()
    expect(follower.told.map(wordOf).filter((word) => word !== 'checkpoint')).to.deep.equal([
      ...counted(5),
      'caught_up',
      5,
      6,
      7
    ])
    const [first] = follower.told
    const position = server.log[0]?.position
    expect(first?.kind === 'event' && first.event).to.deep.include({
      stream: 'thread-0',
      revision: 0,
      position: { commit: position, prepare: position }
    })
  })

  it('tells only streams with one of the prefixes, and goes on behind a position', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    for (const stream of ['other', 'thread-a', 'threads', 'unroll-log', '$thread-x']) {
      right(await wire.append(stream, 'any', [numbered(server.log.length)]))
    }
    const told = await untilCaughtUp(wire)
    const events = told.flatMap((one) => (one.kind === 'event' ? [one.event] : []))
    expect(events.map(({ stream }) => stream)).to.deep.equal(['thread-a', 'unroll-log'])
    const rest = await untilCaughtUp(wire, events[0]?.position)
    expect(rest.filter(({ kind }) => kind === 'event').map(wordOf)).to.deep.equal([3])
    const last = told.findLast((one) => one.kind === 'checkpoint')
    const behind = await untilCaughtUp(wire, last?.kind === 'checkpoint' ? last.position : 'start')
    expect(behind.filter(({ kind }) => kind === 'event')).to.deep.equal([])
  })

  it('tells checkpoints behind the events before them, however slowly it is read', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    for (let round = 0; round < 20; round += 1) {
      right(await wire.append('other', 'any', several(300)))
      right(await wire.append('thread-a', 'any', several(100, round * 100)))
    }
    const stop = new AbortController()
    let at = -1
    let checkpoints = 0
    const numbers: unknown[] = []
    for await (const told of wire.subscribe(PREFIXES, 'start', stop.signal)) {
      if (numbers.length % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (told.kind === 'event') {
        expect(told.event.position?.commit).to.be.greaterThan(at)
        at = told.event.position?.commit ?? NaN
        numbers.push(wordOf(told))
      } else if (told.kind === 'checkpoint') {
        expect(told.position.commit).to.be.at.least(at)
        at = told.position.commit
        checkpoints += 1
      } else if (told.kind === 'caught_up') stop.abort()
    }
    expect(numbers).to.deep.equal(counted(2000))
    expect(checkpoints).to.be.greaterThan(3)
  })

  const ENDINGS: ReadonlyArray<
    readonly [string, (server: TestEventStore) => Promise<void> | void]
  > = [
    ...(['unavailable', 'cancelled', 'internal', 'end'] as const).map(
      (how: DropKind) =>
        [
          `is ended by the server with "${how}"`,
          (server: TestEventStore) => void server.dropSubscriptions(how)
        ] as const
    ),
    ['loses its connection', (server) => server.disconnect()],
    [
      'outlives the server',
      async (server) => {
        await server.stop()
        await server.start()
      }
    ]
  ]
  for (const [what, end] of ENDINGS) {
    it(`goes on, each event once, when it ${what}`, async () => {
      const { server } = await start()
      const wire = await open(server.url)
      const writer = await open(server.url)
      const follower = followed(wire)
      for (let round = 0; round < 5; round += 1) {
        await fill(writer, round * 10, round * 10 + 5)
        // Also before what was appended has been told.
        if (round % 2 === 0) await follower.heard(() => follower.numbers().length >= round * 10 + 5)
        await end(server)
        await fill(writer, round * 10 + 5, round * 10 + 10)
      }
      await follower.heard(() => follower.numbers().length >= 50)
      await follower.stop()
      expect(follower.numbers()).to.deep.equal(counted(50))
    })
  }

  it('goes on when it breaks off while it catches up, or nobody answers then', async () => {
    const { server } = await start()
    const wire = await open(server.url + HASTY)
    await fill(wire, 0, 100)
    for (const [index, how] of (['unavailable', 'silent', 'internal'] as const).entries()) {
      server.fail({ method: 'subscribe', with: how, events: 10 + index, times: 3 })
    }
    const told = await untilCaughtUp(wire)
    expect(told.filter(({ kind }) => kind === 'event').map(wordOf)).to.deep.equal(counted(100))
    expect(server.calls.subscribe).to.equal(10)
  })

  it('moves with the leader', async () => {
    const cluster = await startCluster(3)
    ends(cluster)
    const wire = await open(cluster.url)
    const writer = await open(cluster.url)
    const follower = followed(wire)
    await fill(writer, 0, 3)
    await follower.heard(() => follower.numbers().length === 3)
    cluster.moveLeader(1)
    cluster.nodes[0]?.dropSubscriptions('unavailable')
    await fill(writer, 3, 6)
    await follower.heard(() => follower.numbers().length === 6)
    expect(cluster.nodes.map((node) => node.openSubscriptions())).to.deep.equal([0, 1, 0])
    await follower.stop()
    expect(follower.numbers()).to.deep.equal(counted(6))
  })

  it('from the end loses nothing when it breaks off before anything came', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    await fill(wire, 0, 3)
    for (const expected of [3, 4]) {
      const follower = followed(wire, 'end')
      await follower.heard(() => follower.has('caught_up'))
      const release = server.hold('subscribe')
      server.dropSubscriptions()
      await fill(wire, expected, expected + 1)
      release()
      await follower.heard(() => follower.numbers().length > 0)
      await follower.stop()
      expect(follower.numbers()).to.deep.equal([expected])
    }
  })

  it('from the end of an empty log begins with its first event', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    const follower = followed(wire, 'end')
    await follower.heard(() => follower.has('caught_up'))
    await fill(wire, 0, 2)
    await follower.heard(() => follower.numbers().length === 2)
    await follower.stop()
  })

  it('tells the end of a stream that was deleted for good, and goes on', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    await fill(wire, 0, 4)
    right(await wire.tombstone('thread-1'))
    await fill(wire, 5, 6)
    const told = await untilCaughtUp(wire)
    const mark = server.log[4]?.position ?? NaN
    expect(told.map(wordOf).slice(0, 6)).to.deep.equal([0, 1, 2, 3, 'ended', 5])
    expect(told[4]).to.deep.equal({
      kind: 'ended',
      stream: 'thread-1',
      position: { commit: mark, prepare: mark }
    })
  })

  for (const [version, foreign] of [
    ['24.2', 5],
    ['24.2', 0],
    ['23.10', 5],
    ['24.10', 5]
  ] as const)
    it(`catches up where nothing of ours is: ${version} with ${foreign} foreign events`, async () => {
      const { server } = await start(BEHAVIOURS_OF[version])
      const wire = await open(server.url)
      if (foreign > 0) right(await wire.append('$users', 'any', several(foreign)))
      const told = (await untilCaughtUp(wire)).filter(({ kind }) => kind !== 'checkpoint')
      expect(told).to.deep.equal([{ kind: 'caught_up' }])
      right(await wire.append('thread-a', 'any', [numbered(7)]))
      expect((await untilCaughtUp(wire)).map(wordOf)).to.include(7)
    })

  for (const version of ['23.10', '24.2', '24.10'] as const)
    it(`misses nothing when it reads slower than the log grows: ${version}`, async () => {
      const { server } = await start({ ...BEHAVIOURS_OF[version], liveBuffer: 4 })
      const wire = await open(server.url)
      const stop = new AbortController()
      const numbers: unknown[] = []
      const large = (from: number) =>
        several(90, from).map((one) => ({
          ...one,
          metadata: asBytes({ text: 'x'.repeat(10_000) })
        }))
      let isFilled = false
      for await (const told of wire.subscribe(PREFIXES, 'start', stop.signal)) {
        if (told.kind === 'event') numbers.push(wordOf(told))
        if (told.kind === 'caught_up' && !isFilled) {
          for (let round = 0; round < 10; round += 1)
            right(await wire.append('thread-a', 'any', large(90 * round)))
          isFilled = true
        }
        if (numbers.length >= 900) stop.abort()
      }
      expect(numbers).to.deep.equal(counted(900))
      expect(server.calls.subscribe > 1).to.equal(version === '23.10')
    })

  it('notices a server that keeps the connection and feeds it no more', async () => {
    const { server } = await start()
    const wire = await open(`${server.url}${HASTY}`)
    await fill(wire, 0, 2)
    server.fail({ method: 'subscribe', with: 'silent', events: 3 })
    const follower = followed(wire)
    await follower.heard(() => follower.has('caught_up'))
    await fill(wire, 2, 6)
    await follower.heard(() => follower.numbers().length === 6)
    expect(server.calls.subscribe).to.equal(2)
    await fill(wire, 6, 8)
    await follower.heard(() => follower.numbers().length === 8)
    await follower.stop()
    expect(follower.numbers()).to.deep.equal(counted(8))
    expect(follower.told.filter(({ kind }) => kind === 'caught_up').length).to.equal(1)
  })

  it('raises no alarm while nothing happens, and tells nothing twice', async () => {
    const { server } = await start()
    const silences: unknown[] = []
    const wire = await open(`${server.url}${HASTY}`, { onSilence: (why) => silences.push(why) })
    await fill(wire, 0, 3)
    const follower = followed(wire)
    await follower.heard(() => server.calls.subscribe >= 4)
    await fill(wire, 3, 5)
    await follower.heard(() => follower.numbers().length === 5)
    await follower.stop()
    const words = follower.told.map(wordOf).filter((word) => word !== 'checkpoint')
    expect(words).to.deep.equal([0, 1, 2, 'caught_up', 3, 4])
    expect(silences).to.deep.equal([])
  })

  it('finds the new leader where the old one neither drops it nor feeds it', async () => {
    const cluster = await startCluster(3)
    ends(cluster)
    const wire = await open(`${cluster.url}${HASTY}`)
    cluster.nodes[0]?.fail({ method: 'subscribe', with: 'silent', events: 2 })
    const follower = followed(wire)
    await follower.heard(() => follower.has('caught_up'))
    await fill(wire, 0, 2)
    await follower.heard(() => follower.numbers().length === 2)
    cluster.moveLeader(1)
    await fill(wire, 2, 5)
    await follower.heard(() => follower.numbers().length === 5)
    await follower.stop()
    expect(follower.numbers()).to.deep.equal(counted(5))
    expect(cluster.nodes[1]?.calls.subscribe).to.be.greaterThan(0)
  })

  it('tells that it fell behind, and misses nothing', async () => {
    const { server } = await start({ liveBuffer: 4 })
    const wire = await open(server.url)
    const stop = new AbortController()
    const words: unknown[] = []
    let isFilled = false
    for await (const told of wire.subscribe(PREFIXES, 'start', stop.signal)) {
      if (told.kind !== 'checkpoint') words.push(wordOf(told))
      if (words.length === 1) {
        const metadata = asBytes({ text: 'x'.repeat(10_000) })
        const large = several(90).map((event) => ({ ...event, metadata }))
        for (let round = 0; round < 10; round += 1) {
          right(
            await wire.append(
              'thread-a',
              'any',
              large.map((event) => ({ ...event, id: numbered(0).id }))
            )
          )
        }
        isFilled = true
      }
      if (isFilled && told.kind === 'caught_up' && words.length > 1) stop.abort()
    }
    const events = words.filter((word) => typeof word === 'number')
    expect(events).to.deep.equal(Array.from({ length: 900 }, (_, index) => index % 90))
    expect(words).to.include('fell_behind')
  })

  it('ends at once with its signal: before it began, while it waits, and while it cannot connect', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    expect(await everything(wire.subscribe(PREFIXES, 'start', AbortSignal.abort()))).to.deep.equal(
      []
    )
    expect(server.calls.subscribe).to.equal(0)
    const follower = followed(wire)
    await follower.heard(() => follower.has('caught_up'))
    await follower.stop()
    await until(() => server.openSubscriptions() === 0)
    const other = followed(wire)
    await other.heard(() => other.has('caught_up'))
    await server.stop()
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await other.stop()
    expect(
      [follower, other].map(({ signal }) => getEventListeners(signal(), 'abort'))
    ).to.deep.equal([[], []])
  })

  it('is over on the server when its reader leaves', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    await untilCaughtUp(wire)
    await until(() => server.openSubscriptions() === 0)
  })

  it('throws when it is refused, at the beginning and later', async () => {
    const { server } = await start()
    const wire = await open(server.url)
    const refused = { method: 'subscribe', with: 'access_denied' } as const
    server.fail(refused)
    const signal = new AbortController().signal
    const first = await untilFailure(wire.subscribe(PREFIXES, 'start', signal))
    expect({ ...first.error }).to.deep.include({ _tag: 'StoreRefused', reason: 'Access Denied' })
    const follower = untilFailure(wire.subscribe(PREFIXES, 'start', signal))
    await until(() => server.openSubscriptions() === 1)
    server.fail(refused)
    server.dropSubscriptions()
    expect((await follower).error._tag).to.equal('StoreRefused')
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
  })

  it('throws when it cannot catch up before the deadline, and has patience afterwards', async () => {
    const { server } = await start()
    let nowMs = 0
    const pace = { ...realPace, nowMs: () => (nowMs += 20_000) }
    const wire = await open(server.url, { pace, deadlineMs: 30_000 })
    const follower = followed(wire)
    await follower.heard(() => follower.has('caught_up'))
    server.fail({ method: 'subscribe', with: 'unavailable', times: 3 })
    server.dropSubscriptions()
    await fill(wire, 0, 1)
    await follower.heard(() => follower.numbers().length === 1)
    expect(server.calls.subscribe).to.equal(5)
    await follower.stop()
    server.fail({ method: 'subscribe', with: 'unavailable', times: 100 })
    const signal = new AbortController().signal
    const { error } = await untilFailure(wire.subscribe(PREFIXES, 'start', signal))
    expect({ ...error }).to.deep.equal({
      _tag: 'StoreUnavailable',
      where: wire.name,
      reason: 'Server Is Not Ready'
    })
  })
})

// Appends and reads of a store of streams. The goal: whatever the server or the line does, an append is made once or not at
// all, a reader gets each event once, and both end. The method: the stand-in for the server, told to fail in each of its ways.
import { expect } from 'chai'
import { realPace } from '../../../../adapters/log/eventstore/connection/pace.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import { startCluster } from '../../../support/eventstore-server/cluster.ts'
import { sessions } from '../../../support/eventstore-server/session.ts'
import {
  everything,
  HASTY,
  left,
  numbered,
  right,
  several,
  until,
  untilFailure,
  wires
} from '../../../support/wires.ts'

const AMBIGUOUS = [
  'unavailable',
  'deadline',
  'timeout',
  'cancelled',
  'internal',
  'unknown'
] as const

describe('a store of streams', () => {
  const { start, ends } = sessions()
  const open = wires()

  describe('appends', () => {
    it('tell the revision of the last event', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      const appended = (revision: number) => ({ kind: 'appended', revision })
      expect(right(await wire.append('thread-a', 'no_stream', several(2)))).to.deep.equal(
        appended(1)
      )
      expect(right(await wire.append('thread-a', 1, several(1)))).to.deep.equal(appended(2))
      expect(right(await wire.append('thread-a', 'stream_exists', several(1)))).to.deep.equal(
        appended(3)
      )
      expect(right(await wire.append('thread-b', 'any', several(1)))).to.deep.equal(appended(0))
      expect(server.calls).to.deep.include({ append: 4, features: 1 })
    })

    it('tell where the stream is when it is elsewhere', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      right(await wire.append('thread-a', 'no_stream', several(3)))
      const wrong = (actual: number) => ({ kind: 'wrong_revision', actual })
      expect(right(await wire.append('thread-a', 1, several(1)))).to.deep.equal(wrong(2))
      expect(right(await wire.append('thread-a', 'no_stream', several(1)))).to.deep.equal(wrong(2))
      expect(right(await wire.append('thread-b', 0, several(1)))).to.deep.equal(wrong(-1))
      expect(right(await wire.append('thread-b', 'stream_exists', several(1)))).to.deep.equal(
        wrong(-1)
      )
      expect(server.log).to.have.length(3)
    })

    it('tell how much one may hold when it holds more', async () => {
      const { server } = await start({ maxAppendSizeBytes: 1000 })
      const wire = await open(server.url)
      const large = { ...numbered(0), isJson: false, data: new Uint8Array(1000) }
      expect(right(await wire.append('thread-a', 'any', [large]))).to.deep.equal({
        kind: 'too_large',
        bytesMax: 1000
      })
      expect(server.log).to.have.length(0)
    })

    it('are the same when they are repeated: JSON stays JSON, and bytes bytes', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      server.fail({ method: 'append', with: 'internal', times: 3 })
      const events = [numbered(1), { ...numbered(2), isJson: false }]
      right(await wire.append('thread-a', 'no_stream', events))
      expect(
        server.log.map(({ isJson, data, metadata }) => [isJson, String(data), String(metadata)])
      ).to.deep.equal([
        [true, '{"number":1}', '{"line":1}'],
        [false, '{"number":2}', '{"line":2}']
      ])
    })

    it('tell that they are too large for the transport, and are not repeated', async () => {
      const { server } = await start({ maxMessageBytes: 3000 })
      const wire = await open(server.url)
      const large = { ...numbered(0), isJson: false, data: new Uint8Array(4000) }
      expect(right(await wire.append('thread-a', 'any', [large]))).to.deep.equal({
        kind: 'too_large',
        bytesMax: null
      })
      expect(server.log).to.have.length(0)
    })

    it('tell how large one event may be', async () => {
      const { server } = await start({ maxAppendEventSizeBytes: 3000 })
      const wire = await open(server.url)
      const sized = (bytes: number) => ({
        ...numbered(0),
        isJson: false,
        data: new Uint8Array(bytes)
      })
      expect(right(await wire.append('thread-a', 'any', [sized(4000)]))).to.deep.equal({
        kind: 'too_large',
        bytesMax: 3000
      })
      right(await wire.append('thread-a', 'any', [sized(2000), sized(2000)]))
    })

    it('are repeated a few times when the server fails at them, and refused then', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      server.fail({ method: 'append', with: 'handler', times: 2 })
      right(await wire.append('thread-a', 'no_stream', several(1)))
      server.fail({ method: 'append', with: 'handler', times: 100 })
      expect(left(await wire.append('thread-a', 0, several(1)))).to.deep.equal({
        _tag: 'StoreRefused',
        where: wire.name,
        reason: 'Exception was thrown by handler.',
        next: 'see the log of the server'
      })
      expect(server.calls.append).to.equal(3 + 6)
    })

    it('wait for nobody when there are more at once than one connection carries', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      const release = server.hold('append')
      const appended = Array.from({ length: 150 }, (_, i) =>
        wire.append(`thread-${i}`, 'no_stream', several(1))
      )
      await until(() => server.calls.append === 150)
      release()
      for (const answer of await Promise.all(appended))
        expect(right(answer)).to.deep.equal({ kind: 'appended', revision: 0 })
      expect(server.calls.append).to.equal(150)
    })

    it('break nothing else when one is not answered while others are', async () => {
      const { server } = await start()
      const wire = await open(server.url + HASTY)
      const ending = new AbortController()
      let hasCaughtUp = false
      const following = (async () => {
        for await (const { kind } of wire.subscribe(['thread-'], 'start', ending.signal))
          hasCaughtUp ||= kind === 'caught_up'
      })()
      await until(() => hasCaughtUp)
      server.fail({ method: 'append', with: 'silent', stream: 'thread-mute' })
      let isOver = false
      const mute = wire
        .append('thread-mute', 'no_stream', several(1))
        .finally(() => (isOver = true))
      for (let revision = -1; !isOver; revision++)
        right(await wire.append('thread-a', revision < 0 ? 'no_stream' : revision, several(1)))
      expect(right(await mute)).to.deep.equal({ kind: 'appended', revision: 0 })
      expect(server.calls.subscribe).to.equal(1)
      ending.abort()
      await following
    })

    for (const how of AMBIGUOUS) {
      for (const when of ['before', 'after'] as const) {
        it(`happen once when the answer is "${how}", ${when} the write`, async () => {
          const { server } = await start()
          const wire = await open(server.url)
          right(await wire.append('thread-a', 'no_stream', several(1)))
          server.fail({ method: 'append', with: how, when, times: 2 })
          expect(right(await wire.append('thread-a', 0, several(2, 1)))).to.deep.equal({
            kind: 'appended',
            revision: 2
          })
          expect(server.log.map((event) => event.revision)).to.deep.equal([0, 1, 2])
          expect(server.calls.append).to.equal(4)
        })
      }
    }

    it('happen once when nobody answers in time', async () => {
      const { server } = await start()
      const wire = await open(server.url + HASTY)
      for (const when of ['before', 'after'] as const) {
        server.fail({ method: 'append', with: 'silent', when })
        right(await wire.append(`thread-${when}`, 'no_stream', several(2)))
      }
      expect(server.log.map(({ stream, revision }) => [stream, revision])).to.deep.equal([
        ['thread-before', 0],
        ['thread-before', 1],
        ['thread-after', 0],
        ['thread-after', 1]
      ])
    })

    it('happen once though another writer went on behind the one whose answer was lost', async () => {
      const { server } = await start()
      const wire = await open(server.url + HASTY)
      const other = await open(server.url)
      server.fail({ method: 'append', with: 'silent', when: 'after' })
      const first = wire.append('thread-a', 'no_stream', several(1))
      await until(() => server.log.length === 1)
      right(await other.append('thread-a', 0, several(1)))
      expect(right(await first)).to.deep.equal({ kind: 'appended', revision: 0 })
      expect(server.log).to.have.length(2)
    })

    it('wait for a server that is on its way', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      await server.stop()
      const appended = wire.append('thread-a', 'no_stream', several(1))
      await server.start()
      expect(right(await appended)).to.deep.equal({ kind: 'appended', revision: 0 })
    })

    it('go to the leader, wherever it moved', async () => {
      const cluster = await startCluster(3)
      ends(cluster)
      const wire = await open(cluster.url)
      for (const [revision, leader] of [0, 2, 1, 1, 0].entries()) {
        cluster.moveLeader(leader)
        const answer = await wire.append(
          'thread-a',
          revision - 1 < 0 ? 'no_stream' : revision - 1,
          [numbered(revision)]
        )
        expect(right(answer)).to.deep.equal({ kind: 'appended', revision })
      }
    })

    it('go to any node that is preferred, which passes them on', async () => {
      const cluster = await startCluster(2)
      ends(cluster)
      const wire = await open(`${cluster.url}&nodePreference=follower`)
      right(await wire.append('thread-a', 'no_stream', several(1)))
      expect(cluster.nodes.map((node) => node.calls.append)).to.deep.equal([0, 1])
    })

    it('go to the next node when one is dead', async () => {
      const cluster = await startCluster(3)
      ends(cluster)
      const wire = await open(cluster.url)
      right(await wire.append('thread-a', 'no_stream', several(1)))
      await cluster.nodes[0]?.stop()
      cluster.moveLeader(1)
      expect(right(await wire.append('thread-a', 0, several(1)))).to.deep.equal({
        kind: 'appended',
        revision: 1
      })
    })

    it('are given up when the deadline is over, dead server and mute one alike', async () => {
      const { server } = await start()
      const options = { deadlineMs: 900 }
      const wire = await open(server.url + HASTY, options)
      server.fail({ method: 'append', with: 'silent', times: 100 })
      expect(left(await wire.append('thread-a', 'any', several(1)))).to.deep.equal({
        _tag: 'StoreUnavailable',
        where: wire.name,
        reason: 'no answer within 400 ms'
      })
      await server.stop()
      const dead = left(await wire.append('thread-a', 'any', several(1)))
      expect(dead).to.deep.include({ _tag: 'StoreUnavailable', where: wire.name })
      expect((dead as { readonly reason: string }).reason).to.include('ECONNREFUSED')
    })

    it('tell once in each silence that it lasts, and go on', async () => {
      const { server } = await start()
      await server.stop()
      // Time goes by twenty times as fast.
      const pace = { ...realPace, nowMs: () => 20 * realPace.nowMs() }
      const told: Array<StoreError> = []
      const onSilence = (why: StoreError): void => void told.push(why)
      const wire = await open(server.url, { pace, deadlineMs: 20_000, onSilence })
      for (let silences = 1; silences <= 2; silences++) {
        const given = left(await wire.append('thread-a', 'any', several(1)))
        expect(given._tag).to.equal('StoreUnavailable')
        expect(told).to.have.length(silences)
        expect(told.at(-1)).to.deep.include({ _tag: 'StoreUnavailable', where: wire.name })
      }
    })

    it('are not repeated when they are refused', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      server.fail({ method: 'append', with: 'access_denied' })
      expect(left(await wire.append('thread-a', 'any', several(1)))).to.deep.equal({
        _tag: 'StoreRefused',
        where: wire.name,
        reason: 'Access Denied',
        next: 'check user and password in the connection string, and that the user may do this; see docs/EVENTSTORE.md'
      })
      expect(server.calls.append).to.equal(1)
    })
  })

  describe('reads', () => {
    const filled = async (count: number) => {
      const { server } = await start()
      const patient = await open(server.url)
      right(await patient.append('thread-a', 'no_stream', several(count)))
      return { server, wire: await open(server.url + HASTY) }
    }
    const revisions = async (reader: AsyncIterable<{ readonly revision: number }>) =>
      (await everything(reader)).map(({ revision }) => revision)
    const counted = (count: number, from = 0): number[] =>
      Array.from({ length: count }, (_, index) => from + index)

    it('give events as they were appended, with their place', async () => {
      const { server } = await start()
      const wire = await open(server.url)
      const json = numbered(7)
      const bytes = { ...numbered(8), isJson: false, data: Uint8Array.of(0, 255, 10) }
      right(await wire.append('thread-a', 'no_stream', [json, bytes]))
      const place = (revision: number) => {
        const { position, createdMs } = server.log[revision] ?? {}
        return {
          revision,
          createdAtMs: createdMs,
          position: { commit: position, prepare: position }
        }
      }
      const common = { stream: 'thread-a', type: 'event_msg/user_message' }
      expect(await everything(wire.read('thread-a', 0))).to.deep.equal([
        {
          ...common,
          ...place(0),
          id: json.id,
          data: { json: { number: 7 } },
          metadata: { line: 7 }
        },
        {
          ...common,
          ...place(1),
          id: bytes.id,
          data: { bytes: Buffer.of(0, 255, 10) },
          metadata: { line: 8 }
        }
      ])
    })

    it('begin at a revision, end at a limit, and go backwards', async () => {
      const { wire } = await filled(10)
      expect(await revisions(wire.read('thread-a', 7))).to.deep.equal([7, 8, 9])
      expect(await revisions(wire.read('thread-a', 2, 3))).to.deep.equal([2, 3, 4])
      expect(await revisions(wire.read('thread-a', 10))).to.deep.equal([])
      expect(await revisions(wire.read('thread-a', 0, 0))).to.deep.equal([])
      expect(await revisions(wire.readBackwards('thread-a', 2))).to.deep.equal([9, 8])
      expect(await revisions(wire.readBackwards('thread-a', 9, 1))).to.deep.equal([1, 0])
      expect(await revisions(wire.readBackwards('thread-a', 2, 100))).to.deep.equal([9, 8])
      expect(await revisions(wire.readBackwards('thread-a', 2, -1))).to.deep.equal([])
    })

    it('give nothing of a stream that is not there, or not any more', async () => {
      const { wire } = await filled(3)
      expect(await everything(wire.read('thread-b', 0))).to.deep.equal([])
      expect(await everything(wire.readBackwards('thread-b', 1))).to.deep.equal([])
      right(await wire.tombstone('thread-a'))
      right(await wire.tombstone('thread-a'))
      expect(await everything(wire.read('thread-a', 0))).to.deep.equal([])
      expect(await everything(wire.readBackwards('thread-a', 1))).to.deep.equal([])
      expect(left(await wire.append('thread-a', 'any', several(1)))).to.deep.include({
        _tag: 'StoreRefused',
        reason: 'the stream thread-a was deleted for good'
      })
    })

    for (const how of [...AMBIGUOUS, 'silent'] as const) {
      it(`give each event once when they break off with "${how}"`, async () => {
        const { server, wire } = await filled(100)
        const broken = { method: 'readStream', with: how, times: 3, events: 20 } as const
        server.fail(broken)
        expect(await revisions(wire.read('thread-a', 5))).to.deep.equal(counted(95, 5))
        server.fail(broken)
        expect(await revisions(wire.read('thread-a', 5, 70))).to.deep.equal(counted(70, 5))
        server.fail(broken)
        expect(await revisions(wire.readBackwards('thread-a', 90))).to.deep.equal(
          counted(90, 10).reverse()
        )
        expect(server.calls.readStream).to.equal(12)
      })
    }

    it('throw what happened when the server does not come back', async () => {
      const { server } = await start()
      const wire = await open(server.url + HASTY, { deadlineMs: 900 })
      right(await wire.append('thread-a', 'no_stream', several(5)))
      server.fail({ method: 'readStream', with: 'unavailable', events: 2 })
      server.fail({ method: 'readStream', with: 'unavailable', times: 1000 })
      const { given, error } = await untilFailure(wire.read('thread-a', 0))
      expect(given.map(({ revision }) => revision)).to.deep.equal([0, 1])
      expect({ ...error }).to.deep.equal({
        _tag: 'StoreUnavailable',
        where: wire.name,
        reason: 'Server Is Not Ready'
      })
      expect(error).to.be.instanceOf(Error)
    })

    it('throw at once when they are refused', async () => {
      const { server, wire } = await filled(5)
      server.fail({ method: 'readStream', with: 'access_denied', events: 1 })
      const { given, error } = await untilFailure(wire.read('thread-a', 0))
      expect(given).to.have.length(1)
      expect(error._tag).to.equal('StoreRefused')
      expect(server.calls.readStream).to.equal(1)
    })

    it('count the time in which nothing came, not the time of who reads', async () => {
      const { server } = await start()
      let nowMs = 0
      const pace = { ...realPace, nowMs: () => nowMs }
      const wire = await open(server.url, { pace })
      right(await wire.append('thread-a', 'no_stream', several(3)))
      server.fail({ method: 'readStream', with: 'unavailable', events: 1, times: 2 })
      const read: number[] = []
      for await (const { revision } of wire.read('thread-a', 0)) {
        read.push(revision)
        nowMs += 1_000_000
      }
      expect(read).to.deep.equal([0, 1, 2])
    })

    it('may be left early, and others go on', async () => {
      const { wire } = await filled(2000)
      for await (const { revision } of wire.read('thread-a', 0)) if (revision === 3) break
      expect(await revisions(wire.read('thread-a', 0))).to.deep.equal(counted(2000))
    })
  })
})

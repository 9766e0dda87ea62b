// What goes wrong on demand in the stand-in for EventStoreDB, as the real client tells it; and its cluster,
// passwords, TLS and life as a process of its own.
import { START, streamNameFilter } from '@eventstore/db-client'
import { expect } from 'chai'
import { mkdtempSync, appendFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CERTIFICATE_FILE,
  testCertificate
} from '../../../support/eventstore-server/certificate.ts'
import { startCluster } from '../../../support/eventstore-server/cluster.ts'
import type { FaultKind } from '../../../support/eventstore-server/faults.ts'
import {
  event,
  failure,
  retried,
  sessions,
  typesOf
} from '../../../support/eventstore-server/session.ts'
import { spawnEventStore } from '../../../support/eventstore-server/spawned.ts'

describe('the stand-in for EventStoreDB, when things go wrong', () => {
  const { start, connect, ends } = sessions()

  for (const [how, methods] of [
    ['append', []],
    ['batchAppend', undefined]
  ] as const) {
    const options = methods === undefined ? {} : { methods }
    for (const [fault, type] of [
      ['unavailable', 'unavailable'],
      ['timeout', how === 'append' ? 'timeout' : 'deadline-exceeded'],
      ['deadline', 'deadline-exceeded'],
      ['cancelled', 'cancelled'],
      ['internal', 'unknown'],
      ['unknown', 'unknown'],
      ['access_denied', 'access-denied'],
      ['unauthenticated', 'access-denied'],
      ['wrong_version', 'wrong-expected-version'],
      ['not_leader', 'not-leader']
    ] as const satisfies readonly (readonly [FaultKind, string])[]) {
      it(`fails one ${how} with ${fault}: nothing is written, the next one is`, async () => {
        const { server, client } = await start(options)
        server.fail({ method: 'append', with: fault })
        const told = await failure(client.appendToStream('thread-a', event('a')))
        expect([told.type, server.log.length]).to.deep.equal([type, 0])
        await retried(() => client.appendToStream('thread-a', event('a')))
        expect([server.log.length, server.calls.append]).to.deep.equal([1, 2])
      })
    }

    it(`loses the answer of an ${how} that was made; the same write again is a success`, async () => {
      const { server, client } = await start(options)
      const same = [event('a'), event('b')]
      const write = () => client.appendToStream('thread-a', same, { expectedRevision: 'no_stream' })
      server.fail({ method: 'append', with: 'unavailable', when: 'after' })
      expect((await failure(write())).type).to.equal('unavailable')
      expect(server.log).to.have.length(2)
      expect((await retried(write)).nextExpectedRevision).to.equal(1n)
      expect(server.log).to.have.length(2)
    })
  }

  it('hits the calls it is told to: the second and third for one stream', async () => {
    const { server, client } = await start()
    server.fail({ method: 'append', with: 'deadline', stream: 'thread-b', skip: 1, times: 2 })
    const outcome = (stream: string) =>
      client.appendToStream(stream, event('x')).then(
        () => 'written',
        () => 'failed'
      )
    const outcomes: string[] = []
    for (const stream of ['thread-b', 'thread-a', 'thread-b', 'thread-b', 'thread-b']) {
      outcomes.push(await outcome(stream))
    }
    expect(outcomes).to.deep.equal(['written', 'written', 'failed', 'failed', 'written'])
  })

  it('is silent when told: the call is open until the client ends it', async () => {
    const { server, client } = await start({ methods: [] })
    server.fail({ method: 'append', with: 'silent' })
    const told = await failure(client.appendToStream('thread-a', event('a'), { deadline: 50 }))
    expect([told.type, server.log.length]).to.deep.equal(['deadline-exceeded', 0])
  })

  it('holds calls back until they are let go', async () => {
    const { server, client } = await start()
    await client.appendToStream('thread-a', event('a'))
    const release = server.hold('append')
    const first = client.appendToStream('thread-a', event('b'))
    expect(await typesOf(client.readStream('thread-a'))).to.deep.equal(['a'])
    release()
    expect((await first).nextExpectedRevision).to.equal(1n)
  })

  it('breaks a read after as many events as it is told', async () => {
    const { server, client } = await start()
    await client.appendToStream(
      'thread-a',
      ['a', 'b', 'c'].map((type) => event(type))
    )
    for (const read of [
      { method: 'readStream', reader: () => client.readStream('thread-a') },
      { method: 'readAll', reader: () => client.readAll() }
    ] as const) {
      server.fail({ method: read.method, with: 'unavailable', events: 2 })
      const shown: string[] = []
      const reading = async (): Promise<void> => {
        for await (const { event } of read.reader()) shown.push(event?.type ?? '')
      }
      expect([(await failure(reading())).type, shown]).to.deep.equal(['unavailable', ['a', 'b']])
    }
    expect(await retried(() => typesOf(client.readStream('thread-a')))).to.have.length(3)
  })

  it('drops subscriptions after some events or all at once, each way a server can', async () => {
    const { server, client } = await start()
    await client.appendToStream('thread-a', [event('a'), event('b')])
    const dropped = async (drop: () => void): Promise<unknown> => {
      const subscription = client.subscribeToAll({
        fromPosition: START,
        filter: streamNameFilter({ prefixes: ['thread-'] })
      })
      const end = new Promise((resolve) => {
        subscription.on('error', (cause) => resolve((cause as { type?: string }).type))
        subscription.on('end', () => resolve('end'))
      })
      subscription.once('caughtUp', drop)
      subscription.resume()
      return end
    }
    server.fail({ method: 'subscribe', with: 'unavailable', events: 1 })
    expect(await dropped(() => undefined)).to.equal('unavailable')
    for (const how of ['unavailable', 'cancelled', 'end'] as const) {
      expect(await retried(() => dropped(() => server.dropSubscriptions(how)))).to.equal(how)
    }
    expect(server.openSubscriptions()).to.equal(0)
  })

  it('cuts connections and takes new ones; a stopped one refuses and keeps its log', async () => {
    const { server, client } = await start()
    await client.appendToStream('thread-a', event('a'))
    server.disconnect()
    await retried(() => client.appendToStream('thread-a', event('b'), { expectedRevision: 0n }))
    await server.stop()
    const read = () => typesOf(client.readStream('thread-a'))
    expect((await failure(read())).type).to.be.oneOf(['unavailable', 'cancelled'])
    await server.start()
    expect(await retried(read)).to.deep.equal(['a', 'b'])
  })

  it('says of a dead server without a type when the first call is an append', async () => {
    const { server } = await start()
    await server.stop()
    const told = await failure(connect(server.url).appendToStream('thread-a', event('a')))
    expect([told.type, told.code]).to.deep.equal([undefined, 14])
  })

  describe('as a cluster', () => {
    it('is found by gossip and tells who leads when a call wants the leader', async () => {
      const cluster = await startCluster(3)
      ends(cluster)
      const client = connect(cluster.url)
      const options = { requiresLeader: true }
      await client.appendToStream('thread-a', event('a'), options)
      cluster.moveLeader(2)
      const told = await failure(typesOf(client.readStream('thread-a', options)))
      expect([told.type, told.leader]).to.deep.equal([
        'not-leader',
        { address: '127.0.0.1', port: cluster.nodes[2]?.port }
      ])
      expect(await retried(() => typesOf(client.readStream('thread-a', options)))).to.deep.equal([
        'a'
      ])
      expect(cluster.nodes.map((node) => node.calls.readStream)).to.deep.equal([0, 0, 1])
    })

    it('lets a client find another node when the one it used is gone', async () => {
      const cluster = await startCluster(3)
      ends(cluster)
      const client = connect(cluster.url)
      await client.appendToStream('thread-a', event('a'))
      cluster.moveLeader(1)
      await cluster.nodes[0]?.stop()
      await retried(() => client.appendToStream('thread-a', event('b'), { expectedRevision: 0n }))
      expect(cluster.nodes.map((node) => node.calls.append)).to.deep.equal([1, 1, 0])
    })
  })

  it('asks for passwords over TLS', async () => {
    const { server } = await start({ users: { ann: 'secret' }, certificate: testCertificate() })
    const url = (who: string): string =>
      `esdb://${who}localhost:${server.port}?tls=true&tlsCAFile=${CERTIFICATE_FILE}`
    await connect(url('ann:secret@')).appendToStream('thread-a', event('a'))
    const nobody = connect(url(''))
    const wrong = connect(url('ann:other@'))
    for (const client of [nobody, wrong]) {
      const told = await failure(typesOf(client.readStream('thread-a')))
      expect(told.type).to.equal('access-denied')
    }
    expect(server.log).to.have.length(1)
  })

  it('refuses a client that does not trust its certificate', async () => {
    const { server } = await start({ certificate: testCertificate() })
    const told = await failure(typesOf(connect(server.url).readStream('thread-a')))
    expect(told.type).to.equal('unavailable')
  })

  it('keeps in a file what it answered, over a kill and a line that was not finished', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventstore-server-'))
    const file = join(folder, 'log')
    const first = await spawnEventStore({ file })
    const before = connect(first.url)
    const written = event('a')
    await before.appendToStream('thread-a', written, { expectedRevision: 'no_stream' })
    expect(await first.tell({ events: true })).to.deep.equal({ events: 1 })
    await before.dispose()
    await first.kill()
    appendFileSync(file, '[{"stream":"thread-a"')
    const second = await spawnEventStore({ file })
    const client = connect(second.url)
    const again = await retried(() =>
      client.appendToStream('thread-a', written, { expectedRevision: 'no_stream' })
    )
    await client.appendToStream('thread-a', event('b'), { expectedRevision: 0n })
    expect([
      again.nextExpectedRevision,
      await typesOf(client.readStream('thread-a'))
    ]).to.deep.equal([0n, ['a', 'b']])
    await client.dispose()
    await second.kill()
    rmSync(folder, { recursive: true })
  })

  it('pushes the faults it is told into a process of its own', async () => {
    const server = await spawnEventStore()
    const client = connect(server.url)
    await client.appendToStream('thread-a', event('a'))
    await server.tell({ fail: { method: 'append', with: 'deadline' } })
    const told = await failure(client.appendToStream('thread-a', event('b')))
    expect(told.type).to.equal('deadline-exceeded')
    const gone = once(client.subscribeToAll().resume(), 'error')
    await server.kill()
    const [cause] = (await gone) as [{ type: string }]
    expect(cause.type).to.be.oneOf(['unavailable', 'cancelled'])
  })
})

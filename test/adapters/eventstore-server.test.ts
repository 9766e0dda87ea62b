// The stand-in for EventStoreDB, as the real client sees it. Expected values are the server's documented
// rules, written down here; whether a real server agrees is asked by the suite that runs against one.
import {
  EventStoreDBClient,
  START,
  binaryEvent,
  jsonEvent,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type EventData
} from '@eventstore/db-client'
import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  startEventStore,
  type ServerOptions,
  type TestEventStore
} from '../support/eventstore-server/server.ts'

interface Told {
  readonly type: string
  readonly expectedVersion: bigint | string
  readonly actualVersion: bigint | string
  readonly maxAppendSize: number
  readonly streamName: string
}

const event = (type: string, id: string = randomUUID()): EventData =>
  jsonEvent({ id, type, data: { type } })

/** The error a promise ends with. */
const failure = async (promise: Promise<unknown>): Promise<Told> =>
  promise.then(
    () => Promise.reject(new Error('It did not fail.')),
    (cause: unknown) => cause as Told
  )

const typesOf = async (reader: AsyncIterable<{ event?: { type: string } }>): Promise<string[]> => {
  const types: string[] = []
  for await (const { event } of reader) types.push(event?.type ?? '')
  return types
}

describe('the stand-in for EventStoreDB', () => {
  const servers: TestEventStore[] = []
  const clients: EventStoreDBClient[] = []
  const started = async (options: ServerOptions = {}) => {
    const server = await startEventStore(options)
    const client = EventStoreDBClient.connectionString(server.url)
    servers.push(server)
    clients.push(client)
    return { server, client }
  }
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()))
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })

  for (const how of ['append', 'batchAppend'] as const) {
    describe(`writes by ${how}`, () => {
      const methods = how === 'append' ? { methods: [] } : {}

      it('answers the revision and position of the last event', async () => {
        const { server, client } = await started(methods)
        const answer = await client.appendToStream('thread-a', [event('a'), event('b')], {
          expectedRevision: 'no_stream'
        })
        const position = BigInt(server.log.at(-1)?.position ?? 0)
        expect(answer).to.deep.equal({
          success: true,
          nextExpectedRevision: 1n,
          position: { commit: position, prepare: position }
        })
      })

      it('refuses a revision that is not the last, and tells both', async () => {
        const { client } = await started(methods)
        await client.appendToStream('thread-a', [event('a'), event('b')])
        const told = await failure(
          client.appendToStream('thread-a', event('c'), { expectedRevision: 0n })
        )
        expect([
          told.type,
          told.expectedVersion,
          told.actualVersion,
          told.streamName
        ]).to.deep.equal(['wrong-expected-version', 0n, 1n, 'thread-a'])
        const missing = await failure(
          client.appendToStream('thread-b', event('c'), { expectedRevision: 'stream_exists' })
        )
        expect([missing.expectedVersion, missing.actualVersion]).to.deep.equal([
          'stream_exists',
          'no_stream'
        ])
      })

      it('counts all events of an append against its size: data, metadata and twice the type', async () => {
        const { server, client } = await started({ ...methods, maxAppendSizeBytes: 1000 })
        const half = (bytes: number) =>
          binaryEvent({ type: 'tt', data: Buffer.alloc(bytes), metadata: Buffer.alloc(96, '1') })
        await client.appendToStream('thread-a', [half(400), half(400)])
        const told = await failure(client.appendToStream('thread-b', [half(400), half(401)]))
        expect([told.type, told.maxAppendSize]).to.deep.equal([
          'maximum-append-size-exceeded',
          1000
        ])
        expect(server.log).to.have.length(2)
      })
    })
  }

  it('shows a stream from both ends, from a revision, and bytes as they came', async () => {
    const { client } = await started()
    const bytes = Buffer.from([0, 255, 10])
    const raw = binaryEvent({ type: 'c', data: bytes, metadata: { at: 1 } })
    await client.appendToStream('thread-a', [event('a'), event('b'), raw])
    expect(await typesOf(client.readStream('thread-a'))).to.deep.equal(['a', 'b', 'c'])
    expect(
      await typesOf(client.readStream('thread-a', { direction: 'backwards', fromRevision: 'end' }))
    ).to.deep.equal(['c', 'b', 'a'])
    expect(
      await typesOf(client.readStream('thread-a', { fromRevision: 1n, maxCount: 1 }))
    ).to.deep.equal(['b'])
    for await (const shown of client.readStream('thread-a', { fromRevision: 2n })) {
      expect(Buffer.from(shown.event?.data as Uint8Array)).to.deep.equal(bytes)
      expect(shown.event?.metadata).to.deep.equal({ at: 1 })
      expect(shown.event?.id).to.equal(raw.id)
    }
  })

  it('says that a stream is missing when it is read', async () => {
    const { client } = await started()
    const told = await failure(typesOf(client.readStream('thread-a')))
    expect([told.type, told.streamName]).to.deep.equal(['stream-not-found', 'thread-a'])
  })

  it('shows the whole log in the order of writing, from a position on or back from before it', async () => {
    const { server, client } = await started()
    await client.appendToStream('thread-a', event('a'))
    await client.appendToStream('thread-b', event('b'))
    await client.appendToStream('thread-a', event('c'))
    const middle = BigInt(server.log[1]?.position ?? 0)
    const fromPosition = { commit: middle, prepare: middle }
    expect(await typesOf(client.readAll())).to.deep.equal(['a', 'b', 'c'])
    expect(await typesOf(client.readAll({ fromPosition }))).to.deep.equal(['b', 'c'])
    expect(await typesOf(client.readAll({ fromPosition, direction: 'backwards' }))).to.deep.equal([
      'a'
    ])
  })

  it('subscribes to everything with a prefix: what is there, caught up, what comes', async () => {
    const { client } = await started()
    await client.appendToStream('other', event('x'))
    await client.appendToStream('thread-a', event('a'))
    const seen: string[] = []
    const subscription = client.subscribeToAll({
      fromPosition: START,
      filter: streamNameFilter({ prefixes: ['thread-'] })
    })
    subscription.on('data', (shown: AllStreamResolvedEvent) => seen.push(shown.event?.type ?? ''))
    await once(subscription, 'caughtUp')
    await client.appendToStream('other', event('y'))
    await client.appendToStream('thread-b', event('b'))
    await once(subscription, 'data')
    expect(seen).to.deep.equal(['a', 'b'])
    await subscription.unsubscribe()
  })
})

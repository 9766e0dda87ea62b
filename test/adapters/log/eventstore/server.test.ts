// The stand-in for EventStoreDB, as the real client sees it. Expected values are the server's documented
// rules, written down here; whether a real server agrees is asked by the suite that runs against one.
import {
  START,
  binaryEvent,
  streamNameFilter,
  type AllStreamResolvedEvent
} from '@eventstore/db-client'
import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { BEHAVIOURS_OF } from '../../../support/eventstore-server/behaviours.ts'
import {
  event,
  failure,
  retried,
  sessions,
  typesOf
} from '../../../support/eventstore-server/session.ts'

/** The types of what a subscription has shown, as they come. */
const typesOfData = (subscription: Readable): string[] => {
  const types: string[] = []
  subscription.on('data', (shown: AllStreamResolvedEvent) => types.push(shown.event?.type ?? ''))
  return types
}

describe('the stand-in for EventStoreDB', () => {
  const { start } = sessions()

  for (const how of ['append', 'batchAppend'] as const) {
    describe(`writes by ${how}`, () => {
      const methods = how === 'append' ? { methods: [] } : {}

      it('answers the revision and position of the last event', async () => {
        const { server, client } = await start(methods)
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
        const { client } = await start(methods)
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
        const { server, client } = await start({ ...methods, maxAppendSizeBytes: 1000 })
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
    const { client } = await start()
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
    const { client } = await start()
    const told = await failure(typesOf(client.readStream('thread-a')))
    expect([told.type, told.streamName]).to.deep.equal(['stream-not-found', 'thread-a'])
  })

  it('shows the whole log in the order of writing, from a position on or back from before it', async () => {
    const { server, client } = await start()
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
    const { client } = await start()
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

  describe('a write that was already made', () => {
    const ids = Array.from({ length: 4 }, () => randomUUID())
    const events = (...indexes: readonly number[]) =>
      indexes.map((index) => event(`e${index}`, ids[index]))
    const written = async () => {
      const { server, client } = await start()
      await client.appendToStream('thread-a', events(0, 1), { expectedRevision: 'no_stream' })
      await client.appendToStream('thread-a', events(2), { expectedRevision: 1n })
      return { server, client }
    }

    it('is answered with its own last revision at the revision it was made at, and not made again', async () => {
      const { server, client } = await written()
      const answer = await client.appendToStream('thread-a', events(0, 1), {
        expectedRevision: 'no_stream'
      })
      const position = BigInt(server.log[1]?.position ?? 0)
      expect(answer).to.deep.equal({
        success: true,
        nextExpectedRevision: 1n,
        position: { commit: position, prepare: position }
      })
      expect(server.log).to.have.length(3)
    })

    it('is recognised with any revision while the server remembers its ids, and made again after a restart', async () => {
      const { server, client } = await written()
      const again = await client.appendToStream('thread-a', events(2))
      expect([again.nextExpectedRevision, server.log.length]).to.deep.equal([2n, 3])
      await server.stop()
      await server.start()
      const anew = await retried(() => client.appendToStream('thread-a', events(2)))
      expect([anew.nextExpectedRevision, server.log.length]).to.deep.equal([3n, 4])
    })

    for (const [what, indexes, expected] of [
      ['goes on past what is there', [2, 3], 1n],
      ['differs in its second event', [0, 3], 'no_stream'],
      ['differs in its first event', [3], 0n]
    ] as const) {
      it(`is refused when it ${what}`, async () => {
        const { server, client } = await written()
        const told = await failure(
          client.appendToStream('thread-a', events(...indexes), { expectedRevision: expected })
        )
        expect([told.type, told.expectedVersion, told.actualVersion]).to.deep.equal([
          'wrong-expected-version',
          expected,
          2n
        ])
        expect(server.log).to.have.length(3)
      })
    }

    it('is a new write with the same ids at the end of the stream', async () => {
      const { client } = await written()
      const answer = await client.appendToStream('thread-a', events(2), { expectedRevision: 2n })
      expect(answer.nextExpectedRevision).to.equal(3n)
    })

    it('is refused with any revision when only its first events are known', async () => {
      const { client } = await written()
      const told = await failure(client.appendToStream('thread-a', events(2, 3)))
      expect([told.type, told.actualVersion]).to.deep.equal(['wrong-expected-version', 2n])
    })
  })

  describe('deleting', () => {
    it('hides a stream softly; a later write goes on after its old revisions', async () => {
      const { client } = await start()
      await client.appendToStream('thread-a', [event('a'), event('b')])
      await client.deleteStream('thread-a', { expectedRevision: 1n })
      const told = await failure(typesOf(client.readStream('thread-a')))
      expect(told.type).to.equal('stream-not-found')
      const refused = await failure(
        client.appendToStream('thread-a', event('c'), { expectedRevision: 'stream_exists' })
      )
      expect(refused.type).to.equal('stream-deleted')
      const answer = await client.appendToStream('thread-a', event('c'), {
        expectedRevision: 'no_stream'
      })
      expect(answer.nextExpectedRevision).to.equal(2n)
      expect(await typesOf(client.readStream('thread-a'))).to.deep.equal(['c'])
      expect(await typesOf(client.readAll())).to.deep.equal([
        'a',
        'b',
        '$metadata',
        'c',
        '$metadata'
      ])
    })

    it('hides what was there before a soft delete until metadata are written twice', async () => {
      const { client } = await start()
      await client.appendToStream('thread-a', [event('a'), event('b')])
      await client.deleteStream('thread-a')
      await client.setStreamMetadata('thread-a', {})
      expect(await typesOf(client.readStream('thread-a'))).to.deep.equal([])
      await client.setStreamMetadata('thread-a', {})
      expect(await typesOf(client.readStream('thread-a'))).to.deep.equal(['a', 'b'])
    })

    it('answers the same ids after a soft delete as a write already made, and shows nothing', async () => {
      const { client } = await start()
      const same = [event('a'), event('b')]
      await client.appendToStream('thread-a', same, { expectedRevision: 'no_stream' })
      await client.deleteStream('thread-a')
      const answer = await client.appendToStream('thread-a', same, {
        expectedRevision: 'no_stream'
      })
      expect(answer.nextExpectedRevision).to.equal(1n)
      const told = await failure(typesOf(client.readStream('thread-a')))
      expect(told.type).to.equal('stream-not-found')
    })

    it('ends a stream for ever by a tombstone: reads, writes and subscriptions are told', async () => {
      const { client } = await start()
      await client.appendToStream('thread-a', event('a'))
      const subscription = client.subscribeToStream('thread-a')
      const dropped = once(subscription, 'error')
      subscription.resume()
      await once(subscription, 'caughtUp')
      await client.tombstoneStream('thread-a')
      const [cause] = (await dropped) as [{ type: string }]
      const read = await failure(typesOf(client.readStream('thread-a')))
      const write = await failure(client.appendToStream('thread-a', event('b')))
      const remove = await failure(client.deleteStream('thread-a'))
      expect([cause.type, read.type, write.type, remove.type]).to.deep.equal(
        Array(4).fill('stream-deleted')
      )
    })

    it('tells the revision a delete expected and the one there is', async () => {
      const { client } = await start()
      await client.appendToStream('thread-a', event('a'))
      const told = await failure(client.deleteStream('thread-a', { expectedRevision: 4n }))
      expect([told.type, told.expectedVersion, told.actualVersion]).to.deep.equal([
        'wrong-expected-version',
        4n,
        0n
      ])
    })
  })

  it('shows of a stream what its metadata leave', async () => {
    const { client } = await start()
    await client.appendToStream(
      'thread-a',
      ['a', 'b', 'c', 'd'].map((type) => event(type))
    )
    await client.setStreamMetadata('thread-a', { truncateBefore: 1 })
    expect(await typesOf(client.readStream('thread-a'))).to.deep.equal(['b', 'c', 'd'])
    await client.setStreamMetadata('thread-a', { maxCount: 2 })
    expect(
      await typesOf(client.readStream('thread-a', { direction: 'backwards', fromRevision: 'end' }))
    ).to.deep.equal(['d', 'c'])
  })

  it('goes on after the position a subscription names, with checkpoints over what it does not show', async () => {
    const { server, client } = await start()
    const many = Array.from({ length: 100 }, () => event('x'))
    await client.appendToStream('thread-a', event('a'))
    await client.appendToStream('other', many)
    await client.appendToStream('thread-a', event('b'))
    const at = BigInt(server.log[0]?.position ?? 0)
    const checkpoints: { readonly commit: bigint; readonly prepare: bigint }[] = []
    const subscription = client.subscribeToAll({
      fromPosition: { commit: at, prepare: at },
      filter: streamNameFilter({
        prefixes: ['thread-'],
        maxSearchWindow: 10,
        checkpointInterval: 4,
        checkpointReached: async (_subscription, position) => void checkpoints.push(position)
      })
    })
    const shown = typesOfData(subscription)
    await once(subscription, 'caughtUp')
    const [third, seventh, last] = [30, 70, 101].map((index) =>
      BigInt(server.log[index]?.position ?? 0)
    )
    expect([shown, checkpoints]).to.deep.equal([
      ['b'],
      [
        { commit: third, prepare: 0n },
        { commit: seventh, prepare: 0n },
        { commit: last, prepare: last }
      ]
    ])
    await subscription.unsubscribe()
  })

  it('shows the event that comes at the very place of a checkpoint', async () => {
    const { server, client } = await start()
    await client.appendToStream(
      'other',
      Array.from({ length: 32 }, () => event('x'))
    )
    const subscribed = (fromPosition: 'start' | { commit: bigint; prepare: bigint }) => {
      const checkpoints: { readonly commit: bigint; readonly prepare: bigint }[] = []
      const filter = streamNameFilter({
        prefixes: ['thread-'],
        checkpointReached: async (_subscription, position) => void checkpoints.push(position)
      })
      return { subscription: client.subscribeToAll({ fromPosition, filter }), checkpoints }
    }
    const first = subscribed('start')
    first.subscription.resume()
    await once(first.subscription, 'caughtUp')
    await first.subscription.unsubscribe()
    await client.appendToStream('thread-a', event('a'))
    const written = BigInt(server.log[32]?.position ?? 0)
    const end = { commit: written, prepare: 0n }
    expect(first.checkpoints).to.deep.equal([end])
    const second = subscribed(end)
    const shown = typesOfData(second.subscription)
    await once(second.subscription, 'caughtUp')
    expect(shown).to.deep.equal(['a'])
    await second.subscription.unsubscribe()
  })

  it('subscribes to one stream after a revision, and to the end only for what comes', async () => {
    const { client } = await start()
    await client.appendToStream(
      'thread-a',
      ['a', 'b', 'c'].map((type) => event(type))
    )
    const after = client.subscribeToStream('thread-a', { fromRevision: 0n })
    const end = client.subscribeToStream('thread-a', { fromRevision: 'end' })
    const shown = [typesOfData(after), typesOfData(end)]
    await Promise.all([once(after, 'caughtUp'), once(end, 'caughtUp')])
    const both = Promise.all([once(after, 'data'), once(end, 'data')])
    await client.appendToStream('thread-a', event('d'))
    await both
    expect(shown).to.deep.equal([['b', 'c', 'd'], ['d']])
    await Promise.all([after.unsubscribe(), end.unsubscribe()])
  })

  for (const slowConsumer of ['falls_behind', 'dropped'] as const) {
    it(`tells a subscription that is too slow: ${slowConsumer}`, async () => {
      const { client } = await start({ slowConsumer })
      const subscription = client.subscribeToAll()
      let shown = 0
      const told = new Promise<unknown>((resolve) => {
        subscription.on('fellBehind', () => resolve('falls_behind'))
        subscription.on('error', (cause) => resolve((cause as { type?: string }).type))
      })
      subscription.on('data', () => (shown += 1))
      await once(subscription, 'caughtUp')
      subscription.pause()
      const big = () => binaryEvent({ type: 'big', data: Buffer.alloc(50_000) })
      for (let call = 0; call < 10; call += 1) {
        await client.appendToStream('thread-a', Array.from({ length: 20 }, big))
      }
      subscription.resume()
      if (slowConsumer === 'dropped') return expect(await told).to.equal('timeout')
      await once(subscription, 'caughtUp')
      expect([await told, shown]).to.deep.equal(['falls_behind', 200])
      await subscription.unsubscribe()
    })
  }

  /** What a filtered subscription tells until it has caught up. */
  const tellsUntilCaughtUp = async (
    options: Parameters<typeof start>[0],
    foreign: number,
    ours: number
  ): Promise<ReadonlyArray<unknown>> => {
    const { client } = await start(options)
    for (let n = 0; n < foreign; n += 1) await client.appendToStream('$users', event('foreign'))
    for (let n = 0; n < ours; n += 1) await client.appendToStream('thread-a', event('ours'))
    const told: unknown[] = []
    const subscription = client.subscribeToAll({
      filter: streamNameFilter({
        prefixes: ['thread-'],
        checkpointInterval: 1,
        checkpointReached: async (_, { commit }) =>
          void told.push(commit === 2n ** 64n - 1n ? 'nowhere' : 'checkpoint')
      })
    })
    subscription.on('data', () => told.push('event'))
    await once(subscription, 'caughtUp')
    await subscription.unsubscribe()
    return told.toSorted()
  }
  const ENDS = [
    { version: '23.10', foreign: 3, ours: 0, told: [] },
    { version: '23.10', foreign: 3, ours: 1, told: ['event'] },
    { version: '24.2', foreign: 3, ours: 0, told: ['nowhere'] },
    { version: '24.2', foreign: 3, ours: 1, told: ['checkpoint', 'event'] }
  ] as const
  for (const { version, foreign, ours, told } of ENDS)
    it(`ends a catch-up as ${version} does: ${foreign} foreign events and ${ours} of ours`, async () => {
      expect(await tellsUntilCaughtUp(BEHAVIOURS_OF[version], foreign, ours)).to.deep.equal(told)
    })

  it('tells of a missing stream that it has caught up, but not as 23.10', async () => {
    const { client } = await start(BEHAVIOURS_OF['23.10'])
    const subscription = client.subscribeToStream('missing')
    const told: string[] = []
    subscription.on('caughtUp', () => told.push('caught_up'))
    const came = once(subscription, 'data')
    await once(subscription, 'confirmation')
    await client.appendToStream('missing', event('first'))
    await came
    expect(told).to.deep.equal([])
    await subscription.unsubscribe()
  })
})

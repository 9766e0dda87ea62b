// What only a store of streams has, on the stand-in or on the real server that EVENTSTORE_URL names: revisions as the server counts
// them, repeated calls, lines and appends above the limit of one call, deletion for good, following everything. The method: new
// threads in every test, two connections where one could fool itself.
import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { v7 } from 'uuid'
import { connectWire } from '../../../../../adapters/log/eventstore/connection/connect.ts'
import type { SubscriptionMessage, Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { push } from '../../../../../adapters/log/eventstore/sync/push.ts'
import {
  STREAM_PREFIXES,
  threadStream
} from '../../../../../adapters/log/eventstore/stream/names.ts'
import type { StoredEvent } from '../../../../../adapters/log/eventstore/stream/stored.ts'
import { messageOf } from '../../../../support/crash.ts'
import { removeFolder } from '../../../../support/fixture-home.ts'
import { appendRollout, emptyHome, linesOf, metaLine } from '../../../../support/rollouts.ts'
import { rolloutPath, userLine, writeRollout } from '../../../../support/rollouts.ts'
import { begins, openNode, said, type Node } from '../../../../support/store-trials/node.ts'
import {
  HAS_FAULTS,
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'
import { everything, numbered, right, several } from '../../../../support/wires.ts'

const MEGABYTE = 1024 * 1024

const revisions = async (events: AsyncIterable<StoredEvent>): Promise<ReadonlyArray<number>> =>
  (await everything(events)).map(({ revision }) => revision)

describe(`a store of streams on ${SERVER_NAME}`, function () {
  this.timeout(900_000)
  let server: ServerUnderTest
  let wire: Wire
  let nodes: ReadonlyArray<Node> = []
  let stream = ''
  let thread = ''
  before(async () => {
    server = await storeUnderTest()
    wire = right(await connectWire(server.url))
    nodes = [await openNode(server.url), await openNode(server.url)]
  })
  after(async () => {
    for (const node of nodes) await node.close()
    await wire.dispose()
    await server.stop()
  })
  beforeEach(() => {
    thread = v7()
    stream = threadStream(thread)
  })
  const node = (at: number): Node => nodes[at] as Node
  const messages = async (from: Node): Promise<ReadonlyArray<string | undefined>> =>
    (await from.lines(thread)).slice(1).map(messageOf)

  it('appends at the revision that is expected, and says where the stream is when it is not', async () => {
    const wrong = (actual: number) => E.right({ kind: 'wrong_revision', actual })
    expect(await wire.append(stream, 3, several(1))).to.deep.equal(wrong(-1))
    expect(await wire.append(stream, 'stream_exists', several(1))).to.deep.equal(wrong(-1))
    expect(await wire.append(stream, 'no_stream', several(2))).to.deep.include({ _tag: 'Right' })
    expect(await wire.append(stream, 'no_stream', several(1))).to.deep.equal(wrong(1))
    for (const expected of [0, 2]) {
      expect(await wire.append(stream, expected, several(1))).to.deep.equal(wrong(1))
    }
    expect(await wire.append(stream, 1, several(1))).to.deep.equal(
      E.right({ kind: 'appended', revision: 2 })
    )
    expect(await revisions(wire.read(stream, 0))).to.deep.equal([0, 1, 2])
    expect(await revisions(wire.readBackwards(stream, 2))).to.deep.equal([2, 1])
  })

  it('takes a repeated call for what it is, and keeps what was appended once', async () => {
    const events = several(3)
    const first = await wire.append(stream, 'no_stream', events)
    right(await wire.append(stream, 2, several(2, 3)))
    expect(await wire.append(stream, 'no_stream', events)).to.deep.equal(first)
    expect(await revisions(wire.read(stream, 0))).to.deep.equal([0, 1, 2, 3, 4])
  })

  it('says how much it takes in one call, and keeps nothing of a call above it', async () => {
    const large = { ...numbered(0), isJson: false, data: Buffer.alloc(12 * MEGABYTE, 'x') }
    const answer = right(await wire.append(stream, 'no_stream', [{ ...large, id: randomUUID() }]))
    if (answer.kind === 'too_large') {
      expect(answer.bytesMax).to.be.lessThan(12 * MEGABYTE)
      expect(await revisions(wire.read(stream, 0))).to.deep.equal([])
    } else expect(answer, 'a server with a higher limit').to.include({ kind: 'appended' })
  })

  it('gives a line above the limit of a call back as it was, and an append above it whole', async () => {
    const long = 'ä"\\ '.repeat(MEGABYTE / 2)
    right(await node(0).append(thread, 'no_stream', [begins(thread)]))
    right(await node(0).append(thread, 1, [said(long)]))
    const many = Array.from({ length: 8 }, (_, i) => `${i}${'y'.repeat(MEGABYTE / 2)}`)
    const { from, next } = right(await node(1).append(thread, 2, many.map(said)))
    expect([from.revision, next.revision]).to.deep.equal([2, 10])
    expect((await messages(node(0))).map((text) => text?.length)).to.deep.equal(
      [long, ...many].map(({ length }) => length)
    )
    expect(await messages(node(0))).to.deep.equal([long, ...many])
  })

  it('is gone for good after a tombstone', async () => {
    right(await node(0).append(thread, 'no_stream', [begins(thread)]))
    right(await wire.tombstone(stream))
    expect(await everything(wire.read(stream, 0))).to.deep.equal([])
    expect(await wire.append(stream, 'any', several(1))).to.deep.include({ _tag: 'Left' })
    expect(await node(1).append(thread, 'any', [said('again')])).to.deep.include({ _tag: 'Left' })
  })

  /** Follows until so many events of the stream were told. */
  const followed = async (
    from: Parameters<Wire['subscribe']>[1],
    count: number,
    begun: () => void = () => undefined
  ): Promise<ReadonlyArray<StoredEvent>> => {
    const ending = new AbortController()
    const told: Array<StoredEvent> = []
    for await (const one of wire.subscribe(STREAM_PREFIXES, from, ending.signal)) {
      if (one.kind === 'caught_up') begun()
      if (one.kind === 'event' && one.event.stream === stream) told.push(one.event)
      if (told.length === count) break
    }
    ending.abort()
    return told
  }

  it('tells what comes, in order, and from a place that was told what comes behind it', async () => {
    let begun: () => void = () => undefined
    const isFollowing = new Promise<void>((done) => (begun = done))
    const following = followed('end', 6, begun)
    await isFollowing
    right(await wire.append(stream, 'no_stream', several(4)))
    right(await wire.append(stream, 3, several(2, 4)))
    const told = await following
    expect(told.map(({ revision }) => revision)).to.deep.equal([0, 1, 2, 3, 4, 5])
    const { position } = told[2] as StoredEvent
    if (position === undefined) throw new Error('an event of the log has a place in it')
    expect((await followed(position, 3)).map(({ revision }) => revision)).to.deep.equal([3, 4, 5])
  })

  it('brings a home to the store once, and what was added to it', async () => {
    const home = emptyHome()
    const path = rolloutPath(home, thread)
    writeRollout(path, linesOf([metaLine(thread), userLine('one'), '', '{"torn']))
    const once = async () =>
      right(
        await push({
          ...{ home, wire, words: [], dryRun: false },
          signal: new AbortController().signal,
          onProgress: () => undefined
        })
      )
    try {
      expect(await once()).to.include({ threads: 1, newThreads: 1 })
      expect(await once()).to.include({ changedThreads: 0, lines: 0, bytes: 0 })
      appendRollout(path, linesOf([userLine('two')]))
      expect(await once()).to.include({ newThreads: 0, changedThreads: 1 })
      expect(await messages(node(1))).to.deep.equal(['one', 'not_json', 'two'])
    } finally {
      removeFolder(home)
    }
  })

  describe(
    HAS_FAULTS ? 'that fails' : 'that fails: left out, nobody makes a real server fail',
    () => {
      /** With a real server the title is reported as pending. */
      const itFails = (title: string, test: () => Promise<void>) =>
        HAS_FAULTS ? it(title, test) : it(title)
      const standIn = () => {
        if (server.standIn === null) throw new Error('this is a real server')
        return server.standIn
      }

      itFails('appends once when the answer to an append is lost', async () => {
        right(await node(0).append(thread, 'no_stream', [begins(thread)]))
        standIn().fail({ method: 'append', with: 'unavailable', when: 'after', stream })
        const { from } = right(await node(0).append(thread, 'any', [said('once')]))
        expect(from.revision).to.equal(1)
        expect(await messages(node(1))).to.deep.equal(['once'])
      })

      itFails('tells everything once over subscriptions that break', async () => {
        right(await wire.append(stream, 'no_stream', several(200)))
        const ending = new AbortController()
        const told: Array<number> = []
        const feed: AsyncIterable<SubscriptionMessage> = wire.subscribe(
          [stream],
          'start',
          ending.signal
        )
        for await (const one of feed) {
          if (one.kind !== 'event') continue
          told.push(one.event.revision)
          if (told.length % 60 === 0) standIn().dropSubscriptions('unavailable')
          if (told.length === 200) break
        }
        ending.abort()
        expect(told).to.deep.equal(Array.from({ length: 200 }, (_, i) => i))
      })
    }
  )
})

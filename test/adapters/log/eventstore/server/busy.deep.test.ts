// A server that does much at once, and has threads beside much else. The goal: every call is answered, a reader that takes its time
// gets everything in order, and what others keep there changes no answer. The method: 150 calls on one connection, a
// subscription that nobody reads while a home is pushed, streams of other names.
import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import { v7 } from 'uuid'
import { threadStream } from '../../../../../adapters/log/eventstore/stream/names.ts'
import type { Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { openedEngine, right as asked, walk } from '../../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../../support/fixture-home.ts'
import {
  emptyHome,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../../../support/rollouts.ts'
import { begins, openNode, said } from '../../../../support/store-trials/node.ts'
import { connected } from '../../../../support/store-lines.ts'
import {
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'
import { pushed } from '../../../../support/syncing.ts'
import { everything, right, several } from '../../../../support/wires.ts'

const CALLS = 150
/** More than a server keeps in memory for one reader, and than a connection holds back. */
const LINES = 30_000

describe(`${SERVER_NAME}, busy`, function () {
  this.timeout(900_000)
  let server: ServerUnderTest
  let wire: Wire
  before(async () => {
    server = await storeUnderTest()
    wire = await connected(server.url)
  })
  after(async () => {
    await wire.dispose()
    await server.stop()
  })

  it(`answers ${CALLS} appends and ${CALLS} reads at once on one connection`, async () => {
    const streams = Array.from({ length: CALLS }, () => threadStream(v7()))
    const answers = await Promise.all(
      streams.map((stream) => wire.append(stream, 'no_stream', several(3)))
    )
    expect(answers.map(right)).to.deep.equal(streams.map(() => ({ kind: 'appended', revision: 2 })))
    const read = await Promise.all(streams.map((stream) => everything(wire.read(stream, 0))))
    expect(read.map((events) => events.map(({ revision }) => revision))).to.deep.equal(
      streams.map(() => [0, 1, 2])
    )
  })

  it('tells a reader that takes its time everything, in order, when a home was pushed meanwhile', async () => {
    const [home, thread] = [emptyHome(), v7()]
    const stream = threadStream(thread)
    const lines = Array.from({ length: LINES }, (_, at) => userLine(`${at} ${'x'.repeat(200)}`))
    writeRollout(rolloutPath(home, thread), linesOf([metaLine(thread), ...lines]))
    const ending = new AbortController()
    const pusher = await connected(server.url)
    const told: Array<number> = []
    try {
      let isPushed = false
      for await (const one of wire.subscribe([stream], 'start', ending.signal)) {
        if (!isPushed && one.kind === 'caught_up') {
          isPushed = true
          expect(await pushed(home, pusher)).to.include({ lines: LINES + 1 })
        }
        if (one.kind === 'event') told.push(one.event.revision)
        if (told.length > LINES + 1) break
      }
    } finally {
      ending.abort()
      await pusher.dispose()
      removeFolder(home)
    }
    // The fact that places the file, the first line, and the others.
    expect(told).to.deep.equal(Array.from({ length: LINES + 2 }, (_, revision) => revision))
  })

  it('lists threads among streams of others', async () => {
    const others = `orders-${randomUUID()}`
    right(await wire.append(others, 'no_stream', several(50)))
    const node = await openNode(server.url)
    const thread = v7()
    right(await node.append(thread, 'no_stream', [begins(thread), said('first')]))
    await node.close()
    right(await wire.append(others, 49, several(5000, 50)))
    const home = temporaryFolder()
    const engine = await openedEngine({ home, store: server.url, index: 'memory' })
    try {
      const listed = await walk((cursor) =>
        engine.listThreads({ limit: 100, modelProviders: [], cursor })
      )
      expect(listed.filter(({ id }) => id === thread).map(({ preview }) => preview)).to.deep.equal([
        'first'
      ])
      const { turns } = await asked(engine.readThread(thread, true))
      expect(turns).to.have.length(1)
    } finally {
      await engine.close()
      removeFolder(home)
    }
  })
})

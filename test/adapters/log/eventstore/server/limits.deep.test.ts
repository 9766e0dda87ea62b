// Appends at the limits of a server, on the stand-in as each version behaves and on the real server that EVENTSTORE_URL names, with
// whatever limit it was started with: what is above it is told and not repeated, and what is planned gets there whole.
import { expect } from 'chai'
import { v7 } from 'uuid'
import { connectWire } from '../../../../../adapters/log/eventstore/connection/connect.ts'
import { threadStream } from '../../../../../adapters/log/eventstore/stream/names.ts'
import type { ProposedEvent } from '../../../../../adapters/log/eventstore/stream/stored.ts'
import type { Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { BEHAVIOURS_OF } from '../../../../support/eventstore-server/behaviours.ts'
import type { ServerOptions } from '../../../../support/eventstore-server/server.ts'
import { messageOf } from '../../../../support/crash.ts'
import { begins, openNode, said, type Node } from '../../../../support/store-trials/node.ts'
import {
  REAL_URL,
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'
import { everything, numbered, right, several } from '../../../../support/wires.ts'

const MEGABYTE = 1024 * 1024
const SMALL = 64 * 1024

const standIns: ReadonlyArray<readonly [string, ServerOptions]> = [
  ['the stand-in as 23.10', BEHAVIOURS_OF['23.10']],
  ['the stand-in as 24.2, 4 MiB', { ...BEHAVIOURS_OF['24.2'], maxAppendSizeBytes: 4 * MEGABYTE }],
  ['the stand-in as 24.10, 64 KiB', { ...BEHAVIOURS_OF['24.10'], maxAppendSizeBytes: SMALL }],
  ['the stand-in as 25.0', BEHAVIOURS_OF['25.0']],
  ['the stand-in with small events', { maxAppendEventSizeBytes: SMALL }],
  ['the stand-in with small messages', { maxMessageBytes: SMALL }]
]

const sized = (bytes: number): ProposedEvent => ({
  ...numbered(0),
  isJson: false,
  data: new Uint8Array(bytes)
})

const targets: ReadonlyArray<readonly [string, ServerOptions]> =
  REAL_URL === undefined ? standIns : [[SERVER_NAME, {}]]

for (const [name, options] of targets)
  describe(`limits of ${name}`, function () {
    this.timeout(900_000)
    let server: ServerUnderTest
    let wire: Wire
    let node: Node
    before(async () => {
      server = await storeUnderTest(options)
      wire = right(await connectWire(server.url))
      node = await openNode(server.url)
    })
    after(async () => {
      await node.close()
      await wire.dispose()
      await server.stop()
    })

    it('are told for an append that is above them, which is not repeated', async () => {
      const stream = threadStream(v7())
      const large = right(await wire.append(stream, 'no_stream', [sized(17 * MEGABYTE)]))
      expect(large.kind).to.equal('too_large')
      const many = Array.from({ length: 12 }, () => sized(MEGABYTE - 1000))
      const append = right(await wire.append(stream, 'no_stream', many))
      expect(append.kind).to.equal('too_large')
      expect(await everything(wire.read(stream, 0))).to.deep.equal([])
    })

    it('hold for what is planned: short lines, one long line, an append of many lines', async () => {
      const thread = v7()
      right(await node.append(thread, 'no_stream', [begins(thread)]))
      let at = 1
      const short = Array.from({ length: 600 }, (_, i) => `${i} ${'s'.repeat(i % 300)}`)
      const long = 'é'.repeat(3 * MEGABYTE)
      const mixed = [4, 300_000, 9, 70_000, 1_200_000, 1].map((bytes) => 'm'.repeat(bytes))
      for (const messages of [short, [long], mixed]) {
        const appended = right(await node.append(thread, at, messages.map(said)))
        at = appended.next.revision
      }
      expect(at).to.equal(1 + short.length + 1 + mixed.length)
      const other = await openNode(server.url)
      const read = (await other.lines(thread)).slice(1).map(messageOf)
      await other.close()
      expect(read).to.deep.equal([...short, long, ...mixed])
    })

    it('let 150 calls be made at once, each of which succeeds once', async () => {
      const streams = Array.from({ length: 150 }, () => threadStream(v7()))
      const answers = await Promise.all(
        streams.map((stream) => wire.append(stream, 'no_stream', several(2)))
      )
      expect(answers.map(right)).to.deep.equal(
        streams.map(() => ({ kind: 'appended', revision: 1 }))
      )
      const read = await Promise.all(streams.map((stream) => everything(wire.read(stream, 0))))
      expect(read.map((events) => events.map(({ revision }) => revision))).to.deep.equal(
        streams.map(() => [0, 1])
      )
    })

    it('make one of two equal appends that come at once, again and again', async () => {
      const other = right(await connectWire(server.url))
      for (let time = 0; time < 3; time++) {
        const stream = threadStream(v7())
        const events = several(3)
        const both = await Promise.all(
          [wire, other, wire].map((one) => one.append(stream, 'no_stream', events))
        )
        expect(both.map(right)).to.deep.equal(both.map(() => ({ kind: 'appended', revision: 2 })))
        expect(
          (await everything(other.read(stream, 0))).map(({ id, revision }) => [id, revision])
        ).to.deep.equal(events.map(({ id }, revision) => [id, revision]))
      }
      await other.dispose()
    })
  })

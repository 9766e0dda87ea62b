// Streams of threads that somebody else cut at the server, on the stand-in or on the real server that EVENTSTORE_URL names. The goal: it
// costs that one thread, which is told, and every other one is answered. The method: a tombstone, a soft delete and limits in the
// metadata of a stream, set with the client package; a process that followed the log before and another that folds.
import { EventStoreDBClient } from '@eventstore/db-client'
import { expect } from 'chai'
import { v7 } from 'uuid'
import { threadStream } from '../../../../../adapters/log/eventstore/stream/names.ts'
import { openedEngine, right as asked, walk } from '../../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../../support/fixture-home.ts'
import { begins, openNode, said } from '../../../../support/store-trials/node.ts'
import {
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'
import { right } from '../../../../support/wires.ts'

type Cut = (client: EventStoreDBClient, stream: string) => Promise<unknown>

const CUTS: Readonly<Record<string, Cut>> = {
  'a tombstone': (client, stream) => client.tombstoneStream(stream),
  'a soft delete': (client, stream) => client.deleteStream(stream),
  'a place up to which it is truncated': (client, stream) =>
    client.setStreamMetadata(stream, { truncateBefore: 3 }),
  'a count of events': (client, stream) => client.setStreamMetadata(stream, { maxCount: 2 })
}

describe(`streams that somebody else cut, on ${SERVER_NAME}`, function () {
  this.timeout(120_000)
  let server: ServerUnderTest
  let client: EventStoreDBClient
  before(async () => {
    server = await storeUnderTest()
    client = EventStoreDBClient.connectionString(server.url)
  })
  after(async () => {
    await client.dispose()
    await server.stop()
  })

  /** Two threads of which one is cut, in an order in which it comes first. */
  const cutAndWhole = async (cut: Cut): Promise<readonly [string, string]> => {
    const threads = [v7(), v7()] as const
    const node = await openNode(server.url)
    for (const thread of threads)
      right(
        await node.append(thread, 'no_stream', [
          begins(thread),
          ...['one', 'two', 'three'].map(said)
        ])
      )
    await node.close()
    await cut(client, threadStream(threads[0]))
    return threads
  }

  for (const [what, cut] of Object.entries(CUTS))
    it(`lists the other threads beside ${what}, where nothing was folded yet`, async () => {
      const [lost, whole] = await cutAndWhole(cut)
      const [home, index] = [temporaryFolder(), temporaryFolder()]
      try {
        const first = await openedEngine({ home, store: server.url, index })
        // It follows the log to its end, and folds nothing.
        await first.restore(null, { dryRun: true })()
        await first.close()
        const engine = await openedEngine({ home, store: server.url, index })
        try {
          for (const sortKey of ['created_at', 'updated_at'] as const) {
            const listed = await walk((cursor) =>
              engine.listThreads({ limit: 100, modelProviders: [], sortKey, cursor })
            )
            const previews = new Map(listed.map(({ id, preview }) => [id, preview]))
            expect([previews.get(lost), previews.get(whole)]).to.deep.equal([undefined, 'one'])
          }
          const { unreadableFiles } = await asked(engine.status())
          const told = unreadableFiles.filter(({ threadId }) => [lost, whole].includes(threadId))
          expect(told.map(({ threadId }) => threadId)).to.deep.equal([lost])
          expect((await asked(engine.readThread(whole, true))).turns).to.have.length(3)
        } finally {
          await engine.close()
        }
      } finally {
        removeFolder(home)
        removeFolder(index)
      }
    })
})

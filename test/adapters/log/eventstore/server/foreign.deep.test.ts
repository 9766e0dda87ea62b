// Streams of threads that somebody else cut at the server, on the stand-in or on the real server that EVENTSTORE_URL names. The goal: it
// costs that one thread, which is told, and every other one is answered. The method: a tombstone, a soft delete and limits in the
// metadata of a stream, set with the client package; a process that followed the log before and another that folds.
import { EventStoreDBClient } from '@eventstore/db-client'
import { expect } from 'chai'
import { v7 } from 'uuid'
import { memoryIndex } from '../../../../../adapters/index/memory/index.ts'
import { connectWire } from '../../../../../adapters/log/eventstore/connection/connect.ts'
import { directoryOf } from '../../../../../adapters/log/eventstore/directory/directory.ts'
import { followLog } from '../../../../../adapters/log/eventstore/directory/follow.ts'
import { threadStream } from '../../../../../adapters/log/eventstore/stream/names.ts'
import { streamId } from '../../../../../domain/ids.ts'
import type { Engine } from '../../../../../replay/engine.ts'
import { openedEngine, right as asked, walk, withEngine } from '../../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../../support/fixture-home.ts'
import { begins, openNode, said } from '../../../../support/store-trials/node.ts'
import {
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'
import { right } from '../../../../support/wires.ts'

type Cut = (client: EventStoreDBClient, stream: string) => Promise<unknown>

/** Ways to cut a stream; `isGone`: nothing of it can be read, and a process that follows the log is told by the log itself. */
const CUTS: Readonly<Record<string, { readonly cut: Cut; readonly isGone: boolean }>> = {
  'a tombstone': { cut: (client, stream) => client.tombstoneStream(stream), isGone: true },
  'a soft delete': { cut: (client, stream) => client.deleteStream(stream), isGone: true },
  'a place up to which it is truncated': {
    cut: (client, stream) => client.setStreamMetadata(stream, { truncateBefore: 3 }),
    isGone: false
  },
  'a count of events': {
    cut: (client, stream) => client.setStreamMetadata(stream, { maxCount: 2 }),
    isGone: false
  }
}

describe(`streams that somebody else cut, on ${SERVER_NAME}`, function () {
  this.timeout(600_000)
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

  const twoThreads = async (): Promise<readonly [string, string]> => {
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
    return threads
  }

  const previewsIn = async (
    engine: Engine,
    sortKey: 'created_at' | 'updated_at',
    threads: ReadonlyArray<string>
  ): Promise<ReadonlyArray<string | undefined>> => {
    const listed = await walk((cursor) =>
      engine.listThreads({ limit: 100, modelProviders: [], sortKey, cursor })
    )
    const previews = new Map(listed.map(({ id, preview }) => [id, preview]))
    return threads.map((thread) => previews.get(thread))
  }
  const toldOf = async (
    engine: Engine,
    threads: ReadonlyArray<string>
  ): Promise<ReadonlyArray<string>> => {
    const { unreadableFiles } = await asked(engine.status())
    return unreadableFiles.map(({ threadId }) => threadId).filter((id) => threads.includes(id))
  }

  for (const [what, { cut }] of Object.entries(CUTS))
    it(`lists the other threads beside ${what}, where nothing was folded yet`, async () => {
      const threads = await twoThreads()
      const [lost, whole] = threads
      await cut(client, threadStream(lost))
      const [home, index] = [temporaryFolder(), temporaryFolder()]
      try {
        const first = await openedEngine({ home, store: server.url, index })
        // It follows the log to its end, and folds nothing.
        await first.restore(null, { dryRun: true })()
        await first.close()
        for (const at of [index, 'memory'])
          await withEngine({ home, store: server.url, index: at }, async (engine) => {
            for (const sortKey of ['created_at', 'updated_at'] as const)
              expect(await previewsIn(engine, sortKey, threads)).to.deep.equal([undefined, 'one'])
            expect(await toldOf(engine, threads)).to.deep.equal([lost])
            expect(await engine.readThread(lost, true)()).to.deep.include({ _tag: 'Left' })
            expect((await asked(engine.readThread(whole, true))).turns).to.have.length(3)
          })
      } finally {
        removeFolder(home)
        removeFolder(index)
      }
    })

  for (const [what, { cut }] of Object.entries(CUTS))
    it(`goes on beside ${what} in a process that had folded everything`, async () => {
      const threads = await twoThreads()
      const [lost, whole] = threads
      const home = temporaryFolder()
      try {
        await withEngine({ home, store: server.url }, async (engine) => {
          expect(await previewsIn(engine, 'updated_at', threads)).to.deep.equal(['one', 'one'])
          await cut(client, threadStream(lost))
          const [first, other] = await previewsIn(engine, 'updated_at', threads)
          expect([first, other]).to.deep.equal([undefined, 'one'])
          expect(await toldOf(engine, threads)).to.deep.equal([lost])
          expect(await engine.readThread(lost, true)()).to.deep.include({ _tag: 'Left' })
          expect((await asked(engine.readThread(whole, true))).turns).to.have.length(3)
        })
      } finally {
        removeFolder(home)
      }
    })

  for (const [what, { cut }] of Object.entries(CUTS).filter(([, { isGone }]) => isGone))
    it(`hears of ${what} while it follows the log`, async () => {
      const [lost, whole] = await twoThreads()
      const wire = right(await connectWire(server.url))
      const directory = directoryOf(wire, memoryIndex())
      const ending = new AbortController()
      let wake = (): void => undefined
      const following = followLog(wire, directory, ending.signal, {
        onCaughtUp: () => wake(),
        onIngested: () => wake()
      })
      const until = async (holds: () => boolean): Promise<void> => {
        while (!holds()) await new Promise<void>((resolve) => (wake = resolve))
      }
      const isThere = (thread: string): boolean => directory.get(streamId(thread)) !== null
      await until(() => isThere(lost) && isThere(whole))
      await cut(client, threadStream(lost))
      await until(() => !isThere(lost))
      expect(directory.lost().some(({ threadId }) => threadId === lost)).to.equal(true)
      const node = await openNode(server.url)
      right(await node.append(whole, 'any', [said('four')]))
      await node.close()
      await until(() => directory.get(streamId(whole))?.segments[0]?.lines === 5)
      ending.abort()
      await following
      await wire.dispose()
    })

  it('finds a thread again whose stream is no longer deleted', async () => {
    const threads = await twoThreads()
    const [lost] = threads
    const home = temporaryFolder()
    try {
      await withEngine({ home, store: server.url }, async (engine) => {
        await client.deleteStream(threadStream(lost))
        expect(await toldOf(engine, threads)).to.deep.equal([lost])
        // The first time a server hides what was there before.
        await client.setStreamMetadata(threadStream(lost), {})
        expect(await previewsIn(engine, 'updated_at', threads)).to.deep.equal([undefined, 'one'])
        await client.setStreamMetadata(threadStream(lost), {})
        expect(await previewsIn(engine, 'updated_at', threads)).to.deep.equal(['one', 'one'])
        expect(await toldOf(engine, threads)).to.deep.equal([])
      })
    } finally {
      removeFolder(home)
    }
  })

  it('tells nothing of a thread that was deleted for good with unroll', async () => {
    const threads = await twoThreads()
    const home = temporaryFolder()
    try {
      await withEngine({ home, store: server.url }, async (engine) => {
        await asked(engine.remove(threads[0], { permanent: true }))
        expect(await previewsIn(engine, 'updated_at', threads)).to.deep.equal([undefined, 'one'])
      })
      await withEngine({ home, store: server.url }, async (engine) =>
        expect(await toldOf(engine, threads)).to.deep.equal([])
      )
    } finally {
      removeFolder(home)
    }
  })
})

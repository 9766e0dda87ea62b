// What one process archives, brings back, names, deletes and restores, and what another one lists that looks at no thread in between. The
// goal: a list by creation time, of archived threads too, is as new as the store. The method: two engines with connections, indexes
// and homes of their own; the one that lists asks for nothing but lists.
import { expect } from 'chai'
import { v7 } from 'uuid'
import type { Engine } from '../../../../../adapters/library.ts'
import { openedEngine, right, walk } from '../../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../../support/fixture-home.ts'
import { begins, openNode, said } from '../../../../support/store-trials/node.ts'
import {
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'

describe(`lists of what another process moves, on ${SERVER_NAME}`, function () {
  this.timeout(180_000)
  let server: ServerUnderTest
  let homes: ReadonlyArray<string> = []
  let engines: ReadonlyArray<Engine> = []
  const threads = [v7(), v7(), v7()] as const
  before(async () => {
    server = await storeUnderTest()
    const node = await openNode(server.url)
    for (const thread of threads)
      await right(() => node.append(thread, 'no_stream', [begins(thread), said('first')]))
    await node.close()
    homes = [temporaryFolder(), temporaryFolder()]
    engines = await Promise.all(
      homes.map((home) => openedEngine({ home, store: server.url, index: 'memory' }))
    )
  })
  after(async () => {
    for (const engine of engines) await engine.close()
    await server.stop()
    homes.forEach(removeFolder)
  })

  /** Which of the threads are on a side, by their numbers, with their names. */
  const listed = async (archived: boolean) => {
    const [, lister] = engines
    if (lister === undefined) throw new Error('there are two')
    const found = await walk((cursor) =>
      lister.listThreads({ limit: 100, archived, modelProviders: [], cursor })
    )
    return found
      .map(({ id, name }) => ({ at: threads.findIndex((thread) => thread === id), name }))
      .filter(({ at }) => at >= 0)
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, name }) => (name === null ? at : `${at} ${name}`))
  }
  const CHANGES: ReadonlyArray<{
    readonly what: string
    readonly change: (
      engine: Engine
    ) => ReturnType<Engine['archive']> | ReturnType<Engine['rename']>
    readonly archived: ReadonlyArray<unknown>
    readonly active: ReadonlyArray<unknown>
  }> = [
    {
      what: 'archived',
      change: (engine) => engine.archive(threads[0]),
      archived: [0],
      active: [1, 2]
    },
    {
      what: 'named, being archived',
      change: (engine) => engine.rename(threads[0], 'old work'),
      archived: ['0 old work'],
      active: [1, 2]
    },
    {
      what: 'archived beside it',
      change: (engine) => engine.archive(threads[2]),
      archived: ['0 old work', 2],
      active: [1]
    },
    {
      what: 'brought back',
      change: (engine) => engine.unarchive(threads[0]),
      archived: [2],
      active: ['0 old work', 1]
    },
    {
      what: 'deleted, being archived',
      change: (engine) => engine.remove(threads[2]),
      archived: [],
      active: ['0 old work', 1]
    },
    {
      what: 'restored',
      change: (engine) => engine.restore(threads[2]),
      archived: [2],
      active: ['0 old work', 1]
    },
    {
      what: 'deleted for good',
      change: (engine) => engine.remove(threads[2], { permanent: true }),
      archived: [],
      active: ['0 old work', 1]
    }
  ]

  it('are those of the store after each change, whichever side is asked for first', async () => {
    const [changer] = engines
    if (changer === undefined) throw new Error('there are two')
    expect([await listed(true), await listed(false)]).to.deep.equal([[], [0, 1, 2]])
    for (const { what, change, archived, active } of CHANGES) {
      await right<unknown>(change(changer))
      expect([what, await listed(true), await listed(false)]).to.deep.equal([
        what,
        archived,
        active
      ])
    }
  })
})

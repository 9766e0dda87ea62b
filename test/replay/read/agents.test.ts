// Who spawned whom, beside the spawn edges in the databases of the processes that wrote the recorded homes.
import { expect } from 'chai'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentTree } from '../../../replay/read/threads/agents.ts'
import { right, withEngine, openedEngine } from '../../support/engines.ts'
import {
  copyHome,
  FIXTURES,
  homeNames,
  readJson,
  removeFolder,
  temporaryFolder
} from '../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  writeRollout
} from '../../support/rollouts.ts'

interface Edge {
  readonly parent_thread_id: string
  readonly child_thread_id: string
  readonly status: string
}

const edgesOf = (name: string): ReadonlyArray<Edge> => {
  const path = join(FIXTURES, 'homes', name, 'db-rows.json')
  if (!existsSync(path)) return []
  return readJson(path)['state_5.sqlite']?.thread_spawn_edges ?? []
}

const sorted = (edges: ReadonlyArray<Edge>): ReadonlyArray<Edge> =>
  edges.toSorted((a, b) => (a.child_thread_id < b.child_thread_id ? -1 : 1))

const edgesBelow = (trees: ReadonlyArray<AgentTree>): ReadonlyArray<Edge> =>
  trees.flatMap(({ agent, children }) => [
    {
      parent_thread_id: agent.parent,
      child_thread_id: agent.threadId,
      status: agent.status
    },
    ...edgesBelow(children)
  ])

/** The edges unroll finds in a home. */
const foundIn = async (home: string): Promise<ReadonlyArray<Edge>> =>
  withEngine({ home }, async (engine) => {
    const list = await right(
      engine.listThreads({ limit: 100, modelProviders: [], sourceKinds: [], archived: false })
    )
    const all = await right(
      engine.listThreads({ limit: 100, modelProviders: [], sourceKinds: ['subAgent'] })
    )
    const ids = [...list.data, ...all.data].map(({ id }) => id)
    const found = new Map<string, Edge>()
    for (const id of ids)
      for (const edge of edgesBelow((await right(engine.agents(id))).children))
        found.set(edge.child_thread_id, edge)
    return [...found.values()]
  })

/** Closed in turns that a revert left behind: the database remembers, the history does not. */
const REVERTED_AWAY = '01a1fd09-761a-7c52-8483-81f04c007ad8'

describe('agents', () => {
  for (const name of homeNames()) {
    it(`finds in ${name} the spawn edges of its database, and no others`, async () => {
      const home = copyHome(name)
      const recorded = edgesOf(name).map((edge) =>
        edge.child_thread_id === REVERTED_AWAY ? { ...edge, status: 'open' } : edge
      )
      expect(sorted(await foundIn(home))).to.deep.equal(sorted(recorded))
      removeFolder(home)
    })
  }

  const spawned = (n: number, parent: number): string => {
    const thread_spawn = { parent_thread_id: idOf(parent), depth: 1, agent_nickname: `agent ${n}` }
    return metaLine(idOf(n), { source: { subagent: { thread_spawn } } })
  }

  const call = (name: string, target: string): string =>
    JSON.stringify({
      timestamp: '2026-11-21T06:51:05.380Z',
      type: 'response_item',
      payload: {
        type: 'function_call',
        name,
        arguments: JSON.stringify({ target }),
        call_id: 'call_1'
      }
    })

  it('archives level by level, the thread itself first and the deepest last level first', async () => {
    const home = emptyHome()
    // 1 spawned 2 and 3, 3 spawned 4, 2 spawned 5.
    const parents = [
      [2, 1],
      [3, 1],
      [4, 3],
      [5, 2]
    ] as const
    writeRollout(rolloutPath(home, idOf(1), 1), linesOf([metaLine(idOf(1))]))
    for (const [n, parent] of parents)
      writeRollout(rolloutPath(home, idOf(n), n), linesOf([spawned(n, parent)]))
    await withEngine({ home }, async (engine) => {
      const { threadIds } = await right(engine.archive(idOf(1)))
      expect(threadIds).to.deep.equal([1, 5, 4, 3, 2].map(idOf))
      const back = await right(engine.unarchive(idOf(1)))
      expect(back.threadIds).to.deep.equal([1, 2, 3, 4, 5].map(idOf))
      const gone = await right(engine.remove(idOf(1)))
      expect(gone.threadIds).to.deep.equal([5, 4, 3, 2, 1].map(idOf))
    })
    removeFolder(home)
  })

  it('end where threads spawned each other in a circle', async () => {
    const home = emptyHome()
    for (const [n, parent] of [
      [1, 3],
      [2, 1],
      [3, 2]
    ] as const)
      writeRollout(rolloutPath(home, idOf(n), n), linesOf([spawned(n, parent)]))
    await withEngine({ home }, async (engine) => {
      const family = await right(engine.agents(idOf(1)))
      expect(edgesBelow(family.children).map((edge) => edge.child_thread_id)).to.deep.equal(
        [2, 3].map(idOf)
      )
      expect(family.ancestors).to.deep.equal([3, 2].map(idOf))
      expect((await right(engine.archive(idOf(1)))).threadIds).to.deep.equal([1, 3, 2].map(idOf))
    })
    removeFolder(home)
  })

  it('follow a parent that closes and resumes a child, and a child that is gone', async () => {
    const home = emptyHome()
    const index = temporaryFolder()
    const status = async () => {
      const engine = await openedEngine({ home, index })
      const { children } = await right(engine.agents(idOf(1)))
      await engine.close()
      return children.map(({ agent }) => agent.status)
    }
    const lines = [metaLine(idOf(1)), call('close_agent', idOf(2))]
    writeRollout(rolloutPath(home, idOf(1), 1), linesOf(lines))
    writeRollout(rolloutPath(home, idOf(2), 2), linesOf([spawned(2, 1)]))
    expect(await status()).to.deep.equal(['closed'])
    const more = [...lines, call('resume_agent', idOf(2))]
    writeRollout(rolloutPath(home, idOf(1), 1), linesOf(more))
    expect(await status()).to.deep.equal(['open'])
    removeFolder(rolloutPath(home, idOf(2), 2))
    expect(await status()).to.deep.equal([])
    removeFolder(home)
    removeFolder(index)
  })
})

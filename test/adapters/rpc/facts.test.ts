// What a list shows of threads beside their titles. What it expects are the answers of the methods that are held against real binaries
// elsewhere: outlines, graphs, the ledgers, and the pages of the same threads.
import { expect } from 'chai'
import type { ListFacts, ThreadGraph, ThreadOutline } from '../../../domain/unroll-protocol.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import { appendFileSync, cpSync } from 'node:fs'
import { parsedObject } from '../../../domain/json.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

const HOMES = ['fork-rollback-142', 'agents-142', 'tools-142', 'damaged-142', 'walk-1-169']
const NOBODY = '00000000-0000-7000-8000-000000000000'
const EVERY_SOURCE = ['cli', 'vscode', 'exec', 'appServer', 'subAgent', 'unknown']

type Ask = (method: string, params: object) => Promise<Row>

const within = async (
  folder: string,
  profile: ProfileName,
  use: (ask: Ask, client: Client) => Promise<void>
): Promise<void> => {
  const client = await initialized(folder, { strict: false, profile, rich: false })
  try {
    await use(async (method, params) => (await client.ask(method, params))['result'], client)
  } finally {
    await client.close()
    removeFolder(folder)
  }
}

const sampleHome = (): string => {
  const folder = temporaryFolder()
  cpSync(SAMPLE_HOME, folder, { recursive: true })
  return folder
}

const sum = (numbers: ReadonlyArray<number | null>): number =>
  numbers.reduce<number>((all, n) => all + (n ?? 0), 0)

/** Files that patches of some turns changed, by the lines of the rollouts; null where these tell it in another way. */
const filesIn = (folder: string, threadId: string, turnIds: ReadonlySet<string>): number => {
  const paths = new Set<string>()
  for (const rollout of rolloutsOf(folder))
    for (const line of rollout.threadId === threadId ? rollout.lines : []) {
      const { type, payload } = (parsedObject(line) as Row) ?? {}
      if (type !== 'event_msg' || payload.type !== 'patch_apply_end' || !payload.success) continue
      if (!turnIds.has(payload.turn_id)) continue
      for (const [path, change] of Object.entries<Row>(payload.changes))
        paths.add(change.move_path ?? path)
    }
  return paths.size
}

/** The same facts from the methods that say more. */
const slowly = async (ask: Ask, folder: string, threadId: string): Promise<ListFacts> => {
  const { total, turns }: ThreadOutline = await ask('unroll/thread/outline', { threadId, from: 0 })
  const graph: ThreadGraph = await ask('unroll/thread/graph', {})
  const usage = await ask('unroll/usage/read', { by: 'total', threadId })
  const events = await ask('unroll/events/list', { threadId, from: 0, limit: 500 })
  const calls = await ask('unroll/tools/list', { threadId, kinds: ['patch'], limit: 1000 })
  const kept = calls.data.filter((call: Row) => !call.rolledBack && call.status === 'completed')
  const turnIds = new Set(turns.map(({ id }) => id))
  return {
    threadId,
    turns: total,
    files: filesIn(folder, threadId, turnIds),
    linesAdded: sum(kept.map((call: Row) => call.linesAdded)),
    linesRemoved: sum(kept.map((call: Row) => call.linesDeleted)),
    tokens: usage.total.totalTokens,
    tokensLowerBound: usage.total.lowerBound,
    forks: graph.edges.filter(({ from, kind }) => from === threadId && kind === 'fork').length,
    rollbacks: graph.rollbacks.filter((one) => one.threadId === threadId).length,
    damagedLines: events.data.filter((event: Row) => 'reason' in event).length
  }
}

describe('facts of threads', () => {
  for (const home of [...HOMES, 'sample'])
    it(`are what outlines, graphs and ledgers of ${home} tell`, () => {
      const folder = home === 'sample' ? sampleHome() : copyHome(home)
      return within(folder, home.endsWith('142') ? '0.142' : '0.169', async (ask) => {
        const all = { limit: 100, modelProviders: [], sourceKinds: EVERY_SOURCE }
        const listed: ReadonlyArray<Row> = (await ask('thread/list', all)).data
        const threadIds = listed.map(({ id }) => id as string)
        const { data }: { data: ReadonlyArray<ListFacts> } = await ask('unroll/threads/facts', {
          threadIds
        })
        expect(data.map(({ threadId }) => threadId)).to.deep.equal(threadIds)
        for (const facts of data) {
          const expected = await slowly(ask, folder, facts.threadId)
          expect(facts).to.deep.equal(expected)
        }
      })
    })

  it('pass over threads that are not there, and refuse more than a hundred', () =>
    within(sampleHome(), '0.142', async (ask, client) => {
      expect(await ask('unroll/threads/facts', { threadIds: [NOBODY] })).to.deep.equal({ data: [] })
      const many = Array.from({ length: 101 }, () => NOBODY)
      const refused = await client.ask('unroll/threads/facts', { threadIds: many })
      expect((refused['error'] as Row).message).to.equal('at most 100 threads at once')
    }))

  it('are those of the file as it is now, also when they were asked before', () =>
    within(copyHome('fork-rollback-142'), '0.142', async (ask) => {
      const [{ id, path }] = (await ask('thread/list', { limit: 1, modelProviders: [] })).data
      const facts = async (): Promise<ListFacts> =>
        (await ask('unroll/threads/facts', { threadIds: [id] })).data[0]
      const before = await facts()
      appendFileSync(path, 'no line of any rollout\n')
      expect(await facts()).to.deep.equal({
        ...before,
        damagedLines: (before.damagedLines ?? 0) + 1
      })
    }))
})

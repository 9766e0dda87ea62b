// Turns by their places. What it expects are the turns that pages of the same threads show, which are held against the real binaries
// elsewhere.
import { expect } from 'chai'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client, type Message } from '../../support/rpc-client.ts'

const HOMES = ['fork-rollback-142', 'compaction-142', 'agents-142', 'walk-1-169', 'damaged-142']
const NOBODY = '00000000-0000-7000-8000-000000000000'

interface Turn {
  readonly id: string
}

interface Range {
  readonly total: number
  readonly revision?: number
  readonly data: ReadonlyArray<Turn & { readonly n: number }>
}

const resultOf = <A>(answer: Message): A => {
  expect(answer).to.have.property('result')
  return answer['result'] as A
}

const within = async (
  home: string,
  use: (client: Client, folder: string) => Promise<void>
): Promise<void> => {
  const folder = copyHome(home)
  const profile: ProfileName = home.endsWith('169') ? '0.169' : '0.142'
  const client = await initialized(folder, { strict: false, profile })
  try {
    await use(client, folder)
  } finally {
    await client.close()
    removeFolder(folder)
  }
}

const whole = async (client: Client, threadId: string, params: object): Promise<Range> =>
  resultOf(await client.ask('unroll/turns/range', { threadId, ...params }))

const range = async (client: Client, threadId: string, params: object): Promise<Range> => {
  const { revision: _, ...rest } = await whole(client, threadId, params)
  return rest
}

/** Every thread with all its turns, as pages show them. */
const threadsIn = async (client: Client, itemsView: string) => {
  const { data } = resultOf<{ readonly data: ReadonlyArray<{ readonly id: string }> }>(
    await client.ask('thread/list', { limit: 100, modelProviders: [] })
  )
  const found: Array<readonly [string, ReadonlyArray<Turn>]> = []
  for (const { id: threadId } of data) {
    const turns: Array<Turn> = []
    for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
      const params = { threadId, cursor, limit: 2, sortDirection: 'asc', itemsView }
      const page: { data: ReadonlyArray<Turn>; nextCursor: string | null } = resultOf(
        await client.ask('thread/turns/list', params)
      )
      turns.push(...page.data)
      cursor = page.nextCursor
    }
    found.push([threadId, turns])
  }
  return found
}

describe('turns by their places', () => {
  for (const home of HOMES)
    it(`are those of the pages of ${home}, wherever a range begins and ends`, () =>
      within(home, async (client) => {
        for (const itemsView of ['notLoaded', 'summary', 'full'])
          for (const [threadId, turns] of await threadsIn(client, itemsView)) {
            const numbered = turns.map((turn, n) => ({ n, ...turn }))
            for (const from of [0, 1, Math.max(0, turns.length - 1)])
              for (const count of [1, 3, 100])
                expect(
                  await range(client, threadId, { from, count, itemsView }),
                  `${threadId} ${from} ${count}`
                ).to.deep.equal({
                  total: turns.length,
                  data: numbered.slice(from, from + count)
                })
          }
      }))

  it('say how many events the thread has', () =>
    within('fork-rollback-142', async (client, folder) => {
      for (const { threadId, lines } of rolloutsOf(folder))
        for (const from of [0, 1000])
          expect((await whole(client, threadId, { from })).revision).to.equal(lines.length)
    }))

  it('end where the thread ends, and within a budget of bytes', () =>
    within('fork-rollback-142', async (client) => {
      for (const [threadId, turns] of await threadsIn(client, 'full')) {
        const beyond = await range(client, threadId, { from: turns.length, count: 5 })
        expect(beyond).to.deep.equal({ total: turns.length, data: [] })
        const small = { from: 0, count: 100, itemsView: 'full', maxBytes: 1 }
        const { data } = await range(client, threadId, small)
        expect(data.map(({ n, id }) => [n, id])).to.deep.equal(
          turns.slice(0, 1).map(({ id }) => [0, id])
        )
      }
    }))

  it('are the last ones, when asked', () =>
    within('fork-rollback-142', async (client) => {
      for (const [threadId, turns] of await threadsIn(client, 'notLoaded'))
        for (const count of [1, 2, 100]) {
          const asked = { last: true, count, itemsView: 'notLoaded' }
          const from = Math.max(0, turns.length - count)
          const data = turns.slice(from).map((turn, at) => ({ n: from + at, ...turn }))
          expect(await range(client, threadId, asked)).to.deep.equal({ total: turns.length, data })
        }
    }))

  it('begin at a turn, by its id', () =>
    within('fork-rollback-142', async (client) => {
      for (const [threadId, turns] of await threadsIn(client, 'notLoaded'))
        for (const [n, { id: turnId }] of turns.entries()) {
          const { data } = await range(client, threadId, { turnId, itemsView: 'notLoaded' })
          const wanted = turns.slice(n).map((turn, at) => [n + at, turn.id])
          expect(data.map((turn) => [turn.n, turn.id])).to.deep.equal(wanted)
        }
    }))

  it('are refused for no turn, no thread and for one that is not there', () =>
    within('fork-rollback-142', async (client) => {
      const [[threadId] = ['']] = await threadsIn(client, 'notLoaded')
      const refusal = async (params: object): Promise<unknown> => {
        const { error } = await client.ask('unroll/turns/range', params)
        return (error as { readonly message: string }).message
      }
      expect(await refusal({ threadId, turnId: NOBODY })).to.equal(`turn not found: ${NOBODY}`)
      expect(await refusal({ threadId: 'x', from: 0 })).to.match(/^invalid thread id: /)
      expect(await refusal({ threadId: NOBODY, from: 0 })).to.equal(`thread not loaded: ${NOBODY}`)
    }))
})

// Pages of a paginated thread as Codex 0.169 gives them: cursors are numbers of lines, and what it refuses. Every
// expected answer is what the real binary said about the same request over rollouts made by hand.
import { expect } from 'chai'
import { initialized, type Client } from '../../support/rpc-client.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { agent, done, meta, numberedLines, plan, start, user } from '../../support/numbered.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'

const LEGACY = idOf(2)
const OTHER = idOf(3)
const NOBODY = idOf(4)
const AGENT = idOf(5)

/** Numbered from 0: turns at 1, 5, 7 and 13; items at 2, 3, 6, 8, 9, 12 and 14. */
const LINES = [
  meta(THREAD),
  start('a'),
  user('a', 'u1'),
  agent('a', 'x1'),
  done('a'),
  start('b'),
  user('b', 'u2'),
  start('c'),
  plan('c', 'p', 'p', { started_at_ms: 1, completed_at_ms: 2 }),
  agent('b', 'x2'),
  done('b'),
  done('c'),
  plan('nobody', 'lost'),
  start('d'),
  user('d', 'u3'),
  done('d')
]

type Kind = 'turns' | 'itemsByCreatedAtOrdinal'

const cursorTo = (
  kind: Kind,
  rolloutOrdinal: number,
  includeAnchor: boolean,
  requestedThreadId = THREAD
): string => JSON.stringify({ requestedThreadId, rolloutOrdinal, includeAnchor, scope: { kind } })

/** Texts that are no cursor of a kind over the thread. */
const badCursors = (kind: Kind): ReadonlyArray<string> => [
  ...['', 'x', '{}', 'null', '[]', '5'],
  '{"turnId":"a","includeAnchor":false}',
  cursorTo(kind === 'turns' ? 'itemsByCreatedAtOrdinal' : 'turns', 5, false),
  cursorTo(kind, -1, false),
  cursorTo(kind, 1.5, false),
  cursorTo(kind, 5, false, OTHER),
  JSON.stringify({ requestedThreadId: THREAD, rolloutOrdinal: 5, scope: { kind } }),
  JSON.stringify({ requestedThreadId: THREAD, includeAnchor: true, scope: { kind } }),
  JSON.stringify({ rolloutOrdinal: 5, includeAnchor: true, scope: { kind } }),
  JSON.stringify({ requestedThreadId: THREAD, rolloutOrdinal: 5, includeAnchor: true })
]

interface Page {
  readonly data: ReadonlyArray<{ readonly id: string; readonly item: { readonly id: string } }>
  readonly nextCursor: string | null
  readonly backwardsCursor: string | null
}

const EMPTY = { data: [], nextCursor: null, backwardsCursor: null }

describe('pages of a paginated thread', () => {
  let home = ''
  let client: Client
  before(async () => {
    home = emptyHome()
    writeRollout(rolloutPath(home, THREAD), linesOf(numberedLines(LINES)))
    writeRollout(rolloutPath(home, LEGACY), linesOf([metaLine(LEGACY), userLine('hello')]))
    writeRollout(rolloutPath(home, OTHER), linesOf(numberedLines([meta(OTHER), start('o')])))
    const agentLines = [meta(AGENT, { source: { subagent: 'review' } }), start('r'), user('r', 'u')]
    writeRollout(rolloutPath(home, AGENT), linesOf(numberedLines(agentLines)))
    client = await initialized(home, { profile: '0.169', strict: true })
  })
  after(async () => {
    await client.close()
    removeFolder(home)
  })

  const page = async (method: string, params: object): Promise<Page> => {
    const answer = await client.ask(method, { threadId: THREAD, ...params })
    expect(answer).to.have.all.keys('result')
    return answer['result'] as Page
  }

  const refusal = async (method: string, params: object): Promise<unknown> =>
    (await client.ask(method, { threadId: THREAD, ...params }))['error']

  const turns = async (params: object): Promise<ReadonlyArray<string>> =>
    (await page('thread/turns/list', params)).data.map(({ id }) => id)

  const items = async (params: object): Promise<ReadonlyArray<string>> =>
    (await page('thread/items/list', params)).data.map(({ item }) => item.id)

  describe('of turns', () => {
    const cursor = (ordinal: number, includeAnchor: boolean) =>
      cursorTo('turns', ordinal, includeAnchor)

    it('name the lines of their first and last turn in cursors', async () => {
      const ends = async (params: object) => {
        const { data, nextCursor, backwardsCursor } = await page('thread/turns/list', params)
        return { ids: data.map(({ id }) => id), nextCursor, backwardsCursor }
      }
      expect(await ends({ limit: 2 })).to.deep.equal({
        ids: ['d', 'c'],
        nextCursor: cursor(7, false),
        backwardsCursor: cursor(13, true)
      })
      expect(await ends({ limit: 2, cursor: cursor(7, false) })).to.deep.equal({
        ids: ['b', 'a'],
        nextCursor: null,
        backwardsCursor: cursor(5, true)
      })
      expect(await ends({ limit: 3, sortDirection: 'asc' })).to.deep.equal({
        ids: ['a', 'b', 'c'],
        nextCursor: cursor(7, false),
        backwardsCursor: cursor(1, true)
      })
    })

    it('begin behind a number, or with it, whether a turn is there or not', async () => {
      const both = async (ordinal: number, includeAnchor: boolean) => [
        await turns({ cursor: cursor(ordinal, includeAnchor) }),
        await turns({ cursor: cursor(ordinal, includeAnchor), sortDirection: 'asc' })
      ]
      expect(await both(5, false)).to.deep.equal([['a'], ['c', 'd']])
      expect(await both(5, true)).to.deep.equal([
        ['b', 'a'],
        ['b', 'c', 'd']
      ])
      expect(await both(6, false)).to.deep.equal([
        ['b', 'a'],
        ['c', 'd']
      ])
      expect(await both(6, true)).to.deep.equal([
        ['b', 'a'],
        ['c', 'd']
      ])
      expect(await both(999, false)).to.deep.equal([['d', 'c', 'b', 'a'], []])
      expect(await both(0, true)).to.deep.equal([[], ['a', 'b', 'c', 'd']])
    })

    it('have no cursors when nothing is left', async () => {
      expect(await page('thread/turns/list', { cursor: cursor(1, false) })).to.deep.equal(EMPTY)
    })

    it('take a cursor with members they do not know', async () => {
      const extra = JSON.stringify({ ...JSON.parse(cursor(5, false)), more: 1 })
      expect(await turns({ cursor: extra })).to.deep.equal(['a'])
    })

    it('are refused for any other cursor, which is named', async () => {
      for (const text of badCursors('turns')) {
        expect(await refusal('thread/turns/list', { cursor: text })).to.deep.equal({
          code: -32600,
          message: `invalid cursor: ${text}`
        })
      }
    })

    it('are of one turn for a limit of 0, and refused for one below', async () => {
      expect(await turns({ limit: 0 })).to.deep.equal(['d'])
      expect(await refusal('thread/turns/list', { limit: -1 })).to.deep.equal({
        code: -32600,
        message: 'Invalid request: invalid value: integer `-1`, expected u32'
      })
    })

    it('are refused for a thread that is not there', async () => {
      expect(await refusal('thread/turns/list', { threadId: NOBODY })).to.deep.equal({
        code: -32600,
        message: `thread not loaded: ${NOBODY}`
      })
    })

    it('go by turn in a legacy thread', async () => {
      const { backwardsCursor } = await page('thread/turns/list', { threadId: LEGACY })
      expect(backwardsCursor).to.equal('{"turnId":"rollout-1","includeAnchor":true}')
      const back = { threadId: LEGACY, cursor: backwardsCursor, sortDirection: 'asc' }
      expect(await turns(back)).to.deep.equal(['rollout-1'])
    })
  })

  describe('of items', () => {
    const cursor = (ordinal: number, includeAnchor: boolean) =>
      cursorTo('itemsByCreatedAtOrdinal', ordinal, includeAnchor)

    it('come oldest first across turns that ran at the same time', async () => {
      const { data } = await page('thread/items/list', {})
      const known = data.filter(({ item }) => item.id !== 'lost')
      expect(known.map(({ item }) => item.id)).to.deep.equal(['u1', 'x1', 'u2', 'p', 'x2', 'u3'])
      expect(data[3]).to.deep.equal({
        turnId: 'c',
        item: { type: 'plan', id: 'p', text: 'p', startedAtMs: 1, completedAtMs: 2 },
        ...{ startedAtMs: 1, completedAtMs: 2 }
      })
    })

    it('hold the items of turns nobody began too', async () => {
      expect(await items({})).to.deep.equal(['u1', 'x1', 'u2', 'p', 'x2', 'lost', 'u3'])
    })

    it('name the lines of their first and last item in cursors', async () => {
      const ends = async (params: object) => {
        const { data, nextCursor, backwardsCursor } = await page('thread/items/list', params)
        return { ids: data.map(({ item }) => item.id), nextCursor, backwardsCursor }
      }
      expect(await ends({ limit: 3 })).to.deep.equal({
        ids: ['u1', 'x1', 'u2'],
        nextCursor: cursor(6, false),
        backwardsCursor: cursor(2, true)
      })
      expect(
        await ends({ limit: 2, sortDirection: 'desc', cursor: cursor(9, true) })
      ).to.deep.equal({
        ids: ['x2', 'p'],
        nextCursor: cursor(8, false),
        backwardsCursor: cursor(9, true)
      })
      expect(await ends({ limit: 2, cursor: cursor(12, false) })).to.deep.equal({
        ids: ['u3'],
        nextCursor: null,
        backwardsCursor: cursor(14, true)
      })
    })

    it('begin behind a number, or with it, whether an item is there or not', async () => {
      expect(await items({ cursor: cursor(6, false), limit: 2 })).to.deep.equal(['p', 'x2'])
      expect(await items({ cursor: cursor(6, true), limit: 2 })).to.deep.equal(['u2', 'p'])
      expect(await items({ cursor: cursor(7, true), limit: 2 })).to.deep.equal(['p', 'x2'])
      expect(await items({ cursor: cursor(4, true), sortDirection: 'desc' })).to.deep.equal([
        'x1',
        'u1'
      ])
      expect(await page('thread/items/list', { cursor: cursor(999, true) })).to.deep.equal(EMPTY)
    })

    it('of one turn take a cursor of another', async () => {
      expect(await items({ turnId: 'b' })).to.deep.equal(['u2', 'x2'])
      expect(await items({ turnId: 'b', cursor: cursor(8, false) })).to.deep.equal(['x2'])
      expect(await items({ turnId: 'b', cursor: cursor(2, true) })).to.deep.equal(['u2', 'x2'])
      expect(await items({ turnId: 'c', cursor: cursor(9, false) })).to.deep.equal([])
    })

    it('are refused for any other cursor, which is named', async () => {
      for (const text of badCursors('itemsByCreatedAtOrdinal')) {
        expect(await refusal('thread/items/list', { cursor: text })).to.deep.equal({
          code: -32600,
          message: `invalid cursor: ${text}`
        })
      }
    })

    const anchor = (itemId: string) => ({ cursor: { type: 'item', itemId } })

    it('begin behind an item of their turn', async () => {
      expect(await items({ turnId: 'b', ...anchor('u2') })).to.deep.equal(['x2'])
      expect(await items({ turnId: 'b', ...anchor('x2') })).to.deep.equal([])
      expect(await items({ turnId: 'b', ...anchor('x2'), sortDirection: 'desc' })).to.deep.equal([
        'u2'
      ])
    })

    it('are refused for an item without its turn, and for one that is not in it', async () => {
      expect(await refusal('thread/items/list', anchor('u2'))).to.deep.equal({
        code: -32602,
        message: 'turnId is required when cursor is an item anchor'
      })
      for (const itemId of ['nothing', 'u1']) {
        expect(
          await refusal('thread/items/list', { turnId: 'b', ...anchor(itemId) })
        ).to.deep.equal({
          code: -32602,
          message: 'cursor.itemId does not identify an item in the requested history scope'
        })
      }
    })

    it('are empty for a turn that is not there', async () => {
      for (const turnId of ['gone', '', NOBODY]) {
        expect(await page('thread/items/list', { turnId })).to.deep.equal(EMPTY)
      }
    })

    it('are not served for a legacy thread, nor for one that is not there', async () => {
      for (const threadId of [LEGACY, NOBODY]) {
        expect(await refusal('thread/items/list', { threadId })).to.deep.equal({
          code: -32601,
          message: 'thread/items/list is not supported yet'
        })
      }
    })

    it('are visited once each, in both directions', async () => {
      const visit = async (sortDirection: string) => {
        const found: Array<string> = []
        let next: string | null = null
        do {
          const params = { sortDirection, limit: 1, cursor: next }
          const { data, nextCursor } = await page('thread/items/list', params)
          found.push(...data.map(({ item }) => item.id))
          next = nextCursor
        } while (next !== null && found.length < 20)
        return found.filter((id) => id !== 'lost')
      }
      const oldest = ['u1', 'x1', 'u2', 'p', 'x2', 'u3']
      expect(await visit('asc')).to.deep.equal(oldest)
      expect(await visit('desc')).to.deep.equal(oldest.toReversed())
    })

    it('are refused for an id that is none', async () => {
      expect(await refusal('thread/items/list', { threadId: 'nope' })).to.deep.equal({
        code: -32600,
        message:
          'invalid thread id: invalid character: expected an optional prefix of `urn:uuid:` ' +
          'followed by [0-9a-fA-F-], found `n` at 1'
      })
    })
  })

  describe('where nothing is refused that can be told', () => {
    let open: Client
    before(async () => {
      open = await initialized(home, { profile: '0.169', strict: false })
    })
    after(() => open.close())

    it('hold the items of a legacy thread', async () => {
      const { result } = await open.ask('thread/items/list', { threadId: LEGACY })
      expect((result as Page).data.map(({ item }) => item.id)).to.deep.equal(['item-1'])
    })

    it('say that a turn is not there', async () => {
      const params = { threadId: THREAD, turnId: 'gone' }
      expect(await open.ask('thread/items/list', params)).to.deep.equal({
        error: { code: -32600, message: 'turn not found: gone' }
      })
    })

    it('take cursors by turn in a paginated thread', async () => {
      const cursor = '{"turnId":"c","includeAnchor":false}'
      const { result } = await open.ask('thread/turns/list', { threadId: THREAD, cursor })
      expect((result as Page).data.map(({ id }) => id)).to.deep.equal(['b', 'a'])
    })

    it('are visited whole, turns nobody began last', async () => {
      const found: Array<string> = []
      let cursor: string | null = null
      do {
        const params = { threadId: THREAD, sortDirection: 'asc', limit: 1, cursor }
        const { data, nextCursor } = (await open.ask('thread/turns/list', params))['result'] as Page
        found.push(...data.map(({ id }) => id))
        cursor = nextCursor
      } while (cursor !== null && found.length < 10)
      expect(found).to.deep.equal(['a', 'b', 'c', 'd', 'nobody'])
    })
  })

  describe('of a home', () => {
    it('carry read receipts, as before anything was read', async () => {
      const { thread, readState } = (await page('thread/read', {})) as unknown as {
        readonly thread: { readonly id: string }
        readonly readState: unknown
      }
      const unread = (id: string) => ({ firstUnread: null, revision: `initial:${id}` })
      expect([thread.id, readState]).to.deep.equal([THREAD, unread(THREAD)])
      const list = (await client.ask('thread/list', {}))['result'] as object
      expect(Object.keys(list)).to.deep.equal([
        'data',
        'readStates',
        'nextCursor',
        'backwardsCursor'
      ])
      expect((list as { readonly readStates: object }).readStates).to.deep.equal({
        [THREAD]: unread(THREAD),
        [LEGACY]: unread(LEGACY)
      })
    })

    it('carry none for sub-agents, as in the home of agents-169', async () => {
      const read = await page('thread/read', { threadId: AGENT })
      expect((read as unknown as { readonly readState: unknown }).readState).to.equal(null)
      const params = { sourceKinds: ['subAgentReview'] }
      const { result } = await client.ask('thread/list', params)
      const { data, readStates } = result as Page & { readonly readStates: unknown }
      expect([data.map(({ id }) => id), readStates]).to.deep.equal([[AGENT], {}])
    })

    it('carry none for an older Codex', async () => {
      const older = await initialized(home, { profile: '0.142', strict: true })
      const list = (await older.ask('thread/list', {}))['result'] as object
      const read = (await older.ask('thread/read', { threadId: LEGACY }))['result'] as object
      expect([Object.keys(list), Object.keys(read)]).to.deep.equal([
        ['data', 'nextCursor', 'backwardsCursor'],
        ['thread']
      ])
      await older.close()
    })
  })
})

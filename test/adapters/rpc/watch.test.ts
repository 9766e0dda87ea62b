// Threads that are followed without being loaded: the client hears what others write, and nothing in the home changes for it. The clock
// is the test's; another engine writes; what is expected is written by hand.
import { expect } from 'chai'
import { readdirSync, rmSync } from 'node:fs'
import type { Engine } from '../../../replay/engine.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { openedEngine, right } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { asked, AT_MS, begun, done, said, TURN } from '../../support/followed-turn.ts'
import {
  clientOf,
  serverOf,
  shaken,
  unattended,
  type Client,
  type Message,
  type TestServer
} from '../../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const NOBODY = '00000000-0000-7000-8000-000000000000'

describe('following a thread without loading it', () => {
  let home = ''
  let nowMs = AT_MS
  let server: TestServer
  let other: Engine
  let watcher: Client
  let bystander: Client

  beforeEach(async () => {
    home = copyHome('basic-142')
    nowMs = AT_MS
    server = serverOf(home, { strict: false }, { ...unattended(home), nowMs: () => nowMs })
    watcher = await shaken(clientOf(server))
    bystander = await shaken(clientOf(server))
    other = await openedEngine({ home, index: 'memory', profile: '0.142', strict: false })
  })
  afterEach(async () => {
    await server.close()
    await other.close()
    removeFolder(home)
  })

  const start = (client: Client, threadId = PLAIN): Promise<Message> =>
    client.ask('unroll/follow/start', { threadId })
  const lines = (): number =>
    rolloutsOf(home).find(({ threadId }) => threadId === PLAIN)?.lines.length ?? 0
  const told = async (client: Client): Promise<ReadonlyArray<Message>> => {
    const from = client.received.length
    nowMs += 1000
    await server.server.follow.sweep()
    return client.received.slice(from)
  }
  const revision = (): Message => ({
    method: 'unroll/thread/revision',
    params: { threadId: PLAIN, revision: lines() }
  })
  const files = (): ReadonlyArray<string> =>
    (readdirSync(home, { recursive: true }) as ReadonlyArray<string>).toSorted()

  it('tells items and turns as Codex does, and how many events there are; and nobody else', async () => {
    expect(await start(watcher)).to.deep.equal({ result: { revision: lines() } })
    await right(other.append(PLAIN, [begun, asked('Is it so?'), said('Yes.'), done]))
    const heard = told(watcher)
    const place = { threadId: PLAIN, turnId: TURN }
    const user = {
      ...{ type: 'userMessage', id: 'item-8', clientId: null },
      content: [{ type: 'text', text: 'Is it so?', text_elements: [] }]
    }
    const agent = {
      ...{ type: 'agentMessage', id: 'item-9', text: 'Yes.', phase: null },
      memoryCitation: null
    }
    const turn = {
      ...{ id: TURN, items: [], itemsView: 'notLoaded', error: null, startedAt: 1795251600 },
      ...{ completedAt: null, durationMs: null }
    }
    const item = (stage: string, of: object, at: object): Message => ({
      method: `item/${stage}`,
      params: { item: of, ...place, ...at }
    })
    expect(await heard).to.deep.equal([
      {
        method: 'turn/started',
        params: { threadId: PLAIN, turn: { ...turn, status: 'inProgress' } }
      },
      item('started', user, { startedAtMs: AT_MS }),
      item('completed', user, { completedAtMs: AT_MS }),
      item('started', { ...agent, text: '' }, { startedAtMs: AT_MS }),
      item('completed', agent, { completedAtMs: AT_MS }),
      {
        method: 'turn/completed',
        params: {
          threadId: PLAIN,
          turn: { ...turn, status: 'completed', completedAt: 1795251601, durationMs: 900 }
        }
      },
      revision()
    ])
    expect(await told(watcher)).to.deep.equal([])
    expect(
      bystander.received.filter(({ method }) => String(method).startsWith('item/'))
    ).to.deep.equal([])
  })

  it('loads nothing and writes nothing', async () => {
    const before = files()
    await start(watcher)
    await told(watcher)
    expect(files()).to.deep.equal(before)
    expect(await bystander.ask('thread/loaded/list', {})).to.deep.equal({
      result: { data: [], nextCursor: null }
    })
    const { error } = await watcher.ask('thread/unsubscribe', { threadId: PLAIN })
    expect(error).to.equal(undefined)
  })

  it('shows a turn that others write as running while it does', async () => {
    await start(watcher)
    await right(other.append(PLAIN, [begun, said('Well')]))
    await told(watcher)
    const status = async (): Promise<unknown> => {
      const { result } = await watcher.ask('thread/turns/list', { threadId: PLAIN, limit: 1 })
      return (result as { data: ReadonlyArray<{ status: string }> }).data[0]?.status
    }
    expect(await status()).to.equal('inProgress')
    await right(other.append(PLAIN, [done]))
    await told(watcher)
    expect(await status()).to.equal('completed')
  })

  it('ends when the client says so or leaves, and when the thread is gone', async () => {
    await start(watcher)
    await start(bystander)
    await right(other.append(PLAIN, [begun]))
    expect(await told(watcher)).to.deep.include(revision())
    expect(await watcher.ask('unroll/follow/stop', { threadId: PLAIN })).to.deep.equal({
      result: {}
    })
    await right(other.append(PLAIN, [said('Yes.')]))
    expect(await told(watcher)).to.deep.equal([])
    bystander.connection.close()
    expect(server.server.live.followed()).to.deep.equal(new Set())
    await start(watcher)
    rmSync(rolloutsOf(home).find(({ threadId }) => threadId === PLAIN)?.path ?? '')
    await told(watcher)
    expect(await told(watcher)).to.deep.equal([
      { method: 'thread/deleted', params: { threadId: PLAIN } }
    ])
    expect(server.server.live.followed()).to.deep.equal(new Set())
  })

  it('tells that the thread was rolled back, and the number of events of what is written here', async () => {
    await start(watcher)
    await right(other.rollback(PLAIN, 1))
    expect((await told(watcher)).map(({ method }) => method)).to.deep.equal([
      'thread/tokenUsage/updated',
      'thread/reverted',
      'unroll/thread/revision'
    ])
    await bystander.ask('thread/metadata/update', {
      threadId: PLAIN,
      gitInfo: { branch: 'mine' }
    })
    expect(await told(watcher)).to.deep.equal([revision()])
  })

  it('is refused for what is no thread, and unknown to a strict server', async () => {
    const { error } = await start(watcher, NOBODY)
    expect(error).to.deep.equal({
      code: -32600,
      message: `thread not loaded: ${NOBODY}`
    })
    const strict = await shaken(clientOf(serverOf(home, { strict: true })))
    const refused = (await start(strict))['error'] as { readonly message: string }
    expect(refused.message).to.match(/^Invalid request: unknown variant/)
    await strict.close()
  })
})

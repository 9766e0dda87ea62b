// The live state of a server that several clients share: what is loaded, who hears of it, and in which order.
import { expect } from 'chai'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import {
  clientOf,
  serverOf,
  shaken,
  type Client,
  type Message,
  type TestServer
} from '../../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const GIT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'

const named = (messages: ReadonlyArray<Message>): ReadonlyArray<unknown> =>
  messages.map((message) => message['method'] ?? ('error' in message ? 'error' : 'response'))

interface Started {
  readonly thread: { readonly id: string; readonly path: string | null; readonly status: unknown }
}
const resultOf = <A>(message: Message): A => message['result'] as A

describe('a server with several clients', () => {
  let home = ''
  let server: TestServer
  const connectedClient = (capabilities?: unknown): Promise<Client> =>
    shaken(clientOf(server), capabilities)
  beforeEach(() => {
    home = copyHome('basic-142')
    server = serverOf(home, { reviews: true })
  })
  afterEach(async () => {
    await server.close()
    removeFolder(home)
  })

  /** What each client received while one of them asked. */
  const heard = async (
    clients: ReadonlyArray<Client>,
    ask: () => Promise<unknown>
  ): Promise<ReadonlyArray<ReadonlyArray<unknown>>> => {
    const before = clients.map(({ received }) => received.length)
    await ask()
    return clients.map(({ received }, at) => named(received.slice(before[at])))
  }

  it('tells every client of a started thread, after the answer to the one that asked', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    expect(await heard([one, two], () => one.ask('thread/start', {}))).to.deep.equal([
      ['response', 'thread/started'],
      ['thread/started']
    ])
  })

  it('tells a client nothing before it has shaken hands', async () => {
    const [one, silent] = [await connectedClient(), clientOf(server)]
    expect(await heard([silent], () => one.ask('thread/start', {}))).to.deep.equal([[]])
  })

  it('leaves out what a client opted out of, and sends it to the others', async () => {
    const one = await connectedClient({ optOutNotificationMethods: ['thread/started'] })
    const two = await connectedClient()
    expect(await heard([one, two], () => one.ask('thread/start', {}))).to.deep.equal([
      ['response'],
      ['thread/started']
    ])
  })

  it('announces a thread that is loaded to all, and its tokens to the client that asked', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    expect(
      await heard([one, two], () => one.ask('thread/resume', { threadId: PLAIN }))
    ).to.deep.equal([
      ['thread/status/changed', 'response', 'thread/tokenUsage/updated', 'thread/goal/cleared'],
      ['thread/status/changed', 'thread/goal/cleared']
    ])
    expect(
      await heard([one, two], () => two.ask('thread/resume', { threadId: PLAIN }))
    ).to.deep.equal([
      ['thread/goal/cleared'],
      ['response', 'thread/tokenUsage/updated', 'thread/goal/cleared']
    ])
  })

  it('tells of a rollback only those who follow the thread', async () => {
    const [one, two, three] = [
      await connectedClient(),
      await connectedClient(),
      await connectedClient()
    ]
    await one.ask('thread/resume', { threadId: PLAIN })
    await two.ask('thread/resume', { threadId: PLAIN })
    const rollback = () => one.ask('thread/rollback', { threadId: PLAIN, numTurns: 1 })
    expect(await heard([one, two, three], rollback)).to.deep.equal([
      ['thread/tokenUsage/updated', 'response'],
      ['thread/tokenUsage/updated'],
      []
    ])
    expect(resultOf(await two.ask('thread/unsubscribe', { threadId: PLAIN }))).to.deep.equal({
      status: 'unsubscribed'
    })
    expect(await heard([one, two, three], rollback)).to.deep.equal([
      ['thread/tokenUsage/updated', 'response'],
      [],
      []
    ])
  })

  it('keeps a thread loaded when its clients leave, and ends what they followed', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    await one.ask('thread/resume', { threadId: PLAIN })
    one.connection.close()
    expect(resultOf(await two.ask('thread/loaded/list', {}))).to.deep.equal({
      data: [PLAIN],
      nextCursor: null
    })
    await two.ask('thread/resume', { threadId: PLAIN })
    expect(
      await heard([one], () => two.ask('thread/rollback', { threadId: PLAIN, numTurns: 1 }))
    ).to.deep.equal([[]])
  })

  it('does not begin what a client had asked when it left', async () => {
    const one = await connectedClient()
    const ask = (id: number): void =>
      one.connection.receive(
        JSON.stringify({
          id,
          method: 'thread/name/set',
          params: { threadId: PLAIN, name: `n${id}` }
        })
      )
    ask(1)
    ask(2)
    one.connection.close()
    await one.connection.idle()
    const two = await connectedClient()
    const read = await two.ask('thread/read', { threadId: PLAIN })
    expect((read['result'] as { thread: { name: string } }).thread.name).to.equal('Spare queue 603')
  })

  it('serves the changes of a thread one after the other, whoever asks', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    const line = (id: number, name: string): string =>
      JSON.stringify({ id, method: 'thread/name/set', params: { threadId: PLAIN, name } })
    const from = one.received.length
    one.connection.receive(line(1, 'first'))
    two.connection.receive(line(2, 'second'))
    one.connection.receive(line(3, 'third'))
    await Promise.all([one.connection.idle(), two.connection.idle()])
    const names = one.received
      .slice(from)
      .flatMap((message) =>
        message['method'] === 'thread/name/updated'
          ? [(message['params'] as { threadName: string }).threadName]
          : []
      )
    expect(names).to.deep.equal(['first', 'second', 'third'])
  })

  it('shows a loaded thread as idle to everyone, in reads and lists', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    await one.ask('thread/resume', { threadId: PLAIN })
    const read = resultOf<Started>(await two.ask('thread/read', { threadId: PLAIN }))
    expect(read.thread.status).to.deep.equal({ type: 'idle' })
    const list = resultOf<{ data: ReadonlyArray<Started['thread']> }>(
      await two.ask('thread/list', {})
    )
    expect(list.data.map(({ id, status }) => [id, status])).to.deep.equal([
      [GIT, { type: 'notLoaded' }],
      [PLAIN, { type: 'idle' }]
    ])
  })

  it('unloads an archived thread and ends its subscriptions before it says so', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    await one.ask('thread/resume', { threadId: PLAIN })
    expect(
      await heard([one, two], () => two.ask('thread/archive', { threadId: PLAIN }))
    ).to.deep.equal([
      ['thread/status/changed', 'thread/archived'],
      ['thread/status/changed', 'response', 'thread/archived']
    ])
    expect(resultOf(await one.ask('thread/unsubscribe', { threadId: PLAIN }))).to.deep.equal({
      status: 'notLoaded'
    })
  })

  it('makes no file for a thread that was started, and makes the announced one when it is named', async () => {
    const one = await connectedClient()
    const { thread } = resultOf<Started>(await one.ask('thread/start', { cwd: '/w' }))
    const path = thread.path ?? ''
    expect(existsSync(path)).to.equal(false)
    expect(resultOf(await one.ask('thread/read', { threadId: thread.id }))).to.deep.equal({
      thread
    })
    expect(
      await heard([one], () => one.ask('thread/name/set', { threadId: thread.id, name: 'n' }))
    ).to.deep.equal([['response', 'thread/name/updated']])
    expect(existsSync(path)).to.equal(true)
  })

  it('never stores an ephemeral thread, and shows it as long as it is loaded', async () => {
    const one = await connectedClient()
    const files = readdirSync(home, { recursive: true }).length
    const { thread } = resultOf<Started>(await one.ask('thread/start', { ephemeral: true }))
    await one.ask('thread/inject_items', {
      threadId: thread.id,
      items: [{ type: 'message', role: 'user', content: [] }]
    })
    expect(thread.path).to.equal(null)
    expect(resultOf(await one.ask('thread/read', { threadId: thread.id }))).to.deep.equal({
      thread
    })
    expect(readdirSync(home, { recursive: true }).length).to.equal(files)
  })

  it('makes a new thread from a history, whose items no turn shows', async () => {
    const one = await connectedClient()
    const history = [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'seen before' }] }
    ]
    const { thread } = resultOf<{ thread: { id: string; preview: string; turns: unknown } }>(
      await one.ask('thread/resume', { threadId: PLAIN, history })
    )
    expect([thread.id === PLAIN, thread.preview, thread.turns]).to.deep.equal([
      false,
      'seen before',
      []
    ])
    expect(resultOf(await one.ask('thread/loaded/list', {}))).to.deep.equal({
      data: [thread.id],
      nextCursor: null
    })
  })

  it('pages through what is loaded by id', async () => {
    const one = await connectedClient()
    const ids: Array<string> = []
    for (let n = 0; n < 3; n++)
      ids.push(resultOf<Started>(await one.ask('thread/start', {})).thread.id)
    const [first, second, third] = ids.sort()
    expect(resultOf(await one.ask('thread/loaded/list', { limit: 2 }))).to.deep.equal({
      data: [first, second],
      nextCursor: second
    })
    expect(resultOf(await one.ask('thread/loaded/list', { cursor: second }))).to.deep.equal({
      data: [third],
      nextCursor: null
    })
  })

  it('changes settings of a loaded thread, and tells those who follow it when something is other', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    await one.ask('thread/resume', { threadId: PLAIN })
    const update = (settings: object) => () =>
      one.ask('thread/settings/update', { threadId: PLAIN, ...settings })
    expect(await heard([one, two], update({ model: 'other' }))).to.deep.equal([
      ['response', 'thread/settings/updated'],
      []
    ])
    expect(await heard([one, two], update({ model: 'other' }))).to.deep.equal([['response'], []])
    const joined = resultOf<{ model: string }>(await two.ask('thread/resume', { threadId: PLAIN }))
    expect(joined.model).to.equal('other')
  })

  it('sets a review up in a fork, which is announced before the answer', async () => {
    const [one, two] = [await connectedClient(), await connectedClient()]
    await one.ask('thread/resume', { threadId: PLAIN })
    const target = { type: 'custom', instructions: ' look ' }
    const review = () => one.ask('review/start', { threadId: PLAIN, target, delivery: 'detached' })
    expect(await heard([one, two], review)).to.deep.equal([
      ['thread/started', 'response', 'item/started', 'item/completed'],
      ['thread/started']
    ])
  })

  it('takes no path out of its home, not even through a link', async () => {
    const one = await connectedClient()
    const outside = temporaryFolder()
    const rollout = join(outside, `rollout-2026-01-01T00-00-00-${GIT}.jsonl`)
    writeFileSync(rollout, '{}\n')
    mkdirSync(join(home, 'sessions', 'links'), { recursive: true })
    const link = join(home, 'sessions', 'links', `rollout-2026-01-01T00-00-00-${GIT}.jsonl`)
    symlinkSync(rollout, link)
    for (const path of [rollout, link, join(home, '..', rollout.slice(1))]) {
      for (const method of ['thread/resume', 'thread/fork']) {
        const answer = await one.ask(method, { threadId: PLAIN, path })
        expect((answer['error'] as { message: string }).message).to.match(
          /^failed to resolve rollout path `.*`: (not a rollout of this home|file does not exist)$/
        )
      }
    }
    removeFolder(outside)
  })
})

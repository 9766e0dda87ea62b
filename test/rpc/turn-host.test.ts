// Turns that a host runs for a server: what clients hear of them, and how they are steered and stopped.
import { expect } from 'chai'
import type { HostedTurn, TurnEnd, TurnHost } from '../../adapters/rpc/turn-host.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import {
  clientOf,
  serverOf,
  shaken,
  type Client,
  type Message,
  type TestServer
} from '../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'

/** A host that does what a test tells it, turn by turn. */
const scripted = () => {
  const turns: Array<{ readonly turn: HostedTurn; readonly end: (end: TurnEnd) => void }> = []
  const host: TurnHost = {
    run: (turn) => new Promise((end) => turns.push({ turn, end }))
  }
  return { host, last: () => turns[turns.length - 1] }
}

const summary = (message: Message): unknown => {
  const { method, params, error, result } = message as {
    readonly method?: string
    readonly params?: { readonly turn?: { status: string }; readonly status?: { type: string } }
    readonly error?: { message: string }
    readonly result?: { readonly turn?: { status: string } }
  }
  if (error !== undefined) return error.message
  const detail = params?.turn?.status ?? params?.status?.type ?? result?.turn?.status
  return [method ?? 'response', ...(detail === undefined ? [] : [detail])].join(' ')
}

describe('a server with a host that runs turns', () => {
  let home = ''
  let server: TestServer
  let client: Client
  let other: Client
  const { host, last } = scripted()
  const start = () =>
    client.ask('turn/start', { threadId: PLAIN, input: [{ type: 'text', text: 'go' }] })
  const end = async (how: TurnEnd): Promise<void> => {
    const ended = server.server.live.find(PLAIN)?.turn?.ended
    last()?.end(how)
    await ended
  }
  beforeEach(async () => {
    home = copyHome('basic-142')
    server = serverOf(home, { turns: host })
    client = await shaken(clientOf(server))
    other = await shaken(clientOf(server))
    await client.ask('thread/resume', { threadId: PLAIN })
  })
  afterEach(async () => {
    await server.close()
    removeFolder(home)
  })

  it('hands a turn over, and tells those who follow the thread how it goes', async () => {
    const from = [client.received.length, other.received.length]
    await start()
    const { turn } = last() ?? {}
    expect([turn?.threadId, turn?.input]).to.deep.equal([
      PLAIN,
      [{ type: 'text', text: 'go', text_elements: [] }]
    ])
    turn?.notify('item/completed', { item: { type: 'agentMessage', id: 'a', text: 'done' } })
    await end({ status: 'completed' })
    expect(client.received.slice(from[0]).map(summary)).to.deep.equal([
      'response inProgress',
      'thread/status/changed active',
      'turn/started inProgress',
      'item/completed',
      'thread/status/changed idle',
      'turn/completed completed'
    ])
    expect(other.received.slice(from[1]).map(summary)).to.deep.equal([
      'thread/status/changed active',
      'thread/status/changed idle'
    ])
  })

  it('steers a running turn, and no other', async () => {
    await start()
    const said: Array<unknown> = []
    const { turn } = last() ?? {}
    turn?.onSteer((input) => void said.push(...input))
    const steer = (expectedTurnId: string) =>
      client.ask('turn/steer', {
        threadId: PLAIN,
        expectedTurnId,
        input: [{ type: 'text', text: 'and this' }]
      })
    const { turnId = '' } = turn ?? {}
    expect(await steer(turnId)).to.deep.equal({ result: { turnId } })
    expect(said).to.deep.equal([{ type: 'text', text: 'and this', text_elements: [] }])
    expect(await steer('x')).to.deep.equal({
      error: {
        code: -32600,
        message: `expected active turn id \`x\` but found \`${turnId}\``
      }
    })
    await end({ status: 'completed' })
  })

  it('answers an interruption before the turn ends by it', async () => {
    await start()
    const { turn } = last() ?? {}
    turn?.signal.addEventListener('abort', () => void last()?.end({ status: 'interrupted' }))
    const ended = server.server.live.find(PLAIN)?.turn?.ended
    const from = client.received.length
    await client.ask('turn/interrupt', { threadId: PLAIN, turnId: turn?.turnId })
    await ended
    expect(client.received.slice(from).map(summary)).to.deep.equal([
      'response',
      'thread/status/changed idle',
      'turn/completed interrupted'
    ])
  })

  it('shows a turn that failed as an error of the system until the next one', async () => {
    await start()
    await end({ status: 'failed', message: 'no network' })
    const read = async (): Promise<unknown> =>
      ((await other.ask('thread/read', { threadId: PLAIN }))['result'] as { thread: Message })
        .thread['status']
    expect(await read()).to.deep.equal({ type: 'systemError' })
    await start()
    await end({ status: 'completed' })
    expect(await read()).to.deep.equal({ type: 'idle' })
  })

  it('does not change what is behind a running turn', async () => {
    await start()
    const from = client.received.length
    await client.ask('thread/rollback', { threadId: PLAIN, numTurns: 1 })
    expect(client.received.slice(from).map(summary)).to.deep.equal([
      'thread/status/changed systemError',
      'Cannot rollback while a turn is in progress.'
    ])
    await end({ status: 'completed' })
  })

  it('stops a turn before its thread is archived', async () => {
    const own = copyHome('basic-142')
    const archiving = serverOf(own, { turns: host })
    const one = await shaken(clientOf(archiving))
    await one.ask('thread/resume', { threadId: PLAIN })
    await one.ask('turn/start', { threadId: PLAIN, input: [] })
    const { turn } = last() ?? {}
    turn?.signal.addEventListener('abort', () => void last()?.end({ status: 'interrupted' }))
    const from = one.received.length
    await one.ask('thread/archive', { threadId: PLAIN })
    expect(one.received.slice(from).map(summary)).to.deep.equal([
      'thread/status/changed idle',
      'turn/completed interrupted',
      'thread/status/changed notLoaded',
      'response',
      'thread/archived'
    ])
    await archiving.close()
    removeFolder(own)
  })
})

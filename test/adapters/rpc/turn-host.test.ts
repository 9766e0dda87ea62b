import { expect } from 'chai'
import type { HostedTurn, TurnEnd, TurnHost } from '../../../adapters/rpc/threads/turn-host.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import {
  clientOf,
  serverOf,
  shaken,
  type Client,
  type Message,
  type TestServer
} from '../../support/rpc-client.ts'

// Turns that a host runs for a server: what clients hear of them, and how they are steered and stopped.

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

  it('says where a turn is to run; environments of 0.130 are those of one turn', async () => {
    const seen: Record<string, unknown> = {}
    for (const profile of ['0.130', '0.142', '0.169'] as const) {
      const ran: Array<unknown> = []
      const run: TurnHost['run'] = async ({ settings: { cwd, environments } }) => {
        ran.push([cwd, environments.map((one) => `${one.environmentId} ${one.cwd}`)])
        return { status: 'completed' }
      }
      const at = await shaken(clientOf(serverOf(home, { profile, turns: { run } })))
      await at.ask('environment/add', { environmentId: 'e1', execServerUrl: 'ws://u:p@a.invalid' })
      const { thread } = (await at.ask('thread/start', { cwd: '/tmp' }))['result'] as {
        readonly thread: { readonly id: string }
      }
      const input = [{ type: 'text', text: 'go' }]
      const ids = profile === '0.130' ? ['local'] : ['e1', 'local']
      const environments = ids.map((environmentId) => ({ environmentId, cwd: '/usr' }))
      for (const more of [{}, { environments }, {}])
        await at.ask('turn/start', { threadId: thread.id, input, ...more })
      await at.close()
      seen[profile] = ran
    }
    const both = ['/usr', ['e1 /usr', 'local /usr']]
    const first = ['/tmp', ['local /tmp', 'e1 /tmp']]
    const alone = ['/tmp', ['local /tmp']]
    expect(seen).to.deep.equal({
      '0.130': [alone, ['/usr', ['local /usr']], alone],
      '0.142': [first, both, both],
      '0.169': [first, both, both]
    })
  })

  it('offers the modes of Codex, and none where nothing runs', async () => {
    const modes = [
      { name: 'Plan', mode: 'plan', model: null, reasoning_effort: 'medium' },
      { name: 'Default', mode: 'default', model: null, reasoning_effort: null }
    ]
    const bare = await shaken(clientOf(serverOf(home)))
    const told = [
      await client.ask('collaborationMode/list', {}),
      await bare.ask('collaborationMode/list', {})
    ]
    await bare.close()
    expect(told).to.deep.equal([{ result: { data: modes } }, { result: { data: [] } }])
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
    const from = client.received.length
    await end({ status: 'failed', message: 'no network' })
    expect(client.received.slice(from).map(summary)).to.deep.equal([
      'thread/status/changed systemError',
      'error',
      'turn/completed failed'
    ])
    const read = async (): Promise<unknown> =>
      ((await other.ask('thread/read', { threadId: PLAIN }))['result'] as { thread: Message })
        .thread['status']
    expect(await read()).to.deep.equal({ type: 'systemError' })
    await start()
    await end({ status: 'completed' })
    expect(await read()).to.deep.equal({ type: 'idle' })
  })

  const APPROVAL = 'item/commandExecution/requestApproval'
  const question = { threadId: PLAIN, turnId: 'x', itemId: 'c', command: 'ls' }

  it('lets a turn ask those who follow the thread, and takes the first answer', async () => {
    const third = await shaken(clientOf(server))
    await third.ask('thread/resume', { threadId: PLAIN })
    await start()
    const { turn } = last() ?? {}
    const from = [client, third, other].map(({ received }) => received.length)
    const asked = turn?.ask(APPROVAL, question)
    await other.send('{"id":0,"result":{"decision":"decline"}}')
    await third.send('{"id":0,"result":{"decision":"accept"}}')
    await client.send('{"id":0,"result":{"decision":"decline"}}')
    expect(await asked).to.deep.equal({ kind: 'result', result: { decision: 'accept' } })
    const state = (...activeFlags: ReadonlyArray<string>) => ({
      method: 'thread/status/changed',
      params: { threadId: PLAIN, status: { type: 'active', activeFlags } }
    })
    const told = [
      state('waitingOnApproval'),
      { id: 0, method: APPROVAL, params: question },
      { method: 'serverRequest/resolved', params: { threadId: PLAIN, requestId: 0 } },
      state()
    ]
    expect([client, third, other].map(({ received }, i) => received.slice(from[i]))).to.deep.equal([
      told,
      told,
      [state('waitingOnApproval'), state()]
    ])
    expect(server.logged.filter((line) => line.startsWith('response'))).to.deep.equal([
      'response to nothing that was asked, ignored',
      'response to nothing that was asked, ignored'
    ])
    await end({ status: 'completed' })
  })

  it('hands a turn the error with which a client answers', async () => {
    await start()
    const asked = last()?.turn.ask(APPROVAL, question)
    await client.send('{"id":0,"error":{"code":-1,"message":"no"}}')
    expect(await asked).to.deep.equal({ kind: 'error', error: { code: -1, message: 'no' } })
    await end({ status: 'completed' })
  })

  it('asks a client that joins what still waits for an answer', async () => {
    await start()
    const asked = last()?.turn.ask(APPROVAL, question)
    const third = await shaken(clientOf(server))
    await third.ask('thread/resume', { threadId: PLAIN })
    expect(third.received.filter(({ method }) => method === APPROVAL)).to.deep.equal([
      { id: 0, method: APPROVAL, params: question }
    ])
    await third.send('{"id":0,"result":{"decision":"cancel"}}')
    expect(await asked).to.deep.equal({ kind: 'result', result: { decision: 'cancel' } })
    await end({ status: 'completed' })
  })

  it('gives questions up when their turn is interrupted or ends', async () => {
    await start()
    const { turn } = last() ?? {}
    const first = turn?.ask(APPROVAL, question)
    await client.ask('turn/interrupt', { threadId: PLAIN, turnId: turn?.turnId })
    expect(await first).to.deep.equal({ kind: 'aborted' })
    expect(await turn?.ask(APPROVAL, question)).to.deep.equal({ kind: 'aborted' })
    await end({ status: 'interrupted' })
    await start()
    const second = last()?.turn.ask(APPROVAL, question)
    await end({ status: 'completed' })
    expect(await second).to.deep.equal({ kind: 'aborted' })
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

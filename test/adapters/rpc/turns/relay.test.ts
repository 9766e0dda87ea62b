import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { copyFileSync, mkdirSync, truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { connectClient } from '../../../../adapters/rpc/connection/connection.ts'
import { streamId } from '../../../../domain/ids.ts'
import type { Message } from '../../../support/rpc-client.ts'
import { copyHome, temporaryFolder } from '../../../support/fixture-home.ts'
import { told, turnsServer, type TurnsClient, type TurnsServer } from '../../../support/turns.ts'

// A server whose turns a Codex runs; a stand-in of Codex plays them here.

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const text = (words: string) => [{ type: 'text', text: words, text_elements: [] }]
const start = (client: TurnsClient, words: string, threadId = PLAIN): Promise<Message> =>
  client.ask('turn/start', { threadId, input: text(words) })
const isEnd = ({ method }: Message): boolean => method === 'turn/completed'
const heard = (client: TurnsClient, from: number): ReadonlyArray<string> =>
  client.received.slice(from).map(told)
const methodsOf = (server: TurnsServer): ReadonlyArray<string> =>
  server.asked().map((line) => line.split(' ')[0] ?? '')
const statuses = async (client: TurnsClient): Promise<ReadonlyArray<string>> => {
  const { result } = (await client.ask('thread/read', { threadId: PLAIN, includeTurns: true })) as {
    readonly result: { readonly thread: { readonly turns: ReadonlyArray<{ status: string }> } }
  }
  return result.thread.turns.map(({ status }) => status)
}
const reason = (end: Message): unknown => {
  const { params } = end as {
    readonly params: { readonly turn: { readonly error: { readonly message: string } | null } }
  }
  return params.turn.error?.message
}

const SEQUENCE = [
  'thread/status/changed active',
  'turn/started inProgress',
  'thread/status/changed idle',
  'turn/completed completed'
]

describe('a server whose turns a Codex runs', () => {
  let server: TurnsServer
  let client: TurnsClient
  let path = ''
  const open = async (
    ...options: Parameters<typeof turnsServer> extends [string, ...infer Rest] ? Rest : never
  ) => {
    const home = copyHome('basic-142')
    server = turnsServer(home, ...options)
    client = await server.client()
    const { result } = (await client.ask('thread/resume', { threadId: PLAIN })) as {
      readonly result: { readonly thread: { readonly path: string } }
    }
    path = result.thread.path
  }
  /** Waits until unroll has its threads back. */
  const free = async (): Promise<void> => {
    while (server.server.relay?.owned().length !== 0) await turn()
  }
  const append = async () => {
    const { append: write } = await server.server.engine
    const payload = { type: 'agent_message', message: 'by another' }
    const line = { timestamp: '2026-01-01T00:00:00.000Z', type: 'event_msg', payload }
    return write(streamId(PLAIN), [line], 'any')()
  }
  afterEach(() => server.close())

  it('answers what is history itself: Codex loads nothing for readers', async () => {
    await open()
    await client.ask('thread/list', {})
    await client.ask('thread/turns/list', { threadId: PLAIN })
    await client.ask('turn/interrupt', { threadId: PLAIN, turnId: '' })
    expect(await client.ask('account/read', {})).to.deep.equal({
      result: { account: null, requiresOpenaiAuth: true }
    })
    expect(methodsOf(server).filter((method) => method.includes('thread/'))).to.deep.equal([])
  })

  it('answers what an interface shows nothing without, and waits for a slow Codex with its modes', async () => {
    await open({ listenMs: 1500 })
    const [models, modes] = await Promise.all([
      client.ask('model/list', {}),
      client.ask('collaborationMode/list', {})
    ])
    expect([models, modes]).to.deep.equal([
      { result: { data: [], nextCursor: null } },
      { result: { data: [{ name: 'Plan' }] } }
    ])
  })

  it('has Codex open the very file that it reads, with what the client asked for, before the first turn', async () => {
    await open()
    await client.ask('thread/resume', { threadId: PLAIN, model: 'lab-b' })
    await client.ask('thread/settings/update', { threadId: PLAIN, effort: 'high' })
    await start(client, 'go')
    await client.seen(isEnd)
    const requests = server.asked().filter((line) => / .*threadId/.test(line))
    expect(requests.map((line) => line.split(' ')[0])).to.deep.equal([
      'thread/resume',
      'thread/settings/update',
      'turn/start'
    ])
    expect(JSON.parse(requests[0]?.split(' ').slice(2).join(' ') ?? '')).to.deep.equal({
      model: 'lab-b',
      threadId: PLAIN,
      path,
      excludeTurns: true
    })
  })

  it('tells every client that follows the thread the same, once', async () => {
    await open()
    const other = await server.client()
    await other.ask('thread/resume', { threadId: PLAIN })
    const from = [client.received.length, other.received.length]
    const { result } = await start(client, 'go')
    expect((result as { readonly turn: { status: string } }).turn.status).to.equal('inProgress')
    await Promise.all([client.seen(isEnd, from[0]), other.seen(isEnd, from[1])])
    await server.server.follow.sweep()
    expect([heard(client, from[0] ?? 0), heard(other, from[1] ?? 0)]).to.deep.equal([
      ['answer 3', ...SEQUENCE],
      SEQUENCE
    ])
  })

  it('hands a running turn and its open question to a client that comes later; the first answer counts', async () => {
    await open()
    await start(client, 'ask')
    const isQuestion = ({ id, method }: Message): boolean =>
      id !== undefined && method !== undefined
    await client.seen(isQuestion)
    const late = await server.client()
    await late.ask('thread/resume', { threadId: PLAIN })
    const { id } = await late.seen(isQuestion)
    late.send({ id, result: { decision: 'accept' } })
    await client.seen(isEnd)
    client.send({ id, result: { decision: 'decline' } })
    expect(heard(client, client.received.length - 4)).to.deep.equal([
      'item/commandExecution/requestApproval',
      'serverRequest/resolved',
      'thread/status/changed idle',
      'turn/completed completed'
    ])
  })

  it('shows a turn as running exactly while Codex says so', async () => {
    await open()
    const before = await statuses(client)
    const { result } = await start(client, 'slow')
    await client.seen(({ method }) => method === 'turn/started')
    expect(server.server.relay?.wordOf(PLAIN)).to.deep.equal({
      status: { type: 'active', activeFlags: [] },
      turnId: (result as { readonly turn: { readonly id: string } }).turn.id
    })
    expect(await client.ask('thread/loaded/list', {})).to.deep.equal({
      result: { data: [PLAIN], nextCursor: null }
    })
    await client.ask('turn/interrupt', { threadId: PLAIN, turnId: '' })
    await client.seen(isEnd)
    expect([await statuses(client), server.server.relay?.wordOf(PLAIN)?.turnId]).to.deep.equal([
      before,
      null
    ])
  })

  it('gives no turn to a Codex that opens another file, and goes on reading', async () => {
    const elsewhere = temporaryFolder()
    const other = join(elsewhere, `rollout-2026-01-01T00-00-00-${PLAIN}.jsonl`)
    mkdirSync(dirname(other), { recursive: true })
    copyFileSync(join(import.meta.dirname, 'relay.test.ts'), other)
    await open({ loads: other })
    for (const from of [client.received.length, client.received.length + 9]) {
      await start(client, 'go')
      expect(reason(await client.seen(isEnd, from))).to.match(
        /^Codex remembers another file for this thread, .*; no turn was given to it/
      )
    }
    expect(methodsOf(server)).to.not.include('turn/start')
    expect((await client.ask('thread/read', { threadId: PLAIN }))['error']).to.equal(undefined)
  })

  it('changes a thread through Codex, and by itself where Codex means another file', async () => {
    await open()
    const from = client.received.length
    await client.ask('thread/name/set', { threadId: PLAIN, name: 'Nice' })
    await client.seen(({ method }) => method === 'thread/name/updated', from)
    expect(methodsOf(server).filter((method) => method === 'thread/name/set')).to.have.length(1)
    await server.close()
    await open({ knows: `/elsewhere/rollout-2026-01-01T00-00-00-${PLAIN}.jsonl` })
    expect(await client.ask('thread/name/set', { threadId: PLAIN, name: 'Nice' })).to.deep.equal({
      result: {}
    })
    expect(methodsOf(server)).to.not.include('thread/name/set')
  })

  it('fails a turn whose Codex dies, and has the next message answered by another one', async () => {
    await open()
    const other = await server.client()
    await other.ask('thread/resume', { threadId: PLAIN })
    const from = client.received.length
    await start(client, 'die')
    const ends = await Promise.all([client.seen(isEnd, from), other.seen(isEnd)])
    expect(ends.map(reason)).to.deep.equal(
      [0, 1].map(
        () => 'The Codex that ran this turn ended; send the message again to start another.'
      )
    )
    expect(heard(client, from)).to.deep.equal([
      'answer 3',
      'thread/status/changed active',
      'turn/started inProgress',
      'error',
      'thread/status/changed idle',
      'turn/completed failed'
    ])
  })

  it('resolves open questions of a Codex that ended, and holds no lock any more', async () => {
    await open()
    await start(client, 'ask')
    await client.seen(({ id, method }) => id !== undefined && method !== undefined)
    process.kill(Number(server.asked()[0]?.split(' ')[1]))
    await client.seen(isEnd)
    expect(heard(client, client.received.length - 4)).to.deep.equal([
      'serverRequest/resolved',
      'error',
      'thread/status/changed idle',
      'turn/completed failed'
    ])
    await free()
    expect((await append())._tag).to.equal('Right')
  })

  it('lets nobody of unroll write to a thread that Codex has', async () => {
    await open()
    await start(client, 'go')
    await client.seen(isEnd)
    const written = await append()
    expect(E.isLeft(written) && written.left._tag).to.equal('Busy')
  })

  for (const [name, fake, why] of [
    ['ends at once', { endsAtOnce: 'no such luck' }, /No Codex runs turns here: no such luck\. /],
    ['is of another version', { version: '0.77.0' }, /it is fake\/0\.77\.0, and this server/],
    ['refuses the thread', { refuses: 'already has an active writer' }, /here: already has an/]
  ] as const)
    it(`takes a message as a turn that failed where Codex ${name}, and starts it no second time at once`, async () => {
      await open(fake)
      const from = client.received.length
      const answers = [await start(client, 'go'), await start(client, 'again')]
      expect(answers.map((answer) => Object.keys(answer))).to.deep.equal([['result'], ['result']])
      expect(reason(await client.seen(isEnd, from))).to.match(why)
      expect(heard(client, from).slice(0, 8)).to.deep.equal([
        'answer 3',
        'thread/status/changed active',
        'turn/started inProgress',
        'item/started',
        'item/completed',
        'thread/status/changed systemError',
        'error',
        'turn/completed failed'
      ])
      expect(methodsOf(server).filter((word) => word === 'start').length).to.be.lessThan(2)
      expect((await client.ask('thread/read', { threadId: PLAIN }))['error']).to.equal(undefined)
    })

  it('keeps what is switched off as it is without Codex', async () => {
    await open({}, { without: new Set(['commands']) })
    const run = { command: ['ls'], processId: 'p' }
    expect(await client.ask('command/exec', run)).to.deep.equal({
      error: {
        code: -32600,
        message: 'command/exec needs the power "processes", and this server was not given it'
      }
    })
    await server.close()
    await open()
    expect(await client.ask('command/exec', run)).to.deep.equal({
      result: { exitCode: 0, stdout: 'fake', stderr: '' }
    })
  })

  it('gives a page, which may not call everything, nothing of Codex', async () => {
    await open()
    const sent: Array<string> = []
    const methods = new Set(['initialize', 'command/exec', 'account/read'])
    const page = connectClient(server.server, (line) => void sent.push(line), { methods })
    const hello = { clientInfo: { name: 'page', version: '1' } }
    page.receive(JSON.stringify({ id: 1, method: 'initialize', params: hello }))
    await page.idle()
    const run = { command: ['ls'], processId: 'p' }
    page.receive(JSON.stringify({ id: 2, method: 'command/exec', params: run }))
    page.receive(JSON.stringify({ id: 3, method: 'account/read', params: {} }))
    await page.idle()
    page.close()
    const answers = sent.map((line) => JSON.parse(line) as Message)
    const answer = (id: number) => answers.find((message) => message['id'] === id)
    expect([answer(2)?.['error'], answer(3)?.['result']]).to.deep.equal([
      {
        code: -32600,
        message: 'command/exec needs the power "processes", and this server was not given it'
      },
      { account: null, requiresOpenaiAuth: false }
    ])
  })

  it('answers a client that opens a large thread while Codex loads it, without waiting', async () => {
    await open({ loadMs: 400 })
    truncateSync(path, 9 * 1024 * 1024)
    const turn = start(client, 'go')
    const other = await server.client()
    await other.ask('thread/resume', { threadId: PLAIN, excludeTurns: true })
    expect(methodsOf(server)).to.not.include('turn/start')
    await turn
    await Promise.all([client.seen(isEnd), other.seen(isEnd)])
    expect(methodsOf(server).filter((method) => method === 'thread/resume')).to.have.length(2)
  })

  it('loads a thread in advance where it is told to, and no turn waits then', async () => {
    await open({}, { preload: 'always' })
    while (server.server.relay?.wordOf(PLAIN) === null) await turn()
    await start(client, 'go')
    await client.seen(isEnd)
    expect(methodsOf(server).filter((method) => method === 'thread/resume')).to.have.length(1)
  })

  it('lets Codex begin threads, and reads them there until they have a file', async () => {
    await open()
    const { result } = (await client.ask('thread/start', {})) as {
      readonly result: { readonly thread: { readonly id: string } }
    }
    const { id } = result.thread
    const read = await client.ask('thread/read', { threadId: id })
    expect((read['result'] as { readonly thread: { readonly id: string } }).thread.id).to.equal(id)
    const from = client.received.length
    await start(client, 'go', id)
    await client.seen(isEnd, from)
    expect(heard(client, from).slice(1)).to.deep.equal(SEQUENCE)
  })

  it('ends a Codex that does nothing, follows on by itself, and starts another for the next turn', async () => {
    await open({}, { idleMs: 100 })
    await start(client, 'go')
    await client.seen(isEnd)
    await free()
    const from = client.received.length
    expect(server.server.live.isFollowed(PLAIN)).to.equal(true)
    await start(client, 'again')
    await client.seen(isEnd, from)
    expect(heard(client, from).filter((one) => !one.startsWith('answer'))).to.deep.equal(SEQUENCE)
    expect(methodsOf(server).filter((word) => word === 'start')).to.have.length(2)
  })

  it('keeps a message that comes while an idle Codex ends for the next one', async () => {
    await open({ endMs: 200 }, { idleMs: 100 })
    await start(client, 'go')
    await client.seen(isEnd)
    while (!methodsOf(server).includes('end')) await turn()
    const from = client.received.length
    await start(client, 'again')
    await client.seen(isEnd, from)
    expect(heard(client, from).filter((one) => !one.startsWith('answer'))).to.deep.equal(SEQUENCE)
    expect(methodsOf(server).filter((word) => word === 'start')).to.have.length(2)
  })

  it('answers everything once that comes while a thread is loaded, in whatever order clients come and go', async () => {
    await open({ loadMs: 60 })
    const other = await server.client()
    await other.ask('thread/resume', { threadId: PLAIN })
    const gone = await server.client()
    await gone.ask('thread/resume', { threadId: PLAIN })
    const asked = [
      start(client, 'go'),
      client.ask('thread/name/set', { threadId: PLAIN, name: 'Nice' }),
      other.ask('thread/unsubscribe', { threadId: PLAIN }),
      other.ask('thread/resume', { threadId: PLAIN }),
      client.ask('thread/settings/update', { threadId: PLAIN, effort: 'low' })
    ]
    void gone.ask('thread/archive', { threadId: PLAIN })
    gone.close()
    const answers = await Promise.all(asked)
    expect(answers.map((answer) => Object.keys(answer))).to.deep.equal(asked.map(() => ['result']))
    await client.seen(isEnd)
    const ids = client.received.flatMap(({ id, method }) => (method === undefined ? [id] : []))
    expect(ids.length).to.equal(new Set(ids).size)
  })

  it('ends Codex when it ends', async () => {
    await open()
    await start(client, 'slow')
    const pid = Number(server.asked()[0]?.split(' ')[1])
    await server.server.relay?.close()
    expect(() => process.kill(pid, 0)).to.throw('ESRCH')
  })
})

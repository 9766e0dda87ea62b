// A warm node. The goal: what others write is folded before anybody asks, over lost connections too, and ending it leaves
// nothing behind. The method: its numbers, over a stand-in of the server.
import { expect } from 'chai'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { keepWarm, type Warm } from '../../../../adapters/log/eventstore/directory/warm.ts'
import type { Wire } from '../../../../adapters/log/eventstore/wire.ts'
import { openAll, type OpenedEngine } from '../../../../adapters/open.ts'
import { EMPTY } from '../../../../adapters/log/eventstore/stream/directory.ts'
import type { StreamDirectory } from '../../../../adapters/log/eventstore/stream/stored.ts'
import type { Meter } from '../../../../adapters/telemetry/meter.ts'
import { startEventStore, type TestEventStore } from '../../../support/eventstore-server/server.ts'
import { right } from '../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { numbers, tickingMeter } from '../../../support/numbers.ts'
import type { Message } from '../../../support/rpc-client.ts'
import { bytesOf, connected, placed, write } from '../../../support/store-lines.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const idOf = (n: number): string => `01a1fcde-0000-7000-8000-${String(n).padStart(12, '0')}`

const lineOf = (type: string, payload: object): string =>
  JSON.stringify({ timestamp: '2026-11-21T06:46:30.000Z', type, payload })

const beginning = (id: string): ReadonlyArray<string> => [
  lineOf('session_meta', { id, timestamp: '2026-11-21T06:46:30.000Z', cwd: '/w', originator: 'o' }),
  lineOf('event_msg', { type: 'user_message', message: `hello ${id}` })
]

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a warm node', () => {
  let server: TestEventStore
  let wire: Wire
  let meter: Meter
  let opened: OpenedEngine
  let warm: Warm
  let logged: Array<string> = []

  const begin = (id: string): Promise<StreamDirectory> =>
    write(wire, id, [placed(id), { segment: id, lines: bytesOf(...beginning(id)) }])
  const start = async (): Promise<void> => {
    opened = await right(() =>
      openAll({
        home: '/nowhere',
        index: 'memory',
        store: `${server.url}&defaultDeadline=100`,
        telemetry: meter
      })
    )
    const { engine, store } = opened
    if (store === null) throw new Error('not opened')
    const log = (line: string) => void logged.push(line)
    warm = keepWarm({ wire: store.wire, directory: store.directory, engine, telemetry: meter, log })
  }
  const told = (...about: ReadonlyArray<string>) => numbers(meter, ...about)

  beforeEach(async () => {
    server = await startEventStore()
    wire = await connected(server.url)
    meter = tickingMeter()
    logged = []
  })
  afterEach(async () => {
    await warm.close()
    await opened.engine.close()
    await wire.dispose()
    await server.stop()
  })

  it('folds what was there and what is new, so that a list has nothing to fold', async () => {
    const known = await begin(idOf(1))
    await start()
    await until(() => told('fold.duration')['fold.duration start'] === 1)
    await begin(idOf(2))
    const more = lineOf('event_msg', { type: 'agent_message', message: 'there' })
    await write(wire, idOf(1), [{ segment: idOf(1), lines: bytesOf(more) }], { directory: known })
    await until(() => told('fold.duration')['fold.duration checkpoint'] === 1)
    await until(() => told('fold.duration')['fold.duration start'] === 2)
    await warm.settled()
    const before = told('fold')
    const page = await right(opened.engine.listThreads({ modelProviders: [] }))
    expect(page.data.map(({ id }) => id)).to.deep.equal([idOf(2), idOf(1)])
    expect(told('fold')).to.deep.equal(before)
    expect(told('store.following', 'store.follow', 'store.events')).to.deep.equal({
      'store.following': 1,
      'store.follow caught_up': 1,
      'store.events catching_up': 3,
      'store.events live': 4
    })
  })

  it('catches up as for a list when many threads changed at once', async () => {
    for (let n = 1; n <= 70; n++) await begin(idOf(n))
    await start()
    await until(() => told('store.warm')['store.warm.duration everything done'] === 1)
    await warm.settled()
    expect(told('store.warm')).to.deep.equal({ 'store.warm.duration everything done': 1 })
    const before = told('fold')
    await right(opened.engine.listThreads({ modelProviders: [] }))
    expect(told('fold')).to.deep.equal(before)
  })

  it('goes on when the server comes back, and says once that it was away', async () => {
    await server.stop()
    await start()
    await until(() => (told('store.follow')['store.follow failed'] ?? 0) > 1)
    expect(told('store.following')).to.deep.equal({})
    expect(logged).to.have.length(1)
    expect(logged[0]).to.match(/^the store at esdb:.* cannot be reached: .*; trying again$/)
    await server.start()
    await until(() => told('store.following')['store.following'] === 1)
    server.dropSubscriptions()
    await until(() => told('store.follow')['store.follow caught_up'] === 2)
    let known = EMPTY
    while (known === EMPTY) known = await begin(idOf(1)).catch(() => EMPTY)
    await until(() => told('fold.duration')['fold.duration start'] === 1)
  })

  it('leaves no subscription open when it is closed', async () => {
    await begin(idOf(1))
    await start()
    await until(() => told('store.following')['store.following'] === 1)
    expect(server.openSubscriptions()).to.equal(1)
    await warm.close()
    await until(() => server.openSubscriptions() === 0)
    expect(told('store.following')).to.deep.equal({})
  })
})

describe('an app-server over a store, as a process', () => {
  it('answers that the store is away, answers when it is back, tells what others write, and ends with 0', async () => {
    const server = await startEventStore()
    const folder = temporaryFolder()
    const wire = await connected(server.url)
    const known = await write(wire, idOf(1), [
      placed(idOf(1)),
      { segment: idOf(1), lines: bytesOf(...beginning(idOf(1))) }
    ])
    await server.stop()
    const child = spawn(
      process.execPath,
      [
        ...['--import', 'tsx', 'adapters/cli/main.ts', 'app-server', '--home', '/nowhere'],
        ...['--index', join(folder, 'index')]
      ],
      {
        cwd: ROOT,
        env: { ...process.env, UNROLL_STORE: `${server.url}&defaultDeadline=100` }
      }
    )
    const ended = once(child, 'exit')
    const messages: Array<Message> = []
    createInterface({ input: child.stdout }).on(
      'line',
      (line) => void messages.push(JSON.parse(line) as Message)
    )
    let errors = ''
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
    let id = 0
    const ask = async (method: string, params: object): Promise<Message> => {
      const own = (id += 1)
      child.stdin.write(`${JSON.stringify({ id: own, method, params })}\n`)
      await until(() => messages.some((message) => message['id'] === own))
      return messages.find((message) => message['id'] === own) ?? {}
    }
    await ask('initialize', {
      clientInfo: { name: 'test', version: '1' },
      capabilities: { experimentalApi: true }
    })
    const refused = await ask('thread/list', { modelProviders: [] })
    expect(refused['error']).to.have.property('code', -32603)
    await server.start()
    let answer = await ask('thread/list', { modelProviders: [] })
    while ('error' in answer) answer = await ask('thread/list', { modelProviders: [] })
    const { data } = answer['result'] as { data: ReadonlyArray<{ id: string; path: string }> }
    const path = `/nowhere/sessions/2026/11/21/rollout-2026-11-21T06-46-30-${idOf(1)}.jsonl`
    expect(data.map((thread) => [thread.id, thread.path])).to.deep.equal([[idOf(1), path]])
    await ask('thread/resume', { threadId: idOf(1) })
    const lines = bytesOf(
      lineOf('event_msg', { type: 'task_started', turn_id: 'elsewhere' }),
      lineOf('event_msg', { type: 'agent_message', message: 'from another machine' })
    )
    await write(wire, idOf(1), [{ segment: idOf(1), lines }], { directory: known })
    await until(() => messages.some((message) => message['method'] === 'turn/started'))
    await until(() => JSON.stringify(messages).includes('from another machine'))
    child.kill('SIGTERM')
    expect((await ended)[0]).to.equal(0)
    expect(errors).to.match(/^(unroll app-server: the store at esdb:[^\n]*; trying again\n)?$/)
    await wire.dispose()
    await server.stop()
    removeFolder(folder)
  })
})

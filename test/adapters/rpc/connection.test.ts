// One connection, line by line: what is answered, in which order, and what is passed over.
import { expect } from 'chai'
import { IN_FLIGHT_MAX } from '../../../adapters/rpc/connection/connection.ts'
import type { Engine } from '../../../replay/engine.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { connected, initialized, serverOf, type Client } from '../../support/rpc-client.ts'

const CLIENT = { name: 'test', version: '1' }
const hello = (id: number | string, capabilities?: unknown): string =>
  JSON.stringify({ id, method: 'initialize', params: { clientInfo: CLIENT, capabilities } })
const request = (id: unknown, method: string, params: unknown = {}): string =>
  JSON.stringify({ id, method, params })
const refusal = (id: unknown, message: string, code = -32600) => ({ error: { code, message }, id })

/** An engine that is never ready, and one whose readiness the test decides. */
const never: Promise<Engine> = new Promise(() => undefined)

describe('a connection', () => {
  let home = ''
  const open: Array<Client> = []
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close()
  })
  const using = (client: Client): Client => {
    open.push(client)
    return client
  }

  it('answers initialize before the index is open', async () => {
    const client = using(connected(home, { engine: never }))
    const [answer] = await client.send(hello(1))
    expect(Object.keys(answer ?? {})).to.deep.equal(['id', 'result'])
    const result = answer?.['result'] as Record<string, string>
    expect(result['userAgent']).to.match(
      /^test\/0\.142\.5 \(.+; .+\) codex-unroll\/9\.9\.9 \(test; 1\)$/
    )
    expect({ ...result, userAgent: '' }).to.deep.equal({
      userAgent: '',
      codexHome: home,
      platformFamily: 'unix',
      platformOs: process.platform === 'darwin' ? 'macos' : process.platform
    })
  })

  it('serves requests that were sent together with initialize, after it', async () => {
    const client = using(connected(home))
    const messages = await client.send(
      hello(1),
      request(2, 'no/such'),
      request(3, 'thread/loaded/list')
    )
    expect(messages.map((message) => message['id'] ?? message['method'])).to.deep.equal([
      1,
      'remoteControl/status/changed',
      2,
      3
    ])
  })

  it('keeps a failed initialize from opening the connection', async () => {
    const client = using(connected(home))
    const bad = { clientInfo: { name: 'é', version: '1' } }
    expect(
      await client.send(request(1, 'initialize', bad), request(2, 'thread/list'))
    ).to.deep.equal([
      refusal(1, "Invalid clientInfo.name: 'é'. Must be a valid HTTP header value."),
      refusal(2, 'Not initialized')
    ])
  })

  it('does not need the initialized notification, and takes it', async () => {
    const client = using(await initialized(home))
    expect(await client.send('{"method":"initialized"}')).to.deep.equal([])
    expect(client.logged).to.deep.equal([])
  })

  it('sends a client no notification it opted out of, and nothing else changes', async () => {
    const client = using(connected(home))
    const optOutNotificationMethods = ['remoteControl/status/changed', 'no/such']
    const messages = await client.send(hello(1, { optOutNotificationMethods }))
    expect(messages.map(({ id }) => id)).to.deep.equal([1])
  })

  it('passes over what is no request, and goes on', async () => {
    const client = using(await initialized(home))
    const garbage = [
      '',
      '   ',
      'garbage',
      '{"id":1,"method":',
      '[]',
      `[${request(1, 'thread/list')}]`,
      '5',
      'null',
      request(null, 'thread/list'),
      request(1.5, 'thread/list'),
      request(true, 'thread/list'),
      '{"id":18446744073709551616,"method":"thread/list","params":{}}',
      '{"id":9003,"params":{}}',
      '{"method":"no/such/notification","params":{}}',
      '{"id":999,"result":{}}',
      '{"error":{"code":-1,"message":"no"},"id":999}'
    ]
    expect(await client.send(...garbage)).to.deep.equal([])
    expect(await client.ask('thread/loaded/list', {})).to.deep.equal({
      result: { data: [], nextCursor: null }
    })
    expect(client.logged.length).to.equal(garbage.length - 2)
  })

  it('returns ids as they were sent: text, negative and wider than a double', async () => {
    const sent: Array<string> = []
    const client = using(connected(home))
    const { connect } = await import('../../../adapters/rpc/connection/connection.ts')
    const { server } = serverOf(home, { engine: never })
    const raw = connect(server, (text) => void sent.push(text))
    const ids = ['"a\\"b"', '"1"', '-7', '0', '9007199254740993', '-9223372036854775808']
    for (const id of ids) raw.receive(`{"id":${id},"method":"no/such","params":{"id":1}}`)
    await raw.idle()
    expect(sent.map((text) => /"id":(.*)\}$/.exec(text)?.[1])).to.deep.equal(ids)
    expect(client.received).to.deep.equal([])
  })

  it('answers two requests with one id twice', async () => {
    const client = using(await initialized(home))
    const both = await client.send(
      request(1, 'thread/loaded/list'),
      request(1, 'thread/loaded/list')
    )
    expect(both.map(({ id }) => id)).to.deep.equal([1, 1])
  })

  it('answers reads of one thread in the order they were sent', async () => {
    const client = using(await initialized(home))
    const list = (await client.ask('thread/list', {}))['result'] as {
      data: ReadonlyArray<{ id: string }>
    }
    const threadId = list.data[0]?.id
    const lines = Array.from({ length: 20 }, (_, id) =>
      request(id, 'thread/read', { threadId, includeTurns: id % 2 === 0 })
    )
    expect((await client.send(...lines)).map(({ id }) => id)).to.deep.equal(
      lines.map((_, id) => id)
    )
  })

  it('refuses requests beyond the bound as overload, and serves again when there is room', async () => {
    let ready: (engine: Engine) => void = () => undefined
    const engine = new Promise<Engine>((resolve) => (ready = resolve))
    const client = using(await initialized(home, { engine }))
    const lines = Array.from({ length: IN_FLIGHT_MAX + 2 }, (_, id) =>
      request(id, 'thread/list', { limit: 1 })
    )
    for (const line of lines) client.connection.receive(line)
    const refused = client.received.filter((message) => 'error' in message)
    expect(refused).to.deep.equal([
      refusal(IN_FLIGHT_MAX, 'Server overloaded; retry later.', -32001),
      refusal(IN_FLIGHT_MAX + 1, 'Server overloaded; retry later.', -32001)
    ])
    const { openedEngine } = await import('../../support/engines.ts')
    const real = await openedEngine({ home, index: 'memory' })
    ready(real)
    await client.connection.idle()
    const answered = client.received.filter((message) => 'result' in message && message['id'] !== 1)
    expect(answered.length).to.be.at.least(IN_FLIGHT_MAX - 1)
    expect(await client.ask('thread/loaded/list', {})).to.deep.equal({
      result: { data: [], nextCursor: null }
    })
    await real.close()
  })

  it('says so when the index cannot be opened', async () => {
    const engine = Promise.reject<Engine>(new Error('disk is full'))
    engine.catch(() => undefined)
    const client = using(await initialized(home, { engine }))
    expect(await client.ask('thread/list', {})).to.deep.equal({
      error: { code: -32603, message: 'failed to open the index: disk is full' }
    })
  })
})

describe('the experimental gate', () => {
  const id = '00000000-0000-7000-8000-000000000000'
  let home = ''
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))

  const ungated = async (method: string, params: unknown, profile: '0.130' | '0.142') => {
    const client = await initialized(home, { profile }, {})
    const { error } = (await client.ask(method, params)) as { error?: { message: string } }
    await client.close()
    return error?.message
  }

  it('closes a member that is set, not one that is null', async () => {
    expect(await ungated('thread/list', { parentThreadId: id }, '0.142')).to.equal(
      'thread/list.parentThreadId requires experimentalApi capability'
    )
    expect(await ungated('thread/list', { parentThreadId: 'zz' }, '0.142')).to.equal(
      'thread/list.parentThreadId requires experimentalApi capability'
    )
    expect(await ungated('thread/list', { parentThreadId: null }, '0.142')).to.equal(undefined)
  })

  it('leaves a member alone that the era does not know', async () => {
    expect(await ungated('thread/list', { parentThreadId: 5 }, '0.130')).to.equal(undefined)
  })

  it('comes after parsing and before the handler', async () => {
    expect(await ungated('thread/turns/list', {}, '0.142')).to.equal(
      'Invalid request: missing field `threadId`'
    )
    expect(await ungated('thread/turns/list', { threadId: 'zz' }, '0.142')).to.equal(
      'thread/turns/list requires experimentalApi capability'
    )
    expect(await ungated('thread/read', { threadId: id }, '0.142')).to.equal(
      `thread not loaded: ${id}`
    )
  })
})

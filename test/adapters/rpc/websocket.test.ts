// WebSockets in this process: real sockets, a home written by Codex. Names of Codex's own tests are kept where it has one.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { WebSocket } from 'ws'
import { LIMITS, type ClientLimits } from '../../../adapters/rpc/transports/client.ts'
import { IN_FLIGHT_MAX } from '../../../adapters/rpc/connection/connection.ts'
import { MESSAGE_BYTES_MAX } from '../../../adapters/rpc/transports/websocket.ts'
import type { Engine } from '../../../replay/engine.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { numbers, tickingMeter } from '../../support/numbers.ts'
import type { Message } from '../../support/rpc-client.ts'
import {
  clientOn,
  openClient,
  openInitialized,
  wsServerOf,
  type WsServer
} from '../../support/ws-client.ts'
import { openedEngine } from '../../support/engines.ts'

const idsOf = ({ result }: Message): ReadonlyArray<string> =>
  (result as { data: ReadonlyArray<{ id: string }> }).data.map(({ id }) => id)

describe('WebSockets', () => {
  let home = ''
  let running: WsServer
  before(async () => {
    home = copyHome('basic-142')
    running = await wsServerOf(home)
  })
  after(async () => {
    await running.stop()
    removeFolder(home)
  })

  it('websocket_transport_routes_per_connection_handshake_and_responses', async () => {
    const [one, two] = await Promise.all([openInitialized(running.url), openClient(running.url)])
    const [listed, refused] = await Promise.all([
      one.ask('thread/list', { limit: 1 }),
      two.ask('thread/list', { limit: 1 })
    ])
    expect(idsOf(listed).length).to.equal(1)
    expect(refused).to.deep.equal({ error: { code: -32600, message: 'Not initialized' } })
    const clientInfo = { name: 'two', version: '1' }
    const { result } = await two.ask('initialize', { clientInfo })
    expect((result as { userAgent: string }).userAgent).to.match(/^two\//)
    expect(await one.ask('initialize', { clientInfo })).to.deep.equal({
      error: { code: -32600, message: 'Already initialized' }
    })
    one.socket.close()
    two.socket.close()
  })

  it('websocket_disconnect_keeps_last_subscribed_thread_loaded_until_idle_timeout', async () => {
    const [one, two] = await Promise.all([
      openInitialized(running.url),
      openInitialized(running.url)
    ])
    const [threadId] = idsOf(await one.ask('thread/list', { limit: 1 }))
    await one.ask('thread/resume', { threadId })
    one.socket.terminate()
    await one.closed
    expect((await two.ask('thread/loaded/list'))['result']).to.deep.equal({
      data: [threadId],
      nextCursor: null
    })
    two.socket.close()
  })

  it('answers a ping, passes over binary frames, garbage, empty frames and two messages in one frame', async () => {
    const { socket, ask, received } = await openInitialized(running.url)
    const before = received.length
    const line = JSON.stringify({ id: 'x', method: 'thread/loaded/list', params: {} })
    socket.send(Buffer.from(line), { binary: true })
    for (const text of ['', '   ', '{', '[]', 'null', '\u0000', `${line}\n${line}`])
      socket.send(text)
    socket.ping('are you there')
    const [pong] = (await once(socket, 'pong')) as [Buffer]
    expect(pong.toString()).to.equal('are you there')
    expect(await ask('thread/loaded/list')).to.have.property('result')
    expect(received.length).to.equal(before + 1)
    expect(running.logged).to.include('a binary frame is not answered')
    socket.close()
  })

  it('takes a message of 16 MiB and drops the connection at one byte more', async () => {
    const client = await openInitialized(running.url)
    const empty = JSON.stringify({ id: 'big', method: 'thread/list', params: { searchTerm: '' } })
    const searchTerm = 'x'.repeat(MESSAGE_BYTES_MAX - empty.length)
    const fits = JSON.stringify({ id: 'big', method: 'thread/list', params: { searchTerm } })
    expect(fits.length).to.equal(16_777_216)
    client.socket.send(fits)
    const answer = await client.next(({ id }) => id === 'big')
    expect(answer['result']).to.have.property('data').deep.equal([])
    client.socket.send(`${fits} `)
    expect(await client.closed).to.equal(1006)
  })

  it('drops a client that sends unmasked frames, and only that one', async () => {
    const other = await openInitialized(running.url)
    const socket = createConnection(running.port, '127.0.0.1')
    const key = randomBytes(16).toString('base64')
    socket.write(
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`
    )
    await once(socket, 'data')
    socket.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]))
    socket.resume()
    await once(socket, 'close')
    expect(await other.ask('thread/loaded/list')).to.have.property('result')
    other.socket.close()
  })

  it('never agrees on compression', async () => {
    const client = await openClient(running.url, { perMessageDeflate: true })
    expect(client.socket.extensions).to.equal('')
    client.socket.close()
  })

  it('answers a flood of 20,000 requests in full, the surplus with "overloaded", and stays connected', async () => {
    const client = await openInitialized(running.url)
    const before = client.received.length
    const count = 20_000
    const answered = client.next(() => client.received.length >= before + count)
    for (let id = 0; id < count; id += 1)
      client.socket.send(`{"id":"f${id}","method":"thread/list","params":{"limit":1}}`)
    await answered
    const answers = client.received.slice(before)
    expect(new Set(answers.map(({ id }) => id)).size).to.equal(count)
    const codes = new Set(
      answers.flatMap(({ error }) =>
        error === undefined ? [] : [(error as { code: number }).code]
      )
    )
    expect([...codes]).to.deep.equal([-32001])
    expect(answers.filter((answer) => 'result' in answer).length).to.be.at.least(IN_FLIGHT_MAX)
    expect(await client.ask('thread/loaded/list')).to.have.property('result')
    client.socket.close()
  })

  it('serves 1,000 idle clients beside one that asks', async () => {
    const idle = await Promise.all(Array.from({ length: 1000 }, () => openClient(running.url)))
    const client = await openInitialized(running.url)
    expect(idsOf(await client.ask('thread/list', { limit: 1 })).length).to.equal(1)
    expect(idle.every(({ socket }) => socket.readyState === WebSocket.OPEN)).to.equal(true)
    for (const { socket } of idle) socket.terminate()
    client.socket.close()
  })
})

describe('a client that does not read', () => {
  let home = ''
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))

  /** Asks for more than the system buffers and reads nothing. */
  const deaf = async (url: string): Promise<WebSocket> => {
    const { socket } = await openInitialized(url)
    socket.pause()
    return socket
  }
  const fill = (socket: WebSocket, count: number): void => {
    const line = JSON.stringify({ id: 1, method: 'x'.repeat(60_000), params: {} })
    for (let sent = 0; sent < count; sent += 1) socket.send(line)
  }
  const dropped = (running: WsServer, words: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (running.logged.some((line) => line.includes(words))) resolve()
        else setImmediate(look)
      }
      look()
    })

  it('is cut off when it takes nothing for long, and others do not notice', async () => {
    const limits = { pauseBytes: 100_000, unsentBytesMax: 1e9, stallMsMax: 50, finishMsMax: 1 }
    const telemetry = tickingMeter()
    const running = await wsServerOf(home, { limits, telemetry })
    const other = await openInitialized(running.url)
    const socket = await deaf(running.url)
    fill(socket, 500)
    for (let asked = 0; asked < 50; asked += 1) await other.ask('thread/list', { limit: 1 })
    await dropped(running, 'a client takes nothing')
    expect(numbers(telemetry, 'rpc.clients')).to.deep.equal({ 'rpc.clients.cut_off stalled': 1 })
    expect(await other.ask('thread/loaded/list')).to.have.property('result')
    socket.terminate()
    await running.stop()
  })

  it('is cut off when too much waits for it', async () => {
    const limits = {
      pauseBytes: 1e9,
      unsentBytesMax: 1_000_000,
      stallMsMax: 1e6,
      finishMsMax: 1000
    }
    const telemetry = tickingMeter()
    const running = await wsServerOf(home, { limits, telemetry })
    const socket = await deaf(running.url)
    fill(socket, 500)
    await dropped(running, 'bytes wait for a client')
    expect(numbers(telemetry, 'rpc.clients')).to.deep.equal({ 'rpc.clients.cut_off behind': 1 })
    socket.terminate()
    await running.stop()
  })

  it('is answered in full when it reads at last', async () => {
    const limits = { pauseBytes: 100_000, unsentBytesMax: 1e9, stallMsMax: 1e6, finishMsMax: 1000 }
    const running = await wsServerOf(home, { limits })
    const socket = await deaf(running.url)
    fill(socket, 300)
    const client = clientOn(socket)
    socket.resume()
    await client.next(() => client.received.length >= 300)
    expect(client.received.every(({ id }) => id === 1)).to.equal(true)
    socket.close()
    await running.stop()
  })
})

describe('the end of a server', () => {
  let home = ''
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))

  /** A server whose engine opens when told to; two requests are in, and the second waits for the first. */
  const busy = async (limits: ClientLimits) => {
    let ready: (engine: Engine) => void = () => undefined
    const engine = new Promise<Engine>((resolve) => (ready = resolve))
    const running = await wsServerOf(home, { engine, limits })
    const client = await openInitialized(running.url)
    for (const id of ['first', 'second']) {
      const params = { threadId: '00000000-0000-7000-8000-000000000000' }
      client.socket.send(JSON.stringify({ id, method: 'thread/read', params }))
    }
    client.socket.ping()
    await once(client.socket, 'pong')
    return { client, running, ready }
  }

  it('answers what runs, drops what waits, and then hangs up', async () => {
    const { client, running, ready } = await busy(LIMITS)
    const stopped = running.stop()
    const refused = openClient(running.url).then(
      () => 'connected',
      () => 'refused'
    )
    expect(await refused).to.equal('refused')
    const real = await openedEngine({ home, index: 'memory' })
    ready(real)
    expect(await client.closed).to.equal(1006)
    await stopped
    await real.close()
    expect(client.received.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))).to.deep.equal(
      ['first']
    )
  })

  it('does not wait for long for what does not end', async () => {
    const { client, running } = await busy({ ...LIMITS, finishMsMax: 10 })
    await running.stop()
    expect(await client.closed).to.equal(1006)
    expect(client.received.some(({ id }) => id === 'first')).to.equal(false)
  })
})

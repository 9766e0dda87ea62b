import { expect } from 'chai'
import { IN_FLIGHT_MAX } from '../../../adapters/rpc/connection/connection.ts'
import { METHODS } from '../../../adapters/rpc/methods/methods.ts'
import type { Engine } from '../../../replay/engine.ts'
import { METRICS, type Metric } from '../../../replay/metrics.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { numbers, tickingMeter } from '../../support/numbers.ts'
import { clientOf, connected, initialized, serverOf, shaken } from '../../support/rpc-client.ts'

// What an app-server tells about its clients and their requests.

const request = (id: number, method: string, params: unknown = {}): string =>
  JSON.stringify({ id, method, params })

describe('the numbers of an app-server', () => {
  let home = ''
  let closing: Array<() => Promise<void>> = []
  before(() => (home = copyHome('basic-142')))
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    closing = []
  })
  after(() => removeFolder(home))

  it('tell of requests by method and outcome, from their arrival to their answer', async () => {
    const telemetry = tickingMeter()
    const client = connected(home, { telemetry })
    closing.push(client.close)
    await client.ask('thread/list', {})
    await shaken(client)
    await client.ask('thread/list', {})
    await client.ask('thread/list', { limit: 1 })
    await client.ask('thread/list', { limit: 'one' })
    await client.ask('thread/read', { threadId: 'none' })
    await client.ask('thread/nonsense', {})
    await client.ask(`thread/${'x'.repeat(10_000)}`, {})
    expect(numbers(telemetry, 'rpc.connections', 'rpc.request')).to.deep.equal({
      'rpc.connections.opened': 1,
      'rpc.connections.open': 1,
      'rpc.request.duration initialize ok': 1,
      'rpc.request.duration thread/list ok': 2,
      'rpc.request.duration thread/list -32600': 2,
      'rpc.request.duration thread/read -32600': 1,
      'rpc.request.duration unknown -32600': 2
    })
  })

  it('tell of an engine that cannot be opened as failures of their methods', async () => {
    const engine = Promise.reject<Engine>(new Error('disk is full'))
    engine.catch(() => undefined)
    const telemetry = tickingMeter()
    const client = await initialized(home, { engine, telemetry })
    await client.ask('thread/list', {})
    expect(numbers(telemetry, 'rpc.request.duration thread')).to.deep.equal({})
    expect(numbers(telemetry, 'rpc.request.duration')).to.deep.equal({
      'rpc.request.duration initialize ok': 1,
      'rpc.request.duration thread/list -32603': 1
    })
  })

  it('tell of what is in flight, and of what was refused because it was too much', async () => {
    let ready: (engine: Engine) => void = () => undefined
    const engine = new Promise<Engine>((resolve) => (ready = resolve))
    const telemetry = tickingMeter()
    const client = await initialized(home, { engine, telemetry })
    for (let id = 0; id < IN_FLIGHT_MAX + 3; id++)
      client.connection.receive(request(id, 'thread/list', { limit: 1 }))
    expect(numbers(telemetry, 'rpc.requests')).to.deep.equal({
      'rpc.requests.in_flight': IN_FLIGHT_MAX,
      'rpc.requests.refused': 3
    })
    const { openedEngine } = await import('../../support/engines.ts')
    const real = await openedEngine({ home, index: 'memory' })
    closing.push(real.close)
    ready(real)
    await client.connection.idle()
    expect(numbers(telemetry, 'rpc.requests', 'rpc.request.duration')).to.deep.equal({
      'rpc.requests.refused': 3,
      'rpc.request.duration initialize ok': 1,
      'rpc.request.duration thread/list ok': IN_FLIGHT_MAX
    })
  })

  it('tell of clients that came and went, of what they dropped, and of notifications', async () => {
    const telemetry = tickingMeter()
    const server = serverOf(home, { telemetry })
    closing.push(server.close)
    const [one, other] = [clientOf(server), clientOf(server)]
    await shaken(one)
    await shaken(other)
    await one.ask('thread/start', { cwd: home })
    const sent = [...one.received, ...other.received].filter((message) => 'method' in message)
    other.connection.receive(request(7, 'thread/list'))
    other.connection.close()
    other.connection.close()
    await other.connection.idle()
    const told = numbers(telemetry, 'rpc.connections', 'rpc.notifications', 'rpc.request.duration')
    expect(told).to.deep.equal({
      'rpc.connections.opened': 2,
      'rpc.connections.open': 1,
      'rpc.notifications sent': sent.length,
      'rpc.request.duration initialize ok': 2,
      'rpc.request.duration thread/start ok': 1,
      'rpc.request.duration thread/list dropped': 1
    })
  })

  it('have no label but those of the catalogue, whatever clients send', async () => {
    const telemetry = tickingMeter()
    const client = await initialized(home, { telemetry })
    closing.push(client.close)
    const methods = METHODS.map(({ name }) => name)
    for (const method of [...methods, 'made/up', '', 'constructor', '"}\n']) {
      await client.ask(method, {})
      await client.ask(method, { threadId: home, cwd: home, path: home })
    }
    const allowed: Readonly<Record<string, Metric>> = METRICS
    for (const { name, series } of telemetry.read())
      for (const { labels } of series) {
        const known = allowed[name]?.labels ?? {}
        expect(Object.keys(labels)).to.have.members(Object.keys(known))
        for (const [label, value] of Object.entries(labels))
          expect(known[label] ?? [...methods, 'unknown']).to.include(value)
      }
  })
})

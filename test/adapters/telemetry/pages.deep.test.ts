// Where the numbers of a server are read: on a page, and by a collector.
import { expect } from 'chai'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { HEALTH, judge } from '../../../adapters/rpc/transports/http.ts'
import { metricsPages } from '../../../adapters/telemetry/process.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { numbers, tickingMeter } from '../../support/numbers.ts'
import { parsePrometheus } from '../../support/prometheus.ts'
import { openInitialized, rawHttp, UPGRADE, wsServerOf } from '../../support/ws-client.ts'

/** The sample of a page with exactly these labels. */
const sampleOf = (page: string, name: string, labels: Readonly<Record<string, string>> = {}) =>
  [...parsePrometheus(page).values()]
    .flatMap(({ samples }) => samples)
    .find(
      (sample) => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels)
    )?.value

const noBody = () => Promise.resolve(Buffer.alloc(0))

describe('/metrics', () => {
  let home = ''
  before(() => (home = copyHome('basic-142')))
  after(() => removeFolder(home))

  it('of a WebSocket server shows what its clients asked', async () => {
    const telemetry = tickingMeter()
    const routes = metricsPages(telemetry)
    const server = await wsServerOf(home, { telemetry, rules: { routes } })
    const client = await openInitialized(server.url)
    await client.ask('thread/list')
    await client.ask('thread/list')
    const { status, headers, body } = await rawHttp(server.port, 'GET', '/metrics?all')
    expect([status, headers['content-type']]).to.deep.equal([
      200,
      'text/plain; version=0.0.4; charset=utf-8'
    ])
    const asked = 'unroll_rpc_request_duration_seconds_count'
    expect(sampleOf(body, asked, { method: 'thread/list', outcome: 'ok' })).to.equal(2)
    expect(sampleOf(body, 'unroll_rpc_connections_open')).to.equal(1)
    expect((await rawHttp(server.port, 'HEAD', '/metrics')).status).to.equal(200)
    expect((await rawHttp(server.port, 'POST', '/metrics')).status).to.equal(405)
    client.socket.terminate()
    await server.stop()
  })

  it('is refused to pages in a browser and to whom the server would not serve, and counts that', async () => {
    const telemetry = tickingMeter()
    const routes = metricsPages(telemetry)
    const auth = (header: string | undefined) =>
      Promise.resolve(header === 'Bearer right' ? null : 'missing bearer token')
    const server = await wsServerOf(home, { telemetry, rules: { routes, auth } })
    const get = (...headers: ReadonlyArray<readonly [string, string]>) =>
      rawHttp(server.port, 'GET', '/metrics', headers)
    expect((await get()).status).to.equal(401)
    expect((await get(['Authorization', 'Bearer wrong'])).status).to.equal(401)
    expect((await get(['Authorization', 'Bearer right'])).status).to.equal(200)
    expect(
      (await get(['Authorization', 'Bearer right'], ['Origin', 'http://127.0.0.1'])).status
    ).to.equal(403)
    expect((await rawHttp(server.port, 'GET', '/', UPGRADE)).status).to.equal(401)
    expect((await rawHttp(server.port, 'GET', '/')).status).to.equal(400)
    expect(numbers(telemetry, 'http')).to.deep.equal({
      'http.refusals 400': 1,
      'http.refusals 401': 3,
      'http.refusals 403': 1
    })
    await server.stop()
  })

  it('is shown to this machine only, whatever address the server listens at', async () => {
    const rules = {
      routes: metricsPages(tickingMeter()),
      browsersReach: true,
      auth: () => Promise.resolve(null)
    }
    const statusFor = async (from: string | undefined) =>
      (
        await judge(
          { method: 'GET', path: '/metrics', query: '', headers: {}, from, body: noBody },
          rules
        )
      )?.status
    for (const from of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', undefined])
      expect(await statusFor(from)).to.equal(200)
    for (const from of ['10.0.0.1', '192.168.0.127', '::ffff:10.0.0.1', 'fe80::1', '::'])
      expect(await statusFor(from)).to.equal(403)
  })

  it('are refused under a name that somebody made to lead here; that the server is ready is told under every name, as Codex does', async () => {
    const routes = { ...metricsPages(tickingMeter()), ...HEALTH }
    const statusFor = async (path: string, host: string, browsersReach = true) => {
      const rules = { routes, browsersReach, auth: () => Promise.resolve(null) }
      const request = {
        method: 'GET',
        path,
        query: '',
        headers: { host },
        from: '127.0.0.1',
        body: noBody
      }
      return (await judge(request, rules))?.status
    }
    for (const path of ['/metrics', '/readyz', '/healthz']) {
      const underName = path === '/metrics' ? 403 : 200
      for (const host of [
        '127.0.0.1',
        '127.0.0.1:80',
        'localhost:4500',
        '[::1]:4500',
        '10.0.0.7:1'
      ])
        expect(await statusFor(path, host), host).to.equal(200)
      for (const host of [
        'evil.example',
        'evil.example:4500',
        '127.0.0.1.evil.example',
        'localhost.evil',
        '',
        '[::1',
        'a:b:c'
      ])
        expect(await statusFor(path, host), host).to.equal(underName)
      expect(await statusFor(path, 'whatever', false)).to.equal(200)
    }
  })
})

describe('the numbers of an app-server process', () => {
  const MAIN = join(import.meta.dirname, '..', '..', '..', 'adapters', 'cli', 'main.ts')
  let home = ''
  let folder = ''
  let children: Array<ChildProcessWithoutNullStreams> = []
  before(() => (home = copyHome('basic-142')))
  beforeEach(() => (folder = temporaryFolder()))
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    children = []
    removeFolder(folder)
  })
  after(() => removeFolder(home))

  const start = (
    options: ReadonlyArray<string>,
    env: Readonly<Record<string, string>> = {}
  ): ChildProcessWithoutNullStreams => {
    const place = ['--home', home, '--index', join(folder, 'index')]
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', MAIN, 'app-server', ...place, ...options],
      { env: { PATH: process.env['PATH'] ?? '', ...env } }
    )
    children.push(child)
    return child
  }
  /** Shakes hands and lists, and waits for the answer. */
  const listThreads = async (child: ChildProcessWithoutNullStreams): Promise<void> => {
    const clientInfo = { name: 'test', version: '1' }
    const requests = [
      { id: 1, method: 'initialize', params: { clientInfo } },
      { id: 2, method: 'thread/list', params: {} }
    ]
    child.stdin.write(requests.map((request) => `${JSON.stringify(request)}\n`).join(''))
    for await (const line of createInterface({ input: child.stdout }))
      if ((JSON.parse(line) as { readonly id?: number }).id === 2) return
  }
  const errors = async (child: ChildProcessWithoutNullStreams): Promise<string> => {
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (more: string) => (text += more))
    const [code] = (await once(child, 'close')) as [number | null]
    return `${code}: ${text}`
  }

  it('on stdio are shown where --metrics-listen says', async () => {
    const child = start(['--metrics-listen', '127.0.0.1:0'])
    const told = createInterface({ input: child.stderr })[Symbol.asyncIterator]()
    const { value } = (await told.next()) as { readonly value: string }
    const url = /^unroll app-server: metrics: (http:\S+)$/.exec(value)?.[1] ?? ''
    await listThreads(child)
    const page = await (await fetch(url)).text()
    const asked = 'unroll_rpc_request_duration_seconds_count'
    expect(sampleOf(page, asked, { method: 'thread/list', outcome: 'ok' })).to.equal(1)
    expect(sampleOf(page, 'unroll_backfill_threads_total')).to.be.greaterThan(0)
    child.stdin.end()
    expect((await once(child, 'exit'))[0]).to.equal(0)
  })

  it('are not shown to other machines', async () => {
    expect(await errors(start(['--metrics-listen', '0.0.0.0:0']))).to.equal(
      '1: unroll app-server: refusing to show metrics at 0.0.0.0:0: other machines reach it\n'
    )
    expect(await errors(start(['--metrics-listen', 'localhost']))).to.match(
      /^2: .*invalid --metrics-listen address `localhost`; expected `IP:PORT`/
    )
  })

  it('reach the collector that the environment names before the process ends', async () => {
    const bodies: Array<string> = []
    const collector = createServer((request, answer) => {
      let body = ''
      request.setEncoding('utf8').on('data', (more: string) => (body += more))
      request.on('end', () => {
        bodies.push(body)
        answer.end('{}')
      })
    })
    await once(collector.listen(0, '127.0.0.1'), 'listening')
    const { port } = collector.address() as AddressInfo
    const child = start([], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
    await listThreads(child)
    child.stdin.end()
    expect((await once(child, 'exit'))[0]).to.equal(0)
    collector.closeAllConnections()
    collector.close()
    expect(bodies).to.have.length(1)
    // oxlint-disable-next-line typescript/no-explicit-any
    const metrics = JSON.parse(bodies[0] ?? '').resourceMetrics[0].scopeMetrics[0].metrics as any[]
    const requests = metrics.find(({ name }) => name === 'unroll.rpc.request.duration')
    expect(
      // oxlint-disable-next-line typescript/no-explicit-any
      requests.histogram.dataPoints.map(({ attributes, count }: any) => [
        attributes[0].value.stringValue,
        count
      ])
    ).to.deep.equal([
      ['initialize', '1'],
      ['thread/list', '1']
    ])
  })

  it('tell of an index that cannot be used, and the server goes on without it', async () => {
    writeFileSync(join(folder, 'index'), '')
    const child = start(['--metrics-listen', '127.0.0.1:0'])
    const lines: Array<string> = []
    const told = createInterface({ input: child.stderr })
    told.on('line', (line) => lines.push(line))
    await once(told, 'line')
    await listThreads(child)
    const url = /http:\S+/.exec(lines[0] ?? '')?.[0] ?? ''
    const page = await (await fetch(url)).text()
    const labels = { reason: 'index_unavailable' }
    expect(sampleOf(page, 'unroll_read_fallback_total', labels)).to.be.at.least(1)
    expect(lines[1]).to.match(/; using an index in memory instead$/)
    child.stdin.end()
    expect((await once(child, 'exit'))[0]).to.equal(0)
  })
})

// What is sent to a collector, when one is configured; and that nothing is sent otherwise.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startExporter } from '../../../adapters/telemetry/exporter.ts'
import { createMeter } from '../../../adapters/telemetry/meter.ts'
import { otlpSettings, type OtlpSettings } from '../../../adapters/telemetry/otlp-settings.ts'
import { startExport } from '../../../adapters/telemetry/process.ts'
import { numbers } from '../../support/numbers.ts'

interface Received {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: any // oxlint-disable-line typescript/no-explicit-any
}

const settings = (env: Readonly<Record<string, string>>) => {
  const read = otlpSettings(env)
  if (E.isLeft(read)) throw new Error(read.left)
  return read.right
}

describe('a collector', () => {
  let server: Server
  let url = ''
  let received: Array<Received> = []
  let status = 200
  let isHeld = false
  beforeEach(async () => {
    received = []
    status = 200
    isHeld = false
    server = createServer((request, answer) => {
      const chunks: Array<Buffer> = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as unknown
        const { method, url: path, headers } = request
        received.push({ method, path, headers, body })
        server.emit('received')
        if (!isHeld) answer.writeHead(status, { location: 'http://127.0.0.1:9/' }).end('{}')
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const logged: Array<string> = []
  const telemetryOf = (env: Readonly<Record<string, string>>) => {
    logged.length = 0
    const meter = createMeter()
    return { meter, stop: startExport(meter, env, '9.9.9', (line) => void logged.push(line)) }
  }
  const metricsIn = ({ body }: Received) => body.resourceMetrics[0].scopeMetrics[0].metrics

  it('gets sums and distributions as they are when the process ends', async () => {
    const { meter, stop } = telemetryOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret',
      OTEL_SERVICE_NAME: 'history',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test,service.instance.id=one'
    })
    meter.count('damage.lines', { reason: 'not_json' }, 2)
    meter.count('damage.lines', { reason: 'not_json' })
    meter.count('rpc.connections.open', {}, 2)
    meter.time('fold.duration', { from: 'again' }, 2)
    meter.time('fold.duration', { from: 'again' }, 2000)
    await stop()
    const [one] = received
    if (one === undefined) throw new Error('nothing came')
    expect([received.length, one.method, one.path]).to.deep.equal([1, 'POST', '/v1/metrics'])
    expect(one.headers).to.include({
      authorization: 'Bearer secret',
      'content-type': 'application/json'
    })
    expect(one.body.resourceMetrics[0].resource).to.deep.equal({
      attributes: [
        { key: 'service.version', value: { stringValue: '9.9.9' } },
        { key: 'service.instance.id', value: { stringValue: 'one' } },
        { key: 'service.name', value: { stringValue: 'history' } },
        { key: 'deployment.environment', value: { stringValue: 'test' } }
      ]
    })
    const { startTimeUnixNano, timeUnixNano } = metricsIn(one)[0].histogram.dataPoints[0]
    expect([startTimeUnixNano, timeUnixNano].every((time) => /^\d{19}$/.test(time))).to.equal(true)
    const times = { startTimeUnixNano, timeUnixNano }
    expect(metricsIn(one)).to.deep.equal([
      {
        name: 'unroll.fold.duration',
        description:
          'Folding one thread: from its start, from its checkpoint, or again because its files are others now.',
        unit: 's',
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            {
              attributes: [{ key: 'from', value: { stringValue: 'again' } }],
              ...times,
              count: '2',
              sum: 2.002,
              bucketCounts: '0 1 0 0 0 0 0 0 0 0 1 0 0 0 0'.split(' '),
              explicitBounds: [
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
              ]
            }
          ]
        }
      },
      {
        name: 'unroll.damage.lines',
        description: 'Damaged places that folds came upon.',
        unit: '1',
        sum: {
          aggregationTemporality: 2,
          isMonotonic: true,
          dataPoints: [
            {
              attributes: [{ key: 'reason', value: { stringValue: 'not_json' } }],
              ...times,
              asInt: '3'
            }
          ]
        }
      },
      {
        name: 'unroll.rpc.connections.open',
        description: 'Clients that are connected.',
        unit: '1',
        sum: {
          aggregationTemporality: 2,
          isMonotonic: false,
          dataPoints: [{ attributes: [], ...times, asInt: '2' }]
        }
      }
    ])
    expect(logged).to.deep.equal([])
  })

  it('gets a message by itself after each interval', async () => {
    const { meter, stop } = telemetryOf({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${url}/own/path`,
      OTEL_METRIC_EXPORT_INTERVAL: '20'
    })
    meter.count('append.lines', {}, 7)
    // The timer of the exporter keeps no process alive; this connection's server does.
    await once(server, 'received')
    await once(server, 'received')
    await stop()
    expect(received[0]?.path).to.equal('/own/path')
    const point = (one: Received | undefined) =>
      one === undefined ? null : metricsIn(one)[0].sum.dataPoints[0].asInt
    expect([point(received[0]), point(received[1])]).to.deep.equal(['7', '7'])
  })

  it('gets nothing unless an endpoint is configured', async () => {
    for (const env of [
      {},
      { OTEL_SERVICE_NAME: 'history' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_METRICS_EXPORTER: 'none' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'file:///etc/passwd' }
    ]) {
      const { meter, stop } = telemetryOf(env)
      meter.count('append.lines', {})
      await stop()
    }
    expect(received).to.deep.equal([])
  })

  it('that refuses is told of once, and tried again', async () => {
    status = 503
    const { meter, stop } = telemetryOf({})
    await stop()
    const to = settings({ OTEL_EXPORTER_OTLP_ENDPOINT: url }) as OtlpSettings
    const sender = { resource: to.resource, version: '9.9.9', startedAtMs: 0 }
    const exporter = startExporter(meter, to, sender, (line) => void logged.push(line))
    await exporter.send()
    await exporter.send()
    status = 200
    await exporter.stop()
    expect(logged).to.deep.equal([`metrics cannot be sent to ${url}/v1/metrics: it answered 503`])
    expect(numbers(meter)).to.deep.equal({
      'telemetry.exports failed': 2,
      'telemetry.exports sent': 1
    })
  })

  it('that sends elsewhere is not followed there with the credentials', async () => {
    status = 307
    const { stop } = telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
    await stop()
    expect(logged).to.have.length(1)
    expect(logged[0]).to.match(/unexpected redirect/)
  })

  it('that never answers gets one message at a time, and the end does not wait for it', async () => {
    isHeld = true
    const meter = createMeter()
    const to = { ...(settings({ OTEL_EXPORTER_OTLP_ENDPOINT: url }) as OtlpSettings) }
    const sender = { resource: to.resource, version: '9.9.9', startedAtMs: 0 }
    const exporter = startExporter(meter, to, sender, (line) => void logged.push(line))
    const first = exporter.send()
    void exporter.send()
    void exporter.send()
    await once(server, 'received')
    await exporter.stop()
    expect(received).to.have.length(1)
    server.closeAllConnections()
    await first
  })

  it('is no longer there: that is told, and nothing else happens', async () => {
    const { stop } = telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
    await stop()
    expect(logged).to.deep.equal([
      'metrics cannot be sent to http://127.0.0.1:1/v1/metrics: fetch failed: bad port'
    ])
  })
})

describe('the variables of OpenTelemetry', () => {
  const NAMED = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/base' }

  it('have the defaults that OpenTelemetry gives them', () => {
    expect(settings(NAMED)).to.deep.equal({
      url: 'http://collector:4318/base/v1/metrics',
      headers: {},
      intervalMs: 60_000,
      timeoutMs: 10_000,
      resource: { 'service.name': 'unroll' }
    })
  })

  it('for metrics alone go before those for everything', () => {
    expect(
      settings({
        ...NAMED,
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://other/m',
        OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=2 ,broken,=3',
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=%33',
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
        OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '700',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
        OTEL_METRIC_EXPORT_INTERVAL: '2500'
      })
    ).to.deep.equal({
      url: 'https://other/m',
      headers: { a: '1', b: '3' },
      intervalMs: 2500,
      timeoutMs: 700,
      resource: { 'service.name': 'unroll' }
    })
  })

  it('with values that mean nothing count as not set', () => {
    for (const value of ['-5', '0', 'soon', '1.5'])
      expect(settings({ ...NAMED, OTEL_METRIC_EXPORT_INTERVAL: value })?.intervalMs).to.equal(
        60_000
      )
  })

  it('that ask for what cannot be done are told', () => {
    expect(otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).to.deep.equal(
      E.left('the endpoint for metrics is no http or https URL: collector:4318/v1/metrics')
    )
    expect(otlpSettings({ ...NAMED, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).to.deep.equal(
      E.left('metrics are sent over HTTP only, not over grpc')
    )
  })
})

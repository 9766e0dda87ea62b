// What a meter holds, as Prometheus reads it.
import { expect } from 'chai'
import { createMeter } from '../../../adapters/telemetry/meter.ts'
import { prometheusName, prometheusText } from '../../../adapters/telemetry/prometheus.ts'
import { METRICS, type Metric } from '../../../replay/metrics.ts'
import { parsePrometheus, type Family } from '../../support/prometheus.ts'

/** Rules that every histogram keeps, checked series by series. */
const expectHistogram = (name: string, { samples }: Family): void => {
  const series = new Map<string, Array<{ le: string; value: number }>>()
  const totals = new Map<string, number>()
  for (const { name: sample, labels, value } of samples) {
    const { le, ...rest } = labels
    const key = JSON.stringify(rest)
    if (sample === `${name}_bucket`)
      series.set(key, [...(series.get(key) ?? []), { le: le ?? '', value }])
    if (sample === `${name}_count`) totals.set(key, value)
  }
  expect([...series.keys()]).to.deep.equal([...totals.keys()])
  for (const [key, buckets] of series) {
    const bounds = buckets.map(({ le }) => Number(le.replace('Inf', 'Infinity')))
    expect(bounds).to.deep.equal(bounds.toSorted((a, b) => a - b))
    expect(bounds.at(-1)).to.equal(Infinity)
    const counts = buckets.map(({ value }) => value)
    expect(counts).to.deep.equal(counts.toSorted((a, b) => a - b))
    expect(counts.at(-1)).to.equal(totals.get(key))
  }
}

describe('metrics as Prometheus reads them', () => {
  it('are counters, gauges and histograms whose buckets add up', () => {
    const meter = createMeter()
    meter.count('append.lines', {}, 3)
    meter.count('rpc.connections.open', {}, 1)
    meter.count('rpc.connections.open', {}, 1)
    meter.count('rpc.connections.open', {}, -1)
    meter.time('fold.duration', { from: 'start' }, 1)
    meter.time('fold.duration', { from: 'start' }, 7)
    meter.time('fold.duration', { from: 'start' }, 60_000)
    expect(prometheusText(meter)).to.equal(
      `# HELP unroll_fold_duration_seconds Folding one thread: from its start, from its checkpoint, or again because its files are others now.
# TYPE unroll_fold_duration_seconds histogram
unroll_fold_duration_seconds_bucket{from="start",le="0.001"} 1
unroll_fold_duration_seconds_bucket{from="start",le="0.0025"} 1
unroll_fold_duration_seconds_bucket{from="start",le="0.005"} 1
unroll_fold_duration_seconds_bucket{from="start",le="0.01"} 2
unroll_fold_duration_seconds_bucket{from="start",le="0.025"} 2
unroll_fold_duration_seconds_bucket{from="start",le="0.05"} 2
unroll_fold_duration_seconds_bucket{from="start",le="0.1"} 2
unroll_fold_duration_seconds_bucket{from="start",le="0.25"} 2
unroll_fold_duration_seconds_bucket{from="start",le="0.5"} 2
unroll_fold_duration_seconds_bucket{from="start",le="1"} 2
unroll_fold_duration_seconds_bucket{from="start",le="2.5"} 2
unroll_fold_duration_seconds_bucket{from="start",le="5"} 2
unroll_fold_duration_seconds_bucket{from="start",le="10"} 2
unroll_fold_duration_seconds_bucket{from="start",le="30"} 2
unroll_fold_duration_seconds_bucket{from="start",le="+Inf"} 3
unroll_fold_duration_seconds_sum{from="start"} 60.008
unroll_fold_duration_seconds_count{from="start"} 3
# HELP unroll_append_lines_total Lines appended to rollouts.
# TYPE unroll_append_lines_total counter
unroll_append_lines_total 3
# HELP unroll_rpc_connections_open Clients that are connected.
# TYPE unroll_rpc_connections_open gauge
unroll_rpc_connections_open 1
`
    )
  })

  it('are nothing before anything was told', () => {
    expect(prometheusText(createMeter())).to.equal('')
  })

  it('escape what would end a label', () => {
    const meter = createMeter()
    const method = 'a"b\\c\nd'
    meter.time('rpc.request.duration', { method, outcome: 'ok' }, 5)
    const [family] = [...parsePrometheus(prometheusText(meter)).values()]
    expect(family?.samples[0]?.labels).to.deep.equal({ method, outcome: 'ok', le: '0.001' })
  })

  it('keep the rules of the format, whatever is told of whatever there is', () => {
    const meter = createMeter()
    const tell = { count: meter.count as never, time: meter.time as never } as {
      readonly count: (name: string, labels: object, by: number) => void
      readonly time: (name: string, labels: object, durationMs: number) => void
    }
    for (const [name, { kind, labels }] of Object.entries<Metric>(METRICS))
      for (let n = 0; n < 5; n++) {
        const chosen = Object.fromEntries(
          Object.entries(labels).map(([label, values]) => [
            label,
            values === null ? `thread/${n}` : (values[n % values.length] ?? '')
          ])
        )
        if (kind === 'duration') tell.time(name, chosen, 3 ** n)
        else tell.count(name, chosen, n + 1)
      }
    const families = parsePrometheus(prometheusText(meter))
    const expected = Object.entries<Metric>(METRICS).map(([name, metric]) => [
      prometheusName(name, metric),
      { counter: 'counter', level: 'gauge', duration: 'histogram' }[metric.kind],
      metric.help
    ])
    expect([...families].map(([name, { type, help }]) => [name, type, help])).to.deep.equal(
      expected
    )
    for (const [name, family] of families)
      if (family.type === 'histogram') expectHistogram(name, family)
  })
})

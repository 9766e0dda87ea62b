/**
 * A meter as text for Prometheus: exposition format 0.0.4.
 *
 * Names follow OpenTelemetry's rules for Prometheus: dots become underscores, counters end in `_total`, and durations are
 * in seconds and say so.
 */
import type { Metric } from '../../replay/metrics.ts'
import { BUCKETS_MS, type Meter, type MetricReading, type Series } from './meter.ts'

/** What `/metrics` calls its answer. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const TYPES = { counter: 'counter', level: 'gauge', duration: 'histogram' } as const
const SUFFIXES = { counter: '_total', level: '', duration: '_seconds' } as const

/** A name of the catalogue as Prometheus knows it. */
export const prometheusName = (name: string, { kind }: Pick<Metric, 'kind'>): string =>
  `unroll_${name.replaceAll('.', '_')}${SUFFIXES[kind]}`

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')

const labelled = (name: string, labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`)
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`
}

const samplesOf = (name: string, { labels, value }: Series): ReadonlyArray<string> => {
  if (typeof value === 'number') return [`${labelled(name, labels)} ${value}`]
  let below = 0
  const buckets = value.buckets.map((count, at) => {
    below += count
    const bound = BUCKETS_MS[at]
    const le = bound === undefined ? '+Inf' : String(bound / 1000)
    return `${labelled(`${name}_bucket`, { ...labels, le })} ${below}`
  })
  return [
    ...buckets,
    `${labelled(`${name}_sum`, labels)} ${value.sumMs / 1000}`,
    `${labelled(`${name}_count`, labels)} ${value.count}`
  ]
}

const linesOf = ({ name, metric, series }: MetricReading): ReadonlyArray<string> => {
  const full = prometheusName(name, metric)
  const help = metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} ${TYPES[metric.kind]}`,
    ...series.flatMap((one) => samplesOf(full, one))
  ]
}

/** What a meter holds now; empty when nothing was counted yet. */
export const prometheusText = (meter: Pick<Meter, 'read'>): string =>
  meter
    .read()
    .flatMap(linesOf)
    .map((line) => `${line}\n`)
    .join('')

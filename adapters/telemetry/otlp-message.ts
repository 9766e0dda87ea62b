/**
 * A meter as a message of OTLP 1.x in JSON: `ExportMetricsServiceRequest`. All sums are cumulative, so that a message that
 * is lost costs nothing but time. Numbers of 64 bits are strings, as JSON of protocol buffers has them.
 */
import { BUCKETS_MS, type Meter, type MetricReading, type Series } from './meter.ts'

/** Who sends, and since when it counts. */
export interface OtlpSender {
  readonly resource: Readonly<Record<string, string>>
  readonly version: string
  readonly startedAtMs: number
}

const CUMULATIVE = 2

const attributes = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))

const nanoseconds = (ms: number): string => `${Math.round(ms)}000000`

const pointOf = ({ labels, value }: Series, startedAtMs: number, nowMs: number) => {
  const place = {
    attributes: attributes(labels),
    startTimeUnixNano: nanoseconds(startedAtMs),
    timeUnixNano: nanoseconds(nowMs)
  }
  if (typeof value === 'number') return { ...place, asInt: String(value) }
  return {
    ...place,
    count: String(value.count),
    sum: value.sumMs / 1000,
    bucketCounts: value.buckets.map(String),
    explicitBounds: BUCKETS_MS.map((bound) => bound / 1000)
  }
}

const metricOf = ({ name, metric, series }: MetricReading, startedAtMs: number, nowMs: number) => {
  const dataPoints = series.map((one) => pointOf(one, startedAtMs, nowMs))
  const head = { name: `unroll.${name}`, description: metric.help }
  const aggregationTemporality = CUMULATIVE
  if (metric.kind === 'duration')
    return { ...head, unit: 's', histogram: { aggregationTemporality, dataPoints } }
  const isMonotonic = metric.kind === 'counter'
  return { ...head, unit: '1', sum: { aggregationTemporality, isMonotonic, dataPoints } }
}

/** What a meter holds at a time of the wall clock, as text. */
export const otlpMessage = (
  meter: Pick<Meter, 'read'>,
  sender: OtlpSender,
  nowMs: number
): string =>
  JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: attributes(sender.resource) },
        scopeMetrics: [
          {
            scope: { name: 'unroll', version: sender.version },
            metrics: meter.read().map((one) => metricOf(one, sender.startedAtMs, nowMs))
          }
        ]
      }
    ]
  })

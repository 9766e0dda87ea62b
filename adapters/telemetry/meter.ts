/**
 * The sink that adds up: counters, levels and distributions over fixed buckets, in memory, for as long as the process
 * lives. What it holds can be read as often as one likes, by people and by collectors.
 */
import { METRICS, type Metric, type MetricName } from '../../replay/metrics.ts'
import type { Telemetry } from '../../replay/telemetry.ts'

/** Upper bounds of the buckets of every duration, in milliseconds, the bound included. */
export const BUCKETS_MS: ReadonlyArray<number> = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000
]

/** The times of one series. */
export interface Distribution {
  readonly count: number
  readonly sumMs: number
  /** How many fell into each bucket alone; one more than there are bounds. */
  readonly buckets: ReadonlyArray<number>
}

/** What one combination of labels has come to. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | Distribution
}

/** A metric of which something was told. */
export interface Reading {
  readonly name: MetricName
  readonly metric: Metric
  readonly series: ReadonlyArray<Series>
}

/** A sink, and what it holds. */
export interface Meter extends Telemetry {
  /** Every metric of the catalogue that has been told, in the order of the catalogue. */
  readonly read: () => ReadonlyArray<Reading>
}

interface Times {
  count: number
  sumMs: number
  readonly buckets: Array<number>
}

interface Cell {
  readonly labels: Readonly<Record<string, string>>
  total: number
  readonly times: Times | null
}

const bucketOf = (durationMs: number): number => {
  const at = BUCKETS_MS.findIndex((bound) => durationMs <= bound)
  return at === -1 ? BUCKETS_MS.length : at
}

const seriesOf = ({ labels, total, times }: Cell): Series => ({
  labels,
  value: times === null ? total : { ...times, buckets: [...times.buckets] }
})

/** An empty meter over a clock. */
export const createMeter = (nowMs: () => number = () => performance.now()): Meter => {
  const cells = new Map<MetricName, Map<string, Cell>>()
  const cellOf = (name: MetricName, given: unknown): Cell => {
    const labels = given as Readonly<Record<string, string>>
    let ofName = cells.get(name)
    if (ofName === undefined) cells.set(name, (ofName = new Map<string, Cell>()))
    const metric: Metric = METRICS[name]
    let key = ''
    for (const label in metric.labels) key += `${labels[label] ?? ''}\n`
    const known = ofName.get(key)
    if (known !== undefined) return known
    const times =
      metric.kind === 'duration'
        ? { count: 0, sumMs: 0, buckets: new Array<number>(BUCKETS_MS.length + 1).fill(0) }
        : null
    const cell: Cell = { labels: { ...labels }, total: 0, times }
    ofName.set(key, cell)
    return cell
  }
  return {
    nowMs,
    count: (name, labels, by = 1) => void (cellOf(name, labels).total += by),
    time: (name, labels, durationMs) => {
      const { times } = cellOf(name, labels)
      if (times === null) return
      const at = bucketOf(durationMs)
      times.count += 1
      times.sumMs += durationMs
      times.buckets[at] = (times.buckets[at] ?? 0) + 1
    },
    read: () =>
      (Object.keys(METRICS) as ReadonlyArray<MetricName>).flatMap((name) => {
        const series = [...(cells.get(name)?.values() ?? [])].map(seriesOf)
        return series.length === 0 ? [] : [{ name, metric: METRICS[name], series }]
      })
  }
}

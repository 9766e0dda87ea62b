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

/** A metric that has values. */
export interface MetricReading {
  readonly name: MetricName
  readonly metric: Metric
  readonly series: ReadonlyArray<Series>
}

/** A sink, and what it holds. */
export interface Meter extends Telemetry {
  /** Every metric of the catalogue that has values, in the order of the catalogue. */
  readonly read: () => ReadonlyArray<MetricReading>
}

interface MeterTimes {
  count: number
  sumMs: number
  readonly buckets: Array<number>
}

interface Cell {
  readonly labels: Readonly<Record<string, string>>
  total: number
  readonly times: MeterTimes | null
}

interface MetricCells {
  readonly isTimed: boolean
  readonly labelNames: ReadonlyArray<string>
  readonly cells: Map<string, Cell>
}

const bucketOf = (durationMs: number): number => {
  let at = 0
  while (at < BUCKETS_MS.length && durationMs > (BUCKETS_MS[at] ?? 0)) at += 1
  return at
}

const seriesOf = ({ labels, total, times }: Cell): Series => ({
  labels,
  value: times === null ? total : { ...times, buckets: [...times.buckets] }
})

/** `performance.now` makes Node load its performance hooks; this clock needs none. */
const systemNowMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** An empty meter over a clock. */
export const createMeter = (nowMs: () => number = systemNowMs): Meter => {
  const kept = new Map<string, MetricCells>(
    Object.entries<Metric>(METRICS).map(([name, { kind, labels }]) => [
      name,
      { isTimed: kind === 'duration', labelNames: Object.keys(labels), cells: new Map() }
    ])
  )
  const cellOf = (name: MetricName, given: unknown): Cell => {
    const labels = given as Readonly<Record<string, string>>
    const { isTimed, labelNames, cells } = kept.get(name) as MetricCells
    let key = ''
    for (const label of labelNames) key += `${labels[label] ?? ''}\n`
    const known = cells.get(key)
    if (known !== undefined) return known
    const buckets = new Array<number>(BUCKETS_MS.length + 1).fill(0)
    const times = isTimed ? { count: 0, sumMs: 0, buckets } : null
    const cell: Cell = { labels: { ...labels }, total: 0, times }
    cells.set(key, cell)
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
        const series = [...(kept.get(name)?.cells.values() ?? [])].map(seriesOf)
        return series.length === 0 ? [] : [{ name, metric: METRICS[name], series }]
      })
  }
}

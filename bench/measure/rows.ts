/**
 * Figures, and what is computed from them.
 */
import { UNROLL } from './servers.ts'

/** One line of the report. Samples at the same place of two servers were taken one right after the other. */
export interface Row {
  readonly suite: string
  readonly name: string
  readonly unit: 'ms' | 'MB' | 'times'
  /** Server to samples. */
  readonly samples: Record<string, number[]>
  /** Server to the reason there is no figure. */
  readonly notes: Record<string, string>
}

/** A row without figures yet. */
export const emptyRow = (suite: string, name: string, unit: Row['unit']): Row => ({
  suite,
  name,
  unit,
  samples: {},
  notes: {}
})

/** Adds a sample. */
export const addSample = ({ samples }: Row, server: string, value: number): void => {
  ;(samples[server] ??= []).push(value)
}

/** Middle value, the mean of two where there are two; null of nothing. */
export const median = (values: ReadonlyArray<number>): number | null => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const high = sorted[half]
  if (high === undefined) return null
  return sorted.length % 2 === 1 ? high : ((sorted[half - 1] ?? high) + high) / 2
}

/** The figure of a server: the median, or for memory the most. */
export const figureOf = ({ unit, samples }: Row, server: string): number | null => {
  const values = samples[server] ?? []
  return unit === 'MB' && values.length > 0 ? Math.max(...values) : median(values)
}

/** How many times the peer's figure unroll's is: the median over pairs taken together. */
export const ratioTo = (row: Row, peer: string): number | null => {
  if (row.unit === 'times') return null // each is a ratio within its server already
  const own = figureOf(row, UNROLL)
  const other = figureOf(row, peer)
  if (own === null || other === null) return null
  if (row.unit === 'MB') return own / other
  const theirs = row.samples[peer] ?? []
  const ours = (row.samples[UNROLL] ?? []).slice(0, theirs.length)
  return median(ours.map((value, index) => value / (theirs[index] ?? NaN)))
}

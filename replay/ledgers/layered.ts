/**
 * Rows in memory laid over the index, to be read like it: for what a question finds beside what is folded.
 */
import { compareKeys } from '../catch-up/overlay.ts'
import type { RowKey } from '../../projections/projection.ts'
import type { Index } from '../ports.ts'

export type IndexReader = Pick<Index, 'get' | 'range' | 'keys'>

export type IndexRow = readonly [key: RowKey, value: unknown]

export const layered = (index: IndexReader, rows: ReadonlyArray<IndexRow>): IndexReader => {
  if (rows.length === 0) return index
  const sorted = [...rows].sort(([a], [b]) => compareKeys(a, b))
  const byKey = new Map(rows.map(([key, value]) => [JSON.stringify(key), value]))
  const between = (from: RowKey, until: RowKey): ReadonlyArray<IndexRow> =>
    sorted.filter(([key]) => compareKeys(from, key) <= 0 && compareKeys(key, until) < 0)
  return {
    get: (key) => byKey.get(JSON.stringify(key)) ?? index.get(key),
    range: (from, until, limit, reverse) => {
      const stored = index.range(from, until, limit, reverse)
      const mine = between(from, until)
      if (mine.length === 0) return stored
      const all = [...stored, ...mine].sort(([a], [b]) => compareKeys(a, b))
      return (reverse ? all.reverse() : all).slice(0, limit)
    },
    keys: (from, until) => {
      const mine = between(from, until).map(([key]) => key)
      return mine.length === 0
        ? index.keys(from, until)
        : [...index.keys(from, until), ...mine].sort(compareKeys)
    }
  }
}

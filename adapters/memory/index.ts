/**
 * An index in memory: what tests and throw-away readers use, and the plainest statement of what an index does.
 */
import * as E from 'fp-ts/lib/Either.js'
import { compareKeys } from '../../replay/overlay.ts'
import type { Index } from '../../replay/ports.ts'
import type { RowKey } from '../../projections/projection.ts'

interface Row {
  readonly key: RowKey
  readonly json: string
}

/** Place of the first row whose key is not before `key`. */
const lowerBound = (rows: ReadonlyArray<Row>, key: RowKey): number => {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys((rows[middle] as Row).key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** An empty index. */
export const memoryIndex = (): Index => {
  let rows: Array<Row> = []
  let generation = 0
  const find = (key: RowKey): Row | null => {
    const row = rows[lowerBound(rows, key)]
    return row !== undefined && compareKeys(row.key, key) === 0 ? row : null
  }
  const read = (key: RowKey): unknown => {
    const row = find(key)
    return row === null ? undefined : JSON.parse(row.json)
  }
  return {
    get: read,
    range: (from, until, limit, reverse) => {
      const part = rows.slice(lowerBound(rows, from), lowerBound(rows, until))
      const ordered = reverse ? part.reverse() : part
      return ordered
        .slice(0, limit)
        .map((row) => [row.key, JSON.parse(row.json) as unknown] as const)
    },
    commit: (writes, expected) => () => {
      const moved = expected.some(
        ({ key, value }) => (find(key)?.json ?? 'null') !== JSON.stringify(value)
      )
      if (moved) return Promise.resolve(E.right('moved' as const))
      const byKey = new Map(rows.map((row) => [JSON.stringify(row.key), row]))
      for (const { key, value } of writes) {
        if (value === null) byKey.delete(JSON.stringify(key))
        else byKey.set(JSON.stringify(key), { key, json: JSON.stringify(value) })
      }
      rows = [...byKey.values()].sort((a, b) => compareKeys(a.key, b.key))
      generation += 1
      return Promise.resolve(E.right('committed' as const))
    },
    generation: () => generation,
    clear: () => () => {
      rows = []
      generation += 1
      return Promise.resolve(E.right(undefined))
    },
    close: () => Promise.resolve()
  }
}

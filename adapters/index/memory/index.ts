/**
 * An index in memory: what tests and throw-away readers use, and the plainest statement of what an index does.
 */
import * as E from 'fp-ts/lib/Either.js'
import { compareKeys } from '../../../replay/catch-up/overlay.ts'
import type { Index } from '../../../replay/ports.ts'
import type { RowKey } from '../../../projections/projection.ts'

interface MemoryRow {
  readonly key: RowKey
  readonly json: string
}

/** Place of the first row whose key is not before `key`. */
const lowerBound = (rows: ReadonlyArray<MemoryRow>, key: RowKey): number => {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys((rows[middle] as MemoryRow).key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** An empty index. Rows are put in order when a range is asked for, not at every commit. */
export const memoryIndex = (): Index => {
  const rows = new Map<string, MemoryRow>()
  let ordered: ReadonlyArray<MemoryRow> | null = null
  let generation = 0
  let epoch = 0
  const inOrder = (): ReadonlyArray<MemoryRow> => {
    ordered ??= [...rows.values()].sort((a, b) => compareKeys(a.key, b.key))
    return ordered
  }
  const get = (key: RowKey): unknown => {
    const row = rows.get(JSON.stringify(key))
    return row === undefined ? undefined : JSON.parse(row.json)
  }
  return {
    get,
    getMany: (keys) => keys.map(get),
    ahead: () => Promise.resolve(),
    range: (from, until, limit, reverse) => {
      const all = inOrder()
      const low = lowerBound(all, from)
      const high = Math.max(low, lowerBound(all, until))
      const count = Math.min(limit, high - low)
      const part = reverse ? all.slice(high - count, high).reverse() : all.slice(low, low + count)
      return part.map((row) => [row.key, JSON.parse(row.json) as unknown] as const)
    },
    keys: (from, until) => {
      const all = inOrder()
      return all.slice(lowerBound(all, from), lowerBound(all, until)).map(({ key }) => key)
    },
    commit: (writes, expected) => async () => {
      const moved = expected.some(
        ({ key, json }) => (rows.get(JSON.stringify(key))?.json ?? null) !== json
      )
      if (moved) return E.right('moved' as const)
      for (const { key, json } of writes) {
        if (json === null) rows.delete(JSON.stringify(key))
        else rows.set(JSON.stringify(key), { key, json })
      }
      ordered = null
      generation += 1
      return E.right('committed' as const)
    },
    generation: () => generation,
    epoch: () => epoch,
    clear: () => async () => {
      epoch += 1
      rows.clear()
      ordered = null
      generation += 1
      return E.right(undefined)
    },
    close: () => Promise.resolve()
  }
}

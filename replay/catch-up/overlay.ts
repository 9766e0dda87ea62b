/**
 * Rows as a fold sees them: the index with the writes of this run laid over it, in key order.
 */
import type { RowKey, Rows, RowWrite } from '../../projections/projection.ts'
import type { Index, StoredRow } from '../ports.ts'

export interface Overlay extends Rows {
  readonly put: (writes: ReadonlyArray<RowWrite>) => void
  readonly size: () => number
  /** The pending writes, which are then no longer pending. */
  readonly take: () => ReadonlyArray<StoredRow>
}

export const toStored = ({ key, value }: RowWrite): StoredRow => ({
  key,
  json: value === null ? null : JSON.stringify(value)
})

/** A key as text; lengths tell where its parts end. */
const keyText = (key: RowKey): string => {
  let text = ''
  for (const part of key) text += typeof part === 'number' ? `#${part};` : `${part.length}:${part}`
  return text
}

/** Order of keys: part by part, numbers before strings; a prefix comes before what it begins. */
export const compareKeys = (a: RowKey, b: RowKey): number => {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const left = a[i] as string | number
    const right = b[i] as string | number
    if (left === right) continue
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1
    return left < right ? -1 : 1
  }
  return a.length - b.length
}

const beginsWith = (key: RowKey, prefix: RowKey): boolean =>
  key.length >= prefix.length && prefix.every((part, i) => key[i] === part)

/** Keys that begin with a prefix end before this one. */
export const afterPrefix = (prefix: RowKey): RowKey => [...prefix, '\u{10ffff}']

/** Rows of an index whose keys begin with a prefix. */
export const rowsUnder = (
  index: Pick<Index, 'range'>,
  prefix: RowKey,
  limit = Infinity,
  reverse = false
): ReturnType<Index['range']> => index.range(prefix, afterPrefix(prefix), limit, reverse)

/** Folds look for rows by the first parts of longer keys: table, stream, turn id. */
const GROUP_PARTS = 3

/** An index without rows, for who folds beside the index. */
export const NO_ROWS = {
  get: () => undefined,
  range: () => [],
  keys: () => []
} satisfies Pick<Index, 'get' | 'range' | 'keys'>

export const overlay = (index: Pick<Index, 'get' | 'range'>): Overlay => {
  let pending = new Map<string, RowWrite>()
  // Rows that are looked for by a part of their key, by that part.
  let groups = new Map<string, Map<string, RowWrite>>()
  const grouped = (prefix: RowKey): Iterable<RowWrite> =>
    prefix.length === GROUP_PARTS ? (groups.get(keyText(prefix))?.values() ?? []) : pending.values()
  return {
    get: (key) => {
      const write = pending.get(keyText(key))
      return write === undefined ? index.get(key) : (write.value ?? undefined)
    },
    scan: (prefix, limit) => {
      const mine = [...grouped(prefix)].filter(({ key }) => beginsWith(key, prefix))
      const stored = index.range(prefix, afterPrefix(prefix), limit + mine.length, false)
      if (mine.length === 0) return stored
      const rows: Array<readonly [RowKey, unknown]> = stored.filter(
        ([key]) => !pending.has(keyText(key))
      )
      for (const { key, value } of mine) if (value !== null) rows.push([key, value])
      return rows.sort(([a], [b]) => compareKeys(a, b)).slice(0, limit)
    },
    put: (writes) => {
      for (const write of writes) {
        const text = keyText(write.key)
        pending.set(text, write)
        if (write.key.length <= GROUP_PARTS) continue
        const part = keyText(write.key.slice(0, GROUP_PARTS))
        const group = groups.get(part)
        if (group === undefined) groups.set(part, new Map([[text, write]]))
        else group.set(text, write)
      }
    },
    size: () => pending.size,
    take: () => {
      const writes = [...pending.values()].map(toStored)
      pending = new Map()
      groups = new Map()
      return writes
    }
  }
}

/**
 * Turns that rollbacks took back, beside the rows of the live ones (`projections/turns.ts`):
 *
 *   [turns.taken, streamId, n]                 -> TakenRow   n is its place among all turns, live ones and these
 *   [turns.taken.id, streamId, turn id, n]     -> 1          finds one by id
 *   [turns.taken.stretch, streamId, place]     -> TakenStretchRow those that stand before the live turn of that place
 *   [turns.taken.newest, streamId]             -> place      of the last stretch
 *
 * A turn keeps its place among all turns whatever is taken back around it, so each is written once. A rollback that reaches
 * further back joins stretches: what it costs was paid when they were made.
 */
import type { LinePlace } from '../domain/thread/items/item-list.ts'
import type { TurnRow, TurnSummary } from '../domain/thread/turns/turn-state.ts'
import { deletesUnder, type RowKey, type Rows, type RowWrite } from './projection.ts'

/** A turn that was taken back, as it was. */
export interface TakenRow {
  readonly row: TurnRow
  readonly summary: TurnSummary
}

/** Turns that were taken back and have no live turn between them. */
export interface TakenStretchRow {
  /** The live turn they stand before. */
  readonly before: number
  /** How many were taken back that stand before these. */
  readonly earlier: number
  readonly count: number
  /** Where the last rollback began that made it. */
  readonly first: LinePlace | null
  /** `before` of the stretch that comes before it; null for the first. */
  readonly previous: number | null
}

/** The rows of a stream, and where they are. */
interface Around {
  readonly rows: Rows
  readonly table: string
  readonly streamId: string
}

export const takenTable = (table: string): string => `${table}.taken`
export const stretchTable = (table: string): string => `${takenTable(table)}.stretch`
export const takenIdPrefix = (table: string, streamId: string, idKey: string): RowKey => [
  `${takenTable(table)}.id`,
  streamId,
  idKey
]

const takenKey = ({ table, streamId }: Around, n: number): RowKey => [
  takenTable(table),
  streamId,
  n
]
const stretchKey = ({ table, streamId }: Around, before: number): RowKey => [
  stretchTable(table),
  streamId,
  before
]
const newestKey = ({ table, streamId }: Around): RowKey => [`${takenTable(table)}.newest`, streamId]

const stretchAt = (around: Around, before: number | null): TakenStretchRow | null =>
  before === null
    ? null
    : ((around.rows.get(stretchKey(around, before)) as TakenStretchRow | undefined) ?? null)

const newestOf = (around: Around): TakenStretchRow | null =>
  stretchAt(around, (around.rows.get(newestKey(around)) as number | undefined) ?? null)

const startOf = ({ row }: TakenRow): LinePlace | null => {
  const [first] = row.ranges
  return first === undefined ? null : { segment: first.segment, offset: first.from }
}

const putStretch = (around: Around, stretch: TakenStretchRow): ReadonlyArray<RowWrite> => [
  { key: stretchKey(around, stretch.before), value: stretch },
  { key: newestKey(around), value: stretch.before }
]

/** Takes the newest live turns back, the first of which has the place `from`. */
export const takeBack = (
  around: Around,
  from: number,
  dropped: ReadonlyArray<TakenRow>,
  idKey: (turnId: string) => string
): ReadonlyArray<RowWrite> => {
  const writes: Array<RowWrite> = []
  const joined: Array<TakenStretchRow> = []
  let below = newestOf(around)
  for (; below !== null && below.before > from; below = stretchAt(around, below.previous)) {
    joined.unshift(below)
    writes.push({ key: stretchKey(around, below.before), value: null })
  }
  const isSame = below?.before === from
  const earlier = below === null ? 0 : below.earlier + below.count
  let between = earlier
  let next = 0
  for (const [at, taken] of dropped.entries()) {
    for (; (joined[next]?.before ?? Infinity) <= from + at; next++)
      between += joined[next]?.count ?? 0
    const n = from + at + between
    writes.push({ key: takenKey(around, n), value: taken })
    const prefix = takenIdPrefix(around.table, around.streamId, idKey(taken.row.id))
    writes.push({ key: [...prefix, n], value: 1 })
  }
  const added = joined.reduce((sum, { count }) => sum + count, dropped.length)
  const first = dropped[0] === undefined ? null : startOf(dropped[0])
  const stretch =
    isSame && below !== null
      ? { ...below, count: below.count + added, first }
      : { before: from, earlier, count: added, first, previous: below?.before ?? null }
  return [...writes, ...putStretch(around, stretch)]
}

/** Forgets what stands behind the `live` turns from a line on: copies of all of it follow. */
export const bringBack = (
  around: Around,
  live: number,
  given: LinePlace | null,
  idKey: (turnId: string) => string
): ReadonlyArray<RowWrite> => {
  const stretch = newestOf(around)
  const first = given ?? stretch?.first ?? null
  if (stretch === null || stretch.before !== live || first === null) return []
  const rowAt = (n: number) => around.rows.get(takenKey(around, n)) as TakenRow | undefined
  const isReached = (n: number): boolean => {
    const row = rowAt(n)
    const start = row === undefined ? null : startOf(row)
    if (start === null) return true
    return start.segment === first.segment
      ? start.offset >= first.offset
      : start.segment > first.segment
  }
  const lowest = live + stretch.earlier
  let [low, high] = [lowest, lowest + stretch.count]
  const end = high
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isReached(middle)) high = middle
    else low = middle + 1
  }
  const writes: Array<RowWrite> = []
  for (let n = low; n < end; n++) {
    writes.push({ key: takenKey(around, n), value: null })
    const id = rowAt(n)?.row.id
    if (id === undefined) continue
    const prefix = takenIdPrefix(around.table, around.streamId, idKey(id))
    writes.push({ key: [...prefix, n], value: null })
  }
  if (low > lowest)
    return [...writes, ...putStretch(around, { ...stretch, count: low - lowest, first: null })]
  return [
    ...writes,
    { key: stretchKey(around, live), value: null },
    { key: newestKey(around), value: stretch.previous }
  ]
}

/** Forgets all of a stream that has any. */
export const forgetAnyTaken = (around: Around): ReadonlyArray<RowWrite> =>
  around.rows.get(newestKey(around)) === undefined ? [] : forgetTaken(around)

/** Forgets all of a stream. */
export const forgetTaken = ({ rows, table, streamId }: Around): ReadonlyArray<RowWrite> =>
  deletesUnder(
    rows,
    [takenTable(table), streamId],
    [`${takenTable(table)}.id`, streamId],
    [stretchTable(table), streamId],
    [`${takenTable(table)}.newest`, streamId]
  )

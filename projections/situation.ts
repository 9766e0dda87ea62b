/**
 * Read model `<group>-situation`: what the read models of a ledger are given with every event, derived once for all of a group.
 *
 *   [<group>-situation, streamId, n]                         -> Row[]   live turns n*16 to n*16+15 but the open one, oldest first
 *   [<group>-situation.id, streamId, turn id, place]         -> 1       finds one by its id, where ids do not grow with the place
 *
 * Ids of turns grow with time as a rule, so a turn is looked for among those that do by halving; odd ones have a row by their id.
 */
import type { RecordedEvent } from '../domain/log/event.ts'
import type { EVERY_LINE, Needs } from '../domain/log/needs.ts'
import type { Profile } from '../domain/log/profile.ts'
import { isOver, type LiveTurns, type TurnChange } from '../domain/thread/turns/lifecycle.ts'
import {
  countsInOrder,
  greatestAfter,
  initialSituation,
  situate,
  type SITUATE_NEEDS,
  type SituatedEvent,
  type SituatedLine,
  type Situation
} from '../domain/thread/turns/situate.ts'
import {
  deletesUnder,
  NO_WRITES,
  perStream,
  type Projection,
  type RowKey,
  type Rows,
  type RowWrite,
  type Surroundings
} from './projection.ts'
import { turnIdKey } from './turns.ts'

/**
 * A turn; without an id where only counting every event could tell it. The last member only where its id is not greater than all before it that count: then the greatest of these. Read so, what is
 * last grows with the place.
 */
type Row = readonly [id: string | null, segment: number, over: 0 | 1, greatest?: string]

/** Turns in a row of the index. */
const TURNS_PER_ROW = 16

const rowKey = (table: string, streamId: string, place: number): RowKey => [
  table,
  streamId,
  Math.floor(place / TURNS_PER_ROW)
]

const idPrefix = (table: string, streamId: string, id: string): RowKey => [
  `${table}.id`,
  streamId,
  turnIdKey(id)
]

const rowsAround = (rows: Rows, table: string, streamId: string, place: number) =>
  rows.get(rowKey(table, streamId, place)) as ReadonlyArray<Row> | undefined

const rowAt = (rows: Rows, table: string, streamId: string, place: number): Row | null =>
  rowsAround(rows, table, streamId, place)?.[place % TURNS_PER_ROW] ?? null

/** The place of a turn whose id is greater than all before it; null for another. */
const placeInOrder = (id: string, at: (place: number) => Row | null): number | null => {
  let end = 1
  while (at(end - 1) !== null) end *= 2
  let from = 0
  while (from < end) {
    const middle = (from + end) >> 1
    const row = at(middle)
    if (row === null || (row[3] ?? row[0] ?? '') >= id) end = middle
    else from = middle + 1
  }
  const row = at(from)
  return row !== null && row[3] === undefined && row[0] === id ? from : null
}

const liveTurns = ({ rows, table }: Surroundings, streamId: string): LiveTurns => {
  const at = (place: number): Row | null => rowAt(rows, table, streamId, place)
  return {
    at: (place) => {
      const row = at(place)
      return row === null || row[0] === null
        ? null
        : { id: row[0], segment: row[1], isOver: row[2] === 1 }
    },
    placeOf: (id) => {
      const inOrder = placeInOrder(id, at)
      if (inOrder !== null) return inOrder
      const prefix = idPrefix(table, streamId, id)
      // Odd ids share a key by a small hash, and the row tells which one it is.
      const found = rows.scan(prefix, prefix[2] === id ? 1 : Infinity)
      const places = found.map(([key]) => key[3] as number)
      return places.find((place) => at(place)?.[0] === id) ?? null
    }
  }
}

/** The rows of a stream while one event changes them. */
const editing = ({ rows, table }: Surroundings, streamId: string) => {
  const changed = new Map<number, Array<Row>>()
  const ids: Array<RowWrite> = []
  const chunkAt = (place: number): Array<Row> => {
    const n = Math.floor(place / TURNS_PER_ROW)
    const chunk = changed.get(n) ?? [...(rowsAround(rows, table, streamId, place) ?? [])]
    changed.set(n, chunk)
    return chunk
  }
  const noteId = (row: Row, place: number, value: 1 | null): void => {
    const [id, , , greatest] = row
    if (id !== null && greatest !== undefined)
      ids.push({ key: [...idPrefix(table, streamId, id), place], value })
  }
  const at = (place: number): Row | null => {
    const chunk = changed.get(Math.floor(place / TURNS_PER_ROW))
    return chunk === undefined
      ? rowAt(rows, table, streamId, place)
      : (chunk[place % TURNS_PER_ROW] ?? null)
  }
  const put = (place: number, row: Row): void => {
    chunkAt(place)[place % TURNS_PER_ROW] = row
    noteId(row, place, 1)
  }
  /** Takes away the rows of some places, of which the last is the last of all. */
  const cut = (from: number, until: number): void => {
    for (let place = until - 1; place >= from; place--) {
      const row = at(place)
      if (row === null) continue
      noteId(row, place, null)
      chunkAt(place).length = place % TURNS_PER_ROW
    }
  }
  const writes = (): ReadonlyArray<RowWrite> => {
    const all = [...ids]
    for (const [n, chunk] of changed)
      all.push({ key: [table, streamId, n], value: chunk.length === 0 ? null : chunk })
    return all
  }
  return { at, put, cut, writes }
}

type Editing = ReturnType<typeof editing>

/** The first place of the turns that a change takes away. */
const goneFrom = (change: TurnChange & { readonly op: 'hide' | 'detach' }): number =>
  change.op === 'hide' ? change.from : 0

/** A turn leaves its place, and those behind it close up. */
const closeUp = (rows: Editing, from: number, until: number): void => {
  const moved: Array<Row> = []
  for (let place = from + 1; place < until; place++) {
    const row = rows.at(place)
    if (row !== null) moved.push(row)
  }
  rows.cut(from, until)
  moved.forEach((row, i) => rows.put(from + i, row))
}

const isOrdered = (id: string | null, greatest: string): boolean =>
  id !== null && id > greatest && countsInOrder(id)

/** Makes one change of turns; `greatest` is the greatest id in order before it. */
const apply = (rows: Editing, change: TurnChange, greatest: string): void => {
  switch (change.op) {
    case 'close':
    case 'spill': {
      const { place, turn } = change
      if (place === null) return
      const over = isOver(turn) ? 1 : 0
      const { id, segment } = turn
      return rows.put(
        place,
        isOrdered(id, greatest) ? [id, segment, over] : [id, segment, over, greatest]
      )
    }
    case 'end': {
      const row = change.place === null ? null : rows.at(change.place)
      if (change.place !== null && row !== null)
        rows.put(
          change.place,
          row[3] === undefined ? [row[0], row[1], 1] : [row[0], row[1], 1, row[3]]
        )
      return
    }
    case 'hide':
    case 'detach':
      return rows.cut(goneFrom(change), change.until)
    case 'reopen':
      return closeUp(rows, change.place, change.until)
    case 'open':
    case 'repeat':
    case 'restore':
    case 'item':
    case 'early':
  }
}

const CHANGING: ReadonlySet<TurnChange['op']> = new Set([
  'close',
  'spill',
  'end',
  'hide',
  'detach',
  'reopen'
])

/** What an event changes, without the turns of places that it takes away again. */
const writesOf = (
  changes: ReadonlyArray<TurnChange>,
  before: string,
  around: Surroundings,
  streamId: string
): ReadonlyArray<RowWrite> => {
  if (!changes.some(({ op }) => CHANGING.has(op))) return NO_WRITES
  const gone = changes.find((change) => change.op === 'hide' || change.op === 'detach')
  const from = gone === undefined ? Infinity : goneFrom(gone)
  const rows = editing(around, streamId)
  let greatest = before
  for (const change of changes) {
    const isGone = change.op === 'close' && change.place !== null && change.place >= from
    if (!isGone) apply(rows, change, greatest)
    greatest = greatestAfter(greatest, change)
  }
  return rows.writes()
}

const lookupOf = perStream(liveTurns)

const evolve = <L extends SituatedLine>(
  before: Situation,
  event: RecordedEvent<L>,
  around: Surroundings
): readonly [Situation, ReadonlyArray<RowWrite>, SituatedEvent<L>] => {
  const { streamId } = event
  const [state, situated] = situate(before, event, lookupOf(around, streamId), around.profile)
  const { turnChanges } = situated
  const writes = writesOf(turnChanges, before.greatestId, around, streamId)
  return [state, writes, situated]
}

/** The situations of a group that needs no more of a line than where it stands, or every line. */
export const situationOf = (
  group: string,
  needs: typeof SITUATE_NEEDS | typeof EVERY_LINE
): Omit<Projection<Situation, typeof SITUATE_NEEDS>, 'needs'> & { readonly needs: Needs } => ({
  name: `${group}-situation`,
  version: 2,
  needs,
  initial: (counts) => initialSituation('*' in needs || counts),
  evolve,
  forget: (streamId, { rows, table }) =>
    deletesUnder(rows, [table, streamId], [`${table}.id`, streamId])
})

/** Situates the events of one stream in turn, for a ledger that is folded beside the index. */
export const situating = (
  rows: Rows & { readonly put: (writes: ReadonlyArray<RowWrite>) => void },
  profile: Profile,
  seesAll: boolean
): (<L extends SituatedLine>(event: RecordedEvent<L>) => SituatedEvent<L>) => {
  const around = { rows, profile, table: 'situation' }
  let state = initialSituation(seesAll)
  return (event) => {
    const [next, writes, situated] = evolve(state, event, around)
    state = next
    rows.put(writes)
    return situated
  }
}

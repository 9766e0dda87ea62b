/**
 * Read model `turns`: one row per live turn, but the open one, which is in the state.
 *
 *   [turns, streamId, index]                 -> TurnRow     index 0 is the oldest live turn
 *   [turns.summary, streamId, index]         -> items       first user and last agent message, when small enough
 *   [turns.id, streamId, turn id, index]     -> 1           finds a turn by id; ids may repeat
 *
 * Turns that were taken back are beside them, see `taken-turns.ts`.
 *
 * Serves turn and item pages. Rows hold byte ranges, not items: `full` reads those bytes, `notLoaded` and
 * `summary` never touch the log.
 */
import {
  initialTurns,
  liveTurnOf,
  TURN_NEEDS,
  type TurnLookup,
  type TurnRow,
  type TurnsState,
  type TurnSummary,
  type TurnWrite
} from '../domain/thread/turns/turn-state.ts'
import { evolveTurns } from '../domain/thread/turns/turns.ts'
import {
  deletesUnder,
  NO_WRITES,
  perStream,
  type Projection,
  type RowKey,
  type Rows,
  type RowWrite
} from './projection.ts'

import { bringBack, forgetAnyTaken, forgetTaken, takeBack, type TakenRow } from './taken-turns.ts'

const PLAIN_ID = /^[\w.:-]{1,128}$/

/**
 * A turn id as a key part. Ids come from files and may be anything: odd or long ones share a bucket by a small
 * hash and are told apart by the row.
 */
export const turnIdKey = (turnId: string): string => {
  if (PLAIN_ID.test(turnId)) return turnId
  let hash = 2166136261
  for (let i = 0; i < turnId.length; i++)
    hash = Math.imul(hash ^ turnId.charCodeAt(i), 16777619) >>> 0
  return `#${hash.toString(16)}`
}

const rowKey = (table: string, streamId: string, index: number): RowKey => [table, streamId, index]
const summaryKey = (table: string, streamId: string, index: number): RowKey => [
  `${table}.summary`,
  streamId,
  index
]
/** Keys of the turns with an id begin with this. */
export const turnIdPrefix = (table: string, streamId: string, turnId: string): RowKey => [
  `${table}.id`,
  streamId,
  turnIdKey(turnId)
]

const turnRow = (rows: Rows, table: string, streamId: string, index: number): TurnRow | null =>
  (rows.get(rowKey(table, streamId, index)) as TurnRow | undefined) ?? null

/** Places of the rows with this id, oldest first, at most `limit`. */
export const turnPlaces = (
  rows: Rows,
  table: string,
  streamId: string,
  turnId: string,
  limit: number
): ReadonlyArray<number> => {
  const isPlain = PLAIN_ID.test(turnId)
  const found = rows.scan(turnIdPrefix(table, streamId, turnId), isPlain ? limit : Infinity)
  const places = found.map(([key]) => key[3] as number)
  if (isPlain) return places
  return places
    .filter((place) => turnRow(rows, table, streamId, place)?.id === turnId)
    .slice(0, limit)
}

/** Keys of turns whose id begins with a text; odd and long ids have keys that begin otherwise. */
export const turnIdRange = (
  table: string,
  streamId: string,
  text: string
): readonly [RowKey, RowKey] => [
  [`${table}.id`, streamId, text],
  [`${table}.id`, streamId, `${text}\u{10ffff}`]
]

/** The turns a rollback takes back, as they are or as the same event leaves them. */
const takenBy = (
  { from, until }: { readonly from: number; readonly until: number },
  all: ReadonlyArray<TurnWrite>,
  table: string,
  streamId: string,
  rows: Rows
): ReadonlyArray<TakenRow> => {
  const taken: Array<TakenRow> = []
  for (let index = from; index < until; index++) {
    const put = all.find((write) => write.op === 'put' && write.index === index)
    const row = put?.op === 'put' ? put.row : turnRow(rows, table, streamId, index)
    const kept = rows.get(summaryKey(table, streamId, index)) as TurnSummary | undefined
    const summary = (put?.op === 'put' ? put.summary : undefined) ?? kept ?? null
    if (row !== null) taken.push({ row, summary })
  }
  return taken
}

const writesOf = (
  write: TurnWrite,
  table: string,
  streamId: string,
  rows: Rows,
  all: ReadonlyArray<TurnWrite>
): ReadonlyArray<RowWrite> => {
  const around = { rows, table, streamId }
  if (write.op === 'bring_back') return bringBack(around, write.live, write.first, turnIdKey)
  const put = (index: number, row: TurnRow, summary?: unknown): ReadonlyArray<RowWrite> => [
    { key: rowKey(table, streamId, index), value: row },
    { key: [...turnIdPrefix(table, streamId, row.id), index], value: 1 },
    ...(summary === undefined ? [] : [{ key: summaryKey(table, streamId, index), value: summary }])
  ]
  if (write.op === 'put') return put(write.index, write.row, write.summary)
  // Nothing is taken back where turns leave their places otherwise: what was before is no longer told.
  const changes: Array<RowWrite> =
    write.op === 'take_back'
      ? [...takeBack(around, write.from, takenBy(write, all, table, streamId, rows), turnIdKey)]
      : [...forgetAnyTaken(around)]
  for (let index = write.from; index < write.until; index++) {
    const row = turnRow(rows, table, streamId, index)
    changes.push({ key: rowKey(table, streamId, index), value: null })
    changes.push({ key: summaryKey(table, streamId, index), value: null })
    if (row === null) continue
    changes.push({ key: [...turnIdPrefix(table, streamId, row.id), index], value: null })
    if (write.op !== 'close_up' || index === write.from) continue
    const summary = rows.get(summaryKey(table, streamId, index)) ?? null
    changes.push(...put(index - 1, row, summary))
  }
  return changes
}

/** Writes without the rows that the same event drops again: an open turn that is rolled back never was one. */
const lasting = (writes: ReadonlyArray<TurnWrite>): ReadonlyArray<TurnWrite> => {
  const drops = writes.flatMap((write) =>
    write.op === 'drop' || write.op === 'take_back' ? [write] : []
  )
  return drops.length === 0
    ? writes
    : writes.filter(
        (write) =>
          write.op !== 'put' ||
          !drops.some(({ from, until }) => from <= write.index && write.index < until)
      )
}

const lookupOf = perStream(({ rows, table }, streamId): TurnLookup => ({
  row: (index) => turnRow(rows, table, streamId, index),
  placeOf: (turnId) => turnPlaces(rows, table, streamId, turnId, 1)[0] ?? null,
  at: (index) => liveTurnOf(turnRow(rows, table, streamId, index))
}))

/** The turns of a thread. */
export const turns: Projection<TurnsState, typeof TURN_NEEDS> = {
  name: 'turns',
  version: 11,
  needs: TURN_NEEDS,
  initial: initialTurns,
  evolve: (state, event, around) => {
    const { streamId } = event
    const { profile, rows, table } = around
    const [next, writes] = evolveTurns(state, event, lookupOf(around, streamId), profile)
    return writes.length === 0
      ? [next, NO_WRITES]
      : [next, lasting(writes).flatMap((write) => writesOf(write, table, streamId, rows, writes))]
  },
  forget: (streamId, { rows, table }) => [
    ...deletesUnder(
      rows,
      [table, streamId],
      [`${table}.summary`, streamId],
      [`${table}.id`, streamId]
    ),
    ...forgetTaken({ rows, table, streamId })
  ],
  needsEveryEvent: (state) => state.needsEveryEvent
}

/**
 * Read model `<group>-situation`: what the read models of a ledger are given with every event, derived once for all of a group.
 *
 *   [<group>-situation, streamId, place]                     -> [id, segment, over]   live turns but the open one, oldest first
 *   [<group>-situation.id, streamId, turn id, place]         -> 1                     finds one by its id; ids may repeat
 */
import type { RecordedEvent } from '../domain/log/event.ts'
import type { EVERY_LINE, Needs } from '../domain/log/needs.ts'
import type { Profile } from '../domain/log/profile.ts'
import { isOver, type LiveTurns, type TurnChange } from '../domain/thread/turns/lifecycle.ts'
import {
  initialSituation,
  situate,
  type SITUATE_NEEDS,
  type SituatedEvent,
  type SituatedLine,
  type Situation
} from '../domain/thread/turns/situate.ts'
import {
  deletes,
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

type Row = readonly [id: string, segment: number, over: 0 | 1]

const rowKey = (table: string, streamId: string, place: number): RowKey => [table, streamId, place]
const idPrefix = (table: string, streamId: string, id: string): RowKey => [
  `${table}.id`,
  streamId,
  turnIdKey(id)
]

const rowAt = (rows: Rows, table: string, streamId: string, place: number): Row | null =>
  (rows.get(rowKey(table, streamId, place)) as Row | undefined) ?? null

const liveTurns = ({ rows, table }: Surroundings, streamId: string): LiveTurns => ({
  at: (place) => {
    const row = rowAt(rows, table, streamId, place)
    return row === null ? null : { id: row[0], segment: row[1], isOver: row[2] === 1 }
  },
  placeOf: (id) => {
    const prefix = idPrefix(table, streamId, id)
    // Odd ids share a key by a small hash, and the row tells which one it is.
    const found = rows.scan(prefix, prefix[2] === id ? 1 : Infinity)
    const places = found.map(([key]) => key[3] as number)
    return places.find((place) => rowAt(rows, table, streamId, place)?.[0] === id) ?? null
  }
})

const put = (table: string, streamId: string, place: number, row: Row): ReadonlyArray<RowWrite> => [
  { key: rowKey(table, streamId, place), value: row },
  { key: [...idPrefix(table, streamId, row[0]), place], value: 1 }
]

/** The first place of the turns that a change takes away. */
const goneFrom = (change: TurnChange & { readonly op: 'hide' | 'detach' }): number =>
  change.op === 'hide' ? change.from : 0

/** The row changes of one change of turns. */
const writesOf = (
  change: TurnChange,
  { rows, table }: Surroundings,
  streamId: string
): ReadonlyArray<RowWrite> => {
  switch (change.op) {
    case 'close':
    case 'spill': {
      const { place, turn } = change
      if (place === null || turn.id === null) return []
      return put(table, streamId, place, [turn.id, turn.segment, isOver(turn) ? 1 : 0])
    }
    case 'end': {
      const row = change.place === null ? null : rowAt(rows, table, streamId, change.place)
      if (change.place === null || row === null) return []
      return [{ key: rowKey(table, streamId, change.place), value: [row[0], row[1], 1] }]
    }
    case 'hide':
    case 'detach':
    case 'reopen': {
      const from = change.op === 'reopen' ? change.place : goneFrom(change)
      const writes: Array<RowWrite> = []
      for (let place = from; place < change.until; place++) {
        const row = rowAt(rows, table, streamId, place)
        if (row === null) continue
        writes.push(...deletes(put(table, streamId, place, row).map(({ key }) => key)))
        if (change.op === 'reopen' && place > from)
          writes.push(...put(table, streamId, place - 1, row))
      }
      return writes
    }
    case 'open':
    case 'repeat':
    case 'restore':
    case 'item':
    case 'early':
      return []
  }
}

/** Writes without those of places that the same event takes away again. */
const lasting = (
  changes: ReadonlyArray<TurnChange>,
  around: Surroundings,
  streamId: string
): ReadonlyArray<RowWrite> => {
  const gone = changes.find((change) => change.op === 'hide' || change.op === 'detach')
  const from = gone === undefined ? Infinity : goneFrom(gone)
  return changes.flatMap((change) =>
    change.op === 'close' && change.place !== null && change.place >= from
      ? NO_WRITES
      : writesOf(change, around, streamId)
  )
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
  const writes = turnChanges.length === 0 ? NO_WRITES : lasting(turnChanges, around, streamId)
  return [state, writes, situated]
}

/** The situations of a group that needs no more of a line than where it stands, or every line. */
export const situationOf = (
  group: string,
  needs: typeof SITUATE_NEEDS | typeof EVERY_LINE
): Omit<Projection<Situation, typeof SITUATE_NEEDS>, 'needs'> & { readonly needs: Needs } => ({
  name: `${group}-situation`,
  version: 1,
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

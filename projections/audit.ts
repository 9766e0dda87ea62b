/**
 * Read model `thread_audit`: what happened to a thread. Its streams are files, not threads: what a revert left behind stays.
 *
 *   [thread_audit, file, n]               -> TrailRow   n counts the rows of the file
 *   [thread_audit.time, ms, file, n]      -> 1          the rows of the home by time
 *   [thread_audit.turns, …]               -> as `turns` has them, of legacy files: tells which turns a rollback hid
 *
 * `file` is the id of the segment: the thread's own for its first file.
 */
import { evolveTrail } from '../domain/audit/trail.ts'
import { START_OF_TRAIL, type TrailState } from '../domain/audit/trail-state.ts'
import type { TrailRow } from '../domain/audit/row.ts'
import type { RecordedEvent } from '../domain/events/event.ts'
import { initialTurns, shownOpen, type TurnsState } from '../domain/turns/turn-state.ts'
import type { Projection, RowKey, RowWrite, Surroundings } from './projection.ts'
import { turnRow, turns } from './turns.ts'

/** State of the fold. */
export interface AuditState {
  readonly trail: TrailState
  readonly turns: TurnsState
}

/** Keys of the rows of a file begin with this; their number follows. */
export const trailPrefix = (table: string, file: string): RowKey => [table, file]
/** Keys of the rows by time begin with this; time, file and number follow. */
export const trailTimes = (table: string): RowKey => [`${table}.time`]

const turnsOf = (around: Surroundings): Surroundings => ({
  ...around,
  table: `${around.table}.turns`
})

const evolveLive = (
  state: AuditState,
  event: RecordedEvent,
  around: Surroundings
): readonly [TurnsState, ReadonlyArray<RowWrite>] => {
  // Paginated threads know no rollback.
  if (state.trail.paginated) return [state.turns, []]
  const [next, writes] = turns.evolve(state.turns, event, turnsOf(around))
  // What was said is nobody's business here.
  return [next, writes.filter(({ key }) => !String(key[0]).endsWith('.summary'))]
}

/** Ids of the turns between two states, oldest first. */
const droppedBetween = (
  before: TurnsState,
  after: TurnsState,
  streamId: string,
  around: Surroundings
): ReadonlyArray<string> => {
  const { rows, table } = turnsOf(around)
  const ids: Array<string> = []
  for (let index = after.lifecycle.live; index < before.lifecycle.live; index++) {
    const row = turnRow(rows, table, streamId, index)
    if (row !== null) ids.push(row.id)
  }
  const open = shownOpen(before)
  return open === null || after.lifecycle.live > before.lifecycle.live ? ids : [...ids, open.id]
}

const rowWrites = (
  rows: ReadonlyArray<TrailRow>,
  from: number,
  streamId: string,
  table: string
): ReadonlyArray<RowWrite> =>
  rows.flatMap((row, i) => [
    { key: [...trailPrefix(table, streamId), from + i], value: row },
    { key: [...trailTimes(table), row.orderMs, streamId, from + i], value: 1 }
  ])

/** The audit trail of a file. */
export const threadAudit: Projection<AuditState> = {
  name: 'thread_audit',
  version: 1,
  // Every line is delivered.
  initial: () => ({ trail: START_OF_TRAIL, turns: initialTurns(true) }),
  evolve: (state, event, around) => {
    const { streamId } = event
    const [live, writes] = evolveLive(state, event, around)
    const [trail, rows] = evolveTrail(state.trail, event, () =>
      droppedBetween(state.turns, live, streamId, around)
    )
    const added = rowWrites(rows, state.trail.rows, streamId, around.table)
    return [{ trail, turns: live }, added.length === 0 ? writes : [...writes, ...added]]
  },
  forget: (streamId, around) => {
    const { rows, table } = around
    const own = rows.scan(trailPrefix(table, streamId), Infinity)
    const deletes = own.flatMap(([key, value]) => [
      { key, value: null },
      {
        key: [...trailTimes(table), (value as TrailRow).orderMs, streamId, key[2] ?? 0],
        value: null
      }
    ])
    return [...deletes, ...turns.forget(streamId, turnsOf(around))]
  }
}

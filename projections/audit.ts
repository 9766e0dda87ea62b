/**
 * Read model `thread_audit`: what happened to a thread. Its streams are files, not threads: what a revert left behind stays.
 *
 *   [thread_audit, file, n]               -> TrailRow   n counts the rows of the file
 *   [thread_audit.time, ms, file, n]      -> 1          the rows of the home by time
 *
 * `file` is the id of the segment: the thread's own for its first file.
 */
import { evolveTrail } from '../domain/ledgers/audit/trail.ts'
import { START_OF_TRAIL, type TrailState } from '../domain/ledgers/audit/trail-state.ts'
import type { TrailRow } from '../domain/ledgers/audit/row.ts'
import { EVERY_LINE } from '../domain/log/needs.ts'
import { deletes, type LedgerProjection, type RowKey } from './projection.ts'

/** Keys of the rows of a file begin with this; their number follows. */
export const trailPrefix = (table: string, file: string): RowKey => [table, file]
/** Keys of the rows by time begin with this; time, file and number follow. */
export const trailTimes = (table: string): RowKey => [`${table}.time`]

/** The audit trail of a file. */
export const threadAudit: LedgerProjection<TrailState> = {
  name: 'thread_audit',
  version: 3,
  needs: EVERY_LINE,
  initial: () => START_OF_TRAIL,
  evolve: (state, event, { table }) => {
    const [next, rows] = evolveTrail(state, event)
    const { streamId } = event
    const writes = rows.flatMap((row, i) => [
      { key: [...trailPrefix(table, streamId), state.rows + i], value: row },
      { key: [...trailTimes(table), row.orderMs, streamId, state.rows + i], value: 1 }
    ])
    return [next, writes]
  },
  forget: (streamId, { rows, table }) =>
    rows
      .scan(trailPrefix(table, streamId), Infinity)
      .flatMap(([key, value]) =>
        deletes([key, [...trailTimes(table), (value as TrailRow).orderMs, streamId, key[2] ?? 0]])
      )
}

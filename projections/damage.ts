/**
 * Read model `damage`: one row per line that is not an event.
 *
 *   [damage, streamId, revision] -> { segment, offset, bytes, reason }
 *
 * A bad line stops nothing: the folds pass it over and this table says so.
 */
import type { DamageReason } from '../domain/log/event.ts'
import type { Needs } from '../domain/log/needs.ts'
import { deletesUnder, NO_WRITES, type Projection } from './projection.ts'

/** Damage is noticed in what is read; of what is passed over, a line that swallowed another one is looked for. */
const NEEDS = { glued: 'whole' } as const satisfies Needs

/** Where a bad line stands and why it is not an event. */
export interface DamageRow {
  readonly segment: number
  readonly offset: number
  readonly bytes: number
  readonly reason: DamageReason
}

/** The damaged lines of a thread. */
export const damage: Projection<null, typeof NEEDS> = {
  name: 'damage',
  version: 2,
  needs: NEEDS,
  initial: () => null,
  evolve: () => [null, NO_WRITES],
  damaged: ({ streamId, revision, segment, offset, bytes, reason }, { table }) => [
    {
      key: [table, streamId, revision],
      value: { segment, offset, bytes, reason } satisfies DamageRow
    }
  ],
  forget: (streamId, { rows, table }) => deletesUnder(rows, [table, streamId])
}

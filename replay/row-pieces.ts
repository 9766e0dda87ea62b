/**
 * Rows of the index a piece at a time, with turns for other work between the pieces.
 */
import type { RowKey } from '../projections/projection.ts'
import { afterPrefix } from './catch-up/overlay.ts'
import type { Env } from './catch-up/project.ts'

const ROWS_AT_ONCE = 256
/** What a row costs, as bytes that are read. */
const ROW_COST_BYTES = 4096

/** Rows, in the order of their keys. */
export type RowPiece = ReadonlyArray<readonly [RowKey, unknown]>

/** The rows whose keys begin with these parts. What is committed between two pieces is in the later ones. */
export async function* rowPieces(
  { index, giveWay }: Pick<Env, 'index' | 'giveWay'>,
  prefix: RowKey
): AsyncGenerator<RowPiece> {
  const until = afterPrefix(prefix)
  for (let from = prefix; ;) {
    const rows = index.range(from, until, ROWS_AT_ONCE, false)
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS_AT_ONCE) return
    from = [...last[0], '']
    await giveWay?.(rows.length * ROW_COST_BYTES)
  }
}

/**
 * Long work a piece at a time, with turns for other work between the pieces: rows of the index, and lists in memory.
 */
import type { RowKey } from '../../projections/projection.ts'
import { afterPrefix } from './overlay.ts'
import type { Env } from './project.ts'

const ROWS_AT_ONCE = 256
/** What a row costs, as bytes that are read. */
const ROW_COST_BYTES = 4096

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

const ENTRIES_AT_ONCE = 256
/** What an entry of a list costs, as bytes that are read. */
const ENTRY_COST_BYTES = 2048

export const inPieces = async <A>(
  { giveWay }: Pick<Env, 'giveWay'>,
  entries: ReadonlyArray<A>,
  use: (entry: A) => void
): Promise<void> => {
  for (const [at, entry] of entries.entries()) {
    use(entry)
    if (at % ENTRIES_AT_ONCE === ENTRIES_AT_ONCE - 1)
      await giveWay?.(ENTRIES_AT_ONCE * ENTRY_COST_BYTES)
  }
}

/**
 * Pages in a byte budget: a page ends before the entry that would be too much. Its first entry is always there, shortened
 * when it alone is too much.
 */
import { fitItem, measured, type MeasuredItem } from '../../../domain/thread/budget/fit-item.ts'
import { fitTurn, turnBytes } from '../../../domain/thread/budget/fit-turn.ts'
import { jsonBytes } from '../../../domain/thread/budget/json-size.ts'
import type { ThreadItem, Turn } from '../../../domain/protocol.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import type { Env } from '../../catch-up/project.ts'
import type { ReadLimits } from '../../ports.ts'
import { inPieces } from '../../catch-up/pieces.ts'

/** Texts below this size cost less to read than to cut. */
const TEXT_BYTES_MIN = 4096

/** What a budget is; null when there is none. */
export const budgetOf = (maxBytes: number | null | undefined): number | null =>
  typeof maxBytes === 'number' ? Math.max(1, Math.floor(maxBytes)) : null

/** How much of long texts has to be read for a page. */
export const limitsOf = (bytesMax: number): ReadLimits => ({
  textBytesMax: Math.max(TEXT_BYTES_MIN, bytesMax)
})

/** Takes entries for a page until one does not fit; null: every entry fits. */
export const taking = <A>(bytesMax: number | null) => {
  const taken: Array<A> = []
  let left = bytesMax ?? Infinity
  /** Takes an entry of this many bytes, as `fit` reduces it to the bytes that are left; false when the page ends before it. */
  const take = (bytes: number, fit: (bytesMax: number) => A): boolean => {
    if (taken.length > 0 && bytes > left) return false
    const entry = fit(left)
    left -= bytes > left ? jsonBytes(entry) : bytes
    taken.push(entry)
    return true
  }
  /** Takes an entry that holds an item; `wireOf` is what the client gets of it. */
  const takeItem = (
    item: ThreadItem,
    entryOf: (item: ThreadItem) => A,
    wireOf: (entry: A) => unknown = (entry) => entry
  ): boolean => {
    if (bytesMax === null) return take(0, () => entryOf(item))
    const size = measured(item)
    const bare = jsonBytes(wireOf(entryOf(size.item))) - jsonBytes(size.item)
    return take(bare + size.bytes, (room) => entryOf(fitItem(size, room - bare)))
  }
  return { taken: taken as ReadonlyArray<A>, take, takeItem }
}

const bytesOf = (row: TurnRow): number =>
  [...row.ranges, ...row.late].reduce((sum, { from, until }) => sum + until - from, 0)

/** Rows that are read together: one, or as many as hardly take more than the budget. */
const groupsOf = (rows: ReadonlyArray<TurnRow>, bytesMax: number) => {
  const groups: Array<{ readonly at: number; readonly rows: Array<TurnRow> }> = []
  let bytes = 0
  for (const [at, row] of rows.entries()) {
    bytes += bytesOf(row)
    const last = groups[groups.length - 1]
    if (last !== undefined && bytes <= bytesMax) last.rows.push(row)
    else {
      groups.push({ at, rows: [row] })
      bytes = bytesOf(row)
    }
  }
  return groups
}

/**
 * The turns of a page, in its order. `show` renders rows that are neighbours in the order of the page, given the place of the
 * first of them.
 */
export const turnsWithin = async (
  env: Pick<Env, 'giveWay'>,
  rows: ReadonlyArray<TurnRow>,
  bytesMax: number,
  show: (rows: ReadonlyArray<TurnRow>, at: number) => Promise<ReadonlyArray<Turn>>
): Promise<ReadonlyArray<Turn>> => {
  const { take, taken } = taking<Turn>(bytesMax)
  for (const group of groupsOf(rows, bytesMax))
    for (const turn of await show(group.rows, group.at)) {
      const items: Array<MeasuredItem> = []
      await inPieces(env, turn.items, (item) => void items.push(measured(item)))
      if (!take(turnBytes(turn, items), (room) => fitTurn(turn, items, room))) return taken
    }
  return taken
}

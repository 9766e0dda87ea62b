/**
 * An item of a page as a client sees it: with its turn, and in 0.169 its times beside it.
 */
import * as t from 'io-ts'
import type { TurnItem } from '../../../replay/pages/item-page.ts'
import * as results from '../threads/results.ts'

const time = t.union([t.number, t.null, t.undefined])

/** An item and its turn; eras before 0.169 know no times. */
export type Entry = TurnItem & {
  /** Its output was left out and can be had from `thread/items/read`. */
  readonly outputDeferred?: true
  readonly startedAtMs?: number | null | undefined
  readonly completedAtMs?: number | null | undefined
}

export const Entry: t.Type<Entry, unknown, unknown> = t.intersection(
  [
    t.type({ turnId: t.string, item: results.ThreadItem }),
    t.partial({ outputDeferred: t.literal(true), startedAtMs: time, completedAtMs: time })
  ],
  'ThreadItemEntry'
)

/** An entry of an item, which may have been left without its output. */
export const entryOf = ({ turnId, item }: TurnItem, outputDeferred = false): Entry => ({
  turnId,
  item,
  ...(outputDeferred ? { outputDeferred } : {}),
  ...(item.startedAtMs === undefined
    ? {}
    : { startedAtMs: item.startedAtMs, completedAtMs: item.completedAtMs ?? null })
})

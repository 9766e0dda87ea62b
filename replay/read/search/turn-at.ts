/**
 * From a line to the live turn it belongs to. A line whose turn was rolled back belongs to none.
 */
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { comparePlaces, type FilePlace } from '../../ports.ts'
import type { LiveTurnRows } from '../pages/turn-page.ts'

/** Concurrent turns overlap: this many are looked at before the one that began last. */
const REACH_TURNS = 64

const holds = (row: TurnRow | undefined, { segment, offset }: FilePlace): boolean =>
  row !== undefined &&
  [...row.ranges, ...row.late].some(
    (range) => range.segment === segment && range.from <= offset && offset < range.until
  )

/** How many turns begin at a place or before it; turns begin in the order of the log. */
const turnsUpTo = (live: LiveTurnRows, place: FilePlace): number => {
  let low = 0
  let high = live.count
  while (low < high) {
    const middle = (low + high) >>> 1
    const first = live.rows(middle, middle + 1)[0]?.ranges[0]
    const begun = first !== undefined && comparePlaces({ ...first, offset: first.from }, place) <= 0
    if (begun) low = middle + 1
    else high = middle
  }
  return low
}

export interface SaidPlace extends FilePlace {
  readonly turnId: string | null
}

/**
 * Places of the live turns that may have a message, ascending: those it names, or else the one it stands in. A turn that
 * is made of items which name it has no other messages.
 */
export const turnsAt = (live: LiveTurnRows, place: SaidPlace): ReadonlyArray<number> => {
  if (place.turnId !== null) return live.places(place.turnId, REACH_TURNS)
  const until = turnsUpTo(live, place)
  const from = Math.max(0, until - REACH_TURNS)
  for (let at = until - 1; at >= from; at--) {
    const row = live.rows(at, at + 1)[0]
    if (holds(row, place)) return row?.mode === 'paginated' ? [] : [at]
  }
  return []
}

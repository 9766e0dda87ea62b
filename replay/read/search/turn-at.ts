/**
 * From a line to the live turn it belongs to. A line whose turn was rolled back belongs to none.
 */
import type { ByteRange, TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import type { LiveTurns } from '../pages/turn-page.ts'

/** Concurrent turns overlap: this many are looked at before the one that began last. */
const REACH_TURNS = 64

interface MessagePlace {
  readonly segment: number
  readonly offset: number
}

const begins = (range: ByteRange | undefined, { segment, offset }: MessagePlace): boolean =>
  range !== undefined &&
  (range.segment < segment || (range.segment === segment && range.from <= offset))

const holds = (row: TurnRow | undefined, { segment, offset }: MessagePlace): boolean =>
  row !== undefined &&
  [...row.ranges, ...row.late].some(
    (range) => range.segment === segment && range.from <= offset && offset < range.until
  )

/** How many turns begin at a place or before it; turns begin in the order of the log. */
const turnsUpTo = (live: LiveTurns, place: MessagePlace): number => {
  let low = 0
  let high = live.count
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = live.rows(middle, middle + 1)[0]
    if (begins(row?.ranges[0], place)) low = middle + 1
    else high = middle
  }
  return low
}

export interface SaidPlace extends MessagePlace {
  readonly turnId: string | null
}

/**
 * Places of the live turns that may have a message, ascending: those it names, or else the one it stands in. A turn that
 * is made of items which name it has no other messages.
 */
export const turnsAt = (live: LiveTurns, place: SaidPlace): ReadonlyArray<number> => {
  if (place.turnId !== null) return live.places(place.turnId, REACH_TURNS)
  const until = turnsUpTo(live, place)
  const from = Math.max(0, until - REACH_TURNS)
  for (let at = until - 1; at >= from; at--) {
    const row = live.rows(at, at + 1)[0]
    if (holds(row, place)) return row?.mode === 'paginated' ? [] : [at]
  }
  return []
}

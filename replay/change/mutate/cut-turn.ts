/**
 * Which turn a branch cuts short: the one that was open where its history ends.
 *
 * As Codex 0.169 finds it: the turn that began last, when it has no end of its own before that place. Where a review was
 * announced since, and its first turn has not begun, no turn is open; then the last question may still lack its answer, and
 * what is cut short has no id.
 */
import type { CutTurn } from '../../../domain/changes/branch.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { comparePlaces, type FilePlace } from '../../ports.ts'
import type { LiveTurnRows } from '../../read/pages/turn-page.ts'

export interface CutPlace extends FilePlace {
  /** Number of the next line there; null where lines are not numbered. */
  readonly ordinal: number | null
  /** How many turns begin before it. */
  readonly turns: number
}

const startOf = ({ ranges: [first] }: TurnRow): FilePlace => ({
  segment: first?.segment ?? 0,
  offset: first?.from ?? 0
})

const isBefore = (a: FilePlace, b: FilePlace): boolean => comparePlaces(a, b) < 0

/** The turn that began last before a place. One that a fork cut short comes after the reviews that no line begins. */
const newestBegun = (live: LiveTurnRows, place: CutPlace): TurnRow | undefined => {
  const next = (from: number, step: 1 | -1): TurnRow | undefined => {
    for (let at = from; at >= 0 && at < live.count; at += step) {
      const [row] = live.rows(at, at + 1)
      if (row?.isUnbegun !== true) return row
    }
    return undefined
  }
  const behind = next(place.turns, 1)
  const isOlder = behind !== undefined && isBefore(startOf(behind), place)
  return isOlder ? behind : next(place.turns - 1, -1)
}

/** True when a review begins between a turn's first line and a place, and does not end there. */
const isReviewAnnounced = (live: LiveTurnRows, since: TurnRow, place: CutPlace): boolean =>
  [...live.rows(place.turns, place.turns + 2), ...live.rows(live.count - 1, live.count)].some(
    (row) =>
      row.isUnbegun === true &&
      isBefore(startOf(since), startOf(row)) &&
      isBefore(startOf(row), place)
  )

/** The turn that was open at a place; `live` are all turns, those that were never begun too. */
export const cutTurnAt = (live: LiveTurnRows, place: CutPlace): CutTurn | null => {
  const newest = newestBegun(live, place)
  if (newest === undefined) return null
  const { id, status, rootTurnId = null, startedAt, endOrdinal } = newest
  const isOpen = status === 'inProgress' || (endOrdinal ?? -1) >= (place.ordinal ?? Infinity)
  if (!isOpen) return null
  if (!isReviewAnnounced(live, newest, place)) return { id, rootTurnId, startedAt }
  const [before] = live.rows(place.turns - 1, place.turns)
  return before?.isUnbegun === true ? null : { id: null, rootTurnId: null, startedAt: null }
}

/**
 * Turns including those that have items but were never begun, as a fork leaves them that was cut inside a review:
 * pages that go from item to item by the numbers of lines find their items in log order.
 */
import type { StreamInfo } from '../../ports.ts'
import type { Env } from '../../catch-up/project.ts'
import { liveTurns, turnsBefore, type LiveTurnRows } from './turn-page.ts'

/** The live turns of a caught-up stream with early ones where their first items are; at the end where there are no numbers. */
export const earlyAmong = (env: Env, info: StreamInfo): LiveTurnRows => {
  const all = liveTurns(env, info, true)
  const begun = liveTurns(env, info, false)
  if (all.count === begun.count || !begun.isOrdered) return all
  // Each early turn: its place among all, and how many begun ones come before it.
  const early = all
    .rows(begun.count, all.count)
    .map((row, at) => ({
      at: begun.count + at,
      before: turnsBefore(begun, row.ordinal ?? 0, true)
    }))
    .sort((a, b) => a.before - b.before || a.at - b.at)
  const earlyBefore = (place: number): number =>
    early.filter(({ before }, n) => before + n < place).length
  const gather = <A>(
    read: (from: number, until: number) => ReadonlyArray<A>,
    from: number,
    until: number
  ): ReadonlyArray<A> => {
    const [first, last] = [earlyBefore(from), earlyBefore(until)]
    const gathered = [...read(from - first, Math.min(until - last, begun.count))]
    for (let n = first; n < last; n++) {
      const { at, before } = early[n] ?? { at: 0, before: 0 }
      gathered.splice(before + n - from, 0, ...read(at, at + 1))
    }
    return gathered
  }
  const placeOf = (at: number): number => {
    const n = early.findIndex((one) => one.at === at)
    return n === -1
      ? at + early.filter(({ before }) => before <= at).length
      : n + (early[n]?.before ?? 0)
  }
  return {
    count: all.count,
    isOrdered: true,
    rows: (from, until) => gather(all.rows, from, until),
    summaries: (from, until) => gather(all.summaries, from, until),
    places: (turnId, limit) =>
      all
        .places(turnId, limit)
        .map(placeOf)
        .sort((a, b) => a - b)
  }
}

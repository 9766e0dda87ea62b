/**
 * Turns by their place: how many there are, their ids, and cursors to them.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Env } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'
import { liveTurns, printCursor } from './turn-page.ts'
import type { Result } from '../../result.ts'

/** A turn among the live ones, and the cursor of a page that begins with it. */
export interface PlacedTurnId {
  readonly id: string
  readonly cursor: string
}

/** How many live turns a thread has, and some of them, oldest first. */
export interface TurnPlaces {
  readonly count: number
  readonly turns: ReadonlyArray<PlacedTurnId>
}

/** The turns `from` (inclusive) to `until` (exclusive). */
export const turnPlacesIn = async (
  env: Env,
  info: StreamInfo,
  from: number,
  until: number
): Promise<Result<TurnPlaces>> => {
  const live = liveTurns(env, info)
  const end = Math.min(until, live.count)
  if (end <= from) return E.right({ count: live.count, turns: [] })
  await live.ahead(from, end, 'notLoaded')
  const rows = live.rows(from, end)
  if (!env.strict) await live.placesAhead(rows.map(({ id }) => id))
  return E.right({
    count: live.count,
    turns: rows.map((row, at) => ({
      id: row.id,
      cursor: printCursor(env, info, live, row, from + at, true)
    }))
  })
}

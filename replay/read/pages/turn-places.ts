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

/** Turns whose id begins with a text. */
export interface TurnsLike {
  /** How many live turns the thread has. */
  readonly count: number
  /** How many of them are meant. */
  readonly meant: number
  /** The first of those, oldest first, with their places. */
  readonly turns: ReadonlyArray<PlacedTurnId & { readonly place: number }>
}

/** The turns whose id begins with a text, at most `limit` of them; those with exactly that id alone where there are any. */
export const turnsLike = async (
  env: Env,
  info: StreamInfo,
  text: string,
  limit: number
): Promise<Result<TurnsLike>> => {
  const live = liveTurns(env, info)
  const same = live.places(text, 1)
  const like = same.length > 0 ? same : live.placesLike(text)
  const turns = like.slice(0, limit).flatMap((place) => {
    const [row] = live.rows(place, place + 1)
    if (row === undefined) return []
    return [{ id: row.id, place, cursor: printCursor(env, info, live, row, place, true) }]
  })
  return E.right({ count: live.count, meant: like.length, turns })
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

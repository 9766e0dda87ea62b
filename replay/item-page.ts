/**
 * Pages of items, of one turn or of a whole thread: what Codex 0.142 only names (`thread/turns/items/list`).
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../domain/errors.ts'
import type { Page, SortDirection, ThreadItem } from '../domain/protocol.ts'
import { parseItemCursor, printItemCursor } from './cursor.ts'
import type { StreamInfo } from './ports.ts'
import type { Env } from './project.ts'
import { itemsOf } from './turn-items.ts'
import { cursorTo, liveTurns, pageLimit, placeOf, type LiveTurns } from './turn-page.ts'

/** What a page of items is asked with. Items come oldest first unless asked otherwise. */
export interface ItemPageRequest {
  /** Only the items of this turn; absent for the whole thread. */
  readonly turnId?: string | null | undefined
  readonly cursor?: string | null | undefined
  readonly limit?: number | null | undefined
  readonly sortDirection?: SortDirection | null | undefined
}

/** An item and the turn it belongs to. */
export interface TurnItem {
  readonly turnId: string
  readonly item: ThreadItem
}

/** Where an item stands: place of its turn, place in the turn. */
interface Spot {
  readonly turn: number
  readonly item: number
}

interface Bounds {
  readonly from: number
  readonly until: number
}

const boundsOf = (
  live: LiveTurns,
  info: StreamInfo,
  turnId: string | null | undefined
): E.Either<StoreError, Bounds> => {
  if (typeof turnId !== 'string') return E.right({ from: 0, until: live.count })
  const place = live.places(turnId, 1)[0]
  return place === undefined
    ? E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
    : E.right({ from: place, until: place + 1 })
}

const startOf = (
  live: LiveTurns,
  text: string | null | undefined,
  bounds: Bounds,
  step: 1 | -1
): E.Either<StoreError, Spot> => {
  if (typeof text !== 'string') {
    return E.right(
      step === 1 ? { turn: bounds.from, item: 0 } : { turn: bounds.until - 1, item: Infinity }
    )
  }
  const cursor = parseItemCursor(text)
  if (cursor === null) return E.left({ _tag: 'InvalidRequest', message: `invalid cursor: ${text}` })
  const turn = placeOf(live, cursor)
  if (turn === null || turn < bounds.from || turn >= bounds.until)
    return E.left({ _tag: 'AnchorGone', cursor: text })
  return E.right({ turn, item: cursor.includeAnchor ? cursor.item : cursor.item + step })
}

interface Found extends Spot {
  readonly value: ThreadItem
}

/** Walks from a spot until `limit + 1` items are found; the extra one tells whether there are more. */
const walk = async (
  env: Env,
  info: StreamInfo,
  live: LiveTurns,
  start: Spot,
  bounds: Bounds,
  step: 1 | -1,
  limit: number
): Promise<ReadonlyArray<Found>> => {
  const found: Array<Found> = []
  for (
    let turn = start.turn;
    turn >= bounds.from && turn < bounds.until && found.length <= limit;
    turn += step
  ) {
    const row = live.rows(turn, turn + 1)[0]
    if (row === undefined) break
    if (row.itemCount === 0) continue
    const items = (await itemsOf(env.store, info, [row], env.profile))[0] ?? []
    const first =
      turn === start.turn
        ? Math.min(start.item, items.length - 1)
        : step === 1
          ? 0
          : items.length - 1
    const begins = turn === start.turn && step === 1 ? start.item : first
    for (
      let item = begins;
      item >= 0 && item < items.length && found.length <= limit;
      item += step
    ) {
      const value = items[item]
      if (value !== undefined) found.push({ turn, item, value })
    }
  }
  return found
}

/** One page of items of a caught-up stream. */
export const itemPage = async (
  env: Env,
  info: StreamInfo,
  request: ItemPageRequest
): Promise<E.Either<StoreError, Page<TurnItem>>> => {
  const live = liveTurns(env, info)
  const bounds = boundsOf(live, info, request.turnId)
  if (E.isLeft(bounds)) return bounds
  const step = (request.sortDirection ?? 'asc') === 'asc' ? 1 : -1
  const start = startOf(live, request.cursor, bounds.right, step)
  if (E.isLeft(start)) return start
  const limit = pageLimit(request.limit)
  const found = await walk(env, info, live, start.right, bounds.right, step, limit)
  const page = found.slice(0, limit)
  const turnOf = (spot: Spot) => live.rows(spot.turn, spot.turn + 1)[0]
  const cursor = (spot: Found | undefined, includeAnchor: boolean): string | null => {
    const row = spot === undefined ? undefined : turnOf(spot)
    return spot === undefined || row === undefined
      ? null
      : printItemCursor({ ...cursorTo(env, live, row, spot.turn, includeAnchor), item: spot.item })
  }
  return E.right({
    data: page.map((spot) => ({ turnId: turnOf(spot)?.id ?? '', item: spot.value })),
    nextCursor: found.length > limit ? cursor(page[page.length - 1], false) : null,
    backwardsCursor: cursor(page[0], true)
  })
}

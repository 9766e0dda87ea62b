/**
 * Pages of items, of one turn or of a whole thread: `thread/items/list` of Codex 0.169, and what earlier eras only
 * name (`thread/turns/items/list`).
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ItemList } from '../../../domain/thread/items/item-list.ts'
import type { Page, SortDirection, ThreadItem } from '../../../domain/protocol.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import {
  parseItemCursor,
  parseOrdinalCursor,
  printItemCursor,
  printOrdinalCursor
} from './cursor.ts'
import { comparePlaces, type FilePlace, type ReadLimits, type StreamInfo } from '../../ports.ts'
import { budgetOf, limitsOf, taking } from './budget.ts'
import type { Env } from '../../catch-up/project.ts'
import { itemListsOf, shownItems } from './turn-items.ts'
import { earlyAmong } from './early-turns.ts'
import { allTurnsOf } from './taken-turns.ts'
import {
  cursorTo,
  liveTurns,
  pageLimit,
  placeOf,
  turnsBefore,
  type LiveTurnRows
} from './turn-page.ts'
import { invalidRequest, type Result } from '../../result.ts'

/** What a page of items is asked with. Items come oldest first unless asked otherwise. */
export interface ItemPageRequest {
  /** Only the items of this turn; absent for the whole thread. */
  readonly turnId?: string | null | undefined
  readonly cursor?: string | null | undefined
  /** Starts behind this item of the turn, instead of a cursor. */
  readonly afterItemId?: string | null | undefined
  readonly limit?: number | null | undefined
  readonly sortDirection?: SortDirection | null | undefined
  /** The page ends when its entries take this many bytes as JSON; see `replay/read/pages/budget.ts`. */
  readonly maxBytes?: number | null | undefined
}

/** An item, and the turn it is in. */
export interface ItemInTurn {
  readonly turnId: string
  readonly item: ThreadItem
}

/** Place of an item's turn, and its place in the turn. */
export interface Spot {
  readonly turn: number
  readonly item: number
}

/** Turns `from` (inclusive) to `until` (exclusive). */
export interface Bounds {
  readonly from: number
  readonly until: number
}

export interface FoundItem extends Spot {
  readonly value: ThreadItem
  readonly ordinal: number | undefined
}

export interface ItemWalk {
  readonly env: Env
  readonly info: StreamInfo
  readonly live: LiveTurnRows
  readonly bounds: Bounds
  readonly step: 1 | -1
  readonly limits?: ReadLimits | undefined
}

const boundsOf = (
  live: LiveTurnRows,
  info: StreamInfo,
  turnId: string | null | undefined
): Result<Bounds> => {
  if (typeof turnId !== 'string') return E.right({ from: 0, until: live.count })
  const place = live.places(turnId, 1)[0]
  return place === undefined
    ? E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
    : E.right({ from: place, until: place + 1 })
}

/** From the first byte of a turn, or of several, to the one behind the last; late lines included. */
interface ItemRange {
  readonly begin: FilePlace
  readonly end: FilePlace
}

const isBefore = (a: FilePlace, b: FilePlace): boolean => comparePlaces(a, b) < 0

/** How many turns back one that still gets items is looked for. */
const REACH_TURNS = 64

const extentOf = (row: TurnRow): ItemRange => {
  const [first] = row.ranges
  const last = row.late[row.late.length - 1] ?? row.ranges[row.ranges.length - 1]
  return {
    begin: { segment: first?.segment ?? 0, offset: first?.from ?? 0 },
    end: { segment: last?.segment ?? 0, offset: last?.until ?? 0 }
  }
}

const overlap = (a: ItemRange, b: ItemRange): boolean =>
  isBefore(a.begin, b.end) && isBefore(b.begin, a.end)

const hull = (a: ItemRange, b: ItemRange): ItemRange => ({
  begin: isBefore(a.begin, b.begin) ? a.begin : b.begin,
  end: isBefore(a.end, b.end) ? b.end : a.end
})

/** The run of extents around one that no other extent reaches into. */
const joined = (extents: ReadonlyArray<ItemRange>, at: number): Bounds => {
  let [from, until] = [at, at + 1]
  for (;;) {
    const all = extents.slice(from, until).reduce(hull)
    const first = extents.findIndex((one) => overlap(one, all))
    const last = extents.findLastIndex((one) => overlap(one, all))
    if (first === -1 || (first >= from && last < until)) return { from, until }
    from = Math.min(from, first)
    until = Math.max(until, last + 1)
  }
}

/** Turns that ran at the same time as the one at a place; where numbers tell, their items alternate. */
export const togetherWith = ({ live, bounds }: ItemWalk, turn: number): Bounds => {
  if (!live.isOrdered || live.rows(turn, turn + 1)[0]?.mode !== 'paginated')
    return { from: turn, until: turn + 1 }
  const low = Math.max(bounds.from, turn - REACH_TURNS)
  const rows = live.rows(low, Math.min(bounds.until, turn + REACH_TURNS))
  const { from, until } = joined(rows.map(extentOf), turn - low)
  return { from: low + from, until: low + until }
}

export const itemsOfTurns = async (
  { env, info, live, limits }: ItemWalk,
  { from, until }: Bounds
): Promise<ReadonlyArray<FoundItem>> => {
  const lists = await itemListsOf(env, info, live.rows(from, until), limits)
  const found = lists.flatMap((list, i) =>
    shownItems(env, list.items).map((value, item) => ({
      turn: from + i,
      item,
      value,
      ordinal: list.ordinals.get(value.id)
    }))
  )
  return until - from === 1
    ? found
    : [...found].sort((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0) || a.turn - b.turn)
}

/** Where a page begins: in a turn, with the first item that is behind the anchor. */
interface Start {
  readonly turn: number
  readonly isBehind: (item: FoundItem) => boolean
}

/** The first item behind the line of a number, in the direction of the walk. */
const startByNumber = (walk: ItemWalk, ordinal: number, includeAnchor: boolean): Start => {
  const { live, bounds, step } = walk
  const before = turnsBefore(live, ordinal, true)
  const turn = step === 1 ? before - 1 : before
  return {
    turn: Math.min(bounds.until - 1, Math.max(bounds.from, turn)),
    isBehind: ({ ordinal: at = -1 }) =>
      (includeAnchor && at === ordinal) || (step === 1 ? at > ordinal : at < ordinal)
  }
}

/** The first item behind a place in a turn. */
const startByPlace = (
  { step, live }: ItemWalk,
  anchor: Spot,
  ordinal: number | undefined,
  includeAnchor: boolean
): Start => ({
  turn: anchor.turn,
  isBehind: (one) => {
    if (one.turn === anchor.turn && one.item === anchor.item) return includeAnchor
    if (live.isOrdered && one.ordinal !== undefined && ordinal !== undefined)
      return step === 1 ? one.ordinal > ordinal : one.ordinal < ordinal
    const order = one.turn - anchor.turn || one.item - anchor.item
    return step === 1 ? order > 0 : order < 0
  }
})

const startByItem = async (
  walk: ItemWalk,
  itemId: string,
  turnId: string | null | undefined
): Promise<Result<Start>> => {
  if (typeof turnId !== 'string')
    return invalidRequest('turnId is required when cursor is an item anchor')
  const items = await itemsOfTurns(walk, walk.bounds)
  const anchor = items.find(({ value }) => value.id === itemId)
  return anchor === undefined
    ? invalidRequest('cursor.itemId does not identify an item in the requested history scope')
    : E.right(startByPlace(walk, anchor, anchor.ordinal, false))
}

const startOf = async (walk: ItemWalk, request: ItemPageRequest): Promise<Result<Start>> => {
  const { live, bounds, info, step } = walk
  if (typeof request.afterItemId === 'string')
    return startByItem(walk, request.afterItemId, request.turnId)
  const { cursor: text } = request
  if (typeof text !== 'string')
    return E.right({ turn: step === 1 ? bounds.from : bounds.until - 1, isBehind: () => true })
  const byNumber = parseOrdinalCursor(text, 'itemsByCreatedAtOrdinal', info.streamId)
  if (byNumber !== null)
    return E.right(startByNumber(walk, byNumber.ordinal, byNumber.includeAnchor))
  const cursor = parseItemCursor(text)
  if (cursor === null) return invalidRequest(`invalid cursor: ${text}`)
  const turn = placeOf(live, cursor)
  if (turn === null || turn < bounds.from || turn >= bounds.until)
    return E.left({ _tag: 'AnchorGone', cursor: text })
  const items = await itemsOfTurns(walk, { from: turn, until: turn + 1 })
  const anchor = { turn, item: cursor.item }
  return E.right(startByPlace(walk, anchor, items[cursor.item]?.ordinal, cursor.includeAnchor))
}

/** An entry of a page as its client gets it: from 0.169 on with the times of the item beside it. */
const wireEntry = ({ turnId, item }: ItemInTurn): object => {
  const { startedAtMs, completedAtMs } = item
  return { turnId, item, startedAtMs, completedAtMs }
}

/** Walks from a start until the page is full, and one item further to see whether there are more. */
const collect = async (walk: ItemWalk, start: Start, limit: number, bytesMax: number | null) => {
  const { bounds, live, step } = walk
  const { takeItem, taken: data } = taking<ItemInTurn>(bytesMax)
  const take = (spot: FoundItem): boolean => {
    const turnId = live.rows(spot.turn, spot.turn + 1)[0]?.id ?? ''
    return takeItem(spot.value, (item) => ({ turnId, item }), wireEntry)
  }
  const spots: Array<FoundItem> = []
  let turn = start.turn
  while (turn >= bounds.from && turn < bounds.until) {
    const together = togetherWith(walk, turn)
    const items = (await itemsOfTurns(walk, together)).filter(start.isBehind)
    for (const spot of step === 1 ? items : [...items].reverse()) {
      if (spots.length === limit || !take(spot)) return { data, spots, more: true }
      spots.push(spot)
    }
    turn = step === 1 ? together.until : together.from - 1
  }
  return { data, spots, more: false }
}

const cursorOf = (
  { env, info, live }: ItemWalk,
  spot: FoundItem | undefined,
  row: TurnRow | undefined,
  includeAnchor: boolean
): string | null => {
  if (spot === undefined || row === undefined) return null
  const { ordinal } = spot
  return ordinal !== undefined && live.isOrdered
    ? printOrdinalCursor(
        { threadId: info.streamId, ordinal, includeAnchor },
        'itemsByCreatedAtOrdinal'
      )
    : printItemCursor({ ...cursorTo(env, live, row, spot.turn, includeAnchor), item: spot.item })
}

export const itemPage = async (
  env: Env,
  info: StreamInfo,
  request: ItemPageRequest
): Promise<Result<Page<ItemInTurn>>> => {
  const live = earlyAmong(env, info)
  const bounds = boundsOf(live, info, request.turnId)
  if (E.isLeft(bounds)) return bounds
  const step = (request.sortDirection ?? 'asc') === 'asc' ? 1 : -1
  const bytesMax = budgetOf(request.maxBytes)
  const limits = bytesMax === null ? undefined : limitsOf(bytesMax)
  const walk: ItemWalk = { env, info, live, bounds: bounds.right, step, limits }
  const start = await startOf(walk, request)
  if (E.isLeft(start)) return start
  const limit = pageLimit(request.limit)
  const { data, spots, more } = await collect(walk, start.right, limit, bytesMax)
  const rowAt = (spot: Spot | undefined) =>
    spot === undefined ? undefined : live.rows(spot.turn, spot.turn + 1)[0]
  const [first, last] = [spots[0], spots[spots.length - 1]]
  return E.right({
    data,
    nextCursor: more ? cursorOf(walk, last, rowAt(last), false) : null,
    backwardsCursor: cursorOf(walk, first, rowAt(first), true)
  })
}

/** Texts up to this size are read at once. */
const TEXT_BYTES_MAX = 64 * 1024

/** A turn that was taken back, which Codex has no more. */
const takenTurn = async (env: Env, info: StreamInfo, turnId: string) => {
  if (env.strict) return null
  const all = await allTurnsOf(env, info)
  const n = all.placeOf(turnId)
  const [turn] = n === null ? [] : await all.placed(n, n + 1)
  return turn === undefined ? null : { info: turn.info, rows: [turn.row] }
}

/**
 * The items of a turn with these ids, whole and in the order of the turn (`thread/items/read` of Codex 0.169); ids that it does
 * not have are passed over. The turn is read with its long texts cut first, and once more with the lines whole that made these
 * items: the cost follows them, and not their neighbours.
 */
export const readItems = async (
  env: Env,
  info: StreamInfo,
  turnId: string,
  itemIds: ReadonlyArray<string>
): Promise<Result<ReadonlyArray<ItemInTurn>>> => {
  const live = liveTurns(env, info, true)
  const place = live.places(turnId, 1)[0]
  const found =
    place === undefined
      ? await takenTurn(env, info, turnId)
      : { info, rows: live.rows(place, place + 1) }
  if (found === null) return E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
  const read = async (limits: ReadLimits): Promise<ItemList | undefined> =>
    (await itemListsOf(env, found.info, found.rows, limits))[0]
  const short = await read({ textBytesMax: TEXT_BYTES_MAX })
  const wanted = new Set(itemIds)
  const cut = [...wanted].flatMap((id) => short?.shortened.get(id) ?? [])
  const places = new Set(cut.map(({ segment, offset }) => `${segment} ${offset}`))
  const isWhole = (segment: number, offset: number) => places.has(`${segment} ${offset}`)
  const list = cut.length === 0 ? short : await read({ textBytesMax: TEXT_BYTES_MAX, isWhole })
  const items = shownItems(env, list?.items ?? []).filter(({ id }) => wanted.has(id))
  return E.right(items.map((item) => ({ turnId, item })))
}

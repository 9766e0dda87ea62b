/**
 * Pages of turns. Live turns are numbered without gaps, so a page is arithmetic on their count: cost follows the
 * page, not the thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ItemList } from '../../../domain/thread/items/item-list.ts'
import { paginatedSummary } from '../../../domain/thread/turns/paginated-turns.ts'
import type { ItemsView, Page, SortDirection, ThreadItem, Turn } from '../../../domain/protocol.ts'
import {
  closedTurn,
  initialTurns,
  shownOpen,
  untilNext,
  type OpenTurn,
  type TurnRow,
  type TurnsState,
  type TurnSummary
} from '../../../domain/thread/turns/turn-state.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { turnIdPrefix, turnIdRange, turnPlaces, turns } from '../../../projections/turns.ts'
import {
  parseOrdinalCursor,
  parseTurnCursor,
  printOrdinalCursor,
  printTurnCursor,
  type TurnCursor
} from './cursor.ts'
import type { Index, ReadLimits, StreamInfo } from '../../ports.ts'
import { afterPrefix } from '../../catch-up/overlay.ts'
import { checkpointOf, rowsOf, stateOf, type Env } from '../../catch-up/project.ts'
import { budgetOf, limitsOf, turnsWithin } from './budget.ts'
import { itemListsOf, itemsOf, shownItems } from './turn-items.ts'
import type { Result } from '../../result.ts'

/** The page size when none is asked for, as Codex sets it. */
export const PAGE_DEFAULT = 25
export const PAGE_MAX = 100

/** A page size in the bounds Codex keeps: 0 becomes 1, more than 100 becomes 100. */
export const pageLimit = (limit: number | null | undefined): number =>
  Math.min(PAGE_MAX, Math.max(1, Math.floor(limit ?? PAGE_DEFAULT)))

/** What a page of turns is asked with; defaults are Codex's. */
export interface TurnPageRequest {
  readonly cursor?: string | null | undefined
  readonly limit?: number | null | undefined
  readonly sortDirection?: SortDirection | null | undefined
  readonly itemsView?: ItemsView | null | undefined
  /** The page ends when its turns take this many bytes as JSON; see `replay/read/pages/budget.ts`. */
  readonly maxBytes?: number | null | undefined
}

export interface LiveTurnRows {
  readonly count: number
  /** True when the numbers of lines lead to turns and items: they grow, and every turn has one. */
  readonly isOrdered: boolean
  /** Rows `from` (inclusive) to `until` (exclusive), oldest first. */
  readonly rows: (from: number, until: number) => ReadonlyArray<TurnRow>
  /** Summaries of the same turns; null for one that must be folded. */
  readonly summaries: (from: number, until: number) => ReadonlyArray<TurnSummary>
  /** Places of the turns with this id, oldest first, at most `limit`. */
  readonly places: (turnId: string, limit: number) => ReadonlyArray<number>
}

/** The same, from who can ask for them ahead. */
export interface IndexedTurns extends LiveTurnRows {
  /** Places of the turns whose id begins with a text, oldest first. */
  readonly placesLike: (text: string) => ReadonlyArray<number>
  /** Asks ahead for rows, and for what a view shows of them that is in the index. */
  readonly ahead: (from: number, until: number, view: ItemsView) => Promise<void>
  /** Asks ahead where turns with these ids are. */
  readonly placesAhead: (turnIds: ReadonlyArray<string>) => Promise<void>
}

/** What the log holds behind the last item belongs to the turn that never ended. */
const toTheEnd = (env: Env, streamId: string, open: OpenTurn): OpenTurn => {
  const next = env.rich !== true ? undefined : checkpointOf(env, streamId)?.next
  return next === undefined ? open : untilNext(open, next)
}

/** Two tell that an id is ambiguous. Whoever looks asks for as many, so that the index is asked once for a turn. */
const ENOUGH_PLACES = 2

const summariesOfTable = (table: string): string => `${table}.summary`

/** What the index is asked about the closed turns of a stream. */
const questions = (env: Env, table: string, streamId: string, live: number) => {
  const rangeIn = (part: string, from: number, until: number): Parameters<Index['range']> => {
    const end = Math.min(until, live)
    return [[part, streamId, from], [part, streamId, end], Math.max(0, end - from), false]
  }
  const ahead: IndexedTurns['ahead'] = (from, until, view) => {
    const parts = view === 'summary' ? [table, summariesOfTable(table)] : [table]
    return env.index.ahead(parts.map((part) => ['range', ...rangeIn(part, from, until)]))
  }
  const placesAhead: IndexedTurns['placesAhead'] = (turnIds) =>
    env.index.ahead(
      turnIds.map((id) => {
        const prefix = turnIdPrefix(table, streamId, id)
        return ['range', prefix, afterPrefix(prefix), ENOUGH_PLACES, false]
      })
    )
  return { rangeIn, ahead, placesAhead }
}

/** The live turns of a stream as the index has them; the open turn is the last one. */
export const liveTurns = (env: Env, info: StreamInfo, withEarly = !env.strict): IndexedTurns => {
  const { streamId } = info
  const state =
    (stateOf(env, turns.name, streamId) as TurnsState | undefined) ?? initialTurns(false)
  const table = tableOf(turns, viewName(env.profile, env.strict))
  // The open turn, and where nothing may be hidden also turns that have items but were never begun: Codex shows
  // those items in pages of items alone.
  const open = [shownOpen(state), ...(withEarly ? state.early : [])].flatMap((turn) =>
    turn === null ? [] : [closedTurn(toTheEnd(env, streamId, turn))]
  )
  const { live } = state.lifecycle
  const count = live + open.length
  const { rangeIn, ...ahead } = questions(env, table, streamId, live)
  const stored = (...asked: Parameters<typeof rangeIn>) => env.index.range(...rangeIn(...asked))
  const openIn = (from: number, until: number) =>
    open.slice(Math.max(0, from - live), Math.max(0, until - live))
  return {
    count,
    isOrdered: env.strict || (state.lastOrdinal !== null && !(withEarly && state.early.length > 0)),
    ...ahead,
    rows: (from, until) => {
      const rows = stored(table, from, until).map(([, row]) => row as TurnRow)
      return [...rows, ...openIn(from, until).map(({ row }) => row)]
    },
    summaries: (from, until) => {
      const kept = new Map(
        stored(summariesOfTable(table), from, until).map(([key, items]) => [
          key[2],
          items as TurnSummary
        ])
      )
      open.forEach(({ summary }, i) => kept.set(live + i, summary))
      return Array.from(
        { length: Math.min(until, count) - from },
        (_, i) => kept.get(from + i) ?? null
      )
    },
    placesLike: (text) => {
      const keys = env.index.keys(...turnIdRange(table, streamId, text))
      const opened = open.flatMap(({ row }, i) => (row.id.startsWith(text) ? [live + i] : []))
      return [...keys.map((key) => key[3] as number), ...opened].toSorted((a, b) => a - b)
    },
    places: (turnId, limit) => {
      const places = turnPlaces(rowsOf(env.index), table, streamId, turnId, limit)
      const opened = open.flatMap(({ row }, i) => (row.id === turnId ? [live + i] : []))
      return [...places, ...opened].slice(0, limit)
    }
  }
}

export const render = (
  row: TurnRow,
  items: ReadonlyArray<ThreadItem>,
  itemsView: ItemsView,
  env: Env
): Turn => {
  const { profile, rich } = env
  const error = row.error ?? (rich === true ? (row.hiddenError ?? null) : null)
  const hidden = rich === true && row.hiddenError !== undefined && row.status === 'completed'
  const status = hidden ? 'failed' : row.status
  return {
    id: row.id,
    ...(profile.members169 ? { rootTurnId: row.rootTurnId ?? null } : {}),
    items: shownItems(env, items),
    itemsView,
    status: status === 'inProgress' ? 'interrupted' : status,
    error,
    startedAt: row.startedAt,
    completedAt: row.completedAt,
    durationMs: row.durationMs
  }
}

const summaryOf = (row: TurnRow, list: ItemList | undefined): ReadonlyArray<ThreadItem> => {
  if (list === undefined) return []
  if (row.mode === 'paginated') return paginatedSummary(list, row)
  const { items } = list
  const user = items.find((item) => item.type === 'userMessage')
  const agents = items.filter((item) => item.type === 'agentMessage')
  return [user, agents[agents.length - 1]].filter((item) => item !== undefined)
}

/** Summaries of turns, of which those at hand are given; those too large for the index are folded from the log. */
export const summariesOf = async (
  env: Env,
  info: StreamInfo,
  rows: ReadonlyArray<TurnRow>,
  kept: ReadonlyArray<TurnSummary>,
  limits: ReadLimits | undefined
): Promise<ReadonlyArray<ReadonlyArray<ThreadItem>>> => {
  const large = rows.filter((_, i) => (kept[i] ?? null) === null)
  const folded = large.length === 0 ? [] : await itemListsOf(env, info, large, limits)
  return rows.map((row, i) => kept[i] ?? summaryOf(row, folded[large.indexOf(row)]))
}

/** First user and last agent messages of the turns from place `from` on. */
export const turnSummaries = (
  env: Env,
  info: StreamInfo,
  live: LiveTurnRows,
  rows: ReadonlyArray<TurnRow>,
  from: number,
  limits?: ReadLimits
): Promise<ReadonlyArray<ReadonlyArray<ThreadItem>>> =>
  summariesOf(env, info, rows, live.summaries(from, from + rows.length), limits)

/**
 * The turns from place `from` on with the items a view shows. Only `full`, and summaries too large for the index,
 * read the log.
 */
const renderTurns = async (
  env: Env,
  info: StreamInfo,
  live: LiveTurnRows,
  rows: ReadonlyArray<TurnRow>,
  from: number,
  view: ItemsView,
  limits?: ReadLimits
): Promise<ReadonlyArray<Turn>> => {
  if (view === 'notLoaded') return rows.map((row) => render(row, [], view, env))
  const items =
    view === 'full'
      ? await itemsOf(env, info, rows, limits)
      : await turnSummaries(env, info, live, rows, from, limits)
  return rows.map((row, i) => render(row, items[i] ?? [], view, env))
}

/** Place of a cursor's turn, or null when it is no longer live. */
export const placeOf = (live: LiveTurnRows, cursor: TurnCursor): number | null => {
  const { index, turnId } = cursor
  if (index !== undefined && live.rows(index, index + 1)[0]?.id === turnId) return index
  return live.places(turnId, ENOUGH_PLACES)[0] ?? null
}

/** Where to look next: numbers grow about evenly, so most places are guessed; every other look halves the rest. */
const probe = (low: TurnOrdinal, high: TurnOrdinal, ordinal: number, halve: boolean): number => {
  const share = (ordinal - low.ordinal) / (high.ordinal - low.ordinal)
  const guess = low.place + Math.floor(share * (high.place - low.place))
  const middle = (low.place + high.place) >>> 1
  const place = halve || !Number.isFinite(guess) ? middle : guess
  return Math.min(high.place - 1, Math.max(low.place + 1, place))
}

interface TurnOrdinal {
  readonly place: number
  readonly ordinal: number
}

/** How many turns begin before the line of a number, or with it. */
export const turnsBefore = (live: LiveTurnRows, ordinal: number, orWith: boolean): number => {
  const ordinalAt = (place: number): number => live.rows(place, place + 1)[0]?.ordinal ?? Infinity
  const isBefore = (at: number): boolean => at < ordinal || (orWith && at === ordinal)
  let low: TurnOrdinal = { place: -1, ordinal: -1 }
  let high: TurnOrdinal = { place: live.count, ordinal: Infinity }
  for (let looks = 0; high.place - low.place > 1; looks++) {
    const place =
      looks === 0 ? live.count - 1 : probe(low, high, ordinal, looks > 2 && looks % 2 === 0)
    const at = ordinalAt(place)
    if (isBefore(at)) low = { place, ordinal: at }
    else high = { place, ordinal: at }
  }
  return high.place
}

/** Cursor to a place; names the place itself only when the id alone would be ambiguous. */
export const cursorTo = (
  env: Env,
  live: LiveTurnRows,
  row: TurnRow,
  index: number,
  includeAnchor: boolean,
  /** Every turn of the thread, where they are at hand. */
  all?: ReadonlyArray<TurnRow>
): TurnCursor => {
  const isUnique = (): boolean =>
    all === undefined
      ? live.places(row.id, ENOUGH_PLACES).length < 2
      : all.every(({ id }, place) => id !== row.id || place === index)
  const unique = env.strict || isUnique()
  return unique ? { turnId: row.id, includeAnchor } : { turnId: row.id, includeAnchor, index }
}

/** Prints a cursor to a place: by number where numbers lead back to it, else by turn. */
export const printCursor = (
  env: Env,
  info: StreamInfo,
  live: LiveTurnRows,
  row: TurnRow,
  index: number,
  includeAnchor: boolean,
  all?: ReadonlyArray<TurnRow>
): string => {
  const { ordinal } = row
  const byNumber = ordinal !== undefined && live.isOrdered
  return byNumber
    ? printOrdinalCursor({ threadId: info.streamId, ordinal, includeAnchor }, 'turns')
    : printTurnCursor(cursorTo(env, live, row, index, includeAnchor, all))
}

const startOf = (
  env: Env,
  info: StreamInfo,
  live: LiveTurnRows,
  request: TurnPageRequest,
  ascending: boolean
): Result<number> => {
  if (typeof request.cursor !== 'string') return E.right(ascending ? 0 : live.count - 1)
  const invalid = { _tag: 'InvalidRequest', message: `invalid cursor: ${request.cursor}` } as const
  // Asked of the index only where it matters.
  const isNumbered = (): boolean => live.rows(0, 1)[0]?.ordinal !== undefined
  const byNumber = parseOrdinalCursor(request.cursor, 'turns', info.streamId)
  if (byNumber !== null && isNumbered()) {
    const { ordinal, includeAnchor } = byNumber
    const before = turnsBefore(live, ordinal, ascending ? !includeAnchor : includeAnchor)
    return E.right(ascending ? before : before - 1)
  }
  const cursor = parseTurnCursor(request.cursor)
  if (cursor === null || (env.strict && isNumbered())) return E.left(invalid)
  const anchor = placeOf(live, cursor)
  if (anchor === null) return E.left({ _tag: 'AnchorGone', cursor: request.cursor })
  const skip = cursor.includeAnchor ? 0 : 1
  return E.right(ascending ? anchor + skip : anchor - skip)
}

const shownTurns = async (
  {
    env,
    info,
    live
  }: { readonly env: Env; readonly info: StreamInfo; readonly live: LiveTurnRows },
  { maxBytes, itemsView }: Pick<TurnPageRequest, 'maxBytes' | 'itemsView'>,
  rows: ReadonlyArray<TurnRow>,
  from: number,
  ascending: boolean
): Promise<ReadonlyArray<Turn>> => {
  const inOrder = <A>(all: ReadonlyArray<A>) => (ascending ? all : [...all].reverse())
  const view = itemsView ?? 'summary'
  const bytesMax = budgetOf(maxBytes)
  if (bytesMax === null) return inOrder(await renderTurns(env, info, live, rows, from, view))
  return turnsWithin(env, inOrder(rows), bytesMax, async (some, at) => {
    const first = ascending ? from + at : from + rows.length - at - some.length
    const limits = limitsOf(bytesMax)
    return inOrder(await renderTurns(env, info, live, inOrder(some), first, view, limits))
  })
}

const EMPTY: Page<Turn> = { data: [], nextCursor: null, backwardsCursor: null }

/** One page of turns of a caught-up stream. A thread without turns gives an empty page, whatever the cursor. */
export const turnPage = async (
  env: Env,
  info: StreamInfo,
  request: TurnPageRequest
): Promise<Result<Page<Turn>>> => {
  const live = liveTurns(env, info)
  if (live.count === 0) return E.right(EMPTY)
  const ascending = (request.sortDirection ?? 'desc') === 'asc'
  const limit = pageLimit(request.limit)
  const start = startOf(env, info, live, request, ascending)
  if (E.isLeft(start)) return start
  const from = ascending ? start.right : Math.max(0, start.right - limit + 1)
  const until = ascending ? Math.min(live.count, start.right + limit) : start.right + 1
  await live.ahead(from, until, request.itemsView ?? 'summary')
  const rows = live.rows(from, until)
  if (rows.length === 0) return E.right(EMPTY)
  const data = await shownTurns({ env, info, live }, request, rows, from, ascending)
  // The first and the last turn of the page, by place.
  const low = ascending ? from : from + rows.length - data.length
  const high = low + data.length - 1
  const all = rows.length === live.count ? rows : undefined
  const ends = [rows[low - from], rows[high - from]].flatMap((row) => row?.id ?? [])
  if (all === undefined && !env.strict) await live.placesAhead(ends)
  const cursor = (place: number, includeAnchor: boolean): string | null => {
    const row = rows[place - from]
    return row === undefined ? null : printCursor(env, info, live, row, place, includeAnchor, all)
  }
  const more = ascending ? high + 1 < live.count : low > 0
  return E.right({
    data,
    nextCursor: more ? cursor(ascending ? high : low, false) : null,
    backwardsCursor: cursor(ascending ? low : high, true)
  })
}

/** Which turns are wanted by their places; the oldest is 0. */
export interface TurnRangeRequest extends Pick<TurnPageRequest, 'itemsView' | 'maxBytes'> {
  /** Default: 0. */
  readonly from?: number | null | undefined
  /** The turn to begin with, instead of its place. */
  readonly turnId?: string | null | undefined
  /** Instead of both: the last `count` turns. */
  readonly last?: boolean | null | undefined
  /** As many as a page may hold at the most. */
  readonly count?: number | null | undefined
  /** Also turns that were taken back: places are counted over all of them. */
  readonly rolledBack?: boolean | null | undefined
}

/** Turns from a place on, oldest first; there may be fewer than were asked for. */
export interface TurnRange {
  /** How many turns the thread has. */
  readonly total: number
  /** How many events it has. */
  readonly revision: number
  /** The place of the first one. */
  readonly from: number
  readonly turns: ReadonlyArray<Turn>
  /** Which of them were taken back; absent where only live ones were asked for. */
  readonly taken?: ReadonlyArray<boolean>
}

/** The places of a range among so many turns; refused where its turn is not among them. */
export const rangePlaces = (
  { streamId }: StreamInfo,
  { turnId, from, last, count }: TurnRangeRequest,
  total: number,
  placeOf: (turnId: string) => number | null | undefined
): Result<{ readonly from: number; readonly until: number }> => {
  const asked = last === true ? total - pageLimit(count) : (from ?? 0)
  const named = typeof turnId === 'string' ? placeOf(turnId) : asked
  if (typeof named !== 'number')
    return E.left({ _tag: 'TurnNotFound', streamId, turnId: turnId ?? '' })
  const begin = Math.min(total, Math.max(0, named))
  return E.right({ from: begin, until: Math.min(total, begin + pageLimit(count)) })
}

/** Turns of a caught-up stream by their places: what a scroll bar asks for, which cursors cannot give. */
export const turnRange = async (
  env: Env,
  info: StreamInfo,
  request: TurnRangeRequest
): Promise<Result<TurnRange>> => {
  const live = liveTurns(env, info)
  const found = rangePlaces(info, request, live.count, (id) => live.places(id, 1)[0])
  if (E.isLeft(found)) return found
  const { from, until } = found.right
  const thread = {
    total: live.count,
    from,
    revision: checkpointOf(env, info.streamId)?.next.revision ?? 0
  }
  if (from >= until) return E.right({ ...thread, turns: [] })
  await live.ahead(from, until, request.itemsView ?? 'summary')
  const rows = live.rows(from, until)
  const turns = await shownTurns({ env, info, live }, request, rows, from, true)
  return E.right({ ...thread, turns })
}

const TURNS_AT_ONCE = 256

/** Every turn of a caught-up stream, oldest first. */
export const allTurns = async (
  env: Env,
  info: StreamInfo,
  view: ItemsView
): Promise<ReadonlyArray<Turn>> => {
  const live = liveTurns(env, info)
  const all: Array<Turn> = []
  for (let from = 0; from < live.count; from += TURNS_AT_ONCE) {
    const until = Math.min(live.count, from + TURNS_AT_ONCE)
    await live.ahead(from, until, view)
    const rows = live.rows(from, until)
    for (const turn of await renderTurns(env, info, live, rows, from, view)) all.push(turn)
  }
  return all
}

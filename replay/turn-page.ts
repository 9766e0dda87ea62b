/**
 * Pages of turns. Live turns are numbered without gaps, so a page is arithmetic on their count: cost follows the
 * page, not the thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../domain/errors.ts'
import type { ItemsView, Page, SortDirection, ThreadItem, Turn } from '../domain/protocol.ts'
import {
  closedTurn,
  initialTurns,
  type TurnRow,
  type TurnsState,
  type TurnSummary
} from '../domain/turn-state.ts'
import { tableOf, viewName } from '../projections/catalogue.ts'
import { turnPlaces, turns } from '../projections/turns.ts'
import { parseTurnCursor, printTurnCursor, type TurnCursor } from './cursor.ts'
import type { StreamInfo } from './ports.ts'
import { rowsOf, stateOf, type Env } from './project.ts'
import { itemsOf } from './turn-items.ts'

/** The page size when none is asked for, as Codex sets it. */
export const PAGE_DEFAULT = 25
/** The largest page anyone gets. */
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
}

/** The live turns of a caught-up stream, by place. */
export interface LiveTurns {
  readonly count: number
  /** Rows `from` (inclusive) to `until` (exclusive), oldest first. */
  readonly rows: (from: number, until: number) => ReadonlyArray<TurnRow>
  /** Summaries of the same turns; null for one that must be folded. */
  readonly summaries: (from: number, until: number) => ReadonlyArray<TurnSummary>
  /** Places of the turns with this id, oldest first, at most `limit`. */
  readonly places: (turnId: string, limit: number) => ReadonlyArray<number>
}

/** The live turns of a stream as the index has them; the open turn is the last one. */
export const liveTurns = (env: Env, info: StreamInfo): LiveTurns => {
  const { streamId } = info
  const state =
    (stateOf(env, turns.name, streamId) as TurnsState | undefined) ?? initialTurns(false)
  const table = tableOf(turns, viewName(env.profile, env.strict))
  const open = closedTurn(state.open)
  const count = state.live + (open === null ? 0 : 1)
  const stored = (part: string, from: number, until: number) => {
    const end = Math.min(until, state.live)
    return env.index.range(
      [part, streamId, from],
      [part, streamId, end],
      Math.max(0, end - from),
      false
    )
  }
  const reachesOpen = (from: number, until: number): boolean =>
    from <= state.live && until > state.live
  return {
    count,
    rows: (from, until) => {
      const rows = stored(table, from, until).map(([, row]) => row as TurnRow)
      return open !== null && reachesOpen(from, until) ? [...rows, open.row] : rows
    },
    summaries: (from, until) => {
      const kept = new Map(
        stored(`${table}.summary`, from, until).map(([key, items]) => [
          key[2],
          items as TurnSummary
        ])
      )
      if (open !== null && reachesOpen(from, until)) kept.set(state.live, open.summary)
      return Array.from(
        { length: Math.min(until, count) - from },
        (_, i) => kept.get(from + i) ?? null
      )
    },
    places: (turnId, limit) => {
      const places = turnPlaces(rowsOf(env.index), table, streamId, turnId, limit)
      return open?.row.id === turnId && places.length < limit ? [...places, state.live] : places
    }
  }
}

const render = (row: TurnRow, items: ReadonlyArray<ThreadItem>, itemsView: ItemsView): Turn => ({
  id: row.id,
  items,
  itemsView,
  status: row.status === 'inProgress' ? 'interrupted' : row.status,
  error: null,
  startedAt: row.startedAt,
  completedAt: row.completedAt,
  durationMs: row.durationMs
})

const summaryOf = (items: ReadonlyArray<ThreadItem>): ReadonlyArray<ThreadItem> => {
  const user = items.find((item) => item.type === 'userMessage')
  const agents = items.filter((item) => item.type === 'agentMessage')
  return [user, agents[agents.length - 1]].filter((item) => item !== undefined)
}

/** Summaries of turns; those too large for the index are folded from the log. */
const summariesOf = async (
  env: Env,
  info: StreamInfo,
  rows: ReadonlyArray<TurnRow>,
  kept: ReadonlyArray<TurnSummary>
): Promise<ReadonlyArray<ReadonlyArray<ThreadItem>>> => {
  const large = rows.filter((_, i) => (kept[i] ?? null) === null)
  const folded = large.length === 0 ? [] : await itemsOf(env.store, info, large, env.profile)
  return rows.map((row, i) => kept[i] ?? summaryOf(folded[large.indexOf(row)] ?? []))
}

/**
 * The turns from place `from` on with the items a view shows. Only `full`, and summaries too large for the index,
 * read the log.
 */
const renderTurns = async (
  env: Env,
  info: StreamInfo,
  live: LiveTurns,
  rows: ReadonlyArray<TurnRow>,
  from: number,
  view: ItemsView
): Promise<ReadonlyArray<Turn>> => {
  if (view === 'notLoaded') return rows.map((row) => render(row, [], view))
  const items =
    view === 'full'
      ? await itemsOf(env.store, info, rows, env.profile)
      : await summariesOf(env, info, rows, live.summaries(from, from + rows.length))
  return rows.map((row, i) => render(row, items[i] ?? [], view))
}

/** Place of a cursor's turn, or null when it is no longer live. */
export const placeOf = (live: LiveTurns, cursor: TurnCursor): number | null => {
  const { index, turnId } = cursor
  if (index !== undefined && live.rows(index, index + 1)[0]?.id === turnId) return index
  return live.places(turnId, 1)[0] ?? null
}

/** Cursor to a place; names the place itself only when the id alone would be ambiguous. */
export const cursorTo = (
  env: Env,
  live: LiveTurns,
  row: TurnRow,
  index: number,
  includeAnchor: boolean
): TurnCursor => {
  const unique = env.strict || live.places(row.id, 2).length < 2
  return unique ? { turnId: row.id, includeAnchor } : { turnId: row.id, includeAnchor, index }
}

/** First place of a page. */
const startOf = (
  live: LiveTurns,
  request: TurnPageRequest,
  ascending: boolean
): E.Either<StoreError, number> => {
  if (typeof request.cursor !== 'string') return E.right(ascending ? 0 : live.count - 1)
  const cursor = parseTurnCursor(request.cursor)
  if (cursor === null)
    return E.left({ _tag: 'InvalidRequest', message: `invalid cursor: ${request.cursor}` })
  const anchor = placeOf(live, cursor)
  if (anchor === null) return E.left({ _tag: 'AnchorGone', cursor: request.cursor })
  const skip = cursor.includeAnchor ? 0 : 1
  return E.right(ascending ? anchor + skip : anchor - skip)
}

const EMPTY: Page<Turn> = { data: [], nextCursor: null, backwardsCursor: null }

/** One page of turns of a caught-up stream. A thread without turns gives an empty page, whatever the cursor. */
export const turnPage = async (
  env: Env,
  info: StreamInfo,
  request: TurnPageRequest
): Promise<E.Either<StoreError, Page<Turn>>> => {
  const live = liveTurns(env, info)
  if (live.count === 0) return E.right(EMPTY)
  const ascending = (request.sortDirection ?? 'desc') === 'asc'
  const limit = pageLimit(request.limit)
  const start = startOf(live, request, ascending)
  if (E.isLeft(start)) return start
  const from = ascending ? start.right : Math.max(0, start.right - limit + 1)
  const until = ascending ? Math.min(live.count, start.right + limit) : start.right + 1
  const rows = live.rows(from, until)
  const first = rows[0]
  const last = rows[rows.length - 1]
  if (first === undefined || last === undefined) return E.right(EMPTY)
  const view = request.itemsView ?? 'summary'
  const rendered = await renderTurns(env, info, live, rows, from, view)
  const cursor = (row: TurnRow, index: number, includeAnchor: boolean): string =>
    printTurnCursor(cursorTo(env, live, row, index, includeAnchor))
  const more = ascending ? until < live.count : from > 0
  return E.right({
    data: ascending ? rendered : [...rendered].reverse(),
    nextCursor: !more
      ? null
      : ascending
        ? cursor(last, until - 1, false)
        : cursor(first, from, false),
    backwardsCursor: ascending ? cursor(first, from, true) : cursor(last, until - 1, true)
  })
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
    const rows = live.rows(from, until)
    for (const turn of await renderTurns(env, info, live, rows, from, view)) all.push(turn)
  }
  return all
}

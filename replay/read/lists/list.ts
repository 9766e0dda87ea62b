/**
 * Lists of threads, from the sorted index: cost follows the page. Threads of the same instant are neither skipped
 * nor repeated at a page border, because our cursors name their thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Page, SortDirection } from '../../../domain/protocol.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import type { RowKey } from '../../../projections/projection.ts'
import { threads } from '../../../projections/threads.ts'
import {
  listKeys,
  type ListEntry,
  type Order,
  type ThreadRow
} from '../../../projections/thread-row.ts'
import { parseListCursor, printListCursor } from '../pages/cursor.ts'
import { entryFilter, kindFilter, rowMatches, type ListRequest } from './list-filter.ts'
import { compareKeys } from '../../catch-up/overlay.ts'
import type { Env } from '../../catch-up/project.ts'
import { givenName } from '../threads/identity.ts'
import { threadRow, threadRows } from '../threads/thread-row.ts'
import { pageLimit } from '../pages/turn-page.ts'
import { invalidRequest, type Result } from '../../result.ts'

export interface Listed {
  readonly streamId: string
  readonly ms: number
  readonly row: ThreadRow
}

const SCAN_ROWS_MAX = 256
const LAST_ID = '\u{10ffff}'

interface ListWalk {
  readonly low: RowKey
  readonly high: RowKey
  readonly reverse: boolean
}

/** Key range of a page: everything in the asked direction from the cursor on. */
const walkOf = (
  table: string,
  request: ListRequest,
  direction: SortDirection
): Result<ListWalk> => {
  const archived = request.archived === true ? 1 : 0
  // In the order of last events a time is a place, so that a list costs what is in it.
  const byLastEvent = request.sortKey === 'last_event_at'
  const { sinceMs, untilMs } = byLastEvent ? request : {}
  const all: ListWalk = {
    low: sinceMs === undefined ? [table, archived] : [table, archived, sinceMs],
    high: untilMs === undefined ? [table, archived + 1] : [table, archived, untilMs],
    reverse: direction === 'desc'
  }
  if (typeof request.cursor !== 'string') return E.right(all)
  const cursor = parseListCursor(request.cursor)
  if (cursor === null) return invalidRequest(`invalid cursor: ${request.cursor}`)
  const { ms, streamId, inclusive } = cursor
  const at: RowKey = [table, archived, ms, streamId ?? (direction === 'asc' ? LAST_ID : '')]
  const after: RowKey = [table, archived, ms, `${streamId ?? ''}\u0000`]
  if (direction === 'asc')
    return E.right({ ...all, low: streamId !== null && !inclusive ? after : at })
  return E.right({ ...all, high: streamId !== null && inclusive ? after : at })
}

/** A thread in the order of a list, before anything is left out. */
export interface PlacedEntry {
  readonly streamId: string
  readonly ms: number
  readonly entry: ListEntry
}

/** The threads of a key range in the direction of a walk. */
function* entriesOf(env: Env, walk: ListWalk, first: number): Generator<PlacedEntry> {
  let { low, high } = walk
  // As much as a page needs when every thread is on it; more and more at a time when they are not.
  for (let scan = first; ; scan = Math.min(SCAN_ROWS_MAX, 2 * scan)) {
    const rows = env.index.range(low, high, scan, walk.reverse)
    for (const [key, entry] of rows)
      yield { streamId: key[3] as string, ms: key[2] as number, entry: entry as ListEntry }
    const last = rows[rows.length - 1]
    if (last === undefined || rows.length < scan) return
    if (walk.reverse) high = last[0]
    else low = [...last[0].slice(0, 3), `${last[0][3] as string}\u0000`]
  }
}

/** Looking a thread up costs about as much as skipping this many in a walk. */
const WALKED_PER_LOOK = 8

/** The same entries, when few threads are wanted: looked up one by one and put in order. */
const entriesAmong = (
  env: Env,
  { low, high, reverse }: ListWalk,
  ids: Iterable<string>
): ReadonlyArray<PlacedEntry> => {
  const found: Array<readonly [RowKey, ThreadRow]> = []
  for (const id of ids) {
    const row = threadRow(env, id)
    const keys =
      row === null ? [] : listKeys(row, tableOf(threads, viewName(env.profile, env.strict)), id)
    const key = keys.find(
      (one) => one[0] === low[0] && compareKeys(low, one) <= 0 && compareKeys(one, high) < 0
    )
    if (row !== null && key !== undefined) found.push([key, row])
  }
  return found
    .sort(([a], [b]) => (reverse ? compareKeys(b, a) : compareKeys(a, b)))
    .map(([key, { entry }]) => ({ streamId: key[3] as string, ms: key[2] as number, entry }))
}

/** Every thread that a list may show, from its cursor on, in its order; `among`: only these, of how many there are. */
export const listEntries = (
  env: Env,
  request: ListRequest,
  defaultProvider: string,
  among?: { readonly ids: ReadonlySet<string>; readonly of: number }
): Result<Iterable<PlacedEntry>> => {
  const order: Order = request.sortKey ?? 'created_at'
  const table = `${tableOf(threads, viewName(env.profile, env.strict))}.${order}`
  const walk = walkOf(table, request, request.sortDirection ?? 'desc')
  if (E.isLeft(walk)) return walk
  const matches = entryFilter(env, request, defaultProvider)
  const isOfKind = kindFilter(env, request)
  const isListed = ({ streamId, entry }: PlacedEntry): boolean =>
    entry.preview &&
    isOfKind(entry.kind) &&
    matches(streamId, entry) &&
    among?.ids.has(streamId) !== false
  const few = among !== undefined && among.ids.size * WALKED_PER_LOOK < among.of
  function* matching(of: ListWalk): Generator<PlacedEntry> {
    const entries = few
      ? entriesAmong(env, of, among.ids)
      : entriesOf(env, of, pageLimit(request.limit) + 1)
    for (const one of entries) if (isListed(one)) yield one
  }
  return E.right(matching(walk.right))
}

/** A page of what was found, which has one more than the page when there is more, with the cursors to either side. */
export const pageOf = <A extends Pick<Listed, 'streamId' | 'ms'>>(
  found: ReadonlyArray<A>,
  limit: number
): Page<A> => {
  const data = found.slice(0, limit)
  const [first, last] = [data[0], data[data.length - 1]]
  return {
    data,
    nextCursor:
      found.length > limit && last !== undefined
        ? printListCursor(last.ms, last.streamId, false)
        : null,
    backwardsCursor: first === undefined ? null : printListCursor(first.ms, first.streamId, true)
  }
}

function* inParts<A>(all: Iterable<A>, size: number): Generator<ReadonlyArray<A>> {
  let part: Array<A> = []
  for (const one of all) {
    part.push(one)
    if (part.length < size) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

export const listPage = (
  env: Env,
  request: ListRequest,
  defaultProvider: string,
  nameOf: (threadId: string) => string | null
): Result<Page<Listed>> => {
  const entries = listEntries(env, request, defaultProvider)
  if (E.isLeft(entries)) return entries
  const limit = pageLimit(request.limit)
  const found: Array<Listed> = []
  for (const some of inParts(entries.right, limit + 1)) {
    const rows = threadRows(
      env,
      some.map(({ streamId }) => streamId)
    )
    for (const [i, { streamId, ms }] of some.entries()) {
      const row = rows[i] ?? null
      if (row === null) continue
      const given = (): string | null => givenName(env, nameOf, row, { streamId })
      if (rowMatches(row, given, request, env.profile.members142)) found.push({ streamId, ms, row })
    }
    if (found.length > limit) break
  }
  return E.right(pageOf(found, limit))
}

/**
 * Lists of threads exactly as Codex prints them (strict mode): what its head scan shows, its time-only cursors
 * that skip threads of the same instant, and the order its database gives threads of the same second.
 *
 * The order of a whole home is needed, so every call costs the number of threads; only strict mode pays that.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Page } from '../../../domain/protocol.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { fileNameTimeMs, headEntry, threads } from '../../../projections/threads.ts'
import {
  storedRow,
  type StoredThread,
  spawnerOf,
  type ListEntry,
  type ThreadRow
} from '../../../projections/thread-row.ts'
import { codexTimes } from './codex-times.ts'
import { parseListCursor, printTrimmed } from '../pages/cursor.ts'
import {
  entryFilter,
  isBelow,
  asksForPeople,
  isInteractive,
  kindFilter,
  rowMatches,
  type ListRequest
} from './list-filter.ts'
import type { Listed } from './list.ts'
import { rowsUnder } from '../../catch-up/overlay.ts'
import { givenName, idInMetadata, laterNamed } from '../threads/identity.ts'
import { GUARDIAN, isGuardian, times169 } from '../threads/thread-view.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Env } from '../../catch-up/project.ts'
import { pageLimit } from '../pages/turn-page.ts'
import { invalidRequest, type Result } from '../../result.ts'

interface Candidate extends Listed {
  readonly info: StreamInfo
  /** Orders threads of the same instant: in the database the id in the metadata, in a scan that in the name. */
  readonly tieId: string
  /** Time in the cursor after this thread, where it differs from the sort time. */
  readonly cursorMs: number
  /** A search goes by seconds in its cursors, and by milliseconds in its order. */
  readonly orderMs?: number
}

/** Codex answers these lists from its database, not from a scan. */
const fromDatabase = (request: ListRequest): boolean =>
  request.useStateDbOnly === true ||
  (request.searchTerm ?? '') !== '' ||
  isBelow(request) ||
  request.sortKey === 'recency_at'

/** Codex answers these from its database after a scan: nothing is left out by what the head of a file says. */
const isWhole = (request: ListRequest): boolean =>
  !asksForPeople(request) && request.modelProviders?.length === 0 && (request.cwd ?? null) === null

export const faceOfList = (request: ListRequest): 'list' | 'database' | 'below' => {
  if (isBelow(request)) return 'below'
  return fromDatabase(request) || isWhole(request) ? 'database' : 'list'
}

/** True when a list without conditions shows the thread. */
export const isListedFirst = (row: ThreadRow | null): boolean =>
  row !== null && row.entry.codexLists && isInteractive(headEntry(row).kind)

/** The database has one row for each id, however many files have it in their metadata. */
const onePerId = (
  infos: ReadonlyArray<StreamInfo>,
  idOf: (info: StreamInfo) => string
): ReadonlyArray<StreamInfo> => {
  const byId = new Map<string, StreamInfo>()
  for (const info of infos) byId.set(idOf(info), laterNamed(byId.get(idOf(info)) ?? null, info))
  return [...byId.values()]
}

const candidates = (
  env: Env,
  infos: ReadonlyArray<StreamInfo>,
  request: ListRequest,
  isSearch: boolean
): Array<Candidate> => {
  const table = tableOf(threads, viewName(env.profile, env.strict))
  const rows = new Map(
    rowsUnder(env.index, [table]).map(([key, row]) => [key[1], storedRow(row as StoredThread)])
  )
  const database = isSearch || faceOfList(request) !== 'list'
  const times =
    database && !env.profile.members169
      ? codexTimes(infos, (id) => isListedFirst(rows.get(id) ?? null))
      : null
  const idOf = (info: StreamInfo): string => idInMetadata(rows.get(info.streamId) ?? null, info)
  const listed = database ? onePerId(infos, idOf) : infos
  return listed.flatMap((info): Array<Candidate> => {
    const row = rows.get(info.streamId)
    if (row === undefined || info.archived !== (request.archived === true)) return []
    // 0.169 lists threads in which nothing was said that are archived or spawned, and its own reviews of approvals.
    const { members169 } = env.profile
    const isAny = members169 && (info.archived || isBelow(request) || isGuardian(row.facts))
    if (!isAny && !(database ? row.entry.preview : row.entry.codexLists)) return []
    const newer = members169 ? times169(row) : null
    const createdMs = newer?.createdAtMs ?? row.createdAtMs
    const created = Math.floor(createdMs / 1000) * 1000
    const mtime = Math.floor(info.modifiedAtMs)
    const { streamId } = info
    const base = { streamId, tieId: database ? idOf(info) : streamId, row, info }
    if (request.sortKey === 'recency_at') {
      const ms = newer?.recencyAtMs ?? times?.recencyMs.get(streamId) ?? mtime
      return [{ ...base, ms, cursorMs: ms }]
    }
    if (request.sortKey === 'updated_at') {
      const ms = times?.updatedMs.get(streamId) ?? mtime
      return [{ ...base, ms, cursorMs: ms }]
    }
    if (isSearch) return [{ ...base, ms: created, cursorMs: created, orderMs: createdMs }]
    if (database) return [{ ...base, ms: createdMs, cursorMs: created }]
    return [{ ...base, ms: fileNameTimeMs(info.path) ?? created, cursorMs: createdMs }]
  })
}

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The order of threads in a list. Those of the same instant go by their ids, but up to 0.142 the database has them in the order
 * in which it read their files; an ascending list turns that round in 0.142.
 */
const orderOf = ({ profile }: Env, request: ListRequest, isSearch: boolean) => {
  const isUp = request.sortDirection === 'asc'
  const goesByPath =
    !profile.members169 &&
    request.sortKey !== 'recency_at' &&
    (isSearch || faceOfList(request) !== 'list')
  const tie = (a: Candidate, b: Candidate): number => {
    if (!goesByPath) return isUp ? compared(a.tieId, b.tieId) : compared(b.tieId, a.tieId)
    const isTurned = isUp && profile.members142
    return isTurned ? compared(b.info.path, a.info.path) : compared(a.info.path, b.info.path)
  }
  return (a: Candidate, b: Candidate): number => {
    const ms = (a.orderMs ?? a.ms) - (b.orderMs ?? b.ms)
    return (isUp ? ms : -ms) || tie(a, b)
  }
}

interface ListAnchor {
  readonly ms: number
  readonly streamId: string | null
}

const isBehind =
  ({ ms, streamId }: ListAnchor, isUp: boolean) =>
  (one: Candidate): boolean => {
    const isTie = streamId !== null && one.ms === ms
    const difference = isTie ? compared(one.streamId, streamId) : one.ms - ms
    return isUp ? difference > 0 : difference < 0
  }

/**
 * Fills a page from as many pages as it needs: where people talk to is asked for at once, other kinds of source are left out
 * only when Codex has read a page, and the next continues from the time of the last.
 */
const filled = (
  sorted: ReadonlyArray<Candidate>,
  limit: number,
  isShown: (one: Candidate) => boolean,
  isNext: (last: Candidate) => (one: Candidate) => boolean
): { readonly data: ReadonlyArray<Candidate>; readonly next: Candidate | null } => {
  const data: Array<Candidate> = []
  for (let rest = sorted; ;) {
    const page = rest.slice(0, limit - data.length)
    const last = page[page.length - 1]
    data.push(...page.filter(isShown))
    const next = rest.length > page.length && last !== undefined ? last : null
    if (next === null || data.length === limit) return { data, next }
    rest = rest.filter(isNext(next))
  }
}

/** One page as Codex prints it; of a search, only the threads it found. */
export const codexListPage = (
  env: Env,
  infos: ReadonlyArray<StreamInfo>,
  request: ListRequest,
  defaultProvider: string,
  nameOf: (threadId: string) => string | null,
  found: ((threadId: string) => boolean) | null = null
): Result<Page<Listed>> => {
  const isUp = request.sortDirection === 'asc'
  const cursor = typeof request.cursor === 'string' ? parseListCursor(request.cursor) : null
  if (typeof request.cursor === 'string' && cursor === null) {
    return invalidRequest(`invalid cursor: ${request.cursor}`)
  }
  const { members142, members169 } = env.profile
  const isSearch = found !== null
  const isScan = !isSearch && faceOfList(request) === 'list'
  const entryIn = (row: ThreadRow): ListEntry =>
    isScan ? headEntry(row) : { ...row.entry, parent: spawnerOf(row.facts) }
  const matches = entryFilter(env, request, defaultProvider)
  const isOfKind = kindFilter(env, request)
  const isShown = ({ row }: Candidate): boolean => isOfKind(entryIn(row).kind)
  const sorted = candidates(env, infos, request, isSearch)
    .filter(({ streamId, row }) => matches(streamId, entryIn(row)))
    .filter((c) => !asksForPeople(request) || isShown(c))
    .filter((c) => cursor === null || isBehind(cursor, isUp)(c))
    .filter((c) => found?.(c.streamId) !== false)
    .filter((c) =>
      members169 && isGuardian(c.row.facts)
        ? GUARDIAN.preview.includes(request.searchTerm ?? '')
        : rowMatches(c.row, () => givenName(env, nameOf, c.row, c), request, members142)
    )
    .sort(orderOf(env, request, isSearch))
  const named = members169 || request.sortKey === 'recency_at'
  const placeOf = ({ ms, streamId }: Candidate): ListAnchor => ({
    ms,
    streamId: named ? streamId : null
  })
  const { data, next } = filled(sorted, pageLimit(request.limit), isShown, (last) =>
    isBehind(placeOf(last), isUp)
  )
  const first = data[0]
  const print =
    !isSearch && request.sortKey === 'recency_at'
      ? (ms: number) => new Date(ms).toISOString()
      : printTrimmed
  const suffix = named && next !== null ? `|${next.streamId}` : ''
  return E.right({
    data,
    nextCursor: next === null ? null : `${print(next.ms)}${suffix}`,
    backwardsCursor:
      first === undefined ? null : new Date(first.cursorMs + (isUp ? 1 : -1)).toISOString()
  })
}

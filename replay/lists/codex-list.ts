/**
 * Lists of threads exactly as Codex prints them (strict mode): what its head scan shows, its time-only cursors
 * that skip threads of the same instant, and the order its database gives threads of the same second.
 *
 * The order of a whole home is needed, so every call costs the number of threads; only strict mode pays that.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { Page } from '../../domain/protocol.ts'
import { tableOf, viewName } from '../../projections/catalogue.ts'
import { fileNameTimeMs, threads, type ThreadRow } from '../../projections/threads.ts'
import { codexTimes } from './codex-times.ts'
import { parseListCursor, printTrimmed } from '../pages/cursor.ts'
import { entryFilter, isBelow, rowMatches, type ListRequest } from './list-filter.ts'
import type { Listed } from './list.ts'
import { afterPrefix } from '../catch-up/overlay.ts'
import { times169 } from '../threads/thread-view.ts'
import type { StreamInfo } from '../ports.ts'
import type { Env } from '../catch-up/project.ts'
import { pageLimit } from '../pages/turn-page.ts'

interface Candidate extends Listed {
  readonly info: StreamInfo
  /** Time in the cursor after this thread, where it differs from the sort time. */
  readonly cursorMs: number
  /** A search goes by seconds in its cursors, and by milliseconds in its order. */
  readonly orderMs?: number
}

/** Codex answers these from its database, not from a scan. */
export const fromDatabase = (request: ListRequest): boolean =>
  request.useStateDbOnly === true ||
  (request.searchTerm ?? '') !== '' ||
  isBelow(request) ||
  request.sortKey === 'recency_at'

const candidates = (
  env: Env,
  infos: ReadonlyArray<StreamInfo>,
  request: ListRequest,
  isSearch: boolean
): Array<Candidate> => {
  const table = tableOf(threads, viewName(env.profile, env.strict))
  const rows = new Map(
    env.index
      .range([table], afterPrefix([table]), Infinity, false)
      .map(([key, row]) => [key[1], row as ThreadRow])
  )
  const database = isSearch || fromDatabase(request)
  const recency =
    request.sortKey === 'recency_at'
      ? codexTimes(infos, (id) => rows.get(id)?.facts.preview != null).recencyMs
      : null
  return infos.flatMap((info): Array<Candidate> => {
    const row = rows.get(info.streamId)
    if (row === undefined || info.archived !== (request.archived === true)) return []
    if (!database && !row.entry.codexLists) return []
    const { members169 } = env.profile
    const times = members169 ? times169(row) : null
    const createdMs = times?.createdAtMs ?? row.createdAtMs
    const created = Math.floor(createdMs / 1000) * 1000
    const mtime = Math.floor(info.modifiedAtMs)
    const { streamId } = info
    if (recency !== null) {
      const ms = times?.recencyAtMs ?? recency.get(streamId) ?? mtime
      return [{ streamId, row, info, ms, cursorMs: ms }]
    }
    if (request.sortKey === 'updated_at')
      return [{ streamId, row, info, ms: mtime, cursorMs: mtime }]
    if (isSearch)
      return [{ streamId, row, info, ms: created, cursorMs: created, orderMs: createdMs }]
    if (database) return [{ streamId, row, info, ms: createdMs, cursorMs: created }]
    return [{ streamId, row, info, ms: fileNameTimeMs(info.path) ?? created, cursorMs: createdMs }]
  })
}

/** One page as Codex prints it; of a search, only the threads it found. */
export const codexListPage = (
  env: Env,
  infos: ReadonlyArray<StreamInfo>,
  request: ListRequest,
  defaultProvider: string,
  nameOf: (threadId: string) => string | null,
  found: ((threadId: string) => boolean) | null = null
): E.Either<StoreError, Page<Listed>> => {
  const descending = (request.sortDirection ?? 'desc') === 'desc'
  const cursor = typeof request.cursor === 'string' ? parseListCursor(request.cursor) : null
  if (typeof request.cursor === 'string' && cursor === null) {
    return E.left({ _tag: 'InvalidRequest', message: `invalid cursor: ${request.cursor}` })
  }
  const matches = entryFilter(env, request, defaultProvider)
  const { members142 } = env.profile
  const isSearch = found !== null
  // Threads of the same instant come the other way round in a search of 0.142.
  const idOrder = isSearch && !env.profile.members169 ? -1 : 1
  const byTime = (a: Candidate, b: Candidate): number =>
    (a.orderMs ?? a.ms) - (b.orderMs ?? b.ms) ||
    idOrder * (a.streamId < b.streamId ? -1 : a.streamId > b.streamId ? 1 : 0)
  const after = ({ ms, streamId }: Candidate): boolean => {
    if (cursor === null) return true
    if (cursor.streamId !== null && ms === cursor.ms) {
      return descending ? streamId < cursor.streamId : streamId > cursor.streamId
    }
    return descending ? ms < cursor.ms : ms > cursor.ms
  }
  const listed = candidates(env, infos, request, isSearch)
    .filter((c) => matches(c.streamId, c.row.entry) && after(c) && found?.(c.streamId) !== false)
    .filter((c) => !isBelow(request) || c.row.entry.kind === 'subAgentThreadSpawn')
    .filter((c) => rowMatches(c.row, () => nameOf(c.streamId), request, members142))
    .sort((a, b) => (descending ? byTime(b, a) : byTime(a, b)))
  const limit = pageLimit(request.limit)
  const data = listed.slice(0, limit)
  const [first, last] = [data[0], data[data.length - 1]]
  const named = env.profile.members169 || request.sortKey === 'recency_at'
  const suffix = named && last !== undefined ? `|${last.streamId}` : ''
  const print =
    !isSearch && fromDatabase(request) ? (ms: number) => new Date(ms).toISOString() : printTrimmed
  return E.right({
    data,
    nextCursor: listed.length > limit && last !== undefined ? `${print(last.ms)}${suffix}` : null,
    backwardsCursor:
      first === undefined ? null : new Date(first.cursorMs + (descending ? -1 : 1)).toISOString()
  })
}

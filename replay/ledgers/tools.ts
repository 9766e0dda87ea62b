/**
 * The ledger of tool calls, as it is asked: pages of calls, what they add up to, and who changed a file.
 */
import * as E from 'fp-ts/lib/Either.js'
import { parsedObject } from '../../domain/json.ts'
import type { ToolCall, ToolKind, ToolStatus } from '../../domain/ledgers/tools/tool-call.ts'
import { TOOLS } from '../../projections/ledgers.ts'
import type { RowKey } from '../../projections/projection.ts'
import { toolCallOf, toolKey, tools, turnCallsPrefix } from '../../projections/tools.ts'
import { afterPrefix } from '../catch-up/overlay.ts'
import { fileHistory, threadPatches, type FileChange, type FileHistory } from './blame.ts'
import type { IndexReader } from './layered.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import { withLeftBehind } from './tools-left.ts'
import { summaryOf, type ToolsSummary } from './tools-summary.ts'
import { invalidRequest, type Answer, type Result } from '../result.ts'

export interface ToolsFilter {
  /** Only this thread; else every thread of the home. */
  readonly threadId?: string
  /** With `threadId`: only this turn. */
  readonly turnId?: string
  readonly kinds?: ReadonlyArray<ToolKind>
  readonly statuses?: ReadonlyArray<ToolStatus>
  readonly sinceMs?: number
  readonly untilMs?: number
}

export interface ToolsRequest extends ToolsFilter {
  readonly cursor?: string | null
  /** 25 when absent, at most 1,000. */
  readonly limit?: number
  /** By the time of the call, in a thread by its place; newest first when absent. */
  readonly order?: 'asc' | 'desc'
}

/** A page of calls, and where the next one begins; null behind the last. */
export interface ToolsPage {
  readonly data: ReadonlyArray<ToolCall>
  readonly nextCursor: string | null
}

export interface BlameRequest {
  /** An absolute path. */
  readonly path: string
  /** Only what this thread did. */
  readonly threadId?: string
}

export interface ToolsLedger {
  readonly tools: (request: ToolsRequest) => Answer<ToolsPage>
  /** Totals of the calls that pass a filter. */
  readonly toolsSummary: (filter: ToolsFilter) => Answer<ToolsSummary>
  readonly blame: (request: BlameRequest) => Answer<FileHistory>
  /** Every patch of a thread, file by file, also those of turns that were rolled back or left behind. */
  readonly patches: (threadId: string) => Answer<ReadonlyArray<FileChange>>
}

const LIMIT_MAX = 1000
const LIMIT = 25
const CHUNK = 256

interface ToolCursor {
  readonly atMs: number
  readonly threadId: string
  readonly revision: number
}

const printCursor = ({ atMs, threadId, place }: ToolCall): string =>
  JSON.stringify({ atMs, threadId, revision: place.revision } satisfies ToolCursor)

const parseCursor = (text: string, threadId: string | undefined): Result<ToolCursor> => {
  const value = parsedObject(text)
  const { atMs, revision, ...rest } = value ?? {}
  const isCursor =
    Number.isSafeInteger(atMs) &&
    Number.isSafeInteger(revision) &&
    typeof rest['threadId'] === 'string' &&
    (threadId === undefined || threadId === rest['threadId'])
  return isCursor
    ? E.right(value as unknown as ToolCursor)
    : invalidRequest(`invalid cursor: ${text}`)
}

/** A key range, and which parts of a key hold the stream and the revision of a call. */
interface ToolWalk {
  readonly from: RowKey
  readonly until: RowKey
  readonly stream: number
  readonly revision: number
}

const walkOf = (table: string, filter: ToolsFilter): ToolWalk => {
  const { threadId, turnId, sinceMs, untilMs } = filter
  if (threadId !== undefined) {
    const turn = turnId === undefined ? null : turnCallsPrefix(table, threadId, turnId)
    const prefix = turn ?? [table, threadId]
    return { from: prefix, until: afterPrefix(prefix), stream: 1, revision: prefix.length }
  }
  const time = [`${table}.time`]
  return {
    from: sinceMs === undefined ? time : [...time, sinceMs],
    until: untilMs === undefined ? afterPrefix(time) : [...time, untilMs],
    stream: 2,
    revision: 3
  }
}

const behind = (
  walk: ToolWalk,
  { atMs, threadId, revision }: ToolCursor,
  isUp: boolean
): ToolWalk => {
  const next = isUp ? revision + 1 : revision
  const key =
    walk.stream === 2
      ? [walk.from[0] as string, atMs, threadId, next]
      : [...walk.from.slice(0, walk.revision), next]
  return isUp ? { ...walk, from: key } : { ...walk, until: key }
}

const isWanted =
  ({ kinds, statuses, sinceMs, untilMs }: ToolsFilter) =>
  ({ kind, status, atMs }: ToolCall): boolean =>
    (kinds === undefined || kinds.includes(kind)) &&
    (statuses === undefined || statuses.includes(status)) &&
    (sinceMs === undefined || atMs >= sinceMs) &&
    (untilMs === undefined || atMs < untilMs)

/** Calls of a key range in order, a few at a time. */
function* callsOf(
  index: IndexReader,
  table: string,
  start: ToolWalk,
  isUp: boolean
): Generator<ToolCall> {
  for (let walk = start; ;) {
    const keys = index.range(walk.from, walk.until, CHUNK, !isUp)
    for (const [key, value] of keys) {
      const threadId = key[walk.stream] as string
      const revision = key[walk.revision] as number
      const isRow = key[0] === table
      const row = isRow ? value : index.get(toolKey(table, threadId, revision))
      if (row !== undefined) yield toolCallOf(row, threadId)
    }
    const last = keys.at(-1)?.[0]
    if (last === undefined || keys.length < CHUNK) return
    const next = [...last.slice(0, -1), (last.at(-1) as number) + (isUp ? 1 : 0)]
    walk = isUp ? { ...walk, from: next } : { ...walk, until: next }
  }
}

const pageOf = (index: IndexReader, table: string, request: ToolsRequest): Result<ToolsPage> => {
  const { threadId, cursor = null, limit = LIMIT, order = 'desc' } = request
  const isUp = order === 'asc'
  const whole = walkOf(table, request)
  const from = cursor === null ? null : parseCursor(cursor, threadId)
  if (from !== null && E.isLeft(from)) return from
  const walk = from === null ? whole : behind(whole, from.right, isUp)
  const wanted = isWanted(request)
  const count = Math.min(Math.max(1, limit), LIMIT_MAX)
  const data: Array<ToolCall> = []
  for (const call of callsOf(index, table, walk, isUp)) {
    if (!wanted(call)) continue
    if (data.length === count) {
      const last = data[count - 1]
      return E.right({ data, nextCursor: last === undefined ? null : printCursor(last) })
    }
    data.push(call)
  }
  return E.right({ data, nextCursor: null })
}

export const open = (parts: LedgerParts): Ledger => ledgerOf(parts, TOOLS)

const asked =
  <R extends { readonly threadId?: string }, A>(
    answer: (index: IndexReader, table: string, request: R) => Result<A>
  ) =>
  async (ledger: Ledger, request: R): Promise<Result<A>> => {
    const caughtUp = await ledger.some(request.threadId)
    if (E.isLeft(caughtUp)) return caughtUp
    const index = await withLeftBehind(ledger, caughtUp.right)
    return answer(index, ledger.table(tools), request)
  }

export const toolsPage = asked(pageOf)
export const toolsSummary = asked((index, table, filter: ToolsFilter) =>
  E.right(summaryOf(callsOf(index, table, walkOf(table, filter), true), isWanted(filter)))
)
export const blame = asked((index, table, request: BlameRequest) =>
  E.right(fileHistory(index, table, request))
)
export const patches = (ledger: Ledger, threadId: string) =>
  asked((index, table) => E.right(threadPatches(index, table, threadId)))(ledger, { threadId })

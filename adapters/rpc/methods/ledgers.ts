/**
 * `unroll/…`: questions to the ledgers. Codex has none of them in any era. They report what was recorded, change nothing, and
 * wait for nothing.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type {
  AnalyticsEvent,
  AnalyticsPayload
} from '../../../domain/ledgers/analytics/envelope.ts'
import { AUDIT_ACTIONS, type AuditRow } from '../../../domain/ledgers/audit/row.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { isJsonObject } from '../../../domain/json.ts'
import {
  TOOL_KINDS,
  TOOL_STATUSES,
  type ToolCall
} from '../../../domain/ledgers/tools/tool-call.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { ApprovalRow, ReviewRow } from '../../../replay/ledgers/audit.ts'
import type { FileChange } from '../../../replay/ledgers/blame.ts'
import type {
  PluginHistoryRow,
  PluginIdentityRow,
  PluginUse
} from '../../../replay/ledgers/plugins.ts'
import type { ToolsSummary } from '../../../replay/ledgers/tools-summary.ts'
import { nullable } from '../threads/results.ts'
import { ask, threadOf, type ThreadIds } from '../threads/server.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import {
  given,
  i64,
  list,
  oneOf,
  option,
  required,
  text,
  u32,
  type Fields,
  type ParamsOf
} from '../wire/serde.ts'
import { EVERY_PROFILE, answer, ofThread, served, type Served } from './method.ts'

/** Shape of an object of a ledger; docs/FORMAT.md and the type of the engine's answer have its members. */
const object = <A>(name: string): t.Type<A, unknown, unknown> =>
  new t.Type<A, unknown, unknown>(
    name,
    (u): u is A => isJsonObject(u),
    (u, c) => (isJsonObject(u) ? t.success(u as A) : t.failure(u, c)),
    t.identity
  )

const rows = <A>(name: string) => ({ data: t.readonlyArray(object<A>(name)) })
export const pageOf = <A>(name: string) =>
  t.type({ ...rows<A>(name), nextCursor: nullable(t.string) })

const allRows =
  <A>(
    found: TaskEither<StoreError, ReadonlyArray<A>>
  ): TaskEither<StoreError, { readonly data: ReadonlyArray<A> }> =>
  async () =>
    E.map((data: ReadonlyArray<A>) => ({ data }))(await found())

/** A question; `thread` is the thread its parameters name, if any. */
export const question = <F extends Fields, A>(
  name: string,
  fields: F,
  result: t.Mixed,
  asked: (
    engine: Engine,
    params: ParamsOf<F>,
    thread: ThreadIds | undefined
  ) => TaskEither<StoreError, A>
): Served<ParamsOf<F>> =>
  served(name, fields, result, async (params, call) => {
    const { threadId = null } = params as { readonly threadId?: string | null }
    const thread = threadId === null ? E.right(undefined) : threadOf(call, threadId)
    if (E.isLeft(thread)) return thread
    return E.map(answer)(await ask(call, (engine) => asked(engine, params, thread.right)))
  })

/** The member of a request to the engine by which it is about one thread. */
export const about = (thread: ThreadIds | undefined): { readonly threadId?: string } =>
  thread === undefined ? {} : { threadId: thread.id }

const toolFilters = {
  threadId: option(text),
  turnId: option(text),
  kinds: option(list(oneOf(...TOOL_KINDS))),
  statuses: option(list(oneOf(...TOOL_STATUSES))),
  sinceMs: option(i64),
  untilMs: option(i64)
}
const FILTERS = ['turnId', 'kinds', 'statuses', 'sinceMs', 'untilMs'] as const

export const toolsList = question(
  'ToolsListParams',
  {
    ...toolFilters,
    cursor: option(text),
    limit: option(u32),
    order: option(oneOf('asc', 'desc'))
  },
  pageOf<ToolCall>('ToolCall'),
  (engine, params, thread) =>
    engine.tools({ ...about(thread), ...given(params, ...FILTERS, 'cursor', 'limit', 'order') })
)

export const toolsSummary = question(
  'ToolsSummaryParams',
  toolFilters,
  object<ToolsSummary>('ToolsSummary'),
  (engine, params, thread) =>
    engine.toolsSummary({ ...about(thread), ...given(params, ...FILTERS) })
)

export const blameRead = question(
  'BlameReadParams',
  { path: required(text), threadId: option(text) },
  t.type({
    path: t.string,
    ...rows<FileChange>('FileChange'),
    hints: t.readonlyArray(t.string)
  }),
  (engine, { path }, thread) => engine.blame({ path, ...about(thread) })
)

export const auditList = question(
  'AuditListParams',
  {
    threadId: option(text),
    sinceMs: option(i64),
    untilMs: option(i64),
    actor: option(text),
    actions: option(list(oneOf(...AUDIT_ACTIONS))),
    cursor: option(text),
    limit: option(u32)
  },
  pageOf<AuditRow>('AuditRow'),
  (engine, params, thread) =>
    engine.auditTrail({
      ...about(thread),
      ...given(params, 'sinceMs', 'untilMs', 'actor', 'actions', 'cursor', 'limit')
    })
)

const threadFilter = { threadId: option(text) }

export const approvalsList = question(
  'ApprovalsListParams',
  threadFilter,
  t.type(rows<ApprovalRow>('Approval')),
  (engine, _, thread) => allRows(engine.approvals(thread?.streamId))
)

export const reviewsList = question(
  'ReviewsListParams',
  threadFilter,
  t.type(rows<ReviewRow>('Review')),
  (engine, _, thread) => allRows(engine.reviews(thread?.streamId))
)

export const pluginsList = question(
  'PluginsListParams',
  {},
  t.type(rows<PluginIdentityRow>('PluginIdentity')),
  (engine) => allRows(engine.plugins())
)

export const pluginHistoryList = question(
  'PluginHistoryListParams',
  { localId: option(text) },
  t.type(rows<PluginHistoryRow>('PluginChange')),
  (engine, { localId }) => allRows(engine.pluginHistory(localId ?? undefined))
)

export const pluginUsageList = question(
  'PluginUsageListParams',
  { threadId: option(text), plugin: option(text) },
  t.type(rows<PluginUse>('PluginUse')),
  (engine, params, thread) =>
    allRows(engine.pluginUse({ ...about(thread), ...given(params, 'plugin') }))
)

const LIMIT = 100
const LIMIT_MAX = 1000
const CURSOR = /^\d{1,15}$/

/** A page of rows that are counted from their first: a later page costs those before it too. */
export const pageFrom = async <A, B>(
  rows: AsyncIterable<A>,
  asked: { readonly cursor: string | null; readonly limit: number | null },
  shown: (row: A) => B
): Promise<{ readonly data: ReadonlyArray<B>; readonly nextCursor: string | null }> => {
  const from = Number(asked.cursor ?? 0)
  const limit = Math.max(1, Math.min(asked.limit ?? LIMIT, LIMIT_MAX))
  const data: Array<B> = []
  let place = 0
  for await (const row of rows) {
    if (data.length === limit) return { data, nextCursor: String(place) }
    if (place >= from) data.push(shown(row))
    place += 1
  }
  return { data, nextCursor: null }
}

/** Why a cursor of such a page cannot be one; null for none and for one that can. */
export const cursorRefused = (cursor: string | null): RpcError | null =>
  cursor === null || CURSOR.test(cursor) ? null : invalidRequest(`invalid cursor: ${cursor}`)

/** What Codex would have posted about a thread. */
export const analyticsList = ofThread(
  'AnalyticsListParams',
  {
    contract: option(oneOf(...EVERY_PROFILE)),
    sinceMs: option(i64),
    untilMs: option(i64),
    cursor: option(text),
    limit: option(u32)
  },
  pageOf<AnalyticsPayload>('AnalyticsEvent'),
  async (thread, params, call) => {
    const refused = cursorRefused(params.cursor)
    if (refused !== null) return E.left(refused)
    const contract = params.contract ?? call.server.profile
    const threadId = thread.id
    const request = { threadId, contract, ...given(params, 'sinceMs', 'untilMs') }
    const found = await ask(call, (engine) => engine.analytics(request))
    if (E.isLeft(found)) return found
    const page = await pageFrom(found.right, params, ({ payload }: AnalyticsEvent) => payload)
    return E.right(answer(page))
  }
)

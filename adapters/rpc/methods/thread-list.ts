/**
 * `thread/list`: a page of threads.
 *
 * Projects, sections and attachments are in Codex's database and nowhere in the log: every thread here is as it is there in a
 * home that has none of them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isAbsolute, resolve } from 'node:path'
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'
import type { Page, Thread } from '../../../domain/protocol.ts'
import { isBlank } from '../../../domain/white-space.ts'
import { SOURCE_KINDS } from '../../../projections/thread-row.ts'
import * as results from '../threads/results.ts'
import { ask, parseThreadId } from '../threads/server.ts'
import { shown } from '../threads/threads.ts'
import { CODE, invalidRequest, type RpcError } from '../wire/errors.ts'
import {
  alongside,
  defaulted,
  flag,
  given,
  i64,
  ignored,
  list,
  oneOf,
  option,
  patch,
  struct,
  text,
  u32,
  untagged,
  type ParamsOf
} from '../wire/serde.ts'
import { answer, type Served } from './method.ts'

/** Members in the order of Codex, which counts when they come as an array. */
const fields169 = {
  includeAttachedThreads: defaulted(flag, false),
  currentAccountOnly: defaulted(flag, false),
  cursor: option(text),
  limit: option(u32),
  excludedThreadIds: option(list(text)),
  sortKey: option(oneOf(...PROFILES['0.169'].sortKeys)),
  sortDirection: option(oneOf('asc', 'desc')),
  modelProviders: option(list(text)),
  sourceKinds: option(list(oneOf(...SOURCE_KINDS))),
  originators: option(list(text)),
  archived: option(flag),
  sectionId: patch(text),
  projectId: patch(text),
  cwd: option(untagged('ThreadListCwdFilter', text, list(text))),
  useStateDbOnly: defaulted(flag, false),
  searchTerm: option(text),
  parentThreadId: option(text),
  ancestorThreadId: option(text),
  attachedToThreadId: option(text)
}

const fieldsBefore = (profile: ProfileName) => {
  const { cursor, limit, sortDirection, modelProviders, sourceKinds, archived, cwd } = fields169
  const { useStateDbOnly, searchTerm, parentThreadId } = fields169
  return {
    ...{ cursor, limit, sortKey: option(oneOf(...PROFILES[profile].sortKeys)), sortDirection },
    ...{ modelProviders, sourceKinds, archived, cwd, useStateDbOnly, searchTerm },
    parentThreadId: profile === '0.130' ? ignored<string>() : parentThreadId
  }
}

/** Members of our own, which a strict server does not know. */
export const narrowing = {
  models: option(list(text)),
  sinceMs: option(i64),
  untilMs: option(i64)
}

type ListParams = ParamsOf<ReturnType<typeof fieldsBefore>> &
  Partial<ParamsOf<typeof fields169>> &
  Partial<ParamsOf<typeof narrowing>>

/** Filters that the engine knows, and whether nothing can pass the others. */
interface CheckedFilters {
  readonly parentThreadId: string | null
  readonly ancestorThreadId: string | null
  readonly excludedThreadIds: ReadonlyArray<string>
  readonly originators: ReadonlyArray<string>
  readonly matchesNothing: boolean
}

const EXCLUDED_MAX = 100

const invalidParams = (message: string): RpcError => ({ code: CODE.invalidParams, message })

const idOrNull = (
  text: string | null | undefined,
  what: string
): E.Either<RpcError, string | null> =>
  typeof text !== 'string' ? E.right(null) : parseThreadId(text, what)

const excludedIds = (texts: ReadonlyArray<string>): E.Either<RpcError, ReadonlyArray<string>> => {
  if (texts.length > EXCLUDED_MAX)
    return E.left(invalidParams(`excludedThreadIds accepts at most ${EXCLUDED_MAX} entries`))
  const ids: Array<string> = []
  for (const text of texts) {
    const id = parseThreadId(text, 'excluded thread id')
    if (E.isLeft(id)) return E.left(invalidParams(id.left.message))
    ids.push(id.right)
  }
  return E.right(ids)
}

/** Why a filter by what only the database knows cannot be; null when it can. */
const refusal = (filters: ListParams, strict: boolean): RpcError | null => {
  const { originators, projectId } = filters
  const isSet = (text: string | null | undefined): boolean => typeof text === 'string'
  const [parent, ancestor] = [isSet(filters.parentThreadId), isSet(filters.ancestorThreadId)]
  if (strict && (originators ?? []).length > 0)
    return invalidParams('originator filtering is not supported by the local app-server')
  if (typeof projectId === 'string')
    return invalidParams(
      projectId === '' ? 'projectId must not be empty' : `project not found: ${projectId}`
    )
  if (filters.includeAttachedThreads === true && isBlank(filters.searchTerm ?? ''))
    return invalidRequest('includeAttachedThreads requires a non-empty searchTerm')
  if (isSet(filters.attachedToThreadId) && (parent || ancestor))
    return invalidRequest(
      'attachedToThreadId cannot be combined with parentThreadId or ancestorThreadId'
    )
  return parent && ancestor
    ? invalidRequest('parentThreadId and ancestorThreadId are mutually exclusive')
    : null
}

/** Checks the filters of a list. A local Codex refuses to filter by originator; only strict mode does so too. */
const checkFilters = (filters: ListParams, strict: boolean): E.Either<RpcError, CheckedFilters> => {
  const excluded = excludedIds(filters.excludedThreadIds ?? [])
  if (E.isLeft(excluded)) return excluded
  const refused = refusal(filters, strict)
  if (refused !== null) return E.left(refused)
  const attached = idOrNull(filters.attachedToThreadId, 'attached thread parent id')
  if (E.isLeft(attached)) return attached
  const parent = idOrNull(filters.parentThreadId, 'parent thread id')
  if (E.isLeft(parent)) return parent
  const ancestor = idOrNull(filters.ancestorThreadId, 'ancestor thread id')
  if (E.isLeft(ancestor)) return ancestor
  const hasSection = typeof filters.sectionId === 'string'
  if (filters.sortKey === 'section_position' && !hasSection)
    return E.left(invalidRequest('section-position sorting requires a section filter'))
  return E.right({
    parentThreadId: parent.right,
    ancestorThreadId: ancestor.right,
    excludedThreadIds: excluded.right,
    originators: filters.originators ?? [],
    matchesNothing: hasSection || attached.right !== null
  })
}

export const absolute = (cwd: string): string => (isAbsolute(cwd) ? cwd : resolve(cwd))

const withReadStates = ({ data, nextCursor, backwardsCursor }: Page<Thread>) => ({
  data,
  readStates: Object.fromEntries(
    data.flatMap((thread) => {
      const state = results.unread(thread)
      return state === null ? [] : [[thread.id, state]]
    })
  ),
  nextCursor,
  backwardsCursor
})

const NO_THREADS: Page<Thread> = { data: [], nextCursor: null, backwardsCursor: null }

/** A page of threads. Whose account a thread belongs to is not in the log either: all of them are the reader's. */
export const threadList: Served<ListParams> = {
  params: ({ profile, strict }) => {
    const fields = profile === '0.169' ? fields169 : fieldsBefore(profile)
    const theirs = struct('ThreadListParams', fields)
    return strict ? theirs : alongside(theirs, narrowing)
  },
  result: results.page(results.Thread),
  handler: async (params, call) => {
    const { server } = call
    const filters = checkFilters(params, server.strict)
    if (E.isLeft(filters)) return filters
    const { matchesNothing, ...known } = filters.right
    const sortKey = params.sortKey === 'section_position' ? null : params.sortKey
    const cwd =
      typeof params.cwd === 'string' ? absolute(params.cwd) : (params.cwd?.map(absolute) ?? null)
    const { models: _models, sinceMs: _since, untilMs: _until, ...theirs } = params
    const ours = given(params, 'models', 'sinceMs', 'untilMs')
    const request = { ...theirs, ...known, ...ours, sortKey, cwd }
    const listed = await ask(call, (engine) => engine.listThreads(request))
    return E.map((found: Page<Thread>) => {
      const all = matchesNothing ? NO_THREADS : found
      const page = { ...all, data: all.data.map((thread) => shown(thread, server, true)) }
      return answer(server.profile === '0.169' ? withReadStates(page) : page)
    })(listed)
  }
}

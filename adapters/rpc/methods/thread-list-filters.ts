/**
 * What a list of threads is filtered by besides the thread itself, checked in the order of Codex 0.169.
 *
 * Projects, sections and attachments are in Codex's database and nowhere in the log: every thread here is as it is there in a
 * home that has none of them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { CODE, invalidRequest, type RpcError } from '../wire/errors.ts'
import { threadIdOf } from '../method.ts'
import { isBlank } from '../../../domain/white-space.ts'

/** The filters of a request; an era that does not know one leaves it out. */
export interface Filters {
  readonly sortKey: string | null
  readonly searchTerm: string | null
  readonly parentThreadId: string | null
  readonly ancestorThreadId?: string | null
  readonly attachedToThreadId?: string | null
  readonly includeAttachedThreads?: boolean
  readonly excludedThreadIds?: ReadonlyArray<string> | null
  readonly originators?: ReadonlyArray<string> | null
  readonly sectionId?: string | null | undefined
  readonly projectId?: string | null | undefined
}

/** Filters that the engine knows, and whether nothing can pass the others. */
export interface Checked {
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
  typeof text !== 'string' ? E.right(null) : threadIdOf(text, what)

const excludedIds = (texts: ReadonlyArray<string>): E.Either<RpcError, ReadonlyArray<string>> => {
  if (texts.length > EXCLUDED_MAX)
    return E.left(invalidParams(`excludedThreadIds accepts at most ${EXCLUDED_MAX} entries`))
  const ids: Array<string> = []
  for (const text of texts) {
    const id = threadIdOf(text, 'excluded thread id')
    if (E.isLeft(id)) return E.left(invalidParams(id.left.message))
    ids.push(id.right)
  }
  return E.right(ids)
}

/** Why a filter by what only the database knows cannot be; null when it can. */
const refusal = (filters: Filters, strict: boolean): RpcError | null => {
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
export const checkFilters = (filters: Filters, strict: boolean): E.Either<RpcError, Checked> => {
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

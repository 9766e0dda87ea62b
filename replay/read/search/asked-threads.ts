/**
 * Which threads and turns a search looks at.
 */
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import type { ThreadRow } from '../../../projections/thread-row.ts'
import { lastEventMsOf, rowMatches, type ListRequest } from '../lists/list-filter.ts'
import type { ListParts } from '../lists/fresh-list.ts'
import { givenName } from '../threads/identity.ts'

/** Ours: only turns that began from then on, and before then; milliseconds since 1970. */
export interface TurnTimes {
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
}

const MS = 1000

/** Decides whether a turn began in a range; one that does not say when counts as of the last event of its thread. */
export const turnFilter =
  ({ sinceMs = -Infinity, untilMs = Infinity }: TurnTimes, row: ThreadRow | null) =>
  ({ startedAt }: Pick<TurnRow, 'startedAt'>): boolean => {
    const atMs = startedAt === null ? (row === null ? 0 : lastEventMsOf(row)) : startedAt * MS
    return sinceMs <= atMs && atMs < untilMs
  }

/** Decides by the row of a thread. */
export const threadFilter =
  (env: ListParts, request: ListRequest, nameOf: (threadId: string) => string | null) =>
  (streamId: string, row: ThreadRow): boolean => {
    const given = (): string | null => givenName(env, nameOf, row, { streamId })
    return rowMatches(row, given, request, env.profile.members142)
  }

/** True for a search whose threads are told by more than the rows of lists that are always new. */
export const hasFilters = (request: ListRequest): boolean =>
  (request.cwd ?? null) !== null ||
  request.sinceMs !== undefined ||
  request.untilMs !== undefined ||
  [request.names, request.models, request.branches, request.modelProviders].some(
    (values) => (values ?? []).length > 0
  )

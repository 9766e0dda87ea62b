/**
 * What `thread/list` can be asked, and which threads answer.
 */
import { normalizeCwd } from '../../../domain/thread/thread.ts'
import type { SortDirection } from '../../../domain/protocol.ts'
import type { Env } from '../../catch-up/project.ts'
import { descendantsOf } from '../threads/agents.ts'
import {
  ORDERS,
  type EntryKind,
  type ListEntry,
  type SourceKind,
  type ThreadRow
} from '../../../projections/thread-row.ts'

/** The orders a client may ask for; `last_event_at` is ours and comes from the log, not from the file's time. */
export type SortKey = 'created_at' | 'updated_at' | 'recency_at' | 'last_event_at'

/** Which threads are asked for, wherever threads are listed or searched. */
export type ThreadFilters = Pick<
  ListRequest,
  'names' | 'models' | 'branches' | 'modelProviders' | 'sourceKinds' | 'archived' | 'cwd'
>

/** What a list is asked with; names and defaults are Codex's. */
export interface ListRequest {
  readonly cursor?: string | null | undefined
  readonly limit?: number | null | undefined
  readonly sortKey?: SortKey | null | undefined
  readonly sortDirection?: SortDirection | null | undefined
  /** Absent: only the default provider. Empty: all. */
  readonly modelProviders?: ReadonlyArray<string> | null | undefined
  /** Absent or empty: only `cli` and `vscode`. */
  readonly sourceKinds?: ReadonlyArray<SourceKind> | null | undefined
  readonly archived?: boolean | null | undefined
  readonly cwd?: string | ReadonlyArray<string> | null | undefined
  readonly searchTerm?: string | null | undefined
  /** Only what this thread spawned itself. */
  readonly parentThreadId?: string | null | undefined
  /** Only what this thread spawned, at any depth. */
  readonly ancestorThreadId?: string | null | undefined
  readonly excludedThreadIds?: ReadonlyArray<string> | null | undefined
  /** Only of one of these programs; absent or empty: of all. */
  readonly originators?: ReadonlyArray<string> | null | undefined
  readonly useStateDbOnly?: boolean | null | undefined
  /** Ours: only threads whose last event was written from then on, and before then; milliseconds since 1970. */
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  /** Ours: a part of the name, in any letter case; one of these; absent or empty: any. */
  readonly names?: ReadonlyArray<string> | undefined
  /** Ours: the model of the last settings is one of these. */
  readonly models?: ReadonlyArray<string> | undefined
  /** Ours: the branch of git is one of these. */
  readonly branches?: ReadonlyArray<string> | undefined
}

const INTERACTIVE: ReadonlyArray<EntryKind> = ['cli', 'vscode']

/** True for a thread that people talk to themselves. */
export const isInteractive = (kind: EntryKind): boolean =>
  kind === 'otherInteractive' || INTERACTIVE.includes(kind)

/** True for a list of nothing but such threads. */
export const asksForPeople = ({ sourceKinds }: ListRequest): boolean =>
  (sourceKinds ?? []).every(isInteractive)

/** True for a list of what a thread spawned. */
export const isBelow = (request: ListRequest): boolean =>
  (request.parentThreadId ?? null) !== null || (request.ancestorThreadId ?? null) !== null

/**
 * Decides by the kind of its source whether a thread is listed. Without a kind that is asked for: what people talk to, and
 * everything that a thread spawned. What has no kind counts as unknown, but not with Codex.
 */
export const kindFilter = ({ strict }: Env, request: ListRequest) => {
  const asked = request.sourceKinds ?? []
  const wanted: ReadonlyArray<EntryKind> =
    asked.length > 0 ? asked : [...INTERACTIVE, 'otherInteractive']
  return (kind: EntryKind): boolean => {
    if (wanted.includes(kind) || (asked.length === 0 && isBelow(request))) return true
    if (kind === 'other' || kind === 'otherInteractive')
      return !strict && wanted.includes('unknown')
    return kind.startsWith('subAgent') && wanted.includes('subAgent')
  }
}

/** Decides by id and index entry alone, but for the kind; what needs the row itself is left to `rowMatches`. */
export const entryFilter = (env: Env, request: ListRequest, defaultProvider: string) => {
  const parent = request.parentThreadId ?? null
  const byParent = isBelow(request)
  const ancestor = request.ancestorThreadId ?? null
  const below =
    ancestor === null ? null : new Set(descendantsOf(env, ancestor).map((one) => one.threadId))
  const excluded = new Set(request.excludedThreadIds ?? [])
  const providers = request.modelProviders ?? (byParent ? [] : [defaultProvider])
  const { cwd } = request
  const cwds = typeof cwd === 'string' ? [cwd] : (cwd ?? null)
  const directories = cwds === null ? null : cwds.map(normalizeCwd)
  return (streamId: string, entry: ListEntry): boolean =>
    !excluded.has(streamId) &&
    (below === null || below.has(streamId)) &&
    (parent === null || entry.parent === parent) &&
    (providers.length === 0 || providers.includes(entry.provider ?? defaultProvider)) &&
    (directories === null || directories.includes(entry.cwd))
}

const LAST_EVENT = ORDERS.indexOf('last_event_at')

/** When the last event of a thread was written, in milliseconds. */
export const lastEventMsOf = ({ sortedAtMs }: Pick<ThreadRow, 'sortedAtMs'>): number =>
  sortedAtMs[LAST_EVENT] ?? 0

const isAmong = (value: string | null, wanted: ReadonlyArray<string> | undefined): boolean =>
  wanted === undefined || wanted.length === 0 || (value !== null && wanted.includes(value))

/** Decides by what only we are asked for. */
const oursMatches = (row: ThreadRow, name: () => string | null, request: ListRequest): boolean => {
  const { sinceMs = -Infinity, untilMs = Infinity, names = [], models, branches } = request
  const { facts } = row
  const atMs = lastEventMsOf(row)
  const called = names.length === 0 ? '' : (name() ?? '').toLowerCase()
  return (
    sinceMs <= atMs &&
    atMs < untilMs &&
    isAmong(facts.model, models) &&
    isAmong((facts.own ?? facts.head)?.git?.branch ?? null, branches) &&
    (names.length === 0 || names.some((part) => called.includes(part.toLowerCase())))
  )
}

/** Decides by what only the row has: the originator of the thread, and its texts. */
export const rowMatches = (
  row: ThreadRow,
  name: () => string | null,
  request: ListRequest,
  previewToo: boolean
): boolean => {
  const originators = request.originators ?? []
  const term = request.searchTerm ?? ''
  return (
    (originators.length === 0 ||
      originators.includes((row.facts.own ?? row.facts.head)?.originator ?? '')) &&
    (term === '' || textMatches(row, name(), term, previewToo)) &&
    oursMatches(row, name, request)
  )
}

/** Case-sensitive search in the name, the title and, from 0.142, the preview. */
const textMatches = (
  row: ThreadRow,
  name: string | null,
  term: string,
  previewToo: boolean
): boolean =>
  (name ?? '').includes(term) ||
  (row.facts.title ?? '').includes(term) ||
  (previewToo && (row.facts.preview ?? '').includes(term))

/**
 * What `thread/list` can be asked, and which threads answer.
 */
import { normalizeCwd } from '../../domain/thread.ts'
import type { SortDirection } from '../../domain/protocol.ts'
import type { ListEntry, SourceKind, ThreadRow } from '../../projections/threads.ts'

/** The orders a client may ask for; `last_event_at` is ours and comes from the log, not from the file's time. */
export type SortKey = 'created_at' | 'updated_at' | 'recency_at' | 'last_event_at'

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
  readonly parentThreadId?: string | null | undefined
  readonly useStateDbOnly?: boolean | null | undefined
}

const INTERACTIVE: ReadonlyArray<SourceKind> = ['cli', 'vscode']

const kindMatches = (kind: SourceKind, wanted: ReadonlyArray<SourceKind>): boolean =>
  wanted.includes(kind) || (kind.startsWith('subAgent') && wanted.includes('subAgent'))

/** Decides by the index entry alone; what needs the row itself is left to `textMatches`. */
export const entryFilter = (request: ListRequest, defaultProvider: string) => {
  const parent = request.parentThreadId ?? null
  const byParent = parent !== null
  const providers = request.modelProviders ?? (byParent ? [] : [defaultProvider])
  const asked = request.sourceKinds ?? []
  const kinds = asked.length > 0 ? asked : byParent ? null : INTERACTIVE
  const { cwd } = request
  const cwds = typeof cwd === 'string' ? [cwd] : (cwd ?? null)
  const directories = cwds === null ? null : cwds.map(normalizeCwd)
  return (entry: ListEntry): boolean =>
    entry.preview &&
    (parent === null || entry.parent === parent) &&
    (providers.length === 0 || providers.includes(entry.provider ?? defaultProvider)) &&
    (kinds === null || kindMatches(entry.kind, kinds)) &&
    (directories === null || directories.includes(entry.cwd))
}

/** Case-sensitive search in the name, the title and, from 0.142, the preview. */
export const textMatches = (
  row: ThreadRow,
  name: string | null,
  term: string,
  previewToo: boolean
): boolean =>
  (name ?? '').includes(term) ||
  (row.facts.title ?? '').includes(term) ||
  (previewToo && (row.facts.preview ?? '').includes(term))

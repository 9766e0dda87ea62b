/**
 * Read model `threads`: one row per thread, and one sorted index per order a list can take.
 *
 *   [threads, streamId]                                   -> ThreadRow
 *   [threads.created_at, archived 0|1, ms, streamId]      -> ListEntry
 *   [threads.updated_at, archived 0|1, ms, streamId]      -> ListEntry
 *   [threads.recency_at, archived 0|1, ms, streamId]      -> ListEntry
 *   [threads.last_event_at, archived 0|1, ms, streamId]   -> ListEntry
 *
 * A ListEntry carries everything a list filters by, so that a list reads rows only for what it shows.
 */
import { isJsonObject, type Json } from '../domain/json.ts'
import { spawnIn, spawnText } from '../domain/spawned.ts'
import {
  evolveThread,
  initialThread,
  THREAD_NEEDS,
  threadFacts,
  type ThreadFacts,
  type ThreadState
} from '../domain/thread/thread.ts'
import type { Profile } from '../domain/log/profile.ts'
import { deletes, NO_WRITES, type Projection, type RowKey, type StreamFacts } from './projection.ts'

/**
 * The orders a thread list can take. `last_event_at` comes from the log, `updated_at` from the file's time; recency is
 * the file's time too in eras up to 0.142, later the start of the newest turn.
 */
export const ORDERS = ['created_at', 'updated_at', 'recency_at', 'last_event_at'] as const
export type Order = (typeof ORDERS)[number]

/** Where a thread may come from, as `thread/list` filters it. */
export const SOURCE_KINDS = [
  'cli',
  'vscode',
  'exec',
  'appServer',
  'subAgent',
  'subAgentReview',
  'subAgentCompact',
  'subAgentThreadSpawn',
  'subAgentOther',
  'unknown'
] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** A kind, or that of a source for which Codex has no filter of its own: its helpers, and programs that name themselves. */
export type EntryKind = SourceKind | 'subAgentMemory' | 'otherInteractive' | 'other'

/** What a list filters by. */
export interface ListEntry {
  /** Null when the file names none: then it is the server's default provider. */
  readonly provider: string | null
  readonly kind: EntryKind
  readonly cwd: string
  readonly parent: string | null
  readonly preview: boolean
  /** True when Codex itself lists the thread after it scanned the files. */
  readonly codexLists: boolean
}

/** One thread, as the index keeps it. */
export interface ThreadRow {
  readonly facts: ThreadFacts
  readonly createdAtMs: number
  readonly entry: ListEntry
  readonly keys: ReadonlyArray<RowKey>
}

/** Programs in which people talk to threads, as in `cli` and `vscode`. */
const INTERACTIVE_PROGRAMS: ReadonlySet<string> = new Set(['atlas', 'chatgpt'])

/** Kind of a `source` member, as the peer's filter names it. */
const sourceKind = (source: Json): EntryKind => {
  if (source === 'mcp') return 'appServer'
  if (source === 'cli' || source === 'vscode' || source === 'exec') return source
  if (!isJsonObject(source)) return 'unknown'
  const { subagent: sub, custom, internal } = source
  if (typeof custom === 'string')
    return INTERACTIVE_PROGRAMS.has(custom) ? 'otherInteractive' : 'other'
  if (internal !== undefined) return 'other'
  if (sub === 'review') return 'subAgentReview'
  if (sub === 'compact') return 'subAgentCompact'
  if (sub === 'memory_consolidation') return 'subAgentMemory'
  if (sub === undefined || sub === null) return 'unknown'
  return typeof sub === 'object' && 'thread_spawn' in sub ? 'subAgentThreadSpawn' : 'subAgentOther'
}

/** The thread that spawned this one, by its source. */
export const spawnerOf = ({ own }: ThreadFacts): string | null =>
  spawnText(spawnIn(own?.source), 'parent_thread_id')

/** The thread that spawned this one, where the file says so. */
export const parentOf = (facts: ThreadFacts): string | null =>
  facts.own?.parentThreadId ?? spawnerOf(facts)

const NAME_TIME =
  /rollout-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})-[0-9a-f-]{36}(?:_[0-9a-f-]{36})?\.jsonl(?:\.zst)?$/
const DASHED_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})$/
const LISTED_PLACE = /(?:\/sessions\/\d{4}\/\d{2}\/\d{2}|\/archived_sessions)\/[^/]+$/

/** Time in a rollout's file name, read as UTC the way Codex reads it; null when it has none. */
export const fileNameTimeMs = (path: string): number | null => {
  const match = NAME_TIME.exec(path)
  const ms = match === null ? NaN : Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`)
  return Number.isNaN(ms) ? null : ms
}

const parseTimeMs = (text: string): number | null => {
  const ms = Date.parse(text.replace(DASHED_TIME, '$1T$2:$3:$4Z'))
  return Number.isNaN(ms) ? null : ms
}

/** When the thread began: its metadata's time, else the file name's, else the file's. */
const createdAtMs = (facts: ThreadFacts, stream: StreamFacts): number =>
  (facts.head === null ? null : parseTimeMs(facts.head.timestamp)) ??
  fileNameTimeMs(stream.path) ??
  Math.floor(stream.modifiedAtMs)

const HEAD_LINES = 10
const PREVIEW_LINES = 200

/** What a head scan looks for besides the metadata: a message, which may say nothing in 0.130. */
const seenRevision = ({ previewRevision, asked }: ThreadFacts, profile: Profile) =>
  previewRevision ?? (profile.members142 ? null : (asked?.revision ?? null))

/** Codex lists a legacy thread only when its head scan finds the metadata and the preview near the top. */
const codexLists = (facts: ThreadFacts, stream: StreamFacts, profile: Profile): boolean =>
  facts.head !== null &&
  seenRevision(facts, profile) !== null &&
  (facts.own?.historyMode === 'paginated' ||
    ((facts.metaRevision ?? HEAD_LINES) < HEAD_LINES &&
      (seenRevision(facts, profile) ?? Infinity) < HEAD_LINES + PREVIEW_LINES)) &&
  LISTED_PLACE.test(stream.path) &&
  fileNameTimeMs(stream.path) !== null

const entryOf = (facts: ThreadFacts, stream: StreamFacts, profile: Profile): ListEntry => ({
  provider: facts.own?.modelProvider ?? null,
  kind: sourceKind(facts.own?.source ?? 'vscode'),
  cwd: facts.settingsCwd ?? facts.own?.cwd ?? facts.contextCwd ?? '',
  parent: parentOf(facts),
  preview: facts.preview !== null,
  codexLists: codexLists(facts, stream, profile)
})

/** What a list filters by when only the head of the file is looked at. */
export const headEntry = ({ facts: { head }, entry }: ThreadRow): ListEntry =>
  head === null
    ? entry
    : { ...entry, provider: head.modelProvider, kind: sourceKind(head.source), cwd: head.cwd }

const sortKeys = (
  facts: ThreadFacts,
  stream: StreamFacts,
  created: number,
  table: string,
  profile: Profile
): ReadonlyArray<RowKey> => {
  const archived = stream.archived ? 1 : 0
  const lastEvent = facts.lastEventAt === null ? null : parseTimeMs(facts.lastEventAt)
  const modifiedAtMs = Math.floor(stream.modifiedAtMs)
  const { head, segment } = facts
  const isReverted = segment !== null && segment.timestamp !== head?.timestamp
  const named = isReverted ? null : fileNameTimeMs(stream.path)
  const turnStarted = facts.turnStartedAt === null ? null : parseTimeMs(facts.turnStartedAt)
  const at: Readonly<Record<Order, number>> = {
    created_at: named ?? created,
    updated_at: modifiedAtMs,
    recency_at: profile.members169 ? Math.max(created, turnStarted ?? created) : modifiedAtMs,
    last_event_at: lastEvent ?? created
  }
  return ORDERS.map((order) => [`${table}.${order}`, archived, at[order], stream.streamId])
}

/** A thread that was reverted keeps what it was known by until something else is said in it. */
const withEarlier = (facts: ThreadFacts, preview: string | null): ThreadFacts =>
  preview === null || facts.segment === null
    ? facts
    : { ...facts, preview: facts.preview ?? preview, segment: { ...facts.segment, preview } }

/** The threads of a home. */
export const threads: Projection<ThreadState, typeof THREAD_NEEDS> = {
  name: 'threads',
  version: 10,
  needs: THREAD_NEEDS,
  initial: () => ({ facts: initialThread, lastEventAt: null }),
  evolve: (state, event) => [evolveThread(state, event), NO_WRITES],
  settle: (state, stream, { rows, table, profile }) => {
    const facts = withEarlier(threadFacts(state), stream.earlierPreview ?? null)
    const created = createdAtMs(facts, stream)
    const entry = entryOf(facts, stream, profile)
    const keys = sortKeys(facts, stream, created, table, profile)
    const old = rows.get([table, stream.streamId]) as ThreadRow | undefined
    const row: ThreadRow = { facts, createdAtMs: created, entry, keys }
    return [
      ...deletes(old?.keys ?? []),
      { key: [table, stream.streamId], value: row },
      ...keys.map((key) => ({ key, value: entry }))
    ]
  },
  forget: (streamId, { rows, table }) => {
    const row = rows.get([table, streamId]) as ThreadRow | undefined
    return deletes([...(row?.keys ?? []), [table, streamId]])
  },
  needsEveryEvent: ({ facts, lastEventAt }) => facts.head === null && lastEventAt !== null
}

/**
 * Read model `threads`: one row per thread, and one sorted index per order a list can take.
 *
 *   [threads, streamId]                                   -> StoredThread
 *   [threads.created_at, archived 0|1, ms, streamId]      -> ListEntry
 *   [threads.updated_at, archived 0|1, ms, streamId]      -> ListEntry
 *   [threads.recency_at, archived 0|1, ms, streamId]      -> ListEntry
 *   [threads.last_event_at, archived 0|1, ms, streamId]   -> ListEntry
 *
 * A ListEntry carries everything a list filters by, so that a list reads rows only for what it shows.
 */
import {
  evolveThread,
  initialThread,
  THREAD_NEEDS,
  threadFacts,
  type ThreadFacts,
  type ThreadState
} from '../domain/thread/thread.ts'
import type { Profile } from '../domain/log/profile.ts'
import {
  deletes,
  NO_WRITES,
  type Projection,
  type RowKey,
  type Rows,
  type StreamFacts
} from './projection.ts'
import {
  listKeys,
  ORDERS,
  rowOfThread,
  sourceKind,
  storedRow,
  storedState,
  storedThread,
  type ListEntry,
  type Order,
  type StoredThread,
  type ThreadOutside,
  type ThreadRow
} from './thread-row.ts'

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
const createdMs = (facts: ThreadFacts, stream: StreamFacts): number =>
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

/** What a list filters by when only the head of the file is looked at. */
export const headEntry = ({ facts: { head }, entry }: ThreadRow): ListEntry =>
  head === null
    ? entry
    : { ...entry, provider: head.modelProvider, kind: sourceKind(head.source), cwd: head.cwd }

const outsideOf = (
  facts: ThreadFacts,
  stream: StreamFacts,
  earlierPreview: string | null,
  profile: Profile
): ThreadOutside => {
  const createdAtMs = createdMs(facts, stream)
  const lastEvent = facts.lastEventAt === null ? null : parseTimeMs(facts.lastEventAt)
  const modifiedAtMs = Math.floor(stream.modifiedAtMs)
  const { head, segment } = facts
  const isReverted = segment !== null && segment.timestamp !== head?.timestamp
  const named = isReverted ? null : fileNameTimeMs(stream.path)
  const turnStarted = facts.turnStartedAt === null ? null : parseTimeMs(facts.turnStartedAt)
  const at: Readonly<Record<Order, number>> = {
    created_at: named ?? createdAtMs,
    updated_at: modifiedAtMs,
    recency_at: profile.members169
      ? Math.max(createdAtMs, turnStarted ?? createdAtMs)
      : modifiedAtMs,
    last_event_at: lastEvent ?? createdAtMs
  }
  return {
    createdAtMs,
    sortedAtMs: ORDERS.map((order) => at[order]),
    archived: stream.archived,
    codexLists: codexLists(facts, stream, profile),
    earlierPreview
  }
}

const oldKeys = (rows: Rows, table: string, streamId: string): ReadonlyArray<RowKey> => {
  const stored = rows.get([table, streamId]) as StoredThread | undefined
  return stored === undefined ? [] : listKeys(storedRow(stored), table, streamId)
}

/** The threads of a home. */
export const threads: Projection<ThreadState, typeof THREAD_NEEDS> = {
  name: 'threads',
  version: 10,
  needs: THREAD_NEEDS,
  initial: () => ({ facts: initialThread, lastEventAt: null }),
  evolve: (state, event) => [evolveThread(state, event), NO_WRITES],
  stateIn: (streamId, { rows, table }) => {
    const stored = rows.get([table, streamId]) as StoredThread | undefined
    return stored === undefined ? undefined : storedState(stored)
  },
  settle: (state, stream, { rows, table, profile }) => {
    const { streamId, earlierPreview = null } = stream
    const outside = outsideOf(threadFacts(state), stream, earlierPreview, profile)
    const row = rowOfThread(state, outside)
    return [
      ...deletes(oldKeys(rows, table, streamId)),
      { key: [table, streamId], value: storedThread(state, outside) },
      ...listKeys(row, table, streamId).map((key) => ({ key, value: row.entry }))
    ]
  },
  forget: (streamId, { rows, table }) =>
    deletes([...oldKeys(rows, table, streamId), [table, streamId]]),
  needsEveryEvent: ({ facts, lastEventAt }) => facts.head === null && lastEventAt !== null
}

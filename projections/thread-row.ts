/**
 * Rows of threads, and the smaller form they are stored in: without what most threads have not, metadata and texts that are told
 * several times told once. Rows larger than half a page of the index would take pages of their own.
 */
import type { Json } from '../domain/json.ts'
import { isJsonObject } from '../domain/json.ts'
import { spawnIn, spawnText } from '../domain/spawned.ts'
import {
  initialThread,
  NO_META,
  threadFacts,
  type MetaFacts,
  type ThreadFacts,
  type ThreadState
} from '../domain/thread/thread.ts'
import type { RowKey } from './projection.ts'

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

/** What the outside of a thread's files tells, and what follows from it and the facts. */
export interface ThreadOutside {
  readonly createdAtMs: number
  /** Where the thread stands in each order of a list, in the order of `ORDERS`; milliseconds. */
  readonly sortedAtMs: ReadonlyArray<number>
  readonly archived: boolean
  readonly codexLists: boolean
  /** What was first said in an older file, where nothing was said in the newest one. */
  readonly earlierPreview: string | null
}

/** One thread. */
export interface ThreadRow extends ThreadOutside {
  readonly facts: ThreadFacts
  readonly entry: ListEntry
}

/** Programs in which people talk to threads, as in `cli` and `vscode`. */
const INTERACTIVE_PROGRAMS: ReadonlySet<string> = new Set(['atlas', 'chatgpt'])

/** Kind of a `source` member, as the peer's filter names it. */
export const sourceKind = (source: Json): EntryKind => {
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

const entryOf = (facts: ThreadFacts, codexLists: boolean): ListEntry => ({
  provider: facts.own?.modelProvider ?? null,
  kind: sourceKind(facts.own?.source ?? 'vscode'),
  cwd: facts.settingsCwd ?? facts.own?.cwd ?? facts.contextCwd ?? '',
  parent: parentOf(facts),
  preview: facts.preview !== null,
  codexLists
})

/** A thread that was reverted keeps what it was known by until something else is said in it. */
const withEarlier = (facts: ThreadFacts, preview: string | null): ThreadFacts =>
  preview === null || facts.segment === null
    ? facts
    : { ...facts, preview: facts.preview ?? preview, segment: { ...facts.segment, preview } }

/** The row of a thread that was folded to its end. */
export const rowOfThread = (state: ThreadState, outside: ThreadOutside): ThreadRow => {
  const facts = withEarlier(threadFacts(state), outside.earlierPreview)
  return { ...outside, facts, entry: entryOf(facts, outside.codexLists) }
}

/** Keys of a row in the sorted indexes of lists, in the order of `ORDERS`. */
export const listKeys = (
  { sortedAtMs, archived }: Pick<ThreadRow, 'sortedAtMs' | 'archived'>,
  table: string,
  streamId: string
): ReadonlyArray<RowKey> =>
  ORDERS.map((order, at) => [`${table}.${order}`, archived ? 1 : 0, sortedAtMs[at] ?? 0, streamId])

type Texts = Pick<ThreadFacts, 'firstUserMessage' | 'title' | 'preview'>
type StoredMetas = Pick<ThreadFacts, 'head' | 'own'>

/** The facts of a thread as they are stored; what is absent is as at the beginning of a fold. */
interface StoredFacts extends Partial<
  Omit<ThreadFacts, keyof Texts | keyof StoredMetas | 'lastEventAt'>
> {
  readonly head?: Partial<MetaFacts>
  readonly own?: Partial<MetaFacts> | 'head'
  /** Different texts. */
  readonly texts?: ReadonlyArray<string>
  /** Places among the texts of first message, title, preview, what was asked and the preview of the segment; null where there is none. */
  readonly textAt?: ReadonlyArray<number | null>
}

/** A row as it is stored. */
export interface StoredThread extends Partial<ThreadOutside> {
  readonly facts: StoredFacts
  readonly lastEventAt: string | null
}

const differing = <A extends object>(value: A, from: A): Partial<A> => {
  const rest: Partial<A> = {}
  for (const key in value) if (value[key] !== from[key]) rest[key] = value[key]
  return rest
}

const storedMetas = ({ head, own }: StoredMetas): Pick<StoredFacts, 'head' | 'own'> => ({
  ...(head === null ? {} : { head: differing(head, NO_META) }),
  ...(own === null ? {} : { own: own === head ? 'head' : differing(own, NO_META) })
})

const storedFacts = (facts: ThreadFacts): StoredFacts => {
  const { head, own, firstUserMessage, title, preview, lastEventAt: _, ...rest } = facts
  const said = [firstUserMessage, title, preview, facts.asked?.text, facts.segment?.preview]
  const texts = [...new Set(said.filter((text) => typeof text === 'string'))]
  const textAt = said.map((text) => (typeof text === 'string' ? texts.indexOf(text) : null))
  const { asked, segment } = facts
  return {
    ...differing(rest, initialThread),
    ...storedMetas({ head, own }),
    ...(asked === null ? {} : { asked: { ...asked, text: '' } }),
    ...(segment === null ? {} : { segment: { ...segment, preview: null } }),
    ...(texts.length === 0 ? {} : { texts, textAt })
  }
}

const factsIn = ({ head, own, texts, textAt, ...rest }: StoredFacts): ThreadFacts => {
  const textOf = (place: number): string | null => texts?.[textAt?.[place] ?? -1] ?? null
  const first = head === undefined ? null : { ...NO_META, ...head }
  const { asked, segment } = rest
  return {
    ...initialThread,
    ...rest,
    head: first,
    own: own === 'head' ? first : own === undefined ? null : { ...NO_META, ...own },
    ...{ firstUserMessage: textOf(0), title: textOf(1), preview: textOf(2) },
    asked: asked ? { ...asked, text: textOf(3) ?? '' } : null,
    segment: segment ? { ...segment, preview: textOf(4) } : null
  }
}

const NO_OUTSIDE: ThreadOutside = {
  createdAtMs: 0,
  sortedAtMs: [],
  archived: false,
  codexLists: true,
  earlierPreview: null
}

/** True for a thread that has something to show in a list, without making its row. */
export const hasPreview = ({ facts, earlierPreview = null }: StoredThread): boolean =>
  typeof facts.textAt?.[2] === 'number' || earlierPreview !== null

/** What is stored of a thread: its row can be made of it, and the state of its fold. */
export const storedThread = (
  { facts, lastEventAt }: ThreadState,
  outside: ThreadOutside
): StoredThread => ({
  ...differing(outside, NO_OUTSIDE),
  facts: storedFacts(facts),
  lastEventAt
})

/** The state of the fold behind a stored row. */
export const storedState = (stored: StoredThread): ThreadState => ({
  facts: factsIn(stored.facts),
  lastEventAt: stored.lastEventAt
})

/** A row from what is stored of it. */
export const storedRow = (stored: StoredThread): ThreadRow => {
  const { facts: _, lastEventAt: __, ...outside } = stored
  return rowOfThread(storedState(stored), { ...NO_OUTSIDE, ...outside })
}

/**
 * Threads as clients see them: lists of them, what was found, and one by itself.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../../domain/ids.ts'
import { once } from '../../../domain/once.ts'
import type { Page, Thread } from '../../../domain/protocol.ts'
import type { ThreadFacts } from '../../../domain/thread/thread.ts'
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import { storedRow, type StoredThread } from '../../../projections/thread-row.ts'
import { threads } from '../../../projections/threads.ts'
import type { HomeCatchUp, HomeRows } from '../../catch-up/backfill.ts'
import { rowsUnder } from '../../catch-up/overlay.ts'
import { faceOfList, isListedFirst } from '../lists/codex-list.ts'
import { codexTimes } from '../lists/codex-times.ts'
import { freshList, strictList, type ListParts } from '../lists/fresh-list.ts'
import type { Listed } from '../lists/list.ts'
import { isInteractive, lastEventMsOf, type ListRequest } from '../lists/list-filter.ts'
import { agentRow, type Agent } from './agents.ts'
import { givenName } from './identity.ts'
import { threadRow } from './thread-row.ts'
import type { Openers } from './open-thread.ts'
import type { StreamInfo } from '../../ports.ts'
import {
  summaryView,
  threadView,
  type Face,
  type ThreadSummary,
  type ViewContext
} from './thread-view.ts'
import type { FullText } from '../search/full-text.ts'
import { searchPage, type Hit, type SearchRequest } from '../search/search.ts'
import type { SearchEnv } from '../search/thorough.ts'
import type { Keep } from '../pages/kept.ts'
import { allTurns } from '../pages/turn-page.ts'
import type { Result } from '../../result.ts'
import type { Names } from '../../home-ports.ts'

export interface ShownParts extends ListParts {
  readonly names: Names
}

/** A thread in which a term was said, and its first hit. */
export interface FoundThread extends Hit {
  readonly thread: Thread
}

const contextOf = (parts: ShownParts, infos: ReadonlyArray<StreamInfo> | null): ViewContext => {
  const names = once(parts.names.all)
  const isListed = (id: string): boolean => isListedFirst(threadRow(parts, id))
  return {
    profile: parts.profile,
    strict: parts.strict,
    absolute: parts.absolute,
    defaultProvider: parts.defaultProvider,
    nameOf: (threadId) => names().get(threadId) ?? null,
    times:
      parts.strict && !parts.profile.members169 && infos !== null
        ? codexTimes(infos, isListed)
        : null
  }
}

/** A page of rows as clients see it; threads that left meanwhile are left out. */
const viewsOf = <L extends Listed, A>(
  parts: ShownParts,
  page: Page<L>,
  infos: ReadonlyArray<StreamInfo> | null,
  face: Face,
  viewOf: (listed: L & { readonly thread: Thread }) => A
): Result<Page<A>> => {
  const context = contextOf(parts, infos)
  const here = parts.store.find(page.data.map((one) => streamId(one.streamId)))
  if (E.isLeft(here)) return here
  const data = page.data.flatMap((listed) => {
    const info = here.right.get(listed.streamId)
    if (info === undefined) return []
    return [viewOf({ ...listed, thread: threadView(listed.row, info, face, context, []) })]
  })
  return E.right({ ...page, data })
}

/** A thread of a list, and when its last event was written, which no client of Codex is told. */
export interface DatedThread {
  readonly thread: Thread
  readonly lastEventAtMs: number
}

export const datedThreads = async (
  parts: ShownParts,
  { lists, whole }: HomeRows,
  request: ListRequest
): Promise<Result<Page<DatedThread>>> => {
  const { nameOf } = contextOf(parts, null)
  // What is below a thread stands among the rows of turns.
  const below = (request.ancestorThreadId ?? null) === null ? null : await whole.everything()
  if (below !== null && E.isLeft(below)) return below
  const listed = await (parts.strict ? strictList : freshList)(parts, lists, request, nameOf)
  if (E.isLeft(listed)) return listed
  const { page, infos } = listed.right
  return viewsOf(parts, page, infos, faceOfList(request), ({ thread, row }) => ({
    thread,
    lastEventAtMs: lastEventMsOf(row)
  }))
}

export const listThreads = async (
  parts: ShownParts,
  home: HomeRows,
  request: ListRequest
): Promise<Result<Page<Thread>>> => {
  const dated = await datedThreads(parts, home, request)
  if (E.isLeft(dated)) return dated
  return E.right({ ...dated.right, data: dated.right.data.map(({ thread }) => thread) })
}

export const searchThreads = async (
  parts: ShownParts & SearchEnv,
  home: HomeCatchUp,
  text: FullText,
  request: SearchRequest
): Promise<Result<Page<FoundThread>>> => {
  const { nameOf } = contextOf(parts, null)
  const found = await searchPage({ env: parts, home, text, nameOf }, request)
  if (E.isLeft(found)) return found
  const { page, infos } = found.right
  return viewsOf(parts, page, infos, 'database', ({ thread, hit }) => ({ thread, ...hit }))
}

/** Strict mode shows times that depend on every thread of the home. */
const siblingsOf = async (
  parts: ShownParts,
  lists: HomeCatchUp
): Promise<Result<ReadonlyArray<StreamInfo> | null>> =>
  parts.strict ? lists.everything() : E.right(null)

export const readThread = async (
  parts: ShownParts,
  lists: HomeCatchUp,
  { open, openRow }: Openers,
  keep: Keep,
  threadId: string,
  includeTurns: boolean
): Promise<Result<Thread>> => {
  const opened = await (includeTurns ? open(threadId, true) : openRow(threadId))
  if (E.isLeft(opened)) return opened
  const siblings = await siblingsOf(parts, lists)
  if (E.isLeft(siblings)) return siblings
  const { info, row } = opened.right
  const all = () => allTurns(parts, info, 'full').then((data) => E.right({ data }))
  const turns = includeTurns ? await keep(info, [], all) : E.right({ data: [] })
  if (E.isLeft(turns)) return turns
  const face = includeTurns ? 'whole' : 'head'
  return E.right(threadView(row(), info, face, contextOf(parts, siblings.right), turns.right.data))
}

export const summarize = async (
  parts: ShownParts,
  lists: HomeCatchUp,
  { openRow }: Pick<Openers, 'openRow'>,
  threadId: string,
  face: 'head' | 'file' = 'head'
): Promise<Result<ThreadSummary>> => {
  const opened = await openRow(threadId)
  if (E.isLeft(opened)) return opened
  const siblings = await siblingsOf(parts, lists)
  if (E.isLeft(siblings)) return siblings
  return E.right(
    summaryView(opened.right.row(), opened.right.info, face, contextOf(parts, siblings.right))
  )
}

/** A thread with all that its log says of it, to compare it with something else. */
export interface ThreadRecord {
  readonly info: StreamInfo
  readonly facts: ThreadFacts
  /** What `session_index.jsonl` calls it. */
  readonly name: string | null
  /** Null for a thread that was not spawned. */
  readonly agent: Agent | null
}

/** Catches the whole home up and answers with every thread that could be read, by path. */
export const threadRecords = async (
  parts: ShownParts,
  { whole }: HomeRows
): Promise<Result<ReadonlyArray<ThreadRecord>>> => {
  const caughtUp = await whole.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const names = parts.names.all()
  return E.right(
    caughtUp.right.flatMap((info): ReadonlyArray<ThreadRecord> => {
      const row = threadRow(parts, info.streamId)
      if (row === null) return []
      const name = givenName(parts, (id) => names.get(id) ?? null, row, info)
      return [{ info, facts: row.facts, name, agent: agentRow(parts, info.streamId) }]
    })
  )
}

/** What a thread is called, for who looks for it by a part of that. */
export interface ThreadTitle {
  readonly threadId: string
  readonly name: string | null
  readonly preview: string
  readonly lastEventAtMs: number
  /** True when a list without conditions shows it. */
  readonly isListed: boolean
}

/** What every thread of the home is called, archived ones included, newest event first; from the rows of lists alone. */
export const threadTitles = async (
  parts: ShownParts,
  lists: HomeCatchUp
): Promise<Result<ReadonlyArray<ThreadTitle>>> => {
  const caughtUp = await lists.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const context = contextOf(parts, caughtUp.right)
  const here = new Map(caughtUp.right.map((info) => [info.streamId as string, info]))
  const stored = rowsUnder(parts.index, [tableOf(threads, viewName(parts.profile, parts.strict))])
  const titles = stored.flatMap(([key, value]): ReadonlyArray<ThreadTitle> => {
    const info = here.get(String(key[1]))
    if (info === undefined) return []
    const row = storedRow(value as StoredThread)
    const { name, preview } = threadView(row, info, 'list', context, [])
    const isListed = !info.archived && row.entry.preview && isInteractive(row.entry.kind)
    const lastEventAtMs = lastEventMsOf(row)
    return [{ threadId: info.streamId, name, preview, lastEventAtMs, isListed }]
  })
  return E.right(titles.toSorted((a, b) => b.lastEventAtMs - a.lastEventAtMs))
}

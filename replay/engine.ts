/**
 * The engine: one function per use case over a store, an index and the names of threads.
 *
 * Every read first catches the index up with the log, so what it answers is never older than the files were when
 * the call began.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../domain/errors.ts'
import { streamId, type StreamId } from '../domain/ids.ts'
import type { NewEvent } from '../domain/changes/new-event.ts'
import { once } from '../domain/once.ts'
import type { Page, Thread, Turn } from '../domain/protocol.ts'
import { appendEvents } from './mutate/append.ts'
import { homeCatchUp } from './catch-up/backfill.ts'
import { followThread, type Follower } from './follow/follow.ts'
import { ownWrites } from './follow/own.ts'
import { fromDatabase } from './lists/codex-list.ts'
import { codexTimes } from './lists/codex-times.ts'
import { freshList, strictList } from './lists/fresh-list.ts'
import { guarded } from './guarded.ts'
import { statusOf, type IndexStatus } from './catch-up/index-status.ts'
import { itemPage, type ItemPageRequest, type TurnItem } from './pages/item-page.ts'
import { failedLedgers, ledgersOf, type Ledgers } from './ledgers/ledgers.ts'
import type { LedgerSource } from './ledgers/ledger.ts'
import type { ListRequest } from './lists/list-filter.ts'
import { refreshed } from './refreshed.ts'
import { threadRow } from './threads/thread-row.ts'
import { damageRows, threadOpener, type DamagedPlace } from './threads/open-thread.ts'
import { checkBranch, forkThread, revertThread, type BranchPoint } from './mutate/branch.ts'
import { threadContext, type ContextPoint, type ThreadContext } from './context/context.ts'
import { failedLifecycle, lifecycle, recordedBranch, type Lifecycle } from './life/lifecycle.ts'
import {
  openExpected,
  READ_ONLY,
  type Life,
  type LifeParts,
  type MutationOptions
} from './life/life.ts'
import { mutationsOf, noMutations, type Mutations } from './mutate/mutations.ts'
import type {
  Appended,
  AuditHome,
  Batch,
  ExpectedRevision,
  Lineage,
  Position,
  SegmentWriter,
  StreamInfo
} from './ports.ts'
import type { Progress } from './catch-up/fold-many.ts'
import { readItems } from './pages/read-items.ts'
import { resolveThread } from './threads/resolve.ts'
import { sessionLines, type SessionLines } from './context/session.ts'
import {
  summaryView,
  threadView,
  type ThreadSummary,
  type ViewContext
} from './threads/thread-view.ts'
import { fullText, type FullText } from './search/full-text.ts'
import {
  occurrencePage,
  type OccurrencePage,
  type OccurrencesRequest
} from './search/occurrences.ts'
import { searchPage, type Hit, type SearchRequest } from './search/search.ts'
import { timelinePage, type TimelinePage, type TimelineRequest } from './pages/timeline.ts'
import { keepNothing, keepPages, type Keep } from './pages/kept.ts'
import { allTurns, turnPage, type TurnPageRequest } from './pages/turn-page.ts'

export type { BranchPoint } from './mutate/branch.ts'
export type {
  ContextPoint,
  ContextSettings,
  ContextUsage,
  ThreadContext
} from './context/context.ts'
export type { IndexStatus } from './catch-up/index-status.ts'
export type { Look, ThreadChange, UsageInfo } from './follow/changes.ts'
export type { Follower } from './follow/follow.ts'
export type { DamagedPlace } from './threads/open-thread.ts'
export type { Occurrence, OccurrencePage, OccurrencesRequest } from './search/occurrences.ts'
export type { SearchRequest } from './search/search.ts'
export type { ThreadSummary } from './threads/thread-view.ts'

/** What the engine is made of. */
export interface EngineParts extends LifeParts {
  /** Provider of threads whose file names none, and of lists that name none. */
  readonly defaultProvider: string
  readonly progress: Progress
  /** Memory for pages of turns that are asked for again, in bytes; without it none is kept. */
  readonly keptBytesMax?: number
  /** Absent where the home may only be read. */
  readonly writer?: SegmentWriter
  /** Where ledgers read; absent where the threads are read as the newest era reads them. */
  readonly ledgerSource?: LedgerSource
  /** What the audit trail takes from elsewhere; absent where there is no home. */
  readonly auditHome?: AuditHome
}

type Answer<A> = TE.TaskEither<StoreError, A>

/** Everything a caller can ask. */
export interface Engine extends Lifecycle, Mutations, Ledgers {
  readonly listThreads: (request: ListRequest) => Answer<Page<Thread>>
  /**
   * Threads in which a term was said, each with the first message that says it. The first search of a home reads every
   * rollout once; `progress` is told.
   */
  readonly searchThreads: (request: SearchRequest) => Answer<Page<FoundThread>>
  /** Every place in one thread where a term was said. */
  readonly searchOccurrences: (
    threadId: string,
    request: OccurrencesRequest
  ) => Answer<OccurrencePage>
  readonly readThread: (threadId: string, includeTurns: boolean) => Answer<Thread>
  /** A thread without turns, and its times in milliseconds. */
  readonly summarize: (threadId: string) => Answer<ThreadSummary>
  readonly listTurns: (threadId: string, request: TurnPageRequest) => Answer<Page<Turn>>
  readonly listItems: (threadId: string, request: ItemPageRequest) => Answer<Page<TurnItem>>
  /** Items of a turn by their ids, whole and in the order of the turn; ids it does not have are passed over. */
  readonly readItems: (
    threadId: string,
    turnId: string,
    itemIds: ReadonlyArray<string>
  ) => Answer<ReadonlyArray<TurnItem>>
  /** Items and the beginnings and ends of turns, newest page first; paginated threads only. */
  readonly listTimeline: (threadId: string, request: TimelineRequest) => Answer<TimelinePage>
  /** What the model knows after the thread is loaded again, and the settings that hold; at an earlier point too. */
  readonly context: (threadId: string, at?: ContextPoint) => Answer<ThreadContext>
  /** The lines that say how a thread's session goes on: newest settings and token counts. */
  readonly session: (threadId: string) => Answer<SessionLines>
  /** Follows a thread from its end: what others write to it. What this engine appends is not among it. */
  readonly follow: (threadId: string) => Answer<Follower>
  /** Every line of a thread in batches, damaged ones included. */
  readonly events: (threadId: string, from: Position) => Answer<AsyncIterable<Batch>>
  /** Bytes of a file a thread's history stands in, by its place in the lineage, from one offset up to another. */
  readonly bytes: (
    threadId: string,
    segment: number,
    from: number,
    until: number
  ) => Answer<AsyncIterable<Uint8Array>>
  /** A thread by id, unique beginning of an id, or name. */
  readonly resolve: (text: string) => Answer<StreamId>
  /** What an id's file tells without being read. */
  readonly locate: (threadId: string) => Answer<StreamInfo>
  /** The files a thread's history stands in. */
  readonly lineage: (threadId: string) => Answer<Lineage>
  /**
   * A new thread with the history of one up to a point: by reference where its era allows it. A dry run answers with
   * the thread that would be forked.
   */
  readonly fork: (threadId: string, point: BranchPoint, options?: MutationOptions) => Answer<Thread>
  /**
   * Lets a paginated thread go on from before a turn, by reference; nothing is deleted. `force`: also in a home with
   * Codex's database, which goes on in the old file.
   */
  readonly revert: (
    threadId: string,
    beforeTurnId: string,
    options?: MutationOptions
  ) => Answer<Thread>
  /** Appends events to a thread, or begins it with its metadata; see `EventStore.append`. */
  readonly append: (
    threadId: string,
    events: ReadonlyArray<NewEvent>,
    expected?: ExpectedRevision,
    options?: MutationOptions
  ) => Answer<Appended>
  readonly damage: (threadId: string) => Answer<ReadonlyArray<DamagedPlace>>
  /** Catches the whole home up and counts what is there. */
  readonly status: () => Answer<IndexStatus>
  /** Deletes every row and folds the whole home again. */
  readonly rebuild: () => Answer<IndexStatus>
  readonly close: () => Promise<void>
}

const contextOf = (parts: EngineParts, infos: ReadonlyArray<StreamInfo> | null): ViewContext => {
  const names = once(parts.names.all)
  const isListed = (id: string): boolean => (threadRow(parts, id)?.facts.preview ?? null) !== null
  return {
    profile: parts.profile,
    strict: parts.strict,
    defaultProvider: parts.defaultProvider,
    nameOf: (threadId) => names().get(threadId) ?? null,
    times:
      parts.strict && !parts.profile.members169 && infos !== null
        ? codexTimes(infos, isListed)
        : null
  }
}

type Home = ReturnType<typeof homeCatchUp>

const listThreads =
  (parts: EngineParts, home: Home) =>
  (request: ListRequest): Answer<Page<Thread>> =>
  async () => {
    const { nameOf } = contextOf(parts, null)
    const listed = await (parts.strict ? strictList : freshList)(parts, home, request, nameOf)
    if (E.isLeft(listed)) return listed
    const { page, infos } = listed.right
    const context = contextOf(parts, infos)
    const face = fromDatabase(request) ? 'database' : 'list'
    const here = parts.store.findAll(page.data.map((one) => streamId(one.streamId)))
    const data = page.data.flatMap(({ streamId: id, row }) => {
      const info = here.get(id)
      return info === undefined ? [] : [threadView(row, info, face, context, [])]
    })
    return E.right({ ...page, data })
  }

/** A thread in which a term was said, and its first hit. */
export interface FoundThread extends Hit {
  readonly thread: Thread
}

const searchThreads =
  (parts: EngineParts, home: Home, text: FullText) =>
  (request: SearchRequest): Answer<Page<FoundThread>> =>
  async () => {
    const { nameOf } = contextOf(parts, null)
    const found = await searchPage({ env: parts, home, text, nameOf }, request)
    if (E.isLeft(found)) return found
    const { page, infos } = found.right
    const context = contextOf(parts, infos)
    const here = parts.store.findAll(page.data.map((one) => streamId(one.streamId)))
    const data = page.data.flatMap(({ streamId: id, row, hit }) => {
      const info = here.get(id)
      if (info === undefined) return []
      const thread = threadView(row, info, 'database', context, [])
      // Codex looks for parents in its database, but not when it searches.
      return [{ thread: parts.strict ? { ...thread, parentThreadId: null } : thread, ...hit }]
    })
    return E.right({ ...page, data })
  }

type Open = ReturnType<typeof threadOpener>

/** Strict mode shows times that depend on every thread of the home. */
const siblingsOf = async (
  parts: EngineParts,
  home: Home
): Promise<E.Either<StoreError, ReadonlyArray<StreamInfo> | null>> =>
  parts.strict ? home.everything() : E.right(null)

const readThread =
  (parts: EngineParts, home: Home, open: Open, keep: Keep) =>
  (threadId: string, includeTurns: boolean): Answer<Thread> =>
  async () => {
    const opened = await open(threadId, includeTurns)
    if (E.isLeft(opened)) return opened
    const siblings = await siblingsOf(parts, home)
    if (E.isLeft(siblings)) return siblings
    const { info, row } = opened.right
    const all = () => allTurns(parts, info, 'full').then((data) => E.right({ data }))
    const turns = includeTurns ? await keep(info, [], all) : E.right({ data: [] })
    if (E.isLeft(turns)) return turns
    const face = includeTurns ? 'whole' : 'head'
    return E.right(
      threadView(row(), info, face, contextOf(parts, siblings.right), turns.right.data)
    )
  }

const summarize =
  (parts: EngineParts, home: Home, open: Open) =>
  (threadId: string): Answer<ThreadSummary> =>
  async () => {
    const opened = await open(threadId, false)
    if (E.isLeft(opened)) return opened
    const siblings = await siblingsOf(parts, home)
    if (E.isLeft(siblings)) return siblings
    return E.right(
      summaryView(opened.right.row(), opened.right.info, contextOf(parts, siblings.right))
    )
  }

interface Writable extends Life {
  readonly writer?: SegmentWriter
}

/** Branches, each recorded; `read` answers with the thread that goes on. */
const branching = (
  life: Writable,
  safely: <A>(task: Answer<A>) => Answer<A>,
  read: (threadId: string) => Answer<Thread>
): Pick<Engine, 'fork' | 'revert'> => {
  type Make = (writer: SegmentWriter, info: StreamInfo) => Promise<E.Either<StoreError, StreamId>>
  const branched = (
    operation: 'fork' | 'revert',
    threadId: string,
    point: BranchPoint,
    options: MutationOptions,
    make: Make
  ): Answer<Thread> =>
    safely(async () => {
      const { writer } = life
      if (writer === undefined) return E.left(READ_ONLY)
      const found = await openExpected(life, threadId, options)
      if (E.isLeft(found)) return found
      const { info } = found.right
      const made =
        options.dryRun === true
          ? await checkBranch(life, writer, info, point)
          : await recordedBranch(life, operation, info, { ...point }, options, () =>
              make(writer, info)
            )
      return E.isLeft(made) ? made : read(made.right)()
    })
  return {
    fork: (threadId, point, options = {}) =>
      branched('fork', threadId, point, options, (writer, info) =>
        forkThread(life, writer, info, point)
      ),
    revert: (threadId, beforeTurnId, options = {}) =>
      branched('revert', threadId, { beforeTurnId }, options, (writer, info) =>
        revertThread(life, writer, info, beforeTurnId, options.force === true)
      )
  }
}

const following =
  (
    env: EngineParts,
    own: ReturnType<typeof ownWrites>,
    open: Open,
    safely: <A>(task: Answer<A>) => Answer<A>
  ): Engine['follow'] =>
  (threadId) =>
    safely(async () => {
      const listening = own.listen(streamId(threadId))
      const parts = { env, open: () => open(threadId, false), own: listening }
      const follower = await followThread(parts)
      if (E.isRight(follower))
        return E.right({ ...follower.right, look: safely(follower.right.look) })
      listening.close()
      return follower
    })

type Opened = <A>(
  threadId: string,
  withTurns: boolean,
  use: (info: StreamInfo) => Promise<E.Either<StoreError, A>>
) => Answer<A>

/** What is read of one thread that is caught up first. */
const pagesOf = (
  parts: EngineParts,
  text: FullText,
  opened: Opened,
  keep: Keep
): Pick<
  Engine,
  | 'searchOccurrences'
  | 'listTurns'
  | 'listItems'
  | 'readItems'
  | 'listTimeline'
  | 'context'
  | 'damage'
> => ({
  searchOccurrences: (threadId, request) =>
    opened(threadId, true, (info) => occurrencePage(parts, text, info, request)),
  listTurns: (threadId, request) =>
    opened(threadId, true, (info) => {
      const { cursor, limit, sortDirection, itemsView, maxBytes } = request
      const name = [cursor, limit, sortDirection, itemsView, maxBytes]
      return keep(info, name, () => turnPage(parts, info, request))
    }),
  listItems: (threadId, request) =>
    opened(threadId, true, (info) => itemPage(parts, info, request)),
  readItems: (threadId, turnId, itemIds) =>
    opened(threadId, true, (info) => readItems(parts, info, turnId, itemIds)),
  listTimeline: (threadId, request) =>
    opened(threadId, true, (info) => timelinePage(parts, info, request)),
  context: (threadId, at) => opened(threadId, true, (info) => threadContext(parts, info, at)),
  damage: (threadId) =>
    opened(threadId, false, async ({ streamId: id }) => E.right(damageRows(parts, id)))
})

/** What the store tells of a thread without the index. */
const placesOf = ({
  store
}: EngineParts): Pick<Engine, 'events' | 'bytes' | 'locate' | 'lineage'> => {
  const found = <A>(threadId: string, use: (info: StreamInfo) => A): Answer<A> => {
    const id = streamId(threadId)
    return async () => {
      const ready = await refreshed(store, id)
      return E.isLeft(ready) ? ready : E.map(use)(store.find(id))
    }
  }
  return {
    events: (threadId, from) => found(threadId, (info) => store.read(info, from, 'all')),
    bytes: (threadId, segment, from, until) =>
      found(threadId, (info) => store.bytes(info, segment, from, until)),
    locate: (threadId) => found(threadId, (info) => info),
    lineage: (threadId) => found(threadId, store.lineage)
  }
}

/** Makes an engine; it owns the index and closes it. */
export const createEngine = (given: EngineParts): Engine => {
  const own = ownWrites(given.store, given.writer)
  const { store } = own
  const parts: EngineParts =
    own.writer === undefined ? { ...given, store } : { ...given, store, writer: own.writer }
  const open = threadOpener(parts)
  const { keptBytesMax } = parts
  const keep = keptBytesMax === undefined ? keepNothing : keepPages(parts, keptBytesMax)
  const home = homeCatchUp(parts, parts.progress)
  const text = fullText(parts, parts.progress)
  const safely = <A>(task: Answer<A>): Answer<A> => guarded(parts, task)
  const life = { ...parts, open, everything: home.everything }
  const opened: Opened = (threadId, withTurns, use) =>
    safely(async () => {
      const thread = await open(threadId, withTurns)
      return E.isLeft(thread) ? thread : use(thread.right.info)
    })
  const mutations =
    parts.writer === undefined
      ? noMutations(READ_ONLY)
      : mutationsOf({ ...life, writer: parts.writer }, parts.defaultProvider)
  const status: Answer<IndexStatus> = async () => {
    const caughtUp = await home.everything()
    return E.isLeft(caughtUp) ? caughtUp : E.right(statusOf(parts, caughtUp.right))
  }
  const rebuild: Answer<IndexStatus> = async () => {
    const cleared = await parts.index.clear()()
    return E.isLeft(cleared) ? cleared : status()
  }
  return {
    listThreads: (request) => safely(listThreads(parts, home)(request)),
    searchThreads: (request) => safely(searchThreads(parts, home, text)(request)),
    readThread: (threadId, includeTurns) =>
      safely(readThread(parts, home, open, keep)(threadId, includeTurns)),
    summarize: (threadId) => safely(summarize(parts, home, open)(threadId)),
    ...pagesOf(parts, text, opened, keep),
    session: (threadId) =>
      safely(async () => {
        const thread = await open(threadId, true)
        return E.isLeft(thread) ? thread : E.right(await sessionLines(parts, thread.right))
      }),
    follow: following(parts, own, open, safely),
    ...placesOf(parts),
    resolve: (text) => safely(() => resolveThread(parts.store, parts.names, text)),
    ...ledgersOf(parts, safely),
    ...lifecycle(life, mutations, safely),
    ...mutations,
    ...branching(life, safely, (threadId) =>
      readThread(parts, home, open, keepNothing)(threadId, false)
    ),
    append: (threadId, events, expected = 'any', options = {}) =>
      safely(() => appendEvents(life, threadId, events, expected, options)),
    status: () => safely(status),
    rebuild: () => safely(rebuild),
    close: () => guarded({ index: parts.index }, home.close)().then(parts.index.close)
  }
}

/** An engine that could not be made: every use case answers with the reason. */
export const failedEngine = (error: StoreError): Engine => {
  const failed = () => async () => E.left(error)
  return {
    listThreads: failed,
    searchThreads: failed,
    searchOccurrences: failed,
    readThread: failed,
    summarize: failed,
    listTurns: failed,
    listItems: failed,
    readItems: failed,
    listTimeline: failed,
    context: failed,
    session: failed,
    follow: failed,
    events: failed,
    bytes: failed,
    resolve: failed,
    locate: failed,
    lineage: failed,
    ...failedLedgers(error),
    ...failedLifecycle(error),
    fork: failed,
    revert: failed,
    ...noMutations(error),
    append: failed,
    damage: failed,
    status: failed,
    rebuild: failed,
    close: async () => undefined
  }
}

/**
 * Everything a caller can ask an engine, and what an engine is made of.
 */
import type { Answer } from './result.ts'
import type { DatedThread, FoundThread, ThreadRecord, ThreadTitle } from './read/threads/shown.ts'
import type { StreamId } from '../domain/ids.ts'
import type { NewEvent } from '../domain/changes/new-event.ts'
import type { Page, Thread, Turn } from '../domain/protocol.ts'
import type {
  HomeOverview,
  ListFacts,
  ThreadGraph,
  ThreadOutline
} from '../domain/unroll-protocol.ts'
import type { Follower, FollowerOptions } from './read/follow/follow.ts'
import type { HomeChange } from '../domain/home-change.ts'
import type { IndexStatus } from './read/threads/index-status.ts'
import type { EventPage, EventPageRequest } from './read/pages/event-page.ts'
import type { ItemOrigin } from './read/pages/item-places.ts'
import type { ItemPageRequest, ItemInTurn } from './read/pages/item-page.ts'
import type { Hosting } from './host.ts'
import type { Ledgers } from './ledgers/families.ts'
import type { LedgerSource } from './ledgers/ledger.ts'
import type { OutlineRequest } from './ledgers/outline.ts'
import type { Census } from './read/lists/census.ts'
import type { ListRequest } from './read/lists/list-filter.ts'
import type { ThreadDamage } from './read/threads/open-thread.ts'
import type { Branching } from './change/mutate/branching.ts'
import type { ContextPoint, ThreadContext } from './past/context/context.ts'
import type { ThreadLifecycle } from './change/life/lifecycle.ts'
import type { AskedOptions, LifeParts } from './change/life/life.ts'
import type { Mutations } from './change/mutate/mutations.ts'
import type { AuditHome } from './home-ports.ts'
import type {
  Appended,
  Batch,
  ExpectedRevision,
  Lineage,
  Position,
  SegmentWriter,
  StreamInfo
} from './ports.ts'
import type { Progress } from './catch-up/fold-many.ts'
import type { SessionLines } from './past/context/session.ts'
import type { ThreadSummary } from './read/threads/thread-view.ts'
import type { OccurrencePage, OccurrencesRequest } from './read/search/occurrences.ts'
import type { SearchRequest } from './read/search/search.ts'
import type { Bounded } from './read/search/thorough.ts'
import type { TimelinePage, TimelineRequest } from './read/pages/timeline.ts'
import type { TurnPageRequest, TurnRange, TurnRangeRequest } from './read/pages/turn-page.ts'
import type { TurnPlaces, TurnsLike } from './read/pages/turn-places.ts'

export interface EngineParts extends LifeParts {
  /** Provider of threads whose file names none, and of lists that name none. */
  readonly defaultProvider: string
  readonly progress: Progress
  /** Gives up on regular expressions that take too long; absent where whoever searches may wait for ever. */
  readonly bounded?: Bounded
  /** A second thread for the first fold of a group; absent where one is enough. */
  readonly foldBeside?: LedgerSource['foldAside']
  /** Memory for pages of turns that are asked for again, in bytes; without it none is kept. */
  readonly keptBytesMax?: number
  readonly writer: SegmentWriter
  /** Where ledgers read; absent where the threads are read as the newest era reads them. */
  readonly ledgerSource?: LedgerSource
  /** What the audit trail takes from elsewhere; absent where there is no home. */
  readonly auditHome?: AuditHome
}

export interface Engine extends ThreadLifecycle, Mutations, Hosting, Branching, Ledgers {
  readonly listThreads: (request: ListRequest) => Answer<Page<Thread>>
  /** The same threads, with the time that `last_event_at` sorts by. */
  readonly datedThreads: (request: ListRequest) => Answer<Page<DatedThread>>
  /**
   * Threads in which a term was said, each with the first message that says it. When much text is not indexed yet, the log itself is
   * looked through, and indexing goes on behind the answer; until `close`, which waits for a part of it.
   */
  readonly searchThreads: (request: SearchRequest) => Answer<Page<FoundThread>>
  /** Every place in one thread where a term was said. */
  readonly searchOccurrences: (
    threadId: string,
    request: OccurrencesRequest
  ) => Answer<OccurrencePage>
  readonly readThread: (threadId: string, includeTurns: boolean) => Answer<Thread>
  /** A thread without turns, and its times in milliseconds. */
  readonly summarize: (threadId: string, face?: 'head' | 'file') => Answer<ThreadSummary>
  readonly listTurns: (threadId: string, request: TurnPageRequest) => Answer<Page<Turn>>
  /** Turns by their places, oldest first: at the cost of a page, wherever they are. */
  readonly turnRange: (threadId: string, request: TurnRangeRequest) => Answer<TurnRange>
  /** Turns by their places, each in a line; costs the turns that are asked for. */
  readonly outline: (threadId: string, request: OutlineRequest) => Answer<ThreadOutline>
  /** How many turns a thread has, and the ids of those from one place up to another, oldest first. */
  readonly turnPlaces: (threadId: string, from: number, until: number) => Answer<TurnPlaces>
  /** Turns by the beginning of an id, from the index alone. */
  readonly turnsLike: (threadId: string, text: string, limit: number) => Answer<TurnsLike>
  readonly listItems: (threadId: string, request: ItemPageRequest) => Answer<Page<ItemInTurn>>
  /** Items of a turn by their ids, whole and in the order of the turn; ids it does not have are passed over. */
  readonly readItems: (
    threadId: string,
    turnId: string,
    itemIds: ReadonlyArray<string>
  ) => Answer<ReadonlyArray<ItemInTurn>>
  /** Where the items of the turns from one place up to another stand in the rollouts, turn by turn. */
  readonly itemPlaces: (
    threadId: string,
    from: number,
    until: number
  ) => Answer<ReadonlyArray<ReadonlyArray<ItemOrigin>>>
  /** Items and the beginnings and ends of turns, newest page first; paginated threads only. */
  readonly listTimeline: (threadId: string, request: TimelineRequest) => Answer<TimelinePage>
  /** What the model knows after the thread is loaded again, and the settings that hold; at an earlier point too. */
  readonly context: (threadId: string, at?: ContextPoint) => Answer<ThreadContext>
  /** The lines a session resumes from: newest settings and token counts. */
  readonly session: (threadId: string) => Answer<SessionLines>
  /** Follows a thread, from its end where nothing else is said: what others write to it. What this engine appends is not among it. */
  readonly follow: (threadId: string, options?: FollowerOptions) => Answer<Follower>
  /** Lines of a thread by their numbers, in either direction. */
  readonly eventPage: (threadId: string, request: EventPageRequest) => Answer<EventPage>
  /** Every line of a thread in batches, damaged ones included. */
  readonly events: (threadId: string, from: Position) => Answer<AsyncIterable<Batch>>
  /** Bytes of one file of a thread's lineage, by its place there, from one offset up to another. */
  readonly bytes: (
    threadId: string,
    segment: number,
    from: number,
    until: number
  ) => Answer<AsyncIterable<Uint8Array>>
  /** A thread by id, unique beginning of an id, or name. */
  readonly resolve: (text: string) => Answer<StreamId>
  /** What every thread is called, archived ones included, newest event first. */
  readonly titles: () => Answer<ReadonlyArray<ThreadTitle>>
  /** The same of now, wherever the engine looks: by parts of these, threads are looked for. */
  readonly titlesNow: () => Answer<ReadonlyArray<ThreadTitle>>
  /** One `stat` of an id's file. */
  readonly locate: (threadId: string) => Answer<StreamInfo>
  /** The files of a thread's history, oldest first. */
  readonly lineage: (threadId: string) => Answer<Lineage>
  /**
   * Appends events to a thread, or begins it with its metadata; see `EventStore.append`. `expected` is the only condition, and there
   * is no dry run.
   */
  readonly append: (
    threadId: string,
    events: ReadonlyArray<NewEvent>,
    expected?: ExpectedRevision,
    options?: AskedOptions
  ) => Answer<Appended>
  /** Every thread with all that its log says of it; catches the whole home up. */
  readonly records: () => Answer<ReadonlyArray<ThreadRecord>>
  readonly damage: (threadId: string) => Answer<ReadonlyArray<ThreadDamage>>
  /** How much the home holds, and the values by which its threads differ; folds nothing but what lists are served from. */
  readonly overview: () => Answer<HomeOverview>
  /** How threads came of each other: those connected with one, or all of the home. */
  readonly graph: (threadId?: string) => Answer<ThreadGraph>
  /** What a list shows of threads beside their titles, in the order they are asked for; at most 100. */
  readonly threadFacts: (threadIds: ReadonlyArray<string>) => Answer<ReadonlyArray<ListFacts>>
  /** Where every thread is; the same map as before when nothing changed. */
  readonly census: () => Answer<Census>
  /** Catches the whole home up and counts what is there. */
  readonly status: () => Answer<IndexStatus>
  /** Deletes every row and folds the whole home again. */
  readonly rebuild: () => Answer<IndexStatus>
  /** What happened to the files of the home that no line records, newest first; looks at every file. */
  readonly homeChanges: (limit?: number) => Answer<ReadonlyArray<HomeChange>>
  /**
   * Folds in a second thread what pages of threads are served from that nobody asked for yet, newest thread first; what is asked
   * for meanwhile does not wait for it. For a process that goes on: without it the first page of a thread folds that thread.
   */
  readonly foldBehind: () => Answer<void>
  /** Leaves what is being folded where it is, as `close` does, which must follow: questions that run end soon, and mean nothing. */
  readonly giveUp: () => void
  readonly close: () => Promise<void>
}

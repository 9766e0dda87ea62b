/**
 * The engine: one function per use case over a store, an index and the names of threads.
 *
 * Every read first catches the index up with the log, so what it answers is never older than the files were when
 * the call began.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EVERY_LINE } from '../domain/log/needs.ts'
import { once } from '../domain/once.ts'
import { THREADS, TURNS, type ReadModels } from '../projections/catalogue.ts'
import { appendEvents } from './change/mutate/append.ts'
import { homeCatchUp, homeRows, type HomeCatchUp, type HomeRows } from './catch-up/backfill.ts'
import { changesIn, CHANGES_KEPT } from './catch-up/changes.ts'
import { followThread } from './read/follow/follow.ts'
import { ownWrites } from './read/follow/own.ts'
import { refusingOptions } from './change-options.ts'
import { guarded, guardedRead } from './guarded.ts'
import { statusOf, type IndexStatus } from './read/threads/index-status.ts'
import { eventPager } from './read/pages/event-page.ts'
import { itemEvents } from './read/pages/item-events.ts'
import { itemPlaces } from './read/pages/item-places.ts'
import { turnDamage } from './read/pages/turn-damage.ts'
import { itemPage, readItems } from './read/pages/item-page.ts'
import { hostingOf } from './host.ts'
import type { FactParts } from './ledgers/facts.ts'
import type { GraphParts } from './ledgers/graph.ts'
import { ledgersOf } from './ledgers/families.ts'
import { inTurn } from './in-turn.ts'
import { censusTaker } from './read/lists/census.ts'
import { homeOverview } from './read/lists/overview.ts'
import { finder, findNamed, type Find } from './read/threads/identity.ts'
import { forksIn } from './read/threads/forks.ts'
import { damageRows, threadOpeners, type Opener } from './read/threads/open-thread.ts'
import { threadContext } from './past/context/context.ts'
import { lifecycle } from './change/life/lifecycle.ts'
import { mutationsOf } from './change/mutate/mutations.ts'
import type { StreamInfo } from './ports.ts'
import { resolveThread } from './read/threads/resolve.ts'
import { readSession } from './past/context/session.ts'
import { fullText, type FullText } from './read/search/full-text.ts'
import { occurrencePage } from './read/search/occurrences.ts'
import { timelinePage } from './read/pages/timeline.ts'
import { keepNothing, keepPages, type Keep } from './read/pages/kept.ts'
import { turnPage, turnRange } from './read/pages/turn-page.ts'
import { turnPlacesIn, turnsLike } from './read/pages/turn-places.ts'
import type { Answer, Result } from './result.ts'
import type { Engine, EngineParts } from './use-cases.ts'
import {
  datedThreads,
  listThreads,
  readThread,
  searchThreads,
  summarize,
  threadRecords,
  threadTitles
} from './read/threads/shown.ts'
import { branching } from './change/mutate/branching.ts'

export type { Engine, EngineParts } from './use-cases.ts'
export type { DatedThread, FoundThread, ThreadRecord, ThreadTitle } from './read/threads/shown.ts'
export type { BranchPoint } from './change/mutate/branch.ts'
export type {
  ContextPoint,
  ContextSettings,
  ContextUsage,
  ThreadContext
} from './past/context/context.ts'
export type { IndexStatus } from './read/threads/index-status.ts'
export type { Look, ThreadChange, UsageInfo } from './read/follow/changes.ts'
export type { FollowedPlace, Follower, FollowerOptions } from './read/follow/follow.ts'
export type { ThreadDamage } from './read/threads/open-thread.ts'
export type { Occurrence, OccurrencePage, OccurrencesRequest } from './read/search/occurrences.ts'
export type { SearchRequest } from './read/search/search.ts'
export type { TurnPlaces, TurnsLike } from './read/pages/turn-places.ts'
export type { ThreadSummary } from './read/threads/thread-view.ts'

const following =
  (
    env: EngineParts,
    own: ReturnType<typeof ownWrites>,
    find: Find,
    open: Opener,
    safely: <A>(task: Answer<A>) => Answer<A>
  ): Engine['follow'] =>
  (threadId, options) =>
    safely(async () => {
      const found = await find(threadId)
      if (E.isLeft(found)) return found
      const id = found.right.streamId
      const listening = own.listen(id)
      const parts = { env, open: () => open(id, false), own: listening }
      const follower = await followThread(parts, options)
      if (E.isRight(follower))
        return E.right({ ...follower.right, look: safely(follower.right.look) })
      listening.close()
      return follower
    })

type WithThread = <A>(
  threadId: string,
  withTurns: boolean,
  use: (info: StreamInfo) => Promise<Result<A>>
) => Answer<A>

/** Outlines ask ledgers, whose code is loaded with the first question. */
const outlining = (
  parts: EngineParts,
  opened: WithThread,
  lists: HomeRows['lists'],
  behind: (work: Promise<unknown>) => void
): Engine['outline'] => {
  const loaded = once(async () => {
    const { open, threadOutline } = await import('./ledgers/outline.ts')
    return { given: { ...open(parts), forksOf: forksIn(parts, lists), behind }, threadOutline }
  })
  return (threadId, request) =>
    opened(threadId, true, async (info) => {
      const { given, threadOutline } = await loaded()
      return threadOutline(given, parts, info, request)
    })
}

/** Ends what still runs, one after the other, and then the index. */
const closing = async (
  { index }: EngineParts,
  ends: ReadonlyArray<() => Promise<unknown>>
): Promise<void> => {
  for (const end of ends) await end()
  return index.close()
}

/** Work behind answers, which is waited for when the engine closes. */
const workBehind = () => {
  const running = new Set<Promise<unknown>>()
  return {
    begin: (work: Promise<unknown>): void => {
      const done = work.catch(() => undefined).then(() => void running.delete(done))
      running.add(done)
    },
    idle: (): Promise<unknown> => Promise.all(running)
  }
}

const pagesOf = (
  parts: EngineParts,
  text: FullText,
  opened: WithThread,
  keep: Keep,
  outline: Engine['outline']
) =>
  ({
    searchOccurrences: (threadId, request) =>
      opened(threadId, true, (info) => occurrencePage(parts, text, info, request)),
    listTurns: (threadId, request) =>
      opened(threadId, true, (info) => {
        const { cursor, limit, sortDirection, itemsView, maxBytes } = request
        const name = [cursor, limit, sortDirection, itemsView, maxBytes]
        return keep(info, name, () => turnPage(parts, info, request))
      }),
    turnRange: (threadId, request) =>
      opened(threadId, true, async (info) =>
        request.rolledBack === true
          ? (await import('./read/pages/taken-turns.ts')).allTurnRange(parts, info, request)
          : turnRange(parts, info, request)
      ),
    outline,
    turnPlaces: (threadId, from, until) =>
      opened(threadId, true, (info) => turnPlacesIn(parts, info, from, until)),
    turnsLike: (threadId, like, limit) =>
      opened(threadId, true, (info) => turnsLike(parts, info, like, limit)),
    listItems: (threadId, request) =>
      opened(threadId, true, (info) => itemPage(parts, info, request)),
    readItems: (threadId, turnId, itemIds) =>
      opened(threadId, true, (info) => readItems(parts, info, turnId, itemIds)),
    listTimeline: (threadId, request) =>
      opened(threadId, true, (info) => timelinePage(parts, info, request)),
    context: (threadId, at) => opened(threadId, true, (info) => threadContext(parts, info, at)),
    damage: (threadId) =>
      opened(threadId, false, async ({ streamId: id }) => E.right(await damageRows(parts, id)))
  }) satisfies Partial<Engine>

/** Answered by the store; only the lines of an item ask the index. */
const placesOf = (parts: EngineParts, find: Find, opened: WithThread) => {
  const { store } = parts
  const pager = eventPager(parts)
  const found =
    <A>(threadId: string, use: (info: StreamInfo) => A): Answer<A> =>
    async () =>
      E.map(use)(await find(threadId))
  return {
    events: (threadId, from) => found(threadId, (info) => store.read(info, from, EVERY_LINE)),
    eventPage: (threadId, request) => {
      const { item, damagedIn } = request
      if (typeof damagedIn === 'string')
        return opened(threadId, true, (info) => turnDamage(parts, info, damagedIn))
      if (item) return opened(threadId, true, (info) => itemEvents(parts, pager, info, item))
      return async () => {
        const info = await find(threadId)
        return E.isLeft(info) ? info : pager.page(info.right, request)
      }
    },
    itemPlaces: (threadId, from, until) =>
      opened(threadId, true, (info) => itemPlaces(parts, pager, info, from, until)),
    bytes: (threadId, segment, from, until) =>
      found(threadId, (info) => store.readBytes(info, { segment, from, until })),
    locate: (threadId) => () => findNamed(parts)(threadId),
    lineage: (threadId) => found(threadId, store.lineage)
  } satisfies Partial<Engine>
}

/** A graph asks the audit trail; its code is loaded with the first question. */
const graphing =
  (given: GraphParts, find: Find, safely: <A>(task: Answer<A>) => Answer<A>): Engine['graph'] =>
  (threadId) =>
    safely(async () => {
      const info = threadId === undefined ? null : await find(threadId)
      if (info !== null && E.isLeft(info)) return info
      const { threadGraph } = await import('./ledgers/graph.ts')
      return threadGraph(given, info?.right.streamId)
    })

/** Facts ask ledgers, whose code is loaded with the first question. */
const stating = (
  given: FactParts,
  safely: <A>(task: Answer<A>) => Answer<A>
): Engine['threadFacts'] => {
  const loaded = once(async () => (await import('./ledgers/facts.ts')).threadFacts(given))
  return (ids) => safely(async () => (await loaded())(ids))
}

/** Rows of lists and of turns, each caught up by itself. */
const rowsOf = (parts: EngineParts): HomeRows => {
  const caughtUp = (models: ReadModels): HomeCatchUp => {
    const foldAside = parts.foldBeside?.(models.name)
    const env = { ...parts, models, ...(foldAside === undefined ? {} : { foldAside }) }
    return homeCatchUp(env, parts.progress)
  }
  return homeRows(caughtUp(THREADS), caughtUp(TURNS))
}

/** What is known of the home and its index as a whole, and making the index anew. */
const upkeepOf = (
  parts: EngineParts,
  { lists, whole }: HomeRows,
  safely: <A>(task: Answer<A>) => Answer<A>,
  changing: typeof safely
) => {
  const status: Answer<IndexStatus> = async () => {
    const caughtUp = await whole.everything()
    if (E.isLeft(caughtUp)) return caughtUp
    return E.right(await statusOf(parts, caughtUp.right, lists.leftOut()))
  }
  const rebuild: Answer<IndexStatus> = async () => {
    const cleared = await parts.index.clear()()
    return E.isLeft(cleared) ? cleared : status()
  }
  const census = inTurn(censusTaker(parts, lists))
  return {
    census: () => safely(() => census()),
    overview: () => safely(() => homeOverview(parts, lists)),
    status: () => safely(status),
    rebuild: () => changing(rebuild)
  } satisfies Partial<Engine>
}

export const createEngine = (given: EngineParts): Engine => {
  const own = ownWrites(given.store, given.writer)
  const { store, writer } = own
  let isClosed = false
  const parts: EngineParts = { ...given, store, writer, isClosed: () => isClosed }
  const opener = threadOpeners(parts)
  const { keptBytesMax } = parts
  const keep = keptBytesMax === undefined ? keepNothing : keepPages(parts, keptBytesMax)
  const home = rowsOf(parts)
  const { lists, whole } = home
  const find = finder(parts, lists.everything)
  const openers = opener(find)
  const { open } = openers
  const text = fullText(parts, parts.progress)
  const behind = workBehind()
  const safely = <A>(task: Answer<A>): Answer<A> => guardedRead(parts, task)
  const changing = <A>(task: Answer<A>): Answer<A> => guarded(parts, task)
  const openNamed = opener(findNamed(parts)).open
  const life = { ...parts, find, open, openNamed, everything: whole.everything }
  const opened: WithThread = (threadId, withTurns, use) =>
    safely(async () => {
      const thread = await open(threadId, withTurns)
      return E.isLeft(thread) ? thread : use(thread.right.info)
    })
  const ledgers = ledgersOf(parts, safely)
  const mutations = mutationsOf(life, parts.defaultProvider)
  return refusingOptions({
    listThreads: (request) => safely(() => listThreads(parts, home, request)),
    datedThreads: (request) => safely(() => datedThreads(parts, home, request)),
    searchThreads: (request) => safely(() => searchThreads(parts, lists, text, request)),
    readThread: (threadId, includeTurns) =>
      safely(() => readThread(parts, lists, openers, keep, threadId, includeTurns)),
    summarize: (threadId, face) => safely(() => summarize(parts, lists, openers, threadId, face)),
    ...pagesOf(parts, text, opened, keep, outlining(parts, opened, lists, behind.begin)),
    session: (threadId) => safely(() => readSession(parts, open, threadId)),
    follow: following(parts, own, find, open, safely),
    ...placesOf(parts, find, opened),
    resolve: (text) => safely(() => resolveThread({ ...parts, find }, text)),
    titles: () => safely(() => threadTitles(parts, lists)),
    titlesNow: () => safely(() => threadTitles(parts, lists)),
    ...ledgers,
    graph: graphing({ parts, home, trail: ledgers.auditTrail }, find, safely),
    threadFacts: stating({ parts, home, usage: ledgers.usage, trail: ledgers.auditTrail }, safely),
    ...lifecycle(life, mutations, changing),
    ...mutations,
    ...hostingOf(life, parts.defaultProvider),
    ...branching(life, changing, (threadId) =>
      readThread(parts, lists, openers, keepNothing, threadId, false)
    ),
    append: (threadId, events, expected = 'any', options = {}) =>
      changing(() => appendEvents(life, threadId, events, expected, options)),
    records: () => safely(() => threadRecords(parts, home)),
    ...upkeepOf(parts, home, safely, changing),
    homeChanges: (limit = CHANGES_KEPT) =>
      safely(async () => {
        const caughtUp = await lists.everything()
        return E.isLeft(caughtUp) ? caughtUp : E.right(changesIn(parts, limit))
      }),
    foldBehind: () => safely(whole.behind),
    giveUp: () => {
      isClosed = true
    },
    close: () => {
      isClosed = true
      return closing(parts, [text.close, behind.idle, guarded({ index: parts.index }, whole.close)])
    }
  })
}

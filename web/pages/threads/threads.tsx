/**
 * The newest threads, by day or by project.
 */
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { Thread } from '../../../domain/protocol.ts'
import type { HomeNews } from '../../../domain/unroll-protocol.ts'
import { visible } from '../../parts/ansi.ts'
import { Empty, Failure } from '../../parts/answered.tsx'
import { VirtualList, type VirtualListHandle } from '../../parts/virtual-list.tsx'
import { hrefOf, type Query } from '../../routes.ts'
import { changedThreads, wantFacts } from '../../state/facts.ts'
import { home } from '../../state/home.ts'
import { idle } from '../../state/idle.ts'
import { keys } from '../../state/keys.ts'
import { homeFollowings } from '../../state/live.ts'
import { useTimed } from '../../state/now.ts'
import { loadMoreThreads, loadThreads, refreshThreads, threadList } from '../../state/threads.ts'
import { counted, day } from '../../text/times.ts'
import { connection, epoch, onNotification } from '../../wire/socket.ts'
import { ThreadFilters } from './filters.tsx'
import { folderNames, folderOf } from './folders.ts'
import { useMoves } from './moves.ts'
import { ThreadRow } from './row.tsx'
import { clearSelection, pickRange, selected, SelectionBar, toggle } from './selection.tsx'

const ROW_PX = 59
const TITLED_PX = 96

/** A thread, and the title of the group that begins with it. */
interface TitledThread {
  readonly thread: Thread
  readonly title: string | null
}

const byDay = (threads: ReadonlyArray<Thread>, nowMs: number): ReadonlyArray<TitledThread> => {
  let before: string | null = null
  return threads.map((thread) => {
    const name = day(thread.updatedAt * 1000, nowMs)
    const title = name === before ? null : name
    before = name
    return { thread, title }
  })
}

/** Projects in the order of their newest thread. */
const byProject = (threads: ReadonlyArray<Thread>): ReadonlyArray<TitledThread> => {
  const groups = new Map<string, Array<Thread>>()
  for (const thread of threads) {
    const group = groups.get(thread.cwd)
    if (group === undefined) groups.set(thread.cwd, [thread])
    else group.push(thread)
  }
  const names = folderNames([...groups.keys()])
  return [...groups].flatMap(([cwd, group]) =>
    group.map((thread, at) => ({
      thread,
      title: at === 0 ? visible(names.get(cwd) ?? folderOf(cwd)) || 'no project' : null
    }))
  )
}

const NARROWING = ['q', 'project', 'model', 'source', 'provider', 'since'] as const

const Nothing = ({ query }: { readonly query: Query }) => {
  const term = query['q']
  const isNarrowed = NARROWING.some((name) => query[name] !== undefined)
  const withAgents = hrefOf('/', { ...query, all: '1' })
  if (home.value?.counts.threads === 0)
    return (
      <Empty>
        <p>This home has no threads yet.</p>
        <p class="dim">
          Type <code>codex</code> in a project and ask something: the thread appears here by itself.
          Threads elsewhere open with <code>unroll web --home DIR</code>.
        </p>
      </Empty>
    )
  return (
    <Empty>
      <p>{term === undefined ? 'No thread is like that.' : `No title has “${visible(term)}”.`}</p>
      {term === undefined ? null : (
        <p>
          <a href={hrefOf('/search', { q: term })}>Search all messages instead</a>
        </p>
      )}
      {query['all'] !== undefined || query['source'] !== undefined ? null : (
        <p class="dim">
          Runs of scripts and agents are left out: <a href={withAgents}>show them too</a>
        </p>
      )}
      {isNarrowed ? (
        <p>
          <a href="/">All threads</a>
        </p>
      ) : null}
    </Empty>
  )
}

/** Keys that move through the list; the focus is where one is. */
const useListKeys = (
  listed: ReadonlyArray<TitledThread>,
  list: { readonly current: VirtualListHandle | null },
  pick: (threadId: string, isRange: boolean) => void
): void => {
  const held = useRef({ listed, pick })
  held.current = { listed, pick }
  useEffect(() => {
    const here = (): number => {
      const row = document.activeElement?.closest<HTMLElement>('[data-thread]')
      const id = row?.dataset['thread']
      return held.current.listed.findIndex(({ thread }) => thread.id === id)
    }
    const focus = (at: number): void => {
      const id = held.current.listed[at]?.thread.id
      if (id === undefined) return
      const find = () => document.querySelector<HTMLElement>(`[data-thread="${CSS.escape(id)}"] a`)
      if (find() === null) list.current?.scrollTo(at, 'auto')
      requestAnimationFrame(() => find()?.focus())
    }
    const move = (by: number) => () => focus(Math.max(0, here() + by))
    const mark = (isRange: boolean) => () => {
      const id = held.current.listed[here()]?.thread.id
      if (id !== undefined) held.current.pick(id, isRange)
    }
    return keys({
      j: move(1),
      k: move(-1),
      'g g': () => focus(0),
      G: () => focus(held.current.listed.length - 1),
      x: mark(false),
      X: mark(true),
      Escape: clearSelection
    })
  }, [])
}

/** How many there are, and whether changes show by themselves. */
const Head = () => {
  const counts = home.value?.counts
  return (
    <div class="title-line">
      <h1 class="page-title">Threads</h1>
      <p class="dim">
        {counts === undefined ? null : `${counted(counts.threads, 'thread')} · `}
        {connection.value === 'open' ? (
          <>
            <span class="live-dot" aria-hidden="true" /> live
          </>
        ) : null}
        {connection.value === 'lost' ? 'away' : null}
      </p>
    </div>
  )
}

/** Calls with what becomes of the home, also with what was not told because the server had not begun to. */
const useNews = (takeIn: (news: HomeNews) => void): void => {
  const current = useRef(takeIn)
  current.current = takeIn
  useEffect(
    () => onNotification('unroll/home/changed', (params) => current.current(params as HomeNews)),
    []
  )
  const followings = homeFollowings.value
  useEffect(() => {
    // A list that is under way is newer.
    if (followings === 0 || threadList.peek().isLoading) return
    void idle(1000).then(() => current.current({ many: true }))
  }, [followings])
}

export const ThreadsPage = ({ query }: { readonly query: Query }) => {
  const { threads, isLoading, failure, nextCursor } = threadList.value
  const asked = JSON.stringify(query)
  const today = useTimed((nowMs) => new Date(nowMs).toDateString(), []).value
  const byProjects = query['group'] === 'project'
  const listed = useMemo(
    () => (byProjects ? byProject(threads) : byDay(threads, Date.now())),
    [threads, byProjects, today]
  )
  const box = useRef<HTMLElement>(null)
  const list = useRef<VirtualListHandle>(null)
  const aboutToMove = useMoves(box, threads)
  const ids = listed.map(({ thread }) => thread.id)
  const pick = (threadId: string, isRange: boolean): void =>
    isRange ? pickRange(ids, threadId) : toggle(threadId)
  useListKeys(listed, list, pick)
  const seen = useRef<ReadonlyArray<string>>([])
  useLayoutEffect(() => void loadThreads(query), [asked, epoch.value])
  useNews((news) => {
    changedThreads(news, Date.now())
    void wantFacts(seen.current)
    void refreshThreads(query, aboutToMove)
  })
  useEffect(() => clearSelection, [asked])
  const onRange = useMemo(
    () => (first: number, last: number) => {
      seen.current = ids.slice(first, last + 1)
      void wantFacts(seen.current)
      if (last >= threadList.value.threads.length - 10) loadMoreThreads(query)
    },
    [asked, ids.join()]
  )
  const isEmpty = threads.length === 0 && !isLoading && failure === null
  return (
    <main class="page threads-page" id="main" ref={box}>
      <Head />
      <ThreadFilters query={query} />
      {failure === null ? null : <Failure message={failure.message} />}
      {isEmpty ? <Nothing query={query} /> : null}
      <VirtualList
        class={`thread-list ${selected.value.size > 0 ? 'selecting' : ''}`}
        count={listed.length}
        estimate={(at) => (listed[at]?.title === null ? ROW_PX : TITLED_PX)}
        keyOf={(at) => listed[at]?.thread.id ?? at}
        onRange={onRange}
        overscan={8}
        handle={list}
        render={(at) => {
          const one = listed[at]
          return one === undefined ? null : (
            <>
              {one.title === null ? null : <h2 class="day">{one.title}</h2>}
              <ThreadRow thread={one.thread} pick={pick} />
            </>
          )
        }}
      />
      <SelectionBar />
      <div class="visually-hidden" aria-live="polite">
        {isLoading ? '' : `${threads.length}${nextCursor === null ? '' : ' or more'} threads`}
      </div>
    </main>
  )
}

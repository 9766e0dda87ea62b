/**
 * The newest threads, by day.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Thread } from '../../domain/protocol.ts'
import { visible } from '../parts/ansi.ts'
import { VirtualList } from '../parts/virtual-list.tsx'
import { threadHref, type Query } from '../routes.ts'
import { setQuery } from '../state/location.ts'
import { loadMoreThreads, loadThreads, refreshThreads, threadList } from '../state/threads.ts'
import { epoch, onNotification } from '../wire/socket.ts'
import { ago, day, exactTime } from '../text/times.ts'

const ROW_PX = 58
const DAY_PX = 90
const TYPED_MS = 200

const folderOf = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '')
    .at(-1) ?? path

const sourceOf = ({ source, threadSource }: Thread): string => {
  const name = typeof source === 'string' ? source : 'sub-agent'
  return threadSource ?? (name === 'cli' || name === 'vscode' ? '' : name)
}

const Row = ({ thread, nowMs }: { readonly thread: Thread; readonly nowMs: number }) => {
  const updatedMs = thread.updatedAt * 1000
  const title = thread.name ?? thread.preview
  const details = [
    folderOf(thread.cwd),
    thread.gitInfo?.branch ?? '',
    thread.model ?? '',
    thread.agentNickname ?? '',
    sourceOf(thread)
  ].filter((text) => text !== '')
  return (
    <a class="thread-row" href={threadHref(thread.id)}>
      <span class="thread-title" dir="auto">
        {title === '' ? (
          <span class="dim">No prompt yet</span>
        ) : (
          visible(title.replace(/\s+/g, ' '))
        )}
      </span>
      <time class="dim" title={exactTime(updatedMs)}>
        {ago(updatedMs, nowMs)}
      </time>
      <span class="thread-details dim">
        {details.map((text) => (
          <span>{visible(text)}</span>
        ))}
      </span>
    </a>
  )
}

/** Titles of days stand on the first thread of each. */
const dayAt = (threads: ReadonlyArray<Thread>, index: number, nowMs: number): string | null => {
  const name = (at: number): string | null => {
    const thread = threads[at]
    return thread === undefined ? null : day(thread.updatedAt * 1000, nowMs)
  }
  return name(index) === name(index - 1) ? null : name(index)
}

const Filters = ({ query }: { readonly query: Query }) => {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const type = (text: string): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setQuery({ q: text === '' ? null : text }), TYPED_MS)
  }
  const flag = (name: string) => (event: { readonly currentTarget: HTMLInputElement }) =>
    setQuery({ [name]: event.currentTarget.checked ? '1' : null })
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        aria-label="Filter by title"
        placeholder="Filter by title…"
        value={query['q'] ?? ''}
        onInput={(event) => type(event.currentTarget.value)}
      />
      {query['project'] === undefined ? null : (
        <button type="button" class="chip" onClick={() => setQuery({ project: null })}>
          {folderOf(query['project'])} ✕
        </button>
      )}
      <label>
        <input type="checkbox" checked={query['all'] !== undefined} onChange={flag('all')} /> agents
        and scripts
      </label>
      <label>
        <input
          type="checkbox"
          checked={query['archived'] !== undefined}
          onChange={flag('archived')}
        />{' '}
        archived
      </label>
    </form>
  )
}

const Nothing = ({ query }: { readonly query: Query }) => (
  <div class="empty">
    {query['q'] === undefined ? (
      <>
        <p>No threads here.</p>
        <p class="dim">Runs of scripts and agents are left out: switch “agents and scripts” on.</p>
      </>
    ) : (
      <>
        <p>No title has “{query['q']}”.</p>
        <p>
          <a href={`/search?q=${encodeURIComponent(query['q'])}`}>Search all messages instead</a>
        </p>
      </>
    )}
  </div>
)

export const ThreadsPage = ({ query }: { readonly query: Query }) => {
  const { threads, isLoading, failure, nextCursor } = threadList.value
  const [nowMs, setNow] = useState(Date.now())
  const asked = JSON.stringify(query)
  useEffect(() => void loadThreads(query), [asked, epoch.value])
  useEffect(() => onNotification('unroll/home/changed', () => void refreshThreads(query)), [asked])
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  const onRange = useMemo(
    () => (_: number, last: number) => {
      if (last >= threadList.value.threads.length - 10) loadMoreThreads(query)
    },
    [asked]
  )
  return (
    <main class="page threads-page" id="main">
      <h1 class="page-title">Threads</h1>
      <Filters query={query} />
      {failure === null ? null : <div class="failure">{failure.message}</div>}
      {threads.length === 0 && !isLoading && failure === null ? <Nothing query={query} /> : null}
      <VirtualList
        class="thread-list"
        count={threads.length}
        estimate={(at) => (dayAt(threads, at, nowMs) === null ? ROW_PX : DAY_PX)}
        keyOf={(at) => threads[at]?.id ?? at}
        onRange={onRange}
        overscan={8}
        render={(at) => {
          const thread = threads[at]
          const title = dayAt(threads, at, nowMs)
          return thread === undefined ? null : (
            <>
              {title === null ? null : <h2 class="day">{title}</h2>}
              <Row thread={thread} nowMs={nowMs} />
            </>
          )
        }}
      />
      <div class="visually-hidden" aria-live="polite">
        {isLoading ? '' : `${threads.length}${nextCursor === null ? '' : ' or more'} threads`}
      </div>
    </main>
  )
}

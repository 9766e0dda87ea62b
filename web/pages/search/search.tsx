/**
 * Messages of all threads, and where asked what tools did in them.
 */
import { useEffect, useState } from 'preact/hooks'
import type { Thread } from '../../../domain/protocol.ts'
import { visible } from '../../parts/ansi.ts'
import { Empty, Failure } from '../../parts/answered.tsx'
import { Choice } from '../../parts/choice.tsx'
import { hrefOf, type Query } from '../../routes.ts'
import { keys } from '../../state/keys.ts'
import { setQuery } from '../../state/location.ts'
import { epoch, request } from '../../wire/socket.ts'
import { Flag, ProjectFacet, SinceChoice } from '../threads/filters.tsx'
import { ROLES, searchParams, TOOLS } from './asked.ts'
import { Result } from './result.tsx'

const LIMIT = 25

interface FoundThreadsAnswer {
  readonly data: ReadonlyArray<{ readonly thread: Thread }>
  readonly nextCursor: string | null
}

interface SearchState {
  /** Null while the first page is under way. */
  readonly found: ReadonlyArray<Thread> | null
  readonly nextCursor: string | null
  readonly message: string | null
}

const NOTHING_YET: SearchState = { found: null, nextCursor: null, message: null }

const useSearch = (query: Query) => {
  const [state, setState] = useState<SearchState>(NOTHING_YET)
  const question = JSON.stringify(searchParams(query))
  const load = async (
    cursor: string | null,
    before: ReadonlyArray<Thread>,
    isWanted: () => boolean
  ): Promise<void> => {
    const params = { ...(JSON.parse(question) as object), limit: LIMIT, cursor }
    const answer = await request<FoundThreadsAnswer>('thread/search', params)
    if (!isWanted()) return
    if (!answer.ok) {
      setState({ found: before, nextCursor: null, message: answer.failure.message })
      return
    }
    const { data, nextCursor } = answer.value
    const known = new Set(before.map(({ id }) => id))
    const fresh = data.flatMap(({ thread }) => (known.has(thread.id) ? [] : [thread]))
    setState({ found: [...before, ...fresh], nextCursor, message: null })
  }
  useEffect(() => {
    let isWanted = true
    setState(NOTHING_YET)
    if (query['q'] !== undefined) void load(null, [], () => isWanted)
    return () => {
      isWanted = false
    }
  }, [question, epoch.value])
  const more = () => void load(state.nextCursor, state.found ?? [], () => true)
  return { ...state, more }
}

/** Moves the focus through the results; upwards from the first one it goes back to the field. */
const moveBy = (by: 1 | -1): void => {
  const field = document.querySelector<HTMLElement>('.search-form input')
  const results = document.querySelectorAll<HTMLElement>('[data-result]')
  const places = [...(field === null ? [] : [field]), ...results]
  const at = places.findIndex((place) => place === document.activeElement)
  places[Math.min(places.length - 1, Math.max(0, at + by))]?.focus()
}

const ARROWS: Readonly<Record<string, 1 | -1>> = { ArrowDown: 1, ArrowUp: -1 }

const Nothing = ({ query }: { readonly query: Query }) => (
  <Empty>
    <p>Nothing has “{visible(query['q'] ?? '')}”.</p>
    {query['tool'] === undefined ? (
      <p class="dim">
        Messages were searched. Search{' '}
        <a href={hrefOf('/search', { ...query, tool: 'tools' })}>what was called</a>,{' '}
        <a href={hrefOf('/search', { ...query, tool: 'outputs' })}>what came back</a> or{' '}
        <a href={hrefOf('/search', { ...query, tool: 'diffs' })}>changes of files</a> instead.
      </p>
    ) : null}
    {query['all'] === undefined ? (
      <p class="dim">
        Runs of scripts and agents were left out:{' '}
        <a href={hrefOf('/search', { ...query, all: '1' })}>search them too</a>
      </p>
    ) : null}
    {query['project'] === undefined && query['since'] === undefined ? null : (
      <p>
        <a href={hrefOf('/search', { ...query, project: null, since: null })}>
          Search all projects and all time
        </a>
      </p>
    )}
  </Empty>
)

const Hint = () => (
  <Empty>
    <p>Type words that somebody said: they are found wherever they stand, in any letter case.</p>
    <p class="dim">
      <kbd>↓</kbd> <kbd>↑</kbd> walk through what is found, <kbd>Enter</kbd> opens the thread there.
    </p>
  </Empty>
)

const Filters = ({ query }: { readonly query: Query }) => (
  <div class="filters">
    <Choice label="said by" name="role" value={query['role'] ?? ''} options={ROLES} />
    <Choice label="tools" name="tool" value={query['tool'] ?? ''} options={TOOLS} />
    <ProjectFacet query={query} />
    <SinceChoice query={query} />
    <Flag name="all" text="agents and scripts" query={query} />
    <Flag name="archived" text="archived" query={query} />
  </div>
)

const Form = ({ term }: { readonly term: string }) => (
  <form
    role="search"
    class="search-form"
    onSubmit={(event) => {
      event.preventDefault()
      const text = new FormData(event.currentTarget).get('q')
      setQuery({ q: typeof text === 'string' && text !== '' ? text : null }, { replace: false })
    }}
  >
    <input
      type="search"
      name="q"
      key={term}
      defaultValue={term}
      aria-label="Search all messages"
      placeholder="Words of a message…"
      autofocus
    />
    <button type="submit">Search</button>
  </form>
)

export const SearchPage = ({ query }: { readonly query: Query }) => {
  const term = query['q'] ?? ''
  const { found, message, nextCursor, more } = useSearch(query)
  useEffect(() => keys({ j: () => moveBy(1), k: () => moveBy(-1) }), [])
  return (
    <main
      class="page search-page"
      id="main"
      onKeyDown={(event) => {
        const by = event.target instanceof HTMLSelectElement ? undefined : ARROWS[event.key]
        if (by === undefined) return
        event.preventDefault()
        moveBy(by)
      }}
    >
      <h1 class="page-title">Search</h1>
      <Form term={term} />
      <Filters query={query} />
      <div class="results scroller" aria-busy={found === null && term !== ''}>
        {message === null ? null : <Failure message={message} />}
        {term === '' ? <Hint /> : null}
        {found?.length === 0 && message === null ? <Nothing query={query} /> : null}
        {found?.map((thread) => (
          <Result thread={thread} query={query} key={thread.id} />
        ))}
        {nextCursor === null ? null : (
          <button type="button" class="more" onClick={more} data-result>
            More threads
          </button>
        )}
      </div>
      <div class="visually-hidden" role="status">
        {found === null ? '' : `${found.length}${nextCursor === null ? '' : ' or more'} threads`}
      </div>
    </main>
  )
}

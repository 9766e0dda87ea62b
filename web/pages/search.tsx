/**
 * Messages of all threads.
 */
import { useEffect, useState } from 'preact/hooks'
import type { Thread } from '../../domain/protocol.ts'
import { visible } from '../parts/ansi.ts'
import { threadHref, type Query } from '../routes.ts'
import { setQuery } from '../state/location.ts'
import { ago, exactTime } from '../text/times.ts'
import type { FoundPlace } from '../wire/answers.ts'
import { epoch, request } from '../wire/socket.ts'

interface SearchHit {
  readonly thread: Thread
  readonly snippet: string
}

const LIMIT = 25
const SNIPPETS = 3

/** What was searched for is marked, whatever its letter case. */
const Marked = ({ text, term }: { readonly text: string; readonly term: string }) => {
  const at = text.toLowerCase().indexOf(term.toLowerCase())
  if (at === -1 || term === '') return <>{visible(text)}</>
  const end = at + term.length
  return (
    <>
      {visible(text.slice(0, at))}
      <mark>{visible(text.slice(at, end))}</mark>
      {visible(text.slice(end))}
    </>
  )
}

const Places = ({ thread, term }: { readonly thread: Thread; readonly term: string }) => {
  const [found, setFound] = useState<ReadonlyArray<FoundPlace>>([])
  useEffect(() => {
    let isWanted = true
    const params = { threadId: thread.id, searchTerm: term, limit: SNIPPETS }
    void request<{ readonly data: ReadonlyArray<FoundPlace> }>(
      'thread/searchOccurrences',
      params
    ).then((answer) => {
      if (isWanted && answer.ok) setFound(answer.value.data)
    })
    return () => {
      isWanted = false
    }
  }, [thread.id, term])
  return (
    <ul class="places">
      {found.map(({ turnId, itemId, snippet }) => (
        <li>
          <a href={threadHref(thread.id, { turnId, itemId, find: term })} dir="auto">
            <Marked text={snippet} term={term} />
          </a>
        </li>
      ))}
    </ul>
  )
}

const Result = ({ found, term }: { readonly found: SearchHit; readonly term: string }) => {
  const { thread } = found
  const updatedMs = thread.updatedAt * 1000
  return (
    <section class="result">
      <h2>
        <a href={threadHref(thread.id)} dir="auto">
          {visible((thread.name ?? thread.preview).slice(0, 160)) || 'Untitled thread'}
        </a>
        <time class="dim" title={exactTime(updatedMs)}>
          {ago(updatedMs, Date.now())}
        </time>
      </h2>
      <Places thread={thread} term={term} />
    </section>
  )
}

interface SearchState {
  readonly term: string
  readonly found: ReadonlyArray<SearchHit> | null
  readonly nextCursor: string | null
  readonly message: string
}

const useSearch = (term: string) => {
  const [state, setState] = useState<SearchState>({
    term,
    found: null,
    nextCursor: null,
    message: ''
  })
  const load = async (
    cursor: string | null,
    before: ReadonlyArray<SearchHit>,
    isWanted: () => boolean
  ) => {
    const answer = await request<{
      readonly data: ReadonlyArray<SearchHit>
      readonly nextCursor: string | null
    }>('thread/search', { searchTerm: term, limit: LIMIT, cursor })
    if (!isWanted()) return
    if (answer.ok) {
      const found = [...before, ...answer.value.data]
      setState({ term, found, nextCursor: answer.value.nextCursor, message: '' })
    } else setState({ term, found: [], nextCursor: null, message: answer.failure.message })
  }
  useEffect(() => {
    let isWanted = true
    setState({ term, found: null, nextCursor: null, message: '' })
    if (term !== '') void load(null, [], () => isWanted)
    return () => {
      isWanted = false
    }
  }, [term, epoch.value])
  const more = () => void load(state.nextCursor, state.found ?? [], () => true)
  return { ...state, more }
}

export const SearchPage = ({ query }: { readonly query: Query }) => {
  const term = query['q'] ?? ''
  const { found, message, nextCursor, more } = useSearch(term)
  return (
    <main class="page search-page" id="main">
      <h1 class="page-title">Search</h1>
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
      <div class="results scroller" aria-live="polite" aria-busy={found === null && term !== ''}>
        {message === '' ? null : <div class="failure">{message}</div>}
        {found?.length === 0 && message === '' ? (
          <div class="empty">
            <p>Nothing has “{term}”.</p>
            <p class="dim">
              Messages of people and of the model are searched, not the output of commands.
            </p>
          </div>
        ) : null}
        {found?.map((one) => (
          <Result found={one} term={term} key={one.thread.id} />
        ))}
        {nextCursor === null ? null : (
          <button type="button" class="more" onClick={more}>
            More threads
          </button>
        )}
      </div>
    </main>
  )
}

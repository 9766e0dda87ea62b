/**
 * The frame of every page: where one is, where one can go, and whether the server is there.
 */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { ThreadsPage } from './pages/threads.tsx'
import { ThreadPage } from './pages/thread.tsx'
import { SearchPage } from './pages/search.tsx'
import { UsagePage } from './pages/usage.tsx'
import { LockedPage } from './pages/locked.tsx'
import { keys } from './state/keys.ts'
import { followLinks, navigate, route } from './state/location.ts'
import { nextTheme, theme } from './state/preferences.ts'
import { toggleEverything } from './state/folds.ts'
import { connection, connectNow, epoch } from './wire/socket.ts'

const LINKS: ReadonlyArray<readonly [page: string, href: string, name: string]> = [
  ['threads', '/', 'Threads'],
  ['search', '/search', 'Search'],
  ['usage', '/usage', 'Usage']
]

const Page = () => {
  const here = route.value
  switch (here.page) {
    case 'threads':
      return <ThreadsPage query={here.query} />
    case 'thread':
      return <ThreadPage route={here} key={here.threadId} />
    case 'search':
      return <SearchPage query={here.query} />
    case 'usage':
      return <UsagePage query={here.query} />
    default:
      return (
        <main class="page" id="main">
          <div class="empty">
            <h1>There is no such page</h1>
            <p>
              <a href="/">All threads</a>
            </p>
          </div>
        </main>
      )
  }
}

const Banner = () =>
  connection.value === 'lost' ? (
    <div class="banner" role="status">
      The server is away; trying again.{' '}
      <button type="button" onClick={connectNow}>
        Try now
      </button>
    </div>
  ) : null

const Frame = ({ children }: { readonly children: ComponentChildren }) => (
  <div class="frame" onClick={followLinks}>
    <a class="skip" href="#main">
      Skip to the content
    </a>
    <nav class="top" aria-label="pages">
      <a class="mark" href="/">
        unroll
      </a>
      {LINKS.map(([page, href, name]) => (
        <a href={href} aria-current={route.value.page === page ? 'page' : undefined}>
          {name}
        </a>
      ))}
      <span class="space" />
      <span
        class={`dot ${connection.value}`}
        role="img"
        aria-label={`server: ${connection.value}`}
      />
      <button
        type="button"
        class="plain"
        onClick={nextTheme}
        aria-label={`colours: ${theme.value}`}
      >
        {theme.value === 'system' ? '◐' : theme.value === 'light' ? '○' : '●'}
      </button>
    </nav>
    <Banner />
    {children}
  </div>
)

export const App = () => {
  useEffect(
    () =>
      keys({
        '/': () => navigate('/search'),
        O: toggleEverything,
        'mod+k': () => navigate('/search')
      }),
    []
  )
  return (
    <Frame>
      {connection.value === 'locked' ? <LockedPage /> : epoch.value > 0 ? <Page /> : null}
    </Frame>
  )
}

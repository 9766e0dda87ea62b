/**
 * The page of an address. The list comes with the first script, threads right behind it; the others when they are first looked at.
 */
import { effect } from '@preact/signals'
import { later } from '../parts/later.tsx'
import { idle } from '../state/idle.ts'
import { route } from '../state/location.ts'
import { threadList } from '../state/threads.ts'
import { ThreadsPage } from './threads/threads.tsx'

const loadThreadPage = async () => (await import('./thread/thread.tsx')).ThreadPage
const ThreadPage = later(loadThreadPage)
/** Is the next thing that people open, and comes once the list stands. */
let isAhead = false
effect(() => {
  if (isAhead || threadList.value.isLoading) return
  isAhead = true
  void idle(2000).then(loadThreadPage)
})

const SearchPage = later(async () => (await import('./search/search.tsx')).SearchPage)
const UsagePage = later(async () => (await import('./usage/usage.tsx')).UsagePage)
const ToolsPage = later(async () => (await import('./tools.tsx')).ToolsPage)
const PluginsPage = later(async () => (await import('./plugins.tsx')).PluginsPage)
const AuditPage = later(async () => (await import('./audit.tsx')).AuditPage)
const HealthPage = later(async () => (await import('./health.tsx')).HealthPage)
const StoragePage = later(async () => (await import('./storage.tsx')).StoragePage)
const LogPage = later(async () => (await import('./log.tsx')).LogPage)
const AboutPage = later(async () => (await import('./about.tsx')).AboutPage)

const Unknown = () => (
  <main class="page" id="main">
    <div class="empty">
      <h1>There is no such page</h1>
      <p>
        <a href="/">All threads</a>
      </p>
    </div>
  </main>
)

export const PageOf = () => {
  const here = route.value
  const { query } = here
  switch (here.page) {
    case 'threads':
      return <ThreadsPage query={query} />
    case 'thread':
      return <ThreadPage route={here} key={here.threadId} />
    case 'search':
      return <SearchPage query={query} />
    case 'usage':
      return <UsagePage query={query} />
    case 'tools':
      return <ToolsPage query={query} />
    case 'plugins':
      return <PluginsPage query={query} />
    case 'audit':
      return <AuditPage query={query} />
    case 'health':
      return <HealthPage query={query} />
    case 'storage':
      return <StoragePage />
    case 'log':
      return <LogPage query={query} />
    case 'about':
      return <AboutPage />
    default:
      return <Unknown />
  }
}

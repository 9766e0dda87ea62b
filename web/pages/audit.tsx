/**
 * What happened to threads, who was asked, what reviews said, and whether the files are as they were sealed.
 */
import { ThreadFilter } from '../parts/thread-filter.tsx'
import { hrefOf, type Query } from '../routes.ts'
import { Approvals, Reviews } from './audit/decisions.tsx'
import { Seals } from './audit/seals.tsx'
import { Trail, TrailFilters } from './audit/trail.tsx'

const VIEWS = { trail: 'Trail', approvals: 'Approvals', reviews: 'Reviews', seals: 'Seals' }
type AuditView = keyof typeof VIEWS

const isView = (text: string | undefined): text is AuditView =>
  text !== undefined && Object.hasOwn(VIEWS, text)

const Views = ({ view, query }: { readonly view: AuditView; readonly query: Query }) => (
  <nav class="ledger-views" aria-label="views of the audit">
    {Object.entries(VIEWS).map(([name, title]) => (
      <a
        href={hrefOf('/audit', { view: name === 'trail' ? null : name, thread: query['thread'] })}
        aria-current={name === view ? 'page' : undefined}
      >
        {title}
      </a>
    ))}
  </nav>
)

const Shown = ({ view, query }: { readonly view: AuditView; readonly query: Query }) => {
  if (view === 'approvals') return <Approvals query={query} />
  if (view === 'reviews') return <Reviews query={query} />
  return view === 'seals' ? <Seals /> : <Trail query={query} />
}

export const AuditPage = ({ query }: { readonly query: Query }) => {
  const view = isView(query['view']) ? query['view'] : 'trail'
  return (
    <main class="page" id="main">
      <h1 class="page-title">Audit</h1>
      <div class="filters">
        <Views view={view} query={query} />
        {view === 'trail' ? <TrailFilters query={query} /> : null}
        {view === 'seals' ? null : <ThreadFilter query={query} />}
      </div>
      <Shown view={view} query={query} key={view} />
    </main>
  )
}

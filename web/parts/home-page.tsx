/**
 * A page about the whole home: its title, what narrows it, and what it shows.
 */
import type { ComponentChildren } from 'preact'

interface HomePageProps {
  readonly title: string
  /** What one sees here, in a sentence. */
  readonly about?: ComponentChildren
  readonly filters?: ComponentChildren
  readonly isBusy?: boolean
  readonly children: ComponentChildren
}

export const HomePage = ({ title, about, filters, isBusy = false, children }: HomePageProps) => (
  <main class="page" id="main" aria-busy={isBusy}>
    <h1 class="page-title">{title}</h1>
    {about === undefined ? null : <p class="page-about dim">{about}</p>}
    {filters === undefined ? null : <div class="filters">{filters}</div>}
    <div class="scroller" tabIndex={0} role="region" aria-label={title}>
      <div class="narrow">{children}</div>
    </div>
  </main>
)

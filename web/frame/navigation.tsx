/**
 * Where one can go.
 */
import type { HomePage } from '../routes.ts'
import { route } from '../state/location.ts'
import { isNarrow } from '../state/screen.ts'
import { showsNavigation } from '../state/preferences.ts'
import { PAGE_NAMES } from './names.ts'

const GROUPS: ReadonlyArray<readonly [title: string, pages: ReadonlyArray<HomePage | 'threads'>]> =
  [
    ['Read', ['threads', 'search']],
    ['Ledgers', ['usage', 'tools', 'plugins', 'audit']],
    ['Home', ['health', 'storage', 'log', 'about']]
  ]

const isHere = (page: HomePage | 'threads'): boolean => {
  const here = route.value.page
  return here === page || (page === 'threads' && here === 'thread')
}

/** In a narrow window it lies over the page, so a step hides it. */
const hideWhereNarrow = (): void => {
  if (isNarrow.value) showsNavigation.value = false
}

export const Navigation = () =>
  showsNavigation.value ? (
    <nav class="side" aria-label="pages" onClick={hideWhereNarrow}>
      {GROUPS.map(([title, pages]) => (
        <section>
          <h2>{title}</h2>
          {pages.map((page) => (
            <a
              href={page === 'threads' ? '/' : `/${page}`}
              aria-current={isHere(page) ? 'page' : undefined}
            >
              {PAGE_NAMES[page]}
            </a>
          ))}
        </section>
      ))}
    </nav>
  ) : null

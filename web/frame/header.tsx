/**
 * The line at the top: the home, where one is in it, the field that leads anywhere, and how the page looks.
 */
import { visible } from '../parts/ansi.ts'
import { threadHref } from '../routes.ts'
import { dialog, type DialogName } from '../state/dialog.ts'
import { home, threadTitle } from '../state/home.ts'
import { route } from '../state/location.ts'
import { nextTheme, showsNavigation, theme } from '../state/preferences.ts'
import { isMac } from '../state/screen.ts'
import { connection } from '../wire/socket.ts'
import { PAGE_NAMES, VIEW_NAMES } from './names.ts'

const THEME_SIGNS = { system: '◐', light: '○', dark: '●' } as const
const LINK_WORDS = {
  open: 'connected',
  connecting: 'connecting',
  lost: 'away',
  locked: 'locked'
} as const

const open = (name: DialogName) => () => {
  dialog.value = name
}

/** The last two folders are enough to tell homes apart. */
const shortHome = (path: string): string => path.split('/').filter(Boolean).slice(-2).join('/')

const Breadcrumb = () => {
  const here = route.value
  const path = home.value?.home
  return (
    <nav class="breadcrumb" aria-label="where you are">
      <ol>
        <li class="breadcrumb-home">
          <a href="/" title={path}>
            {path === undefined ? 'home' : visible(shortHome(path))}
          </a>
        </li>
        {here.page === 'thread' ? (
          <>
            <li class="breadcrumb-title" dir="auto">
              <a href={threadHref(here.threadId)}>
                {visible(threadTitle.value ?? here.threadId.slice(0, 13))}
              </a>
            </li>
            {here.view === 'turns' ? null : <li aria-current="page">{VIEW_NAMES[here.view]}</li>}
          </>
        ) : (
          <li aria-current="page">{here.page === 'unknown' ? 'nowhere' : PAGE_NAMES[here.page]}</li>
        )}
      </ol>
    </nav>
  )
}

export const Header = () => (
  <header class="top">
    <button
      type="button"
      class="plain icon"
      aria-label="navigation"
      aria-expanded={showsNavigation.value}
      onClick={() => {
        showsNavigation.value = !showsNavigation.value
      }}
    >
      ☰
    </button>
    <a class="mark" href="/">
      unroll
    </a>
    <Breadcrumb />
    <button type="button" class="jump" onClick={open('palette')}>
      <span class="jump-words">Search or jump to…</span>
      <span class="jump-sign" aria-hidden="true">
        ⌕
      </span>
      <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
    </button>
    <span
      class={`dot ${connection.value}`}
      role="img"
      title={`server: ${LINK_WORDS[connection.value]}`}
      aria-label={`server: ${LINK_WORDS[connection.value]}`}
    />
    <button
      type="button"
      class="plain icon"
      onClick={nextTheme}
      title={`colours: ${theme.value}`}
      aria-label={`colours: ${theme.value}`}
    >
      {THEME_SIGNS[theme.value]}
    </button>
    <button type="button" class="plain icon" onClick={open('help')} title="keys" aria-label="keys">
      ?
    </button>
  </header>
)

/**
 * Where the field leads that leads anywhere: pages, views of the open thread, turns, and what can be done.
 */
import { hrefOf, THREAD_VIEWS, threadHref, type PageRoute } from '../routes.ts'
import { toggleEverything } from '../state/folds.ts'
import { navigate, setQuery } from '../state/location.ts'
import { nextTheme, showsInspector, showsNavigation, splitDiffs } from '../state/preferences.ts'
import { request } from '../wire/socket.ts'
import type { TurnRangeAnswer } from '../wire/answers.ts'
import { say } from '../state/toast.ts'
import { PAGE_NAMES, VIEW_NAMES } from './names.ts'

export interface PaletteEntry {
  readonly text: string
  /** What kind of thing it is. */
  readonly what: string
  readonly go: () => void
}

const pages = (): ReadonlyArray<PaletteEntry> =>
  Object.entries(PAGE_NAMES).map(([page, text]) => ({
    text,
    what: 'page',
    go: () => navigate(page === 'threads' ? '/' : `/${page}`)
  }))

const toggled = (signal: { value: boolean }) => (): void => {
  signal.value = !signal.value
}

const actions = (here: PageRoute): ReadonlyArray<PaletteEntry> => [
  { text: 'Next colours: system, light, dark', what: 'action', go: nextTheme },
  { text: 'Open or shut everything', what: 'action', go: toggleEverything },
  { text: 'Changes side by side, or not', what: 'action', go: toggled(splitDiffs) },
  { text: 'Show or hide the navigation', what: 'action', go: toggled(showsNavigation) },
  ...(here.page === 'thread' && here.view === 'turns'
    ? [
        { text: 'Details of the selected item', what: 'action', go: toggled(showsInspector) },
        {
          text: 'Turns that were taken back',
          what: 'action',
          go: () => setQuery({ rb: here.query['rb'] === undefined ? '1' : null })
        }
      ]
    : [])
]

const views = (here: PageRoute): ReadonlyArray<PaletteEntry> =>
  here.page !== 'thread'
    ? []
    : THREAD_VIEWS.filter((view) => view !== 'diff').map((view) => ({
        text: `${VIEW_NAMES[view]} of this thread`,
        what: 'view',
        go: () => navigate(threadHref(here.threadId, { view, at: here.at }))
      }))

const goToTurn = async (
  { threadId, at }: Extract<PageRoute, { readonly page: 'thread' }>,
  place: number
): Promise<void> => {
  const answer = await request<TurnRangeAnswer>('unroll/turns/range', {
    ...{ threadId, from: place - 1, count: 1, itemsView: 'notLoaded' },
    ...(at === null ? {} : { at })
  })
  if (!answer.ok) return say(answer.failure.message)
  const turnId = answer.value.data[0]?.id
  if (turnId === undefined) return say(`This thread has ${answer.value.total} turns`)
  navigate(threadHref(threadId, { turnId, at }))
}

const TURN = /^(?:(?:go to )?turn\s*|#)?(\d{1,9})$/i

const turns = (here: PageRoute, text: string): ReadonlyArray<PaletteEntry> => {
  const place = Number(TURN.exec(text)?.[1] ?? 0)
  return here.page !== 'thread' || place === 0
    ? []
    : [{ text: `Go to turn ${place}`, what: 'turn', go: () => void goToTurn(here, place) }]
}

/** Every word of a text is somewhere in the other, whatever its letter case. */
const fits = (text: string, words: string): boolean =>
  words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word))

/** What fits a text, but for threads; free words can always be searched for. */
export const entriesFor = (here: PageRoute, typed: string): ReadonlyArray<PaletteEntry> => {
  const text = typed.trim()
  const named = [...views(here), ...pages(), ...actions(here)]
  const fitting = text === '' ? named : named.filter((entry) => fits(entry.text, text))
  const search = {
    text: `Search for “${text}”`,
    what: 'search',
    go: () => navigate(hrefOf('/search', { q: text }))
  }
  return [...turns(here, text), ...fitting, ...(text === '' ? [] : [search])]
}

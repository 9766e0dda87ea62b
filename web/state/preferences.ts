/**
 * What the person likes, kept in this browser only.
 */
import { effect, signal } from '@preact/signals'
import { isNarrow, isRoomy } from './screen.ts'

export type Theme = 'system' | 'light' | 'dark'

const THEMES: ReadonlyArray<Theme> = ['system', 'light', 'dark']

const read = (key: string): string | null => {
  try {
    return localStorage.getItem(`unroll.${key}`)
  } catch {
    return null
  }
}
const write = (key: string, value: string): void => {
  try {
    localStorage.setItem(`unroll.${key}`, value)
  } catch {
    // Private windows may refuse.
  }
}

export const theme = signal<Theme>(THEMES.find((name) => name === read('theme')) ?? 'system')

export const nextTheme = (): void => {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system'
}

/** Whether diffs stand side by side where there is room. */
export const splitDiffs = signal(read('split') === 'yes')

/** Whether the panel beside a thread is open; where it lies over the thread it is shut at first. */
export const showsInspector = signal(read('inspector') === 'yes' && isRoomy.value)

/** Whether the list of pages is open; where it lies over the page it is shut at first. */
export const showsNavigation = signal(read('navigation') !== 'no' && !isNarrow.value)

effect(() => {
  document.documentElement.dataset['theme'] = theme.value
  write('theme', theme.value)
})
effect(() => {
  if (!isNarrow.value) write('navigation', showsNavigation.value ? 'yes' : 'no')
})
effect(() => write('split', splitDiffs.value ? 'yes' : 'no'))
effect(() => {
  if (isRoomy.value) write('inspector', showsInspector.value ? 'yes' : 'no')
})

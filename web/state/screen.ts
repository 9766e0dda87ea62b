/**
 * How much room there is.
 */
import { signal } from '@preact/signals'

const wide = matchMedia('(min-width: 1100px)')

/** True where a list fits beside a thread. */
export const isWide = signal(wide.matches)

wide.addEventListener('change', ({ matches }) => {
  isWide.value = matches
})

/** Tells the style how wide scroll bars are here: they may lie over the content. */
export const measureGutter = (): void => {
  const box = document.createElement('div')
  box.style.cssText =
    'position: absolute; visibility: hidden; width: 100px; overflow-y: auto; scrollbar-gutter: stable'
  document.body.append(box)
  document.documentElement.style.setProperty('--gutter', `${100 - box.clientWidth}px`)
  box.remove()
}

const narrow = matchMedia('(max-width: 900px)')

/** True where the navigation does not fit beside a page. */
export const isNarrow = signal(narrow.matches)

narrow.addEventListener('change', ({ matches }) => {
  isNarrow.value = matches
})

const roomy = matchMedia('(min-width: 1200px)')

/** True where a third column fits beside a thread and its outline. */
export const isRoomy = signal(roomy.matches)

roomy.addEventListener('change', ({ matches }) => {
  isRoomy.value = matches
})

export const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

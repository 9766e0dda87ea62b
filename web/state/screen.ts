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

/**
 * A word about what was just done, for a few seconds.
 */
import { signal } from '@preact/signals'

const SHOWN_MS = 4000

export const toast = signal<string | null>(null)

let timer: ReturnType<typeof setTimeout> | undefined

export const say = (text: string): void => {
  clearTimeout(timer)
  toast.value = text
  timer = setTimeout(() => {
    toast.value = null
  }, SHOWN_MS)
}

/** Copies a text and says so. */
export const copy = async (text: string, what: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
    say(`Copied ${what}`)
  } catch {
    say('The browser does not let this page copy')
  }
}

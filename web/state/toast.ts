/**
 * A word about what was just done, for a few seconds.
 */
import { signal } from '@preact/signals'

const SHOWN_MS = 4000

export const toast = signal<string | null>(null)

/** What can be done about it. */
export const toastAction = signal<{ readonly label: string; readonly run: () => void } | null>(null)

let timer: ReturnType<typeof setTimeout> | undefined

export const say = (text: string): void => {
  clearTimeout(timer)
  toast.value = text
  toastAction.value = null
  timer = setTimeout(() => {
    toast.value = null
  }, SHOWN_MS)
}

const OFFERED_MS = 15_000

/** The same with something to do about it, for longer. */
export const offer = (text: string, label: string, run: () => void): void => {
  say(text)
  clearTimeout(timer)
  toastAction.value = { label, run }
  timer = setTimeout(() => {
    toast.value = null
    toastAction.value = null
  }, OFFERED_MS)
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

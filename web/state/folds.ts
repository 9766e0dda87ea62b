/**
 * What is folded open or shut by hand. It outlives the drawing of an item, which goes when it is scrolled away.
 */
import { signal } from '@preact/signals'

const byHand = signal<ReadonlyMap<string, boolean>>(new Map())

/** Everything open or everything shut; null: each as it is by itself. */
const everything = signal<boolean | null>(null)

export const isOpen = (key: string, byItself: boolean): boolean =>
  byHand.value.get(key) ?? everything.value ?? byItself

export const setOpen = (key: string, open: boolean): void => {
  byHand.value = new Map(byHand.value).set(key, open)
}

/** Opens everything, then shuts everything, then leaves each to itself. */
export const toggleEverything = (): void => {
  byHand.value = new Map()
  everything.value = everything.value === null ? true : everything.value ? false : null
}

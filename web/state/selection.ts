/**
 * What is selected in the thread that is looked at.
 */
import { signal } from '@preact/signals'
import type { Shown } from '../items/turn-parts.ts'

/** An item by the name its element has, or a turn as a whole. */
export interface SelectedPlace {
  readonly turnId: string
  readonly itemId: string | null
}

export const selected = signal<SelectedPlace | null>(null)

/** What of the turns is shown. */
export const shown = signal<Shown>(new Set())

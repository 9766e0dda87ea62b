/**
 * The dialog that stands over the page; one at most.
 */
import { signal } from '@preact/signals'

export type DialogName = 'help' | 'palette'

export const dialog = signal<DialogName | null>(null)

export const closeDialog = (): void => {
  dialog.value = null
}

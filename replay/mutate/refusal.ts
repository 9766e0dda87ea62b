/**
 * Refusals that a mutation and the next one to try have in common.
 */
import type { StoreError } from '../../domain/errors.ts'

/** What cannot be done to a thread as it is, and what to do instead. */
export const notPossible = (reason: string, next: string): StoreError => ({
  _tag: 'NotPossible',
  reason,
  next
})

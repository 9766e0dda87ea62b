/**
 * From when on: a number of days in the address.
 */
import { useMemo } from 'preact/hooks'
import type { Query } from '../routes.ts'

const DAY_MS = 86_400_000

export const SINCE_CHOICES = [
  ['', 'any time'],
  ['1', 'last 24 hours'],
  ['7', 'last 7 days'],
  ['30', 'last 30 days'],
  ['365', 'last year']
] as const

/** The member of a question that says so, which stays the same while the address does. */
export const useSince = (query: Query): { readonly sinceMs?: number } => {
  const days = SINCE_CHOICES.find(([value]) => value !== '' && value === query['since'])?.[0]
  return useMemo(
    () => (days === undefined ? {} : { sinceMs: Date.now() - Number(days) * DAY_MS }),
    [days]
  )
}

/**
 * From when on, as the address says.
 */
import { useMemo } from 'preact/hooks'
import type { Query } from '../routes.ts'
import { sinceMs } from '../text/since.ts'

/** The member of a question that says so, which stays the same while the address does. */
export const useSince = ({ since }: Query): { readonly sinceMs?: number } =>
  useMemo(() => {
    const timeMs = sinceMs(since, Date.now())
    return timeMs === null ? {} : { sinceMs: timeMs }
  }, [since])

/**
 * What a revert left behind. The history of a reverted thread goes on in a new file, from a place in an older one; what
 * stands behind that place is history no longer, but it happened. Such files are few, so they are read when somebody
 * asks.
 */
import type { Lineage } from '../ports.ts'

/** True for a line the thread's history still leads through. */
export const isLive = (lineage: Lineage, path: string, offsetBytes: number): boolean =>
  lineage.some((part) => part.path === path && offsetBytes < (part.until ?? Infinity))

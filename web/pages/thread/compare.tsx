/**
 * Two points of a thread beside each other.
 */
import type { ThreadViewProps } from './view.ts'

export const CompareView = (_: ThreadViewProps) => <div class="scroller" />

/**
 * Timeline of a thread.
 */
import type { ThreadViewProps } from './view.ts'

export const TimelineView = (_: ThreadViewProps) => <div class="scroller" />

/**
 * Events of a thread.
 */
import type { ThreadViewProps } from './view.ts'

export const EventsView = (_: ThreadViewProps) => <div class="scroller" />

/**
 * Context of a thread.
 */
import type { ThreadViewProps } from './view.ts'

export const ContextView = (_: ThreadViewProps) => <div class="scroller" />

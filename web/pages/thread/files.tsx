/**
 * Files of a thread.
 */
import type { ThreadViewProps } from './view.ts'

export const FilesView = (_: ThreadViewProps) => <div class="scroller" />

/**
 * The agents whose sessions become threads.
 */
import { CLAUDE } from './claude.ts'
import { CURSOR } from './cursor.ts'
import type { SessionSource } from './source.ts'

/** Every agent that unroll knows, by name. */
export const SOURCES: Readonly<Record<'claude' | 'cursor', SessionSource>> = {
  claude: CLAUDE,
  cursor: CURSOR
}

/**
 * Threads of legacy lines in which turns are cut short, and what Codex 0.169 made of them.
 */
import { join } from 'node:path'
import type { Question } from './agreement.ts'
import { FIXTURES } from './fixture-home.ts'
import { threadIdOf, writeLegacy } from './mutated-threads.ts'

export const ABORTED = join(FIXTURES, 'aborted-turns', '0.169.0.json.br')

/** Lines behind the metadata of a thread, and the turns they make. */
export interface Aborted {
  readonly lines: ReadonlyArray<object>
  readonly turns: unknown
}

/** Writes a home with a thread for each list of lines. */
export const writeAborted = (home: string, threads: ReadonlyArray<ReadonlyArray<object>>): void => {
  for (const [at, lines] of threads.entries())
    writeLegacy(
      home,
      at,
      lines.map((line) => JSON.stringify(line).slice(1, -1))
    )
}

/** What is asked about a thread. */
export const aboutAborted = (at: number): Question => ({
  method: 'thread/turns/list',
  params: { threadId: threadIdOf(at), limit: 50, sortDirection: 'asc', itemsView: 'full' }
})

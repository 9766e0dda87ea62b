// Exports of threads inside of a test's process.
import { isLeft } from 'fp-ts/lib/Either.js'
import { openEngine } from '../../adapters/library.ts'
import {
  exportThread,
  type ExportOptions,
  type ExportSummary
} from '../../adapters/export/export.ts'
import type { Engine } from '../../replay/engine.ts'

/** An export as one text, and what was in it. */
export interface Exported {
  readonly text: string
  readonly summary: ExportSummary
}

export const exported = async (
  engine: Engine,
  threadId: string,
  options: ExportOptions
): Promise<Exported> => {
  const texts = exportThread(engine, threadId, options)
  let text = ''
  for (;;) {
    const next = await texts.next()
    if (next.done === true) return { text, summary: next.value }
    text += next.value
  }
}

/** Runs over an engine of a home with an index in memory. */
export const overHome = async <A>(
  home: string,
  use: (engine: Engine) => Promise<A>
): Promise<A> => {
  const opened = await openEngine({ home, index: 'memory' })
  if (isLeft(opened)) throw new Error(JSON.stringify(opened.left))
  try {
    return await use(opened.right)
  } finally {
    await opened.right.close()
  }
}

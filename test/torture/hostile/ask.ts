/**
 * Every kind of question about a thread and its home, bounded as clients bound them.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Engine } from '../../../adapters/library.ts'
import { START } from '../../../replay/ports.ts'
import { THREAD } from '../../support/rollouts.ts'

const MANY = { limit: 100, modelProviders: [] }
const BYTES = { limit: 20, maxBytes: 100_000 }

const counted = async (rows: AsyncIterable<unknown>): Promise<number> => {
  let count = 0
  for await (const row of rows) count += row === undefined ? 0 : 1
  return count
}

/** An answer of the engine. */
type Asked = (engine: Engine) => Promise<E.Either<{ readonly _tag: string }, unknown>>

/** Questions by name. */
export const QUESTIONS: Readonly<Record<string, Asked>> = {
  list: (engine) => engine.listThreads(MANY)(),
  recent: (engine) => engine.listThreads({ ...MANY, sortKey: 'last_event_at' })(),
  summaries: (engine) => engine.listTurns(THREAD, { limit: 20, sortDirection: 'asc' })(),
  full: (engine) => engine.listTurns(THREAD, { ...BYTES, itemsView: 'full' })(),
  items: (engine) => engine.listItems(THREAD, BYTES)(),
  timeline: (engine) => engine.listTimeline(THREAD, { limit: 20 })(),
  context: (engine) => engine.context(THREAD)(),
  search: (engine) => engine.searchThreads({ searchTerm: 'answer' })(),
  places: (engine) => engine.searchOccurrences(THREAD, { searchTerm: 'answer' })(),
  damage: (engine) => engine.damage(THREAD)(),
  usage: (engine) => engine.usage({ by: 'total' })(),
  tools: (engine) => engine.tools({ limit: 10 })(),
  audit: (engine) => engine.auditTrail({ limit: 10 })(),
  plugins: (engine) => engine.pluginUse()(),
  analytics: async (engine) => {
    const rows = await engine.analytics({ contract: '0.169' })()
    return E.isRight(rows) ? E.right(await counted(rows.right)) : rows
  },
  events: async (engine) => {
    const lines = await engine.events(THREAD, START)()
    return E.isRight(lines) ? E.right(await counted(lines.right)) : lines
  }
}

/** Asks everything; sentences about what was not answered. */
export const askEverything = async (
  engine: Engine,
  each: (question: string, ask: () => Promise<void>) => Promise<void> = (_, ask) => ask()
): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  for (const [question, ask] of Object.entries(QUESTIONS))
    await each(question, async () => {
      try {
        const answer = await ask(engine)
        if (E.isLeft(answer)) problems.push(`${question}: ${JSON.stringify(answer.left)}`)
      } catch (cause) {
        problems.push(`${question}: thrown ${String(cause)}`)
      }
    })
  return problems
}

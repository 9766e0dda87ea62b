/**
 * What an engine answers about a home, as plain data, for comparing two files that should answer alike.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { START } from '../../../replay/ports.ts'
import type { Engine, StoreError } from '../../../adapters/library.ts'
import type { DamagedLine, RecordedEvent } from '../../../domain/log/event.ts'
import { right } from '../../support/engines.ts'

/** Answers by question. */
export type Answers = Readonly<Record<string, unknown>>

const KINDS = ['cli', 'vscode', 'exec', 'appServer', 'subAgent', 'unknown'] as const
const EVERY = { limit: 100, modelProviders: [], sourceKinds: KINDS }

const answer = async <A>(task: TE.TaskEither<StoreError, A>): Promise<unknown> => {
  const given = await task()
  return E.isRight(given) ? given.right : given.left
}

/** Every line of a thread, those that are damage too. */
export const linesOfThread = async (
  engine: Engine,
  id: string
): Promise<ReadonlyArray<RecordedEvent | DamagedLine>> => {
  const lines: Array<RecordedEvent | DamagedLine> = []
  for await (const batch of await right(engine.events(id, START))) lines.push(...batch.lines)
  return lines
}

/** What is shown of a thread: nothing of it says where a line stands or why it was left out. */
export const shownOf = async (engine: Engine, id: string): Promise<Answers> => ({
  thread: await answer(engine.readThread(id, true)),
  head: await answer(engine.readThread(id, false)),
  summaries: await answer(engine.listTurns(id, { itemsView: 'summary', limit: 100 })),
  short: await answer(engine.listTurns(id, { itemsView: 'full', maxBytes: 2000 })),
  items: await answer(engine.listItems(id, { limit: 100 })),
  context: await answer(engine.context(id)),
  places: await answer(engine.searchOccurrences(id, { searchTerm: 'the' }))
})

/** What is shown of the home. */
export const shownOfHome = async (engine: Engine): Promise<Answers> => ({
  list: await answer(engine.listThreads(EVERY)),
  recent: await answer(engine.listThreads({ ...EVERY, sortKey: 'last_event_at' })),
  archived: await answer(engine.listThreads({ ...EVERY, archived: true })),
  found: await answer(engine.searchThreads({ searchTerm: 'the' }))
})

/** What the ledgers say. */
export const ledgersOf = async (engine: Engine): Promise<Answers> => ({
  usage: await answer(engine.usage({ by: 'turn' })),
  tools: await answer(engine.tools({ limit: 1000 })),
  plugins: await answer(engine.pluginUse())
})

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 160)

/** Where two values differ first; null where they do not. */
export const differenceOf = (a: unknown, b: unknown, path = ''): string | null => {
  if (JSON.stringify(a) === JSON.stringify(b)) return null
  const areObjects = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null
  if (!areObjects) return `${path}: ${shown(a)}, not ${shown(b)}`
  for (const member of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>]
    const inside = differenceOf(one[member], other[member], `${path}.${member}`)
    if (inside !== null) return inside
  }
  return `${path}: in another order`
}

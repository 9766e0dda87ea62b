/**
 * Everything an engine can be asked about a home, and what it answers: for comparing two engines.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import { START } from '../../replay/ports.ts'
import type { Engine } from '../../replay/engine.ts'
import type { ListRequest } from '../../replay/read/lists/list-filter.ts'

/** A question in words, and its answer, a failure among them. */
export type Answered = readonly [question: string, answer: unknown]

const collected = async (answer: unknown): Promise<unknown> => {
  const isRows = typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
  if (!isRows) return answer
  const all: Array<unknown> = []
  for await (const one of answer as AsyncIterable<unknown>) all.push(one)
  return all
}

interface Page {
  readonly nextCursor?: string | null
  readonly backwardsCursor?: string | null
}

/** Asks, and keeps what is answered. */
const asker = () => {
  const answers: Array<Answered> = []
  const ask = async <A>(question: string, task: TaskEither<StoreError, A>): Promise<A | null> => {
    const answer = await task()
    answers.push([question, E.isRight(answer) ? await collected(answer.right) : answer])
    return E.isRight(answer) ? answer.right : null
  }
  /** Follows `nextCursor` to the end, and the first page's cursor back. */
  const walk = async <A extends Page>(
    question: string,
    page: (cursor: string | null) => TaskEither<StoreError, A>
  ): Promise<void> => {
    const first = await ask(question, page(null))
    let cursor = first?.nextCursor ?? null
    for (let pages = 0; cursor !== null && pages < 40; pages++) {
      const next: A | null = await ask(`${question} ${cursor}`, page(cursor))
      cursor = next?.nextCursor ?? null
    }
    const back = first?.backwardsCursor ?? null
    if (back !== null) await ask(`${question} back ${back}`, page(back))
  }
  return { answers, ask, walk }
}

type Asker = ReturnType<typeof asker>

const LISTS: ReadonlyArray<ListRequest> = (
  ['created_at', 'updated_at', 'recency_at', 'last_event_at'] as const
).flatMap((sortKey) =>
  (['asc', 'desc'] as const).flatMap((sortDirection) =>
    [false, true].map((archived) => ({ sortKey, sortDirection, archived, limit: 2 }))
  )
)

const KINDS: ListRequest['sourceKinds'] = ['cli', 'vscode', 'exec', 'subAgent', 'unknown']

const FILTERS: ReadonlyArray<ListRequest> = [
  {},
  { modelProviders: [], sourceKinds: KINDS },
  { modelProviders: ['nobody'] },
  { cwd: '/workspace/demo', modelProviders: [] },
  { searchTerm: 'the', modelProviders: [] },
  { originators: ['nobody'], modelProviders: [] },
  { useStateDbOnly: true, modelProviders: [] }
]

const askLists = async ({ ask, walk }: Asker, engine: Engine): Promise<ReadonlyArray<string>> => {
  for (const request of LISTS) {
    const all = { ...request, modelProviders: [], sourceKinds: KINDS }
    await walk(`list ${JSON.stringify(request)}`, (cursor) =>
      engine.listThreads({ ...all, cursor })
    )
  }
  for (const filter of FILTERS)
    await ask(`list ${JSON.stringify(filter)}`, engine.listThreads(filter))
  const ids = new Set<string>()
  for (const archived of [false, true]) {
    const request = { archived, limit: 100, modelProviders: [], sourceKinds: KINDS }
    const page = await ask(`all ${archived}`, engine.listThreads(request))
    for (const { id } of page?.data ?? []) ids.add(id)
  }
  return [...ids].toSorted()
}

const askPages = async ({ ask, walk }: Asker, engine: Engine, id: string): Promise<void> => {
  for (const sortDirection of ['asc', 'desc'] as const) {
    for (const itemsView of ['notLoaded', 'summary', 'full'] as const)
      await walk(`turns ${id} ${sortDirection} ${itemsView}`, (cursor) =>
        engine.listTurns(id, { sortDirection, itemsView, cursor, limit: 2 })
      )
    await walk(`items ${id} ${sortDirection}`, (cursor) =>
      engine.listItems(id, { sortDirection, cursor, limit: 5 })
    )
  }
  await ask(`short turns ${id}`, engine.listTurns(id, { itemsView: 'full', maxBytes: 700 }))
  await ask(`short items ${id}`, engine.listItems(id, { maxBytes: 700 }))
  await walk(`timeline ${id}`, (cursor) => engine.listTimeline(id, { cursor, limit: 5 }))
}

const askThread = async (asking: Asker, engine: Engine, id: string): Promise<void> => {
  const { ask } = asking
  const thread = await ask(`read ${id}`, engine.readThread(id, true))
  await ask(`read ${id} without turns`, engine.readThread(id, false))
  await ask(`summarize ${id}`, engine.summarize(id))
  await ask(`resolve ${id.slice(0, 13)}`, engine.resolve(id.slice(0, 13)))
  if ((thread?.name ?? null) !== null)
    await ask(`resolve ${thread?.name}`, engine.resolve(thread?.name ?? ''))
  await askPages(asking, engine, id)
  await ask(`context ${id}`, engine.context(id))
  await ask(`session ${id}`, engine.session(id))
  for (const { id: turnId, items } of thread?.turns ?? []) {
    await ask(`context ${id} ${turnId}`, engine.context(id, { turnId }))
    const itemIds = items.map((item) => item.id)
    await ask(`items of ${turnId}`, engine.readItems(id, turnId, itemIds))
  }
  await ask(`lineage ${id}`, engine.lineage(id))
  await ask(`events ${id}`, engine.events(id, START))
  await ask(`damage ${id}`, engine.damage(id))
  await ask(`goal ${id}`, engine.goal(id))
  await ask(`agents ${id}`, engine.agents(id))
  await ask(`usage ${id}`, engine.usage({ by: 'turn', threadId: id }))
  await ask(`tools ${id}`, engine.tools({ threadId: id, limit: 1000 }))
  await ask(`audit ${id}`, engine.auditTrail({ threadId: id, limit: 1000 }))
  await ask(`places ${id}`, engine.searchOccurrences(id, { searchTerm: 'the' }))
}

const askLedgers = async ({ ask, walk }: Asker, engine: Engine): Promise<void> => {
  for (const by of ['total', 'day', 'thread', 'model'] as const)
    await ask(`usage by ${by}`, engine.usage({ by }))
  await walk('tools', (cursor) => engine.tools({ cursor, limit: 7 }))
  await ask('tools summary', engine.toolsSummary({}))
  await ask('blame', engine.blame({ path: '/workspace/demo/notes.txt' }))
  await ask('approvals', engine.approvals())
  await ask('reviews', engine.reviews())
  await ask('export', engine.auditExport())
  await ask('plugins', engine.plugins())
  await ask('plugin history', engine.pluginHistory())
  await ask('plugin use', engine.pluginUse())
  for (const contract of ['0.130', '0.142', '0.169'] as const)
    await ask(`analytics ${contract}`, engine.analytics({ contract }))
}

/** Asks an engine about some threads, all lists, and what was done. */
export const answersAbout = async (
  engine: Engine,
  ids: ReadonlyArray<string>
): Promise<ReadonlyArray<Answered>> => {
  const asking = asker()
  const { ask } = asking
  for (const id of ids) await askThread(asking, engine, id)
  for (const archived of [false, true])
    await ask(
      `all ${archived}`,
      engine.listThreads({
        archived,
        sortKey: 'last_event_at',
        modelProviders: [],
        sourceKinds: KINDS
      })
    )
  await ask('operations', engine.operations())
  await ask('audit', engine.auditTrail({ limit: 1000 }))
  await ask('usage', engine.usage({ by: 'thread' }))
  return asking.answers
}

/** Asks an engine everything about its threads and its ledgers. */
export const everyAnswer = async (engine: Engine): Promise<ReadonlyArray<Answered>> => {
  const asking = asker()
  const ids = await askLists(asking, engine)
  for (const id of ids) await askThread(asking, engine, id)
  await askThread(asking, engine, '01a1fcde-ffff-7fff-8fff-ffffffffffff')
  for (const searchTerm of ['the', 'Grüße', 'nobody says this'])
    await asking.walk(`search ${searchTerm}`, (cursor) =>
      engine.searchThreads({ searchTerm, cursor, limit: 2 })
    )
  await askLedgers(asking, engine)
  return asking.answers
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 200)

/** Where two values differ first; null where they do not. */
const difference = (a: unknown, b: unknown, path = ''): string | null => {
  if (JSON.stringify(a) === JSON.stringify(b)) return null
  const areObjects = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null
  if (!areObjects) return `${path}: ${shown(a)}, not ${shown(b)}`
  for (const member of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>]
    const inside = difference(one[member], other[member], `${path}.${member}`)
    if (inside !== null) return inside
  }
  return `${path}: in another order`
}

/** Every question that is answered in another way, with the first difference. */
export const differences = (
  expected: ReadonlyArray<Answered>,
  found: ReadonlyArray<Answered>
): ReadonlyArray<string> =>
  Array.from({ length: Math.max(expected.length, found.length) }, (_, i) => {
    const apart = difference(expected[i], found[i])
    return apart === null ? [] : [`${expected[i]?.[0] ?? 'nothing'}${apart}`]
  }).flat()

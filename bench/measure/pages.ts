/**
 * Pages and full reads of a home whose index is in place. Every class of threads and every other suite has servers
 * of its own; each is asked once for everything before anything counts.
 */
import {
  lapOf,
  roundsOf,
  threadOf,
  withServers,
  type Context,
  type Suite,
  type ThreadClass
} from './context.ts'
import { measure } from './rounds.ts'
import { addSample, emptyRow, median, type Row } from './rows.ts'
import { UNROLL } from './servers.ts'
import type { Ask, Session, Variant } from './session.ts'

const VIEWS = ['notLoaded', 'summary', 'full'] as const
const PAGE_TURNS = 20
const WALK_TURNS = 100 // no server gives more at once
const DEEP_TURNS_MIN = 200
const NEAR_TURNS = 50
/** So many limits in turn make one place so many pages. */
const LIMITS = 20

/** Asks everybody for everything once. A failure shows when it is measured. */
const warm = async (
  sessions: ReadonlyArray<Session>,
  asks: ReadonlyArray<(session: Session) => Ask | null>
): Promise<void> => {
  for (const session of sessions) {
    for (const ask of asks) {
      const { method, params } = ask(session) ?? {}
      if (method === undefined) continue
      await session.connection.call(method, params).catch(() => null)
    }
  }
}

/** thread/list: the first page, both orders, two sizes; and from what is derived alone, which looks at no file. */
export const lists: Suite = async (context) => {
  const variants = [25, 100].flatMap((limit) =>
    ['created_at', 'updated_at', 'useStateDbOnly'].map((by): Variant => {
      const order = by === 'useStateDbOnly' ? { useStateDbOnly: true } : { sortKey: by }
      const ask = (nth: number): Ask => ({
        method: 'thread/list',
        params: { limit: limit - (nth % LIMITS), ...order }
      })
      return {
        name: by === 'useStateDbOnly' ? `${limit}, ${by}` : `${limit} by ${by}`,
        ask: (_, nth) => ask(nth)
      }
    })
  )
  const effort = { rounds: 3 * context.runs, budgetMs: context.budgetMs }
  return withServers(context, 'any page, threads', async (sessions) => {
    await warm(
      sessions,
      variants.map(
        ({ ask }) =>
          ({ server }: Session) =>
            ask(server, 0)
      )
    )
    return measure('thread/list', sessions, variants, effort)
  })
}

const page = (threadId: string, itemsView: string, more: object = {}): Ask => ({
  method: 'thread/turns/list',
  params: { threadId, itemsView, limit: PAGE_TURNS, sortDirection: 'desc', ...more }
})

const perClass =
  (suite: (context: Context, threads: ThreadClass) => Promise<Row[]>): Suite =>
  async (context) => {
    const rows: Row[] = []
    for (const threads of context.classes) rows.push(...(await suite(context, threads)))
    return rows
  }

/** thread/turns/list: the first 20 turns from either end, in every view. */
export const turns = perClass((context, threads) =>
  withServers(context, `any page, turns, ${threads.name}`, async (sessions) => {
    const variants = VIEWS.flatMap((view) =>
      ['desc', 'asc'].map((sortDirection): Variant => ({
        name: `${threads.name}, ${view}, ${sortDirection}`,
        ask: (_, nth) =>
          page(threadOf(threads, nth).id, view, {
            sortDirection,
            limit: PAGE_TURNS + lapOf(threads, nth)
          })
      }))
    )
    await warm(
      sessions,
      threads.threads.map(
        ({ id }) =>
          () =>
            page(id, 'summary', { limit: 1 })
      )
    )
    const effort = { rounds: roundsOf(threads, context), budgetMs: context.budgetMs }
    return measure('turns page', sessions, variants, effort)
  })
)

const turnOf = (cursor: string): string | null => {
  try {
    return JSON.parse(cursor).turnId ?? null
  } catch {
    return null
  }
}

/** Cursors behind the given numbers of turns, newest first, found by paging through the thread. */
const walk = async (
  { connection }: Session,
  threadId: string,
  depths: ReadonlyArray<number>
): Promise<ReadonlyArray<string>> => {
  const found: string[] = []
  let cursor: string | null = null
  let passed = 0
  for (const depth of depths) {
    while (passed < depth) {
      const limit: number = Math.min(WALK_TURNS, depth - passed)
      const ask = page(threadId, 'notLoaded', { limit, cursor })
      const reply = await connection.call(ask.method, ask.params)
      const { data = [], nextCursor = null } = reply.error === null ? reply.result() : {}
      if (nextCursor === null) return found
      passed += data.length
      cursor = nextCursor
    }
    found.push(cursor as string)
  }
  return found
}

/**
 * The cursors of every server. A cursor that names a turn is the same for all; only a server whose own cursors do
 * not is walked through, because walking costs Codex seconds for every step where it reads the whole file.
 */
const cursorsOf = async (
  sessions: ReadonlyArray<Session>,
  threadId: string,
  depths: ReadonlyArray<number>
): Promise<ReadonlyMap<string, ReadonlyArray<string>>> => {
  const cursors = new Map<string, ReadonlyArray<string>>()
  let byTurn: ReadonlyArray<string> = []
  for (const session of sessions) {
    const own = session.server.name === UNROLL
    const [first = ''] = own ? [] : await walk(session, threadId, [1])
    const takes = !own && turnOf(first) !== null && turnOf(byTurn[0] ?? '') !== null
    const found = takes ? byTurn : await walk(session, threadId, depths)
    if (own) byTurn = found
    cursors.set(session.server.name, found)
  }
  return cursors
}

const depthsOf = (turnCount: number): ReadonlyArray<number> => [
  NEAR_TURNS,
  turnCount >> 1,
  turnCount - PAGE_TURNS
]

/** A page at the far end as a multiple of one near the newest turn, round by round. */
const depthCost = (name: string, rows: ReadonlyArray<Row>): Row => {
  const [near, , far] = rows
  const cost = emptyRow('deep page', name, 'times')
  for (const [server, values] of Object.entries(far?.samples ?? {})) {
    const base = median(near?.samples[server] ?? [])
    if (base !== null) for (const value of values) addSample(cost, server, value / base)
  }
  return cost
}

/** thread/turns/list far from the newest turn, in every view. */
export const deep = perClass(async (context, threads) => {
  const thread = threads.threads.at(-1)
  if (thread === undefined || thread.turns < DEEP_TURNS_MIN) return []
  const depths = depthsOf(thread.turns)
  return withServers(context, `any page, deep, ${threads.name}`, async (sessions) => {
    const cursors = await cursorsOf(sessions, thread.id, depths)
    const variantsOf = (view: string): ReadonlyArray<Variant> =>
      depths.map((depth, at) => ({
        name: `${threads.name}, ${view}, behind ${depth.toLocaleString('en')}`,
        ask: ({ name }, nth) => {
          const cursor = cursors.get(name)?.[at]
          const limit = PAGE_TURNS + (nth % LIMITS)
          return cursor === undefined ? null : page(thread.id, view, { cursor, limit })
        }
      }))
    const rows: Row[] = []
    const effort = { rounds: roundsOf(threads, context), budgetMs: context.budgetMs }
    for (const view of VIEWS) {
      const measured = await measure('deep page', sessions, variantsOf(view), effort)
      rows.push(...measured, depthCost(`${threads.name}, ${view}, last against near`, measured))
    }
    return rows
  })
})

/** thread/read with all turns. */
export const fullRead = perClass((context, threads) =>
  withServers(context, `full read, ${threads.name}`, async (sessions) => {
    const read = (nth: number): Ask => ({
      method: 'thread/read',
      params: { threadId: threadOf(threads, nth).id, includeTurns: true }
    })
    await warm(sessions, [() => read(-1 + threads.threads.length)])
    const variant: Variant = { name: threads.name, ask: (_, nth) => read(nth) }
    const effort = { rounds: roundsOf(threads, context), budgetMs: context.budgetMs }
    return measure('full read', sessions, [variant], effort)
  })
)

// Pages in a byte budget. Whatever the budget, their entries joined are those of the pages without one, once what was
// shortened is read whole; and no page takes more than its budget but for an entry that cannot be made smaller.
import { expect } from 'chai'
import fc from 'fast-check'
import type { ThreadItem, Turn } from '../../domain/protocol.ts'
import type { Engine } from '../../replay/engine.ts'
import type { ItemInTurn } from '../../replay/read/pages/item-page.ts'
import { right, turnsOf, walk, withEngine } from '../support/engines.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { agent, done, item, meta, numberedLines, start, user } from '../support/numbered.ts'
import { emptyHome, linesOf, metaLine, rolloutPath, THREAD } from '../support/rollouts.ts'
import { writeRollout } from '../support/rollouts.ts'

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** Texts with everything that takes more bytes in JSON than characters, up to far above most budgets. */
const someText = fc
  .tuple(
    fc.constantFrom('a', 'grüße ', '日本', '🎉', '"\\', '\n\t\u0001', '\u007f \u2028'),
    fc.nat(9)
  )
  .map(([text, doublings]) => text.repeat(2 ** doublings))

const legacyTurn = fc.tuple(someText, fc.array(someText, { maxLength: 4 }), fc.boolean())

const event = (payload: object): string =>
  JSON.stringify({ timestamp: '2026-05-01T10:00:00.000Z', type: 'event_msg', payload })

const legacyLines = fc
  .array(legacyTurn, { minLength: 1, maxLength: 6 })
  .map((turns) => [
    metaLine(THREAD),
    ...turns.flatMap(([said, answers, thinks], i) => [
      event({ type: 'task_started', turn_id: `t${i}`, started_at: 5 }),
      event({ type: 'user_message', message: said, images: [said] }),
      ...(thinks ? [event({ type: 'agent_reasoning', text: `${said}.` })] : []),
      ...answers.map((message) => event({ type: 'agent_message', message })),
      event({ type: 'task_complete', turn_id: `t${i}`, completed_at: 6, duration_ms: 7 })
    ])
  ])

const paginatedLines = fc.array(legacyTurn, { minLength: 1, maxLength: 6 }).map((turns) =>
  numberedLines([
    meta(THREAD),
    ...turns.flatMap(([said, outputs, isOpen], i) => [
      start(`t${i}`),
      user(`t${i}`, 'u', said),
      ...outputs.map((output, at) =>
        item(`t${i}`, {
          ...{ type: 'CommandExecution', id: `c${at}`, command: ['cat', output], cwd: 'file:///w' },
          ...{ parsed_cmd: [{ type: 'unknown', cmd: output }], source: 'agent' },
          ...{ status: 'completed', aggregated_output: output, exit_code: 0 }
        })
      ),
      agent(`t${i}`, 'x'),
      ...(isOpen ? [] : [done(`t${i}`)])
    ])
  ])
)

const lines = fc.oneof(legacyLines, paginatedLines)
const budgets = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(1, 100, 20_000, 1e9))
const RUNS = { numRuns: 40 }

const withThread = async <A>(
  all: ReadonlyArray<string>,
  use: (engine: Engine) => Promise<A>
): Promise<A> => {
  const home = emptyHome()
  writeRollout(rolloutPath(home, THREAD), linesOf(all))
  try {
    return await withEngine({ home, profile: '0.169' }, use)
  } finally {
    removeFolder(home)
  }
}

const readWhole = async (
  engine: Engine,
  turnId: string,
  { id }: ThreadItem
): Promise<ThreadItem> => {
  const [read] = await right(engine.readItems(THREAD, turnId, [id]))
  if (read === undefined) throw new Error(`${turnId} has no ${id}`)
  return read.item
}

const mended = async (engine: Engine, { turnId, item: shown }: ItemInTurn): Promise<ItemInTurn> => {
  if (shown.truncated === undefined) return { turnId, item: shown }
  const whole = await readWhole(engine, turnId, shown)
  expect(bytesOf(whole)).to.equal(shown.truncated.bytes)
  return { turnId, item: whole }
}

describe('pages of items in a byte budget', () => {
  it('hold every item once, and each that is shortened can be read whole', () =>
    fc.assert(
      fc.asyncProperty(lines, budgets, fc.boolean(), fc.boolean(), (all, maxBytes, desc, one) =>
        withThread(all, async (engine) => {
          const turnId = one ? 't0' : null
          const request = { turnId, sortDirection: desc ? 'desc' : 'asc', limit: 7 } as const
          const whole = await walk((cursor) => engine.listItems(THREAD, { ...request, cursor }))
          const paged = await walk((cursor) =>
            engine.listItems(THREAD, { ...request, cursor, maxBytes })
          )
          const all2 = []
          for (const entry of paged) all2.push(await mended(engine, entry))
          expect(all2).to.deep.equal(whole)
        })
      ),
      RUNS
    ))

  it('take no more than the budget, but for one item of names and numbers', () =>
    fc.assert(
      fc.asyncProperty(lines, budgets, (all, maxBytes) =>
        withThread(all, async (engine) => {
          let cursor: string | null = null
          do {
            const page: Awaited<ReturnType<typeof next>> = await next(engine, cursor, maxBytes)
            const bytes = page.data.reduce((sum, entry) => sum + bytesOf(entry), 0)
            if (page.data.length > 1 || maxBytes > 1000) expect(bytes).to.be.at.most(maxBytes)
            cursor = page.nextCursor
          } while (cursor !== null)
        })
      ),
      RUNS
    ))

  const next = (engine: Engine, cursor: string | null, maxBytes: number) =>
    right(engine.listItems(THREAD, { cursor, maxBytes }))
})

describe('pages of turns in a byte budget', () => {
  const check = async (engine: Engine, shown: Turn, whole: Turn): Promise<void> => {
    if (shown.truncated === undefined) return void expect(shown).to.deep.equal(whole)
    const { items, truncated, ...rest } = shown
    const { items: all, ...facts } = whole
    expect(rest).to.deep.equal(facts)
    expect(truncated).to.deep.equal({ bytes: bytesOf(whole), items: all.length })
    for (const [i, one] of items.entries()) {
      const { item: read } = await mended(engine, { turnId: shown.id, item: one })
      expect(read).to.deep.equal(all[i])
    }
  }

  for (const itemsView of ['notLoaded', 'summary', 'full'] as const)
    it(`hold every turn once, whole or saying what it is whole, in the view ${itemsView}`, () =>
      fc.assert(
        fc.asyncProperty(lines, budgets, fc.boolean(), (all, maxBytes, desc) =>
          withThread(all, async (engine) => {
            const request = { itemsView, sortDirection: desc ? 'desc' : 'asc', limit: 4 } as const
            const whole = await walk((cursor) => engine.listTurns(THREAD, { ...request, cursor }))
            let at = 0
            let cursor: string | null = null
            do {
              const page: Awaited<ReturnType<typeof next>> = await next(engine, {
                ...{ ...request, cursor, maxBytes }
              })
              const bytes = page.data.reduce((sum, turn) => sum + bytesOf(turn), 0)
              if (page.data.length > 1 || maxBytes > 1500) expect(bytes).to.be.at.most(maxBytes)
              for (const turn of page.data) {
                const expected = whole[at++]
                if (expected === undefined) throw new Error('one turn too many')
                await check(engine, turn, expected)
              }
              cursor = page.nextCursor
            } while (cursor !== null)
            expect(at).to.equal(whole.length)
          })
        ),
        RUNS
      ))

  const next = (engine: Engine, request: Parameters<Engine['listTurns']>[1]) =>
    right(engine.listTurns(THREAD, request))

  it('lead back over the same turns by the backwards cursor', () =>
    withThread(fc.sample(paginatedLines, { numRuns: 1, seed: 5 })[0] ?? [], async (engine) => {
      const all = await turnsOf(engine, THREAD)
      const first = await next(engine, { maxBytes: 1, sortDirection: 'asc' })
      const second = await next(engine, {
        ...{ maxBytes: 1, sortDirection: 'asc', cursor: first.nextCursor }
      })
      const back = await next(engine, {
        ...{ sortDirection: 'desc', cursor: second.backwardsCursor, itemsView: 'full' }
      })
      expect(back.data).to.deep.equal(all.slice(0, 2).reverse())
    }))
})

describe('a timeline in a byte budget', () => {
  it('holds every entry once', () =>
    fc.assert(
      fc.asyncProperty(paginatedLines, budgets, (all, maxBytes) =>
        withThread(all, async (engine) => {
          const entries = async (request: object) => {
            const found: Array<unknown> = []
            let cursor: string | null = null
            do {
              const page: Awaited<ReturnType<typeof next>> = await next(engine, {
                ...{ ...request, cursor }
              })
              for (const entry of [...page.data].reverse()) {
                if (entry.type !== 'item') found.push(entry)
                else found.push({ ...entry, ...(await mended(engine, entry)) })
              }
              cursor = page.nextCursor
            } while (cursor !== null)
            return found
          }
          expect(await entries({ maxBytes })).to.deep.equal(await entries({}))
        })
      ),
      RUNS
    ))

  const next = (engine: Engine, request: Parameters<Engine['listTimeline']>[1]) =>
    right(engine.listTimeline(THREAD, request))
})

// Walking by cursor: every turn, item and thread once, in both directions, whatever ids repeat.
import { expect } from 'chai'
import fc from 'fast-check'
import { utimesSync } from 'node:fs'
import type { ItemsView, SortDirection, Turn } from '../../domain/protocol.ts'
import type { SortKey } from '../../replay/read/lists/list-filter.ts'
import { removeFolder } from '../support/fixture-home.ts'
import { right, turnsOf, walk, withEngine } from '../support/engines.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rollout,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../support/rollouts.ts'

const VIEWS: ReadonlyArray<ItemsView> = ['notLoaded', 'summary', 'full']
const DIRECTIONS: ReadonlyArray<SortDirection> = ['asc', 'desc']

// A second, plainer statement of what each view shows.
const inView = (turn: Turn, itemsView: ItemsView): Turn => {
  if (itemsView === 'full') return turn
  if (itemsView === 'notLoaded') return { ...turn, itemsView, items: [] }
  const user = turn.items.filter((item) => item.type === 'userMessage').slice(0, 1)
  const agent = turn.items.filter((item) => item.type === 'agentMessage').slice(-1)
  return { ...turn, itemsView, items: [...user, ...agent] }
}

const oriented = <A>(all: ReadonlyArray<A>, direction: SortDirection): ReadonlyArray<A> =>
  direction === 'asc' ? all : [...all].reverse()

describe('walking by cursor', () => {
  it('visits every turn once, in both directions and all three views', () =>
    fc.assert(
      fc.asyncProperty(rollout, fc.integer({ min: 1, max: 5 }), async (lines, limit) => {
        const home = emptyHome()
        writeRollout(rolloutPath(home, THREAD), linesOf(lines))
        await withEngine({ home }, async (engine) => {
          const turns = await turnsOf(engine, THREAD)
          for (const itemsView of VIEWS) {
            for (const sortDirection of DIRECTIONS) {
              const walked = await walk((cursor) =>
                engine.listTurns(THREAD, { cursor, limit, sortDirection, itemsView })
              )
              expect(walked).to.deep.equal(
                oriented(
                  turns.map((turn) => inView(turn, itemsView)),
                  sortDirection
                )
              )
            }
          }
        })
        removeFolder(home)
      }),
      { numRuns: 60 }
    ))

  it('visits every item once, of a thread and of a turn, in both directions', () =>
    fc.assert(
      fc.asyncProperty(rollout, fc.integer({ min: 1, max: 4 }), async (lines, limit) => {
        const home = emptyHome()
        writeRollout(rolloutPath(home, THREAD), linesOf(lines))
        await withEngine({ home }, async (engine) => {
          const turns = await turnsOf(engine, THREAD)
          const items = turns.flatMap((turn) =>
            turn.items.map((item) => ({ turnId: turn.id, item }))
          )
          for (const sortDirection of DIRECTIONS) {
            const walked = await walk((cursor) =>
              engine.listItems(THREAD, { cursor, limit, sortDirection })
            )
            expect(walked).to.deep.equal(oriented(items, sortDirection))
          }
          const first = turns[0]
          if (first === undefined) return
          const own = await walk((cursor) =>
            engine.listItems(THREAD, { turnId: first.id, cursor, limit })
          )
          expect(own.map(({ item }) => item)).to.deep.equal(first.items)
        })
        removeFolder(home)
      }),
      { numRuns: 40 }
    ))

  it('comes back over the same turns with the backwards cursor', async () => {
    const home = emptyHome()
    const started = (id: string) =>
      JSON.stringify({
        timestamp: 'x',
        type: 'event_msg',
        payload: { type: 'task_started', turn_id: id }
      })
    writeRollout(
      rolloutPath(home, THREAD),
      linesOf([metaLine(THREAD), ...['a', 'b', 'c', 'd'].map(started)])
    )
    await withEngine({ home }, async (engine) => {
      const newest = await right(engine.listTurns(THREAD, { limit: 2 }))
      const older = await right(engine.listTurns(THREAD, { limit: 2, cursor: newest.nextCursor }))
      const back = await right(
        engine.listTurns(THREAD, { limit: 4, cursor: older.backwardsCursor, sortDirection: 'asc' })
      )
      expect([newest, older, back].map((page) => page.data.map((turn) => turn.id))).to.deep.equal([
        ['d', 'c'],
        ['b', 'a'],
        ['b', 'c', 'd']
      ])
    })
    removeFolder(home)
  })
})

const SORT_KEYS: ReadonlyArray<SortKey> = [
  'created_at',
  'updated_at',
  'recency_at',
  'last_event_at'
]

describe('walking a list of threads', () => {
  it('neither skips nor repeats threads of the same instant, in any order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (threads, limit) => {
          const home = emptyHome()
          threads.forEach(([created, updated], n) => {
            const path = rolloutPath(home, idOf(n), created)
            writeRollout(path, linesOf([metaLine(idOf(n)), userLine('hello')]))
            utimesSync(path, 1_700_000_000 + updated, 1_700_000_000 + updated)
          })
          await withEngine({ home }, async (engine) => {
            for (const sortKey of SORT_KEYS) {
              const walks: Array<ReadonlyArray<string>> = []
              for (const sortDirection of DIRECTIONS) {
                const walked = await walk((cursor) =>
                  engine.listThreads({ cursor, limit, sortKey, sortDirection })
                )
                walks.push(walked.map((thread) => thread.id))
              }
              const [up = [], down = []] = walks
              expect(down).to.deep.equal([...up].reverse())
              expect([...up].sort()).to.deep.equal(threads.map((_, n) => idOf(n)).sort())
            }
          })
          removeFolder(home)
        }
      ),
      { numRuns: 30 }
    ))

  it('finds newer threads from a backwards cursor', async () => {
    const home = emptyHome()
    for (const n of [1, 2, 3])
      writeRollout(rolloutPath(home, idOf(n), n), linesOf([metaLine(idOf(n)), userLine('hello')]))
    await withEngine({ home }, async (engine) => {
      const page = await right(engine.listThreads({ limit: 2 }))
      writeRollout(rolloutPath(home, idOf(4), 4), linesOf([metaLine(idOf(4)), userLine('hello')]))
      const newer = await right(
        engine.listThreads({ cursor: page.backwardsCursor, sortDirection: 'asc' })
      )
      expect(newer.data.map((thread) => thread.id)).to.deep.equal([idOf(3), idOf(4)])
    })
    removeFolder(home)
  })
})

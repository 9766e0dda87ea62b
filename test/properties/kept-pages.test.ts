// Pages kept in memory equal pages made anew, whatever happened to the files in between; and they are made anew only when
// something happened, or when there is no room for them.
import { expect } from 'chai'
import fc from 'fast-check'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import type { ItemsView, SortDirection } from '../../domain/protocol.ts'
import { eraOf } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { engineOver } from '../support/engine-over.ts'
import { right } from '../support/engines.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  appendRollout,
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rollout,
  rolloutLine,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../support/rollouts.ts'

const VIEWS: ReadonlyArray<ItemsView> = ['notLoaded', 'summary', 'full']
const DIRECTIONS: ReadonlyArray<SortDirection> = ['asc', 'desc']

/** Pages of every view, and a read of everything. */
const shown = async (engine: Engine): Promise<ReadonlyArray<unknown>> => {
  const all: Array<unknown> = []
  for (const itemsView of VIEWS)
    for (const sortDirection of DIRECTIONS)
      for (const limit of [2, 20]) {
        const request = { itemsView, sortDirection, limit }
        const first = await engine.listTurns(THREAD, request)()
        const cursor = '_tag' in first && first._tag === 'Right' ? first.right.nextCursor : null
        all.push(first, await engine.listTurns(THREAD, { ...request, cursor })())
      }
  all.push(await engine.readThread(THREAD, true)())
  return all
}

const withHome = async (use: (home: string) => Promise<void>): Promise<void> => {
  const home = emptyHome()
  try {
    await use(home)
  } finally {
    removeFolder(home)
  }
}

describe('kept pages', () => {
  it('are what an engine that keeps none shows after appends and replaced files', async () => {
    const step = fc.oneof(
      fc.array(rolloutLine, { maxLength: 6 }).map((lines) => ({ lines, isNew: false })),
      rollout.map((lines) => ({ lines, isNew: true }))
    )
    const steps = fc.array(step, { minLength: 1, maxLength: 4 })
    const room = fc.constantFrom(2_000, 40_000, 16_000_000)
    await fc.assert(
      fc.asyncProperty(rollout, steps, room, (first, changes, keptBytesMax) =>
        withHome(async (home) => {
          const path = rolloutPath(home, THREAD)
          writeRollout(path, linesOf(first))
          const keeping = engineOver(home, { keptBytesMax })
          for (const { lines, isNew } of [{ lines: [], isNew: false }, ...changes]) {
            if (isNew) writeRollout(path, linesOf(lines))
            else appendRollout(path, linesOf(lines))
            const plain = engineOver(home)
            const expected = await shown(plain)
            for (let times = 0; times < 3; times++)
              expect(await shown(keeping)).to.deep.equal(expected)
            await plain.close()
          }
          await keeping.close()
        })
      ),
      { numRuns: 15 }
    )
  })

  /** Nine threads, and how often lines were read for pages of turns. */
  const counted = (home: string, keptBytesMax: number) => {
    for (let n = 1; n <= 9; n++)
      writeRollout(
        rolloutPath(home, idOf(n)),
        linesOf([metaLine(idOf(n)), userLine('x'.repeat(1000))])
      )
    const store = jsonlStore({ home, profile: eraOf('0.142', false), strict: false })
    let reads = 0
    const readRanges: typeof store.readRanges = (...given) => {
      reads += 1
      return store.readRanges(...given)
    }
    const engine = engineOver(home, { store: { ...store, readRanges }, keptBytesMax })
    /** Reads that a page of the n-th thread needs. */
    const page = async (n: number): Promise<number> => {
      const before = reads
      await right(engine.listTurns(idOf(n), { itemsView: 'full' }))
      return reads - before
    }
    return { engine, page }
  }

  const readsOf = async (
    page: (n: number) => Promise<number>,
    threads: ReadonlyArray<number>
  ): Promise<ReadonlyArray<number>> => {
    const reads: Array<number> = []
    for (const n of threads) reads.push(await page(n))
    return reads
  }

  it('are read twice, and again when the thread has grown', () =>
    withHome(async (home) => {
      const { engine, page } = counted(home, 1_000_000)
      expect(await readsOf(page, [1, 1, 1, 1])).to.deep.equal([1, 1, 0, 0])
      appendRollout(rolloutPath(home, idOf(1)), linesOf([userLine('more')]))
      expect(await readsOf(page, [1, 1, 1])).to.deep.equal([1, 1, 0])
      await engine.close()
    }))

  it('make room for newer ones, the one not asked for the longest first', () =>
    withHome(async (home) => {
      // Each takes nearly an eighth of the room, so there is room for eight.
      const { engine, page } = counted(home, 32_000)
      const eight = [1, 2, 3, 4, 5, 6, 7, 8]
      await readsOf(page, [...eight, ...eight])
      expect(await readsOf(page, eight)).to.deep.equal(eight.map(() => 0))
      expect(await readsOf(page, [1, 9, 9, 9])).to.deep.equal([0, 1, 1, 0])
      expect(await readsOf(page, [1, 3, 2])).to.deep.equal([0, 0, 1])
      await engine.close()
    }))

  it('are not kept when they would take more than an eighth of the room', () =>
    withHome(async (home) => {
      const { engine, page } = counted(home, 16_000)
      expect(await readsOf(page, [1, 1, 1, 1])).to.deep.equal([1, 1, 1, 1])
      await engine.close()
    }))
})

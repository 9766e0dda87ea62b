// Walks over threads that continue each other and have reviews: in both directions and with every limit they give each
// turn and each item once, in the order Codex has them. That order is computed from the lines as they were made
// (test/support/lineage-mutations.ts): a turn stands where it was made, one that a fork cut short where the fork says so.
import { expect } from 'chai'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import { right, walk, withEngine } from '../support/engines.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  clearHome,
  historyOf,
  madeFiles,
  turnsIn,
  untouched,
  writeHome,
  type File
} from '../support/lineage-mutations.ts'
import { random } from '../support/random.ts'
import { emptyHome } from '../support/rollouts.ts'

const SEEDS = Number(process.env['UNROLL_WALKS'] ?? 16)
const DIRECTIONS = ['asc', 'desc'] as const

/** Turns that have items and nothing else: not shown by Codex, and here behind all others. */
const neverMade = (head: File, made: ReadonlySet<string>): ReadonlyArray<string> => {
  const facts = historyOf(head).map(({ file, at }) => file.lines[at]?.fact)
  return [...new Set(facts.flatMap((fact) => fact?.turn ?? []))].filter((id) => !made.has(id))
}

/** Every item of a history once, where it came first. */
const itemsIn = (head: File): ReadonlyArray<string> => {
  const facts = historyOf(head).map(({ file, at }) => file.lines[at]?.fact)
  return [...new Set(facts.flatMap((fact) => (fact?.op === 'item' ? [fact.item] : [])))]
}

const checkWalks = async (engine: Engine, head: File, strict: boolean): Promise<number> => {
  const id = head.thread
  const made = turnsIn(head).map((turn) => turn.id)
  const turns = strict ? made : [...made, ...neverMade(head, new Set(made))]
  const items = itemsIn(head)
  for (const sortDirection of DIRECTIONS) {
    const inOrder = <A>(all: ReadonlyArray<A>) =>
      sortDirection === 'asc' ? all : [...all].reverse()
    for (let limit = 1; limit <= turns.length + 1; limit++) {
      const page = { limit, sortDirection, itemsView: 'notLoaded' } as const
      const found = await walk((cursor) => engine.listTurns(id, { ...page, cursor }))
      const told = `turns of ${id} by ${String(limit)}, ${sortDirection}`
      expect(inOrder(found.map((turn) => turn.id)), told).to.deep.equal(turns)
    }
    for (const limit of [1, 2, 5]) {
      const found = await walk((cursor) => engine.listItems(id, { limit, cursor, sortDirection }))
      const told = `items of ${id} by ${String(limit)}, ${sortDirection}`
      expect(inOrder(found.map(({ item }) => item.id)), told).to.deep.equal(items)
    }
  }
  const whole = await right(engine.listTimeline(id, { limit: 100 }))
  for (const limit of whole.nextCursor === null ? [1, 3] : []) {
    const pages: Array<(typeof whole)['data']> = []
    for (let cursor: string | null = null; ;) {
      const page: typeof whole = await right(engine.listTimeline(id, { limit, cursor }))
      pages.unshift(page.data)
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    expect(pages.flat(), `timeline of ${id} by ${String(limit)}`).to.deep.equal(whole.data)
  }
  return turns.length
}

const run = async (seed: number, folder: string): Promise<number> => {
  const files = madeFiles(random(seed), true)
  const strict = seed % 2 === 0
  const heads = new Map(files.map((file) => [file.thread, file]))
  writeHome(folder, untouched(files))
  try {
    return await withEngine({ home: folder, profile: '0.169', strict }, async (engine) => {
      let turns = 0
      for (const head of heads.values()) turns += await checkWalks(engine, head, strict)
      return turns
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause : new Error(String(cause))
    reason.message = `seed ${String(seed)}: ${reason.message}`
    throw reason
  } finally {
    clearHome(folder, untouched(files))
  }
}

describe('walks over lineages with reviews', () => {
  it('give each turn and each item once, in both directions and with every limit', async () => {
    const folder = emptyHome()
    mkdirSync(join(folder, 'sessions'))
    let turns = 0
    try {
      for (let seed = 0; seed < SEEDS; seed++) turns += await run(seed, folder)
    } finally {
      removeFolder(folder)
    }
    expect(turns).to.be.greaterThan(SEEDS * 5)
  }).timeout(600_000)
})

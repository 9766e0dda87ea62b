// Turns that were taken back, among the others. What is expected is a list that the test keeps by itself: a turn is added at its end,
// a rollback marks the last ones that are not marked, and taking it back removes those marks.
import { expect } from 'chai'
import type { Turn } from '../../../domain/protocol.ts'
import type { Engine } from '../../../replay/engine.ts'
import { right, withEngine } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'

const random = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
  return seed / 4_294_967_296
}

interface Kept {
  readonly id: string
  taken: boolean
}

const threadIds = async (engine: Engine): Promise<ReadonlyArray<string>> => {
  const { data } = await right(engine.listThreads({ limit: 100, modelProviders: [] }))
  return data.map(({ id }) => id)
}

const range = (engine: Engine, id: string, from: number, count: number, view: Turn['itemsView']) =>
  right(engine.turnRange(id, { from, count, itemsView: view, rolledBack: true }))

/** All pages of this size, as the list has them. */
const listed = async (engine: Engine, id: string, count: number): Promise<ReadonlyArray<Kept>> => {
  const all: Array<Kept> = []
  for (let from = 0, total = 1; from < total; from += count) {
    const page = await range(engine, id, from, count, 'notLoaded')
    total = page.total
    expect(page.from).to.equal(from)
    page.turns.forEach((turn, at) => all.push({ id: turn.id, taken: page.taken?.[at] === true }))
  }
  return all
}

/** The thread with the most turns. */
const longest = async (engine: Engine): Promise<readonly [string, Array<Kept>]> => {
  let found: readonly [string, Array<Kept>] = ['', []]
  for (const id of await threadIds(engine)) {
    const all = [...(await listed(engine, id, 100))]
    if (all.length > found[1].length) found = [id, all]
  }
  return found
}

const saying = async (engine: Engine, id: string, text: string): Promise<string> => {
  const { turnId } = await right(engine.beginTurn(id, { text }))
  await right(engine.interrupt(id))
  return turnId
}

const MOVES = 24

const walk = async (
  engine: Engine,
  seed: number
): Promise<readonly [string, ReadonlyArray<Kept>]> => {
  const draw = random(seed)
  const [id, kept] = await longest(engine)
  let hidden: Array<ReadonlyArray<Kept>> = []
  for (let move = 0; move < MOVES; move++) {
    const live = kept.filter(({ taken }) => !taken)
    const what = draw()
    if (what < 0.4 || live.length < 2) {
      kept.push({ id: await saying(engine, id, `move ${move} of ${seed}`), taken: false })
      hidden = []
    } else if (what < 0.8) {
      const count = 1 + Math.floor(draw() * Math.min(4, live.length - 1))
      const gone = live.slice(-count)
      await right(engine.rollback(id, count, { force: true }))
      for (const turn of gone) turn.taken = true
      hidden.push(gone)
    } else {
      const back = hidden.pop()
      if (back === undefined) continue
      await right(engine.unrollback(id, { force: true }))
      for (const turn of back) turn.taken = false
    }
    expect(
      await listed(engine, id, 1 + Math.floor(draw() * 7)),
      `${seed}, move ${move}`
    ).to.deep.equal(kept)
  }
  for (const [n, turn] of kept.entries()) {
    const found = await right(
      engine.turnRange(id, { turnId: turn.id, count: 1, itemsView: 'notLoaded', rolledBack: true })
    )
    expect([found.from, found.turns[0]?.id]).to.deep.equal([n, turn.id])
  }
  return [id, kept]
}

describe('turns that were taken back', () => {
  for (const [home, profile] of [
    ['basic-142', '0.142'],
    ['fork-rollback-142', '0.142'],
    ['basic-130', '0.130'],
    ['basic-169', '0.169']
  ] as const)
    it(`stand where they stood, whatever is taken back and brought back in ${home}`, async () => {
      for (const seed of [1, 2, 3]) {
        const folder = copyHome(home)
        const [id, kept] = await withEngine({ home: folder, profile }, (engine) =>
          walk(engine, seed)
        )
        // The same of an index that is made at once.
        await withEngine({ home: folder, profile }, async (engine) =>
          expect(await listed(engine, id, 5)).to.deep.equal(kept)
        )
        removeFolder(folder)
      }
    }).timeout(120_000)

  for (const [home, profile] of [
    ['basic-142', '0.142'],
    ['basic-169', '0.169']
  ] as const)
    it(`have the items they had, and a line of an outline, in ${home}`, async () => {
      const folder = copyHome(home)
      await withEngine({ home: folder, profile }, async (engine) => {
        const [id, kept] = await longest(engine)
        const [first, ...rest] = kept
        const before = await range(engine, id, 0, 100, 'full')
        const said = await right(engine.outline(id, { from: 0 }))
        await right(engine.rollback(id, rest.length, { force: true }))
        const last = await saying(engine, id, 'something else')
        for (const maxBytes of [undefined, 1024 * 1024]) {
          const asked = {
            from: 0,
            count: 100,
            itemsView: 'full',
            rolledBack: true,
            maxBytes
          } as const
          const { turns, taken, total } = await right(engine.turnRange(id, asked))
          expect(turns.slice(0, -1)).to.deep.equal(before.turns)
          expect(turns.at(-1)?.id).to.equal(last)
          expect([total, taken]).to.deep.equal([
            kept.length + 1,
            [first, ...rest, null].map((turn) => turn !== null && turn !== first)
          ])
        }
        const outline = await right(engine.outline(id, { from: 0, rolledBack: true }))
        const lineOf = ({ n, id: turn, asked, answered, status }: (typeof said.turns)[number]) => [
          ...[n, turn, asked, answered, status]
        ]
        expect(outline.turns.slice(0, -1).map(lineOf)).to.deep.equal(said.turns.map(lineOf))
        expect(outline.turns.map(({ flags }) => flags.includes('rolledBack'))).to.deep.equal([
          false,
          ...rest.map(() => true),
          false
        ])
        const alone = await right(engine.outline(id, { from: 0 }))
        expect(alone.turns.map((turn) => turn.id)).to.deep.equal([first?.id, last])
      })
      removeFolder(folder)
    })
})

// Rollback and unrollback: what is hidden comes back as it was, on the homes real binaries wrote and on random rollouts.
import { expect } from 'chai'
import fc from 'fast-check'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../adapters/library.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Turn } from '../../domain/protocol.ts'
import { right, turnsOf, withEngine } from '../support/engines.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import {
  emptyHome,
  linesOf,
  rollout,
  rolloutPath,
  THREAD,
  writeRollout
} from '../support/rollouts.ts'

const HOMES = [
  'fork-rollback-130',
  'fork-rollback-142',
  'compaction-142',
  'review-142',
  'tools-142',
  'walk-2-142',
  'walk-3-130',
  'damaged-142',
  'fork-rollback-169',
  'compaction-169'
]

const threadIds = async (engine: Engine): Promise<ReadonlyArray<string>> => {
  const { data } = await right(engine.listThreads({ limit: 100, modelProviders: [] }))
  return data.map(({ id }) => id)
}

/** Everything a client can see of a thread's turns. */
const views = async (engine: Engine, id: string) => ({
  full: await turnsOf(engine, id),
  summary: (await right(engine.listTurns(id, { limit: 100, itemsView: 'summary' }))).data,
  items: (await right(engine.listItems(id, { limit: 100 }))).data
})

const itemsOf = async (engine: Engine, id: string): Promise<ReadonlyArray<JsonObject>> =>
  (await right(engine.context(id))).items

const force = { force: true }

/** Threads whose model counts turns so differently that a compaction in between leaves it with another context. */
const OTHER_CONTEXT: ReadonlySet<string> = new Set([
  '01a1fcdd-17c7-7521-bf1d-530a2a376921',
  '01a1fcef-da08-7341-8632-42818dada6f2'
])

/** A hook prompt without an id is named after its place, where Codex gives it another id at every read. */
const placeless = (turns: ReadonlyArray<Turn>): unknown =>
  JSON.parse(JSON.stringify(turns).replace(/"hook-prompt-\d+-\d+"/g, '"hook-prompt"'))

describe('an unrollback', () => {
  for (const name of HOMES) {
    it(`shows every turn and item of ${name} as before the rollback`, async () => {
      const home = copyHome(name)
      await withEngine({ home }, async (engine) => {
        for (const id of await threadIds(engine)) {
          const before = await views(engine, id)
          const items = await itemsOf(engine, id)
          for (const turns of [1, 2, 1000]) {
            if (before.full.length === 0 && name.endsWith('169')) continue
            await right(engine.rollback(id, turns, force))
            const left = before.full.length - Math.min(turns, before.full.length)
            expect(await turnsOf(engine, id), id).to.deep.equal(before.full.slice(0, left))
            await right(engine.unrollback(id, force))
            expect(await views(engine, id), `${id}, ${turns}`).to.deep.equal(before)
            if (!OTHER_CONTEXT.has(id)) expect(await itemsOf(engine, id), id).to.deep.equal(items)
          }
        }
      })
      removeFolder(home)
    })
  }

  it('brings back what a random rollout showed, however odd its lines are', async () => {
    await fc.assert(
      fc.asyncProperty(rollout, fc.integer({ min: 1, max: 6 }), async (lines, turns) => {
        const home = emptyHome()
        writeRollout(rolloutPath(home, THREAD), linesOf(lines))
        await withEngine({ home }, async (engine) => {
          const before = await turnsOf(engine, THREAD)
          await right(engine.rollback(THREAD, turns))
          await right(engine.unrollback(THREAD))
          expect(placeless(await turnsOf(engine, THREAD))).to.deep.equal(placeless(before))
        })
        removeFolder(home)
      }),
      { numRuns: 100 }
    )
  })

  it('takes several rollbacks back one by one, and refuses when there is none left', async () => {
    const home = copyHome('basic-142')
    await withEngine({ home }, async (engine) => {
      const id = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
      const before = await turnsOf(engine, id)
      for (let times = 0; times < 3; times++) await right(engine.rollback(id, 1))
      for (const hidden of [2, 1, 0]) {
        await right(engine.unrollback(id))
        expect(await turnsOf(engine, id)).to.deep.equal(before.slice(0, before.length - hidden))
      }
      expect(await engine.unrollback(id)()).to.deep.equal({
        _tag: 'Left',
        left: {
          _tag: 'NotPossible',
          reason: 'nothing was rolled back since the last turn',
          next: { kind: 'see_turns', threadId: id }
        }
      })
    })
    removeFolder(home)
  })

  it('is refused after something was said', async () => {
    const home = copyHome('basic-142')
    await withEngine({ home }, async (engine) => {
      const [id = ''] = await threadIds(engine)
      await right(engine.rollback(id, 1))
      const turn = await right(engine.beginTurn(id, { text: 'something else' }))
      await right(turn.complete())
      expect(await engine.unrollback(id)()).to.have.nested.property('left._tag', 'NotPossible')
    })
    removeFolder(home)
  })
})

/** Turns without what a copy numbers anew: ids of items, and of turns that are named after a place. */
const unnumbered = (turns: ReadonlyArray<Turn>): unknown =>
  JSON.parse(JSON.stringify(turns).replace(/"(item|rollout)-\d+"/g, '"$1"'))

describe('a fork and a rollback', () => {
  for (const name of ['fork-rollback-142', 'fork-rollback-169', 'walk-3-142']) {
    it(`of ${name} commute: the fork of what is left is the rollback of the fork`, async () => {
      const home = copyHome(name)
      await withEngine({ home }, async (engine) => {
        for (const id of await threadIds(engine)) {
          const whole = await right(engine.fork(id, {}))
          await right(engine.rollback(whole.id, 1, force))
          await right(engine.rollback(id, 1, force))
          const prefix = await right(engine.fork(id, {}))
          expect(unnumbered(await turnsOf(engine, whole.id))).to.deep.equal(
            unnumbered(await turnsOf(engine, prefix.id))
          )
          expect(await itemsOf(engine, whole.id)).to.deep.equal(await itemsOf(engine, prefix.id))
        }
      })
      removeFolder(home)
    })
  }
})

const rolloutBytes = (home: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(home, 'sessions'), { recursive: true, encoding: 'utf8' })
      .map((path) => join(home, 'sessions', path))
      .filter((path) => statSync(path).isFile())
      .map((path) => [path, readFileSync(path, 'latin1')])
  )

describe('a change that expects another revision', () => {
  it('writes not a byte, whatever it is', async () => {
    const home = copyHome('basic-142')
    await withEngine({ home }, async (engine) => {
      const [id = ''] = await threadIds(engine)
      const before = rolloutBytes(home)
      const options = { expectedRevision: 7 }
      const item = { type: 'message', role: 'user', content: [] }
      const changes = [
        engine.rollback(id, 1, options),
        engine.unrollback(id, options),
        engine.updateMetadata(id, { branch: 'x' }, options),
        engine.setMemoryMode(id, 'disabled', options),
        engine.injectItems(id, [item], options),
        engine.setGoal(id, { objective: 'x' }, options),
        engine.clearGoal(id, options),
        engine.updateSettings(id, { model: 'x' }, options),
        engine.startReview(id, { type: 'uncommittedChanges' }, options),
        engine.completeReview(id, 'fine', options),
        engine.compact(id, { summary: 'x', replacementHistory: [item] }, options),
        engine.interrupt(id, options),
        engine.beginTurn(id, { text: 'x' }, options),
        engine.fork(id, {}, options),
        engine.append(id, [{ timestamp: '2026-01-01T00:00:00.000Z', type: 'x', payload: {} }], 7),
        engine.archive(id, options),
        engine.remove(id, options),
        engine.rename(id, 'x', options)
      ]
      for (const [i, change] of changes.entries()) {
        const answer = await change()
        expect(answer, `change ${i}`).to.have.nested.property('left._tag', 'WrongExpectedRevision')
      }
      expect(rolloutBytes(home)).to.deep.equal(before)
    })
    removeFolder(home)
  })
})

// Changes of paginated threads that write a segment after several reads, over an index that is made anew between any two of
// them. The goal: the thread ends as it does undisturbed, with one new segment. The method: the n-th read of the index empties
// it first, for every n that the change takes before it writes.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { segmentWriter } from '../../../adapters/log/jsonl/create.ts'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { eraOf } from '../../../domain/log/profile.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { SegmentWriter } from '../../../replay/ports.ts'
import { disturbedIndex } from '../../support/disturbed-index.ts'
import { engineOver } from '../../support/engine-over.ts'
import { right, turnsOf } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'

const THREAD = '01a1fd09-d163-7a31-8a47-84e7aa316d85'

type Change = (engine: Engine, turnId: string) => Promise<unknown>

const CHANGES: Readonly<Record<string, Change>> = {
  rollback: (engine) => right(engine.rollback(THREAD, 1, { force: true })),
  revert: (engine, turnId) => right(engine.revert(THREAD, turnId, { force: true })),
  fork: (engine, turnId) => right(engine.fork(THREAD, { beforeTurnId: turnId }))
}

const filesIn = (home: string): number =>
  readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jsonl'))
    .length

/** Makes a change over an index that is emptied at a read of it; `null`: that never is. */
const changed = async (change: Change, emptiesAt: number | null) => {
  const home = copyHome('goals-settings-169')
  const { index, reads, disturbAfter } = disturbedIndex(({ clear }) => void clear()())
  const store = jsonlStore({ home, profile: eraOf('0.169', false), strict: false })
  const whole = segmentWriter(home, store)
  let readsAtEnd = 0
  const create: SegmentWriter['create'] = (segment) => {
    readsAtEnd = reads()
    return whole.create(segment)
  }
  const engine = engineOver(home, { index, store, writer: { ...whole, create } })
  try {
    const turns = await turnsOf(engine, THREAD)
    const before = reads()
    if (emptiesAt !== null) disturbAfter(emptiesAt)
    await change(engine, turns.at(-1)?.id ?? '')
    const taken = readsAtEnd - before
    const left = (await turnsOf(engine, THREAD)).map(({ id }) => id)
    return { taken, end: { left, files: filesIn(home), turns: turns.length } }
  } finally {
    await engine.close()
    removeFolder(home)
  }
}

describe('changes over an index that is made anew meanwhile', () => {
  for (const [name, change] of Object.entries(CHANGES))
    it(`${name}: ends as over an index that stays`, async () => {
      const { taken, end } = await changed(change, null)
      expect(taken).to.be.greaterThan(0)
      for (let n = 1; n <= taken; n++)
        expect((await changed(change, n)).end, `emptied at read ${n}`).to.deep.equal(end)
    })
})

/**
 * What was spent stays spent: changes to a thread move flags in its ledger, and no tokens.
 */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../replay/engine.ts'
import type { UsageRow } from '../../replay/ledgers/usage.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'

const inCopy = async (
  run: string,
  use: (engine: Engine, threadId: string) => Promise<void>
): Promise<void> => {
  const home = temporaryFolder()
  try {
    cpSync(join(FIXTURES, 'ledger', run, 'home'), home, { recursive: true })
    await withEngine({ home }, async (engine) => {
      const { groups } = await right(engine.usage({ by: 'thread' }))
      await use(engine, groups[0]?.key ?? '')
    })
  } finally {
    removeFolder(home)
  }
}

/** Tokens of the home: of turns that are there, and of turns that were taken back. */
const spentIn = async (engine: Engine) => {
  const rows: Array<UsageRow> = []
  for await (const row of await right(engine.usageRows({ by: 'total' }))) rows.push(row)
  const sum = (isBack: boolean): number =>
    rows
      .filter(({ rolledBack }) => rolledBack === isBack)
      .reduce((total, { tokens }) => total + (tokens?.totalTokens ?? 0), 0)
  const { total } = await right(engine.usage({ by: 'total' }))
  return { live: sum(false), takenBack: sum(true), total: total.totalTokens }
}

describe('usage: changes', () => {
  it('a rollback flags what it hides, and taking it back takes the flags back', () =>
    inCopy('h2-142', async (engine, threadId) => {
      assert.deepEqual(await spentIn(engine), { live: 1300, takenBack: 0, total: 1300 })
      await right(engine.rollback(threadId, 1))
      assert.deepEqual(await spentIn(engine), { live: 650, takenBack: 650, total: 1300 })
      await right(engine.unrollback(threadId))
      assert.deepEqual(await spentIn(engine), { live: 1300, takenBack: 0, total: 1300 })
    }))

  it('a revert leaves its tokens behind in the older file, where they are found', () =>
    inCopy('h2-169', async (engine, threadId) => {
      const { turns } = await right(engine.readThread(threadId, true))
      await right(engine.revert(threadId, turns[1]?.id ?? '', { force: true }))
      assert.deepEqual(await spentIn(engine), { live: 650, takenBack: 650, total: 1300 })
      await right(engine.revert(threadId, turns[0]?.id ?? '', { force: true }))
      assert.deepEqual(await spentIn(engine), { live: 0, takenBack: 1300, total: 1300 })
    }))

  for (const run of ['h2-130', 'h2-142', 'h2-169'])
    it(`${run}: a fork spends nothing by being made`, () =>
      inCopy(run, async (engine, threadId) => {
        const { turns } = await right(engine.readThread(threadId, true))
        await right(engine.fork(threadId, {}))
        await right(engine.fork(threadId, { lastTurnId: turns[0]?.id }))
        assert.deepEqual(await spentIn(engine), { live: 1300, takenBack: 0, total: 1300 })
      }))
})

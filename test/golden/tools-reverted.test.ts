// Calls of reverted turns, in homes that Codex wrote. The goal: what ran is listed once, though no history leads to it.
// The method: the lines of every file of a thread by themselves; what stands behind the place where the next file began
// was reverted.
import { expect } from 'chai'
import { cpSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../../replay/engine.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { everyCall } from '../support/tool-calls.ts'

/** Runs, and the calls of each that a revert took back, oldest first, with how they ended. */
const RUNS: Readonly<Record<string, ReadonlyArray<string>>> = {
  'takes-back-169': ['call_0004 completed'],
  'walk-1-169': ['call_0017 completed', 'call_0019 failed', 'call_0022 completed'],
  'walk-5-169': [
    'call_0003 completed',
    'call_0005 failed',
    'call_0008 completed',
    'call_0029 completed'
  ]
}

interface Asked {
  readonly type: string
  readonly payload: { readonly type?: string; readonly call_id?: string }
}

const homeOf = (run: string): string => join(FIXTURES, 'ledger', run, 'home')

/** Ids of the calls in the files of the home, as often as they stand there, sorted. */
const askedIn = (run: string): ReadonlyArray<string> =>
  (readdirSync(homeOf(run), { recursive: true }) as Array<string>)
    .filter((path) => /rollout-.*\.jsonl$/.test(path))
    .flatMap((path) =>
      readFileSync(join(homeOf(run), path), 'utf8')
        .trimEnd()
        .split('\n')
    )
    .map((text) => JSON.parse(text) as Asked)
    .filter(({ type, payload }) => type === 'response_item' && /_call$/.test(payload.type ?? ''))
    .map(({ payload }) => payload.call_id ?? '')
    .toSorted()

const inCopy = async (run: string, use: (engine: Engine) => Promise<void>): Promise<void> => {
  const home = temporaryFolder()
  try {
    cpSync(homeOf(run), home, { recursive: true })
    await withEngine({ home }, use)
  } finally {
    removeFolder(home)
  }
}

describe('the ledger of tool calls after a revert', () => {
  for (const [run, reverted] of Object.entries(RUNS))
    it(`${run}: every call of every file is listed once, the reverted ones flagged`, () =>
      inCopy(run, async (engine) => {
        const calls = await everyCall(engine)
        expect(calls.map(({ callId }) => callId).toSorted()).to.deep.equal(askedIn(run))
        const back = calls.filter(({ rolledBack }) => rolledBack)
        expect(back.map(({ callId, status }) => `${callId} ${status}`)).to.deep.equal(reverted)
        const summary = await right(engine.toolsSummary({}))
        expect(summary.total.rolledBack).to.equal(reverted.length)
      }))

  it('gives the same calls by thread and by turn, up and down, one by one', () =>
    inCopy('walk-5-169', async (engine) => {
      const all = await everyCall(engine)
      const threads = [...new Set(all.map(({ threadId }) => threadId))]
      const byThread = await Promise.all(
        threads.map((threadId) => everyCall(engine, { threadId, limit: 1 }))
      )
      expect(byThread.flat()).to.have.deep.members(all)
      const down = await everyCall(engine, { limit: 1, order: 'desc' })
      expect(down).to.deep.equal(all.toReversed())
      for (const { threadId, turnId, callId } of all) {
        const ofTurn = await everyCall(engine, { threadId, turnId: turnId ?? '', limit: 1 })
        expect(ofTurn.map((call) => call.callId)).to.include(callId)
      }
    }))

  it('numbers them below the others, each with a number of its own', () =>
    inCopy('walk-5-169', async (engine) => {
      const [{ threadId = '' } = {}] = await everyCall(engine)
      const calls = await everyCall(engine, { threadId })
      const revisions = calls.map(({ place }) => place.revision)
      expect(revisions).to.deep.equal([...new Set(revisions)].toSorted((a, b) => a - b))
      for (const { place, rolledBack } of calls)
        expect([place.revision < 0, place.segment < 0]).to.deep.equal([rolledBack, rolledBack])
    }))

  it('blames them for what they changed', () =>
    inCopy('walk-5-169', async (engine) => {
      const { data } = await right(engine.blame({ path: '/srv/demo/walk.txt' }))
      expect(data.map(({ callId, rolledBack }) => [callId, rolledBack])).to.deep.equal([
        ['call_0008', true],
        ['call_0017', false],
        ['call_0027', false]
      ])
    }))

  it('keeps every call when all turns are reverted, changes no other column, and takes the flags back with the revert', () =>
    inCopy('commands-169', async (engine) => {
      const withoutPlaces = async () =>
        (await everyCall(engine)).map(({ place: _place, settledAt: _settled, ...call }) => call)
      const before = await withoutPlaces()
      const [{ threadId = '' } = {}] = before
      const { turns } = await right(engine.readThread(threadId, true))
      await right(engine.revert(threadId, turns[0]?.id ?? '', { force: true }))
      expect(await withoutPlaces()).to.deep.equal(
        before.map((call) => ({ ...call, rolledBack: true }))
      )
      await right(engine.unrollback(threadId, { force: true }))
      expect(await withoutPlaces()).to.deep.equal(before)
    }))
})

// Analytics made from rollouts, whatever the order and pace of their lines. The goal: events depend on the lines of a thread, not on when they
// were read. The method: recorded and random rollouts that grow in pieces, with a question after each; the time of a
// question; turns that are taken back, and back again.
import { expect } from 'chai'
import fc from 'fast-check'
import { cpSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { AnalyticsEvent } from '../../domain/ledgers/analytics/envelope.ts'
import { CONTRACTS } from '../../domain/ledgers/analytics/vocabulary.ts'
import type { Engine } from '../../replay/engine.ts'
import type { AnalyticsRequest } from '../../replay/ledgers/analytics.ts'
import { LEDGER } from '../support/captured-runs.ts'
import { right, withEngine } from '../support/engines.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import {
  appendRollout,
  emptyHome,
  linesOf,
  rollout,
  rolloutPath,
  THREAD,
  writeRollout
} from '../support/rollouts.ts'

/** Runs with tool calls of every kind, compactions, reviews, agents, rollbacks and two versions. */
const RUNS = [
  'commands-142',
  'tools-of-servers-169',
  'compact-auto-130',
  'review-inline-142',
  'agents-130',
  'takes-back-142',
  'interrupts-169',
  'upgraded-from-142-169'
]

const eventsOf = async (
  engine: Engine,
  request: Partial<AnalyticsRequest> = {}
): Promise<ReadonlyArray<AnalyticsEvent>> => {
  const events: Array<AnalyticsEvent> = []
  const answer = await right(engine.analytics({ contract: '0.169', ...request }))
  for await (const event of answer) events.push(event)
  return events
}

/** The largest rollout of a run. */
const largestOf = (run: string): readonly [name: string, bytes: Buffer] => {
  const home = join(LEDGER, run, 'home')
  const files = (readdirSync(home, { recursive: true }) as Array<string>)
    .filter((path) => /rollout-.*\.jsonl$/.test(path))
    .map((path) => [basename(path), readFileSync(join(home, path))] as const)
  return files.toSorted(([, a], [, b]) => b.length - a.length)[0] ?? expect.fail(run)
}

const sizes = fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 30 })

/** Events of a rollout that grows by pieces of these sizes, asked for after each piece, and of one pass. */
const bothWays = async (file: string, bytes: Buffer, pieces: ReadonlyArray<number>) => {
  const home = emptyHome()
  try {
    const path = join(rolloutPath(home, THREAD), '..', file)
    writeRollout(path, '')
    const grown = await withEngine({ home }, async (engine) => {
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = i < pieces.length ? at + (pieces[i] as number) : bytes.length
        appendRollout(path, bytes.subarray(at, end))
        at = end
        await eventsOf(engine)
      }
      return eventsOf(engine)
    })
    return { grown, whole: await withEngine({ home }, (engine) => eventsOf(engine)) }
  } finally {
    removeFolder(home)
  }
}

const inCopy = async (run: string, use: (engine: Engine) => Promise<void>): Promise<void> => {
  const home = temporaryFolder()
  try {
    cpSync(join(LEDGER, run, 'home'), home, { recursive: true })
    await withEngine({ home, profile: '0.142' }, use)
  } finally {
    removeFolder(home)
  }
}

describe('the analytics of rollouts', () => {
  for (const run of RUNS)
    it(`${run}: are the same for a rollout that grows in pieces of any size as for one pass`, () =>
      fc.assert(
        fc.asyncProperty(sizes, async (pieces) => {
          const { grown, whole } = await bothWays(...largestOf(run), pieces)
          expect(whole.length).to.be.greaterThan(1)
          expect(grown).to.deep.equal(whole)
        }),
        { numRuns: 6 }
      )).timeout(600_000)

  it('are so for random lines too, with rollbacks among them', () =>
    fc.assert(
      fc.asyncProperty(rollout, sizes, async (lines, pieces) => {
        const name = basename(rolloutPath('', THREAD))
        const { grown, whole } = await bothWays(name, Buffer.from(linesOf(lines)), pieces)
        expect(grown).to.deep.equal(whole)
      }),
      { numRuns: 40 }
    )).timeout(600_000)

  for (const run of ['commands-142', 'h3-142', 'compact-auto-130'])
    it(`${run}: happened all the same when turns are rolled back, and once when they are back`, () =>
      inCopy(run, async (engine) => {
        const before = await eventsOf(engine)
        const [threadId = ''] = before.flatMap(({ payload: { event_params } }) =>
          typeof event_params['thread_id'] === 'string' ? [event_params['thread_id']] : []
        )
        await right(engine.rollback(threadId, 1))
        expect(await eventsOf(engine)).to.deep.equal(before)
        await right(engine.unrollback(threadId))
        expect(await eventsOf(engine)).to.deep.equal(before)
      }))

  it('fall apart at any instant into those before it and those at it or after', () =>
    inCopy('h3-142', async (engine) => {
      for (const contract of CONTRACTS) {
        const all = await eventsOf(engine, { contract })
        const times = [...new Set(all.map(({ atMs }) => atMs))]
        for (const cut of times.flatMap((atMs) => [atMs, atMs + 1])) {
          const earlier = await eventsOf(engine, { contract, untilMs: cut })
          const later = await eventsOf(engine, { contract, sinceMs: cut })
          expect(earlier).to.deep.equal(all.filter(({ atMs }) => atMs < cut))
          expect(later).to.deep.equal(all.filter(({ atMs }) => atMs >= cut))
        }
        const [first = 0] = times
        expect(await eventsOf(engine, { contract, sinceMs: first, untilMs: first })).to.have.length(
          0
        )
      }
    })).timeout(600_000)
})

// Who may work on a home, with clocks and deaths that the test decides.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import {
  acquireBackfill,
  BACKFILL_TERMS,
  type BackfillLease,
  type BackfillParts,
  type HeldBackfill
} from '../../replay/catch-up/backfill-lease.ts'
import { judgeLease, type Fate } from '../../replay/lease.ts'
import type { Index, Lessee, ProcessIdentity } from '../../replay/ports.ts'
import { noTelemetry } from '../../replay/telemetry.ts'

const { termMs: LEASE_MS, waitMsMax: WAIT_MS_MAX, stallMsMax: STALL_MS_MAX } = BACKFILL_TERMS
const KEY = ['checkpoints/test.backfill']
const WORK = { total: 100, bytesTotal: 1000 }
const process_ = (pid: number): ProcessIdentity => ({
  bootId: 'b',
  pidNamespace: 'n',
  pid,
  startTime: '1'
})

/** A machine whose clocks go on only while somebody waits; `meanwhile` is what others do then. */
const machine = (
  fate: Fate,
  meanwhile: (steadyMs: number) => void | Promise<void> = () => undefined
) => {
  const clock = { steadyMs: 0, wallMs: 1_000_000 }
  const beats: Array<() => void> = []
  let tokens = 0
  const lesseeOf = (pid: number): Lessee => ({
    self: process_(pid),
    newToken: () => `token ${pid} ${++tokens}`,
    nowMs: () => clock.wallMs,
    steadyMs: () => clock.steadyMs,
    fateOf: () => fate,
    pause: async (ms) => {
      clock.steadyMs += ms
      clock.wallMs += ms
      await meanwhile(clock.steadyMs)
    },
    every: (_, run) => {
      beats.push(run)
      return () => void beats.splice(beats.indexOf(run), 1)
    }
  })
  return { clock, beats, lesseeOf }
}

const partsOf = (
  index: Index,
  lessee: Lessee,
  onWait: BackfillParts['onWait'] = () => undefined
): BackfillParts => ({
  index,
  key: KEY,
  lessee,
  telemetry: noTelemetry,
  onWait
})

type Acquired = HeldBackfill | 'released' | 'timed_out'

const acquired = async (parts: BackfillParts): Promise<Acquired> => {
  const answer = await acquireBackfill(parts, WORK)
  if (E.isLeft(answer)) throw new Error(answer.left._tag)
  return answer.right
}

const heldIn = (answer: Acquired): HeldBackfill => {
  if (typeof answer === 'string') throw new Error(`no lease, but ${answer}`)
  return answer
}

const leaseIn = (index: Index): BackfillLease | null =>
  (index.get(KEY) as BackfillLease | undefined) ?? null

describe('a lease', () => {
  const lease: BackfillLease = {
    ...WORK,
    owner: process_(1),
    token: 't',
    deadlineMs: 1_000_000,
    watermark: null,
    done: 0,
    bytes: 0
  }
  const DAY_MS = 24 * 60 * 60 * 1000
  const CASES: ReadonlyArray<
    readonly [string, Fate, number, number, ReturnType<typeof judgeLease>]
  > = [
    ['of a process that is gone', 'gone', lease.deadlineMs - 1, 0, 'left_behind'],
    ['of a living one before its deadline', 'living', lease.deadlineMs - 1, 0, 'held'],
    [
      'of a living one, when the clock jumped a day ahead',
      'living',
      lease.deadlineMs + DAY_MS,
      0,
      'held'
    ],
    ['of a living one that stands still', 'living', lease.deadlineMs - 1, LEASE_MS, 'expired'],
    [
      'of a living one that stands still, when the clock jumped back',
      'living',
      0,
      LEASE_MS,
      'expired'
    ],
    ['of one nobody knows before its deadline', 'unknown', lease.deadlineMs - 1, 0, 'held'],
    ['of one nobody knows at its deadline', 'unknown', lease.deadlineMs, 0, 'expired'],
    ['of one nobody knows, when the clock jumped back', 'unknown', 0, LEASE_MS, 'expired']
  ]
  for (const [what, fate, nowMs, unchangedMs, verdict] of CASES)
    it(`${what} is ${verdict}`, () => {
      expect(judgeLease({ ...lease, fate }, nowMs, unchangedMs, LEASE_MS)).to.equal(verdict)
    })
  it('that is not there is free', () => {
    expect(judgeLease(null, 0, 0, LEASE_MS)).to.equal('free')
  })
})

describe('the lease of a backfill', () => {
  it('is given to the first one, with its deadline and how far it is', async () => {
    const index = memoryIndex()
    const { lesseeOf, clock } = machine('living')
    const lease = heldIn(await acquired(partsOf(index, lesseeOf(1))))
    clock.wallMs += 500
    await lease.renew({ watermark: 'sessions/a.jsonl', done: 7, bytes: 70 })
    expect(leaseIn(index)).to.deep.equal({
      ...WORK,
      owner: process_(1),
      token: 'token 1 1',
      deadlineMs: 1_000_500 + LEASE_MS,
      watermark: 'sessions/a.jsonl',
      done: 7,
      bytes: 70
    })
    await lease.release()
    expect(leaseIn(index)).to.equal(null)
  })

  it('is released to the second one, which was told how far the first one is', async () => {
    const index = memoryIndex()
    const { lesseeOf } = machine('living', async (steadyMs) => {
      if (steadyMs === 100) await lease.renew({ watermark: null, done: 50, bytes: 500 })
      if (steadyMs === 200) await lease.release()
    })
    const lease = heldIn(await acquired(partsOf(index, lesseeOf(1))))
    const seen = new Set<number>()
    const second = await acquired(partsOf(index, lesseeOf(2), ({ done }) => void seen.add(done)))
    expect(second).to.equal('released')
    expect([...seen]).to.deep.equal([0, 50])
  })

  it('waits only so long for a holder that makes progress', async () => {
    const index = memoryIndex()
    let done = 0
    const { lesseeOf, clock } = machine('living', () =>
      lease.renew({ watermark: null, done: ++done, bytes: done })
    )
    const lease = heldIn(await acquired(partsOf(index, lesseeOf(1))))
    expect(await acquired(partsOf(index, lesseeOf(2)))).to.equal('timed_out')
    expect(clock.steadyMs).to.be.within(WAIT_MS_MAX, WAIT_MS_MAX + 100)
  })

  it('waits less for a holder that lives and makes no progress', async () => {
    const index = memoryIndex()
    const { lesseeOf, clock, beats } = machine('living', () => beats.forEach((beat) => beat()))
    heldIn(await acquired(partsOf(index, lesseeOf(1))))
    expect(await acquired(partsOf(index, lesseeOf(2)))).to.equal('timed_out')
    expect(clock.steadyMs).to.be.within(STALL_MS_MAX, STALL_MS_MAX + 100)
  })

  it('is taken from a process that is gone at once; the old holder, if it ever comes back, does not get it back', async () => {
    const index = memoryIndex()
    const { lesseeOf, clock } = machine('gone')
    const old = heldIn(await acquired(partsOf(index, lesseeOf(1))))
    heldIn(await acquired(partsOf(index, lesseeOf(2))))
    expect(clock.steadyMs).to.equal(0)
    await old.renew({ watermark: 'x', done: 1, bytes: 1 })
    await old.release()
    expect(leaseIn(index)).to.deep.include({ owner: process_(2), watermark: null, done: 0 })
  })

  it('is taken from one that stopped renewing it, whatever the clock on the wall does', async () => {
    for (const jumpMs of [-1e9, 0, 1e9]) {
      const index = memoryIndex()
      const { lesseeOf, clock } = machine('living')
      heldIn(await acquired(partsOf(index, lesseeOf(1))))
      clock.wallMs += jumpMs
      heldIn(await acquired(partsOf(index, lesseeOf(2))))
      expect(clock.steadyMs).to.be.within(LEASE_MS, LEASE_MS + 100)
    }
  })

  it('goes to one only when three find it free at once', async () => {
    const index = memoryIndex()
    const { lesseeOf, beats } = machine('living', () => beats.forEach((beat) => beat()))
    const answers = await Promise.all(
      [1, 2, 3].map((pid) => acquired(partsOf(index, lesseeOf(pid))))
    )
    const told = answers.map((answer) => (typeof answer === 'string' ? answer : 'held'))
    expect(told.sort()).to.deep.equal(['held', 'timed_out', 'timed_out'])
  })
})

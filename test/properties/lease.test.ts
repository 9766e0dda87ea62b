// Who may work on a home, told with clocks and fates that the test decides.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { memoryIndex } from '../../adapters/memory/index.ts'
import {
  judge,
  LEASE_MS,
  STALL_MS_MAX,
  WAIT_MS_MAX,
  type Fate,
  type Lease
} from '../../replay/catch-up/lease.ts'
import { enter, type Entered, type TurnParts } from '../../replay/catch-up/turn.ts'
import type { Index, Lessee, ProcessIdentity } from '../../replay/ports.ts'
import { noTelemetry } from '../../replay/telemetry.ts'

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
  watching: TurnParts['watching'] = () => undefined
): TurnParts => ({
  index,
  key: KEY,
  lessee,
  telemetry: noTelemetry,
  watching
})

const entered = async (parts: TurnParts): Promise<Entered> => {
  const answer = await enter(parts, WORK)
  if (E.isLeft(answer)) throw new Error(answer.left._tag)
  return answer.right
}

const turnOf = (answer: Entered) => {
  if (typeof answer === 'string') throw new Error(`no turn, but ${answer}`)
  return answer.turn
}

const leaseIn = (index: Index): Lease | null => (index.get(KEY) as Lease | undefined) ?? null

describe('a lease', () => {
  const lease: Lease = {
    ...WORK,
    owner: process_(1),
    token: 't',
    deadlineMs: 1_000_000,
    watermark: null,
    done: 0,
    bytes: 0
  }
  const DAY_MS = 24 * 60 * 60 * 1000
  const CASES: ReadonlyArray<readonly [string, Fate, number, number, ReturnType<typeof judge>]> = [
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
      expect(judge(lease, fate, nowMs, unchangedMs)).to.equal(verdict)
    })
  it('that is not there is free', () => {
    expect(judge(null, 'gone', 0, 0)).to.equal('free')
  })
})

describe('taking turns', () => {
  it('gives the turn to the first one, and tells its deadline and how far it is', async () => {
    const index = memoryIndex()
    const { lesseeOf, clock } = machine('living')
    const turn = turnOf(await entered(partsOf(index, lesseeOf(1))))
    clock.wallMs += 500
    await turn.reached({ watermark: 'sessions/a.jsonl', done: 7, bytes: 70 })
    expect(leaseIn(index)).to.deep.equal({
      ...WORK,
      owner: process_(1),
      token: 'token 1 1',
      deadlineMs: 1_000_500 + LEASE_MS,
      watermark: 'sessions/a.jsonl',
      done: 7,
      bytes: 70
    })
    await turn.end()
    expect(leaseIn(index)).to.equal(null)
  })

  it('lets the second one look again when the first one has ended, and tells it how far that is', async () => {
    const index = memoryIndex()
    const { lesseeOf } = machine('living', async (steadyMs) => {
      if (steadyMs === 100) await turn.reached({ watermark: null, done: 50, bytes: 500 })
      if (steadyMs === 200) await turn.end()
    })
    const turn = turnOf(await entered(partsOf(index, lesseeOf(1))))
    const seen = new Set<number>()
    const second = await entered(partsOf(index, lesseeOf(2), ({ done }) => void seen.add(done)))
    expect(second).to.equal('ended')
    expect([...seen]).to.deep.equal([0, 50])
  })

  it('waits no longer than is bearable for one that gets on', async () => {
    const index = memoryIndex()
    let done = 0
    const { lesseeOf, clock } = machine('living', () =>
      turn.reached({ watermark: null, done: ++done, bytes: done })
    )
    const turn = turnOf(await entered(partsOf(index, lesseeOf(1))))
    expect(await entered(partsOf(index, lesseeOf(2)))).to.equal('alone')
    expect(clock.steadyMs).to.be.within(WAIT_MS_MAX, WAIT_MS_MAX + 100)
  })

  it('waits less for one that lives and does not get on', async () => {
    const index = memoryIndex()
    const { lesseeOf, clock, beats } = machine('living', () => beats.forEach((beat) => beat()))
    turnOf(await entered(partsOf(index, lesseeOf(1))))
    expect(await entered(partsOf(index, lesseeOf(2)))).to.equal('alone')
    expect(clock.steadyMs).to.be.within(STALL_MS_MAX, STALL_MS_MAX + 100)
  })

  it('takes the turn of a process that is gone at once, and the old owner, if it ever comes back, does not get it', async () => {
    const index = memoryIndex()
    const { lesseeOf, clock } = machine('gone')
    const old = turnOf(await entered(partsOf(index, lesseeOf(1))))
    turnOf(await entered(partsOf(index, lesseeOf(2))))
    expect(clock.steadyMs).to.equal(0)
    await old.reached({ watermark: 'x', done: 1, bytes: 1 })
    await old.end()
    expect(leaseIn(index)).to.deep.include({ owner: process_(2), watermark: null, done: 0 })
  })

  it('takes the turn of one that stopped to extend it, whatever the clock on the wall does', async () => {
    for (const jumpMs of [-1e9, 0, 1e9]) {
      const index = memoryIndex()
      const { lesseeOf, clock } = machine('living')
      turnOf(await entered(partsOf(index, lesseeOf(1))))
      clock.wallMs += jumpMs
      turnOf(await entered(partsOf(index, lesseeOf(2))))
      expect(clock.steadyMs).to.be.within(LEASE_MS, LEASE_MS + 100)
    }
  })

  it('goes to one only when three find it free at once', async () => {
    const index = memoryIndex()
    const { lesseeOf, beats } = machine('living', () => beats.forEach((beat) => beat()))
    const answers = await Promise.all(
      [1, 2, 3].map((pid) => entered(partsOf(index, lesseeOf(pid))))
    )
    const told = answers.map((answer) => (typeof answer === 'string' ? answer : 'turn'))
    expect(told.sort()).to.deep.equal(['alone', 'alone', 'turn'])
  })
})

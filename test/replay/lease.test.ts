// The rules of every lease, over a store that is one value and clocks that go on only while somebody waits.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import {
  acquireLease,
  type Acquired,
  type HeldLease,
  type LeaseRequest,
  type LeaseStore
} from '../../replay/lease.ts'

/** What the test stores: who holds it, until when, and how far that is. */
interface Stored {
  readonly owner: string | null
  readonly untilMs: number
  readonly steps: number
}

const FREE: Stored = { owner: null, untilMs: 0, steps: 0 }
const TERMS = { termMs: 300, lookMs: 10, waitMsMax: 1000, stallMsMax: 200 }
const FAILED: StoreError = { _tag: 'IoFailure', operation: 'write', path: 'x', cause: 'EIO' }

/** One value that several want, and a clock; `meanwhile` is what happens while somebody pauses. */
const room = (meanwhile: (nowMs: number) => unknown = () => undefined) => {
  let value = FREE
  let nowMs = 0
  let failures = 0
  const beats = new Set<() => void>()
  const storeOf = (owner: string): LeaseStore<Stored> => ({
    read: async () => E.right(value),
    replace: async (before, after) => {
      if (failures > 0) {
        failures -= 1
        return E.left(FAILED)
      }
      if (JSON.stringify(before) !== JSON.stringify(value)) return E.right('moved')
      value = after
      return E.right({ stored: after })
    },
    holderOf: (stored) =>
      stored.owner === null ? null : { fate: 'unknown', deadlineMs: stored.untilMs },
    hasProgressed: (before, now) => before.steps !== now.steps,
    acquired: () => ({ owner, untilMs: nowMs + TERMS.termMs, steps: 0 }),
    renewed: (now) => ({ ...now, untilMs: nowMs + TERMS.termMs })
  })
  const clock = {
    nowMs: () => nowMs,
    steadyMs: () => nowMs,
    pause: async (ms: number) => {
      nowMs += ms
      await meanwhile(nowMs)
    },
    every: (_: number, run: () => void) => {
      beats.add(run)
      return () => void beats.delete(run)
    }
  }
  const ask = async (
    owner: string,
    more: Partial<LeaseRequest<Stored>> = {}
  ): Promise<Acquired<Stored>> => {
    const request = { store: storeOf(owner), clock, terms: TERMS, takesReleased: true, ...more }
    const done = await acquireLease(request)
    if (E.isLeft(done)) throw new Error(done.left._tag)
    return done.right
  }
  return {
    ask,
    beats,
    value: () => value,
    nowMs: () => nowMs,
    pass: (ms: number) => void (nowMs += ms),
    fail: (times: number) => void (failures = times)
  }
}

const leaseIn = (acquired: Acquired<Stored>): HeldLease<Stored> => {
  if (typeof acquired === 'string') throw new Error(acquired)
  return acquired.lease
}

describe('acquiring a lease', () => {
  it('stores who holds it, renews it, and stores what it is released with', async () => {
    const { ask, value, pass } = room()
    const lease = leaseIn(await ask('one'))
    expect(value()).to.deep.equal({ owner: 'one', untilMs: 300, steps: 0 })
    pass(100)
    await lease.renew((now) => ({ ...now, steps: 7 }))
    expect(value()).to.deep.equal({ owner: 'one', untilMs: 400, steps: 7 })
    await lease.release({ owner: null, untilMs: 0, steps: 9 })
    expect(value()).to.deep.equal({ owner: null, untilMs: 0, steps: 9 })
  })

  it('tells what was there before, and whether it was waited for', async () => {
    const here = room((nowMs) => (nowMs === 30 ? first.release(FREE) : undefined))
    const first = leaseIn(await here.ask('one'))
    const second = await here.ask('two')
    expect(second).to.deep.include({ before: FREE, hasWaited: true })
    expect(here.nowMs()).to.equal(30)
  })

  it('answers that it was released to one that has no need of it then', async () => {
    const here = room((nowMs) => (nowMs === 30 ? first.release(FREE) : undefined))
    const first = leaseIn(await here.ask('one'))
    expect(await here.ask('two', { takesReleased: false })).to.equal('released')
    expect(here.value()).to.deep.equal(FREE)
  })

  it('goes to one of two that read it free', async () => {
    const { ask, value } = room()
    const answers = await Promise.all([ask('one'), ask('two')])
    expect(answers.filter((answer) => answer === 'timed_out')).to.have.length(1)
    expect(value().owner).to.be.oneOf(['one', 'two'])
  })

  it('gives up while a holder makes no progress, though it renews', async () => {
    const here = room((nowMs) => {
      if (nowMs % 100 === 0) here.beats.forEach((beat) => beat())
    })
    await here.ask('one')
    expect(await here.ask('two')).to.equal('timed_out')
    expect(here.nowMs()).to.equal(200)
  })

  it('waits as long as allowed for a holder that makes progress, and hears of it', async () => {
    const heard = new Set<number>()
    const here = room((nowMs) => lease.renew((now) => ({ ...now, steps: nowMs })))
    const lease = leaseIn(await here.ask('one'))
    expect(await here.ask('two', { onWait: ({ steps }) => void heard.add(steps) })).to.equal(
      'timed_out'
    )
    expect([here.nowMs(), heard.size]).to.deep.equal([1000, 100])
  })

  it('takes what was not renewed for its term, and the old holder changes nothing any more', async () => {
    const here = room()
    let lost = 0
    const old = leaseIn(await here.ask('one', { onLost: () => (lost += 1) }))
    here.pass(TERMS.termMs)
    await here.ask('two')
    await old.renew()
    await old.renew()
    await old.release(FREE)
    expect([here.value().owner, lost]).to.deep.equal(['two', 1])
  })

  it('is not lost by a store that fails for a moment', async () => {
    const { ask, fail, value } = room()
    const lease = leaseIn(await ask('one'))
    fail(1)
    await lease.renew((now) => ({ ...now, steps: 1 }))
    expect(value().steps).to.equal(0)
    await lease.renew((now) => ({ ...now, steps: 2 }))
    expect(value().steps).to.equal(2)
  })

  it('answers a failure of the store', async () => {
    const { ask, fail } = room()
    fail(1)
    const answer = await ask('one').catch((cause: unknown) => String(cause))
    expect(answer).to.equal('Error: IoFailure')
  })

  it('is renewed no more once it is released', async () => {
    const { ask, beats } = room()
    const lease = leaseIn(await ask('one'))
    expect(beats.size).to.equal(1)
    await lease.release(FREE)
    expect(beats.size).to.equal(0)
  })
})

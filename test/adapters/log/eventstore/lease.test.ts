// The lease over a store: one node at a time moves files, one that is gone is followed by another, and that one learns of it.
// The clock is the test's; nothing waits.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { holdStore, LEASE_STREAM } from '../../../../adapters/log/eventstore/life/lease.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import type { HomeHold } from '../../../../replay/home-ports.ts'
import { memoryWire, type MemoryWire } from '../../../support/memory-wire.ts'

/** A clock that only goes on when somebody sleeps, or when it is told. */
const clock = () => {
  let nowMs = Date.parse('2026-11-22T10:00:00Z')
  return {
    nowMs: () => nowMs,
    pass: (ms: number): void => {
      nowMs += ms
    },
    sleep: async (ms: number): Promise<void> => {
      nowMs += ms
      await Promise.resolve()
    }
  }
}

let count = 0
const newId = (): string => `00000000-0000-7000-8000-${String(++count).padStart(12, '0')}`

const nodeOf = (wire: MemoryWire, time: ReturnType<typeof clock>, owner: string) => () =>
  holdStore({ wire, ...time, newId, owner })

const taken = (hold: E.Either<StoreError, HomeHold>): HomeHold => {
  if (E.isLeft(hold)) throw new Error(hold.left._tag)
  return hold.right
}

const types = (wire: MemoryWire) =>
  wire.eventsOf(LEASE_STREAM).map(({ type, data }) => [type, data.json?.['owner']])

describe('the lease over a store', () => {
  it('is taken, given back, and taken by another node', async () => {
    const time = clock()
    const wire = memoryWire(time)
    const one = taken(await nodeOf(wire, time, 'one')())
    await one.release(true)
    const other = taken(await nodeOf(wire, time, 'other')())
    await other.release(true)
    expect([one.leftOver, other.leftOver]).to.deep.equal([false, false])
    expect(types(wire)).to.deep.equal([
      ['unroll-lease-held', 'one'],
      ['unroll-lease-free', 'one'],
      ['unroll-lease-held', 'other'],
      ['unroll-lease-free', 'other']
    ])
  })

  it('is busy while another node has it, and that one is not disturbed', async () => {
    const time = clock()
    const wire = memoryWire(time)
    const one = taken(await nodeOf(wire, time, 'one')())
    expect(await nodeOf(wire, time, 'other')()).to.deep.equal(
      E.left({ _tag: 'Busy', what: 'the files of memory' })
    )
    await one.release(true)
    const other = taken(await nodeOf(wire, time, 'other')())
    expect(other.leftOver).to.equal(false)
    await other.release(true)
  })

  it('is waited for until it is given back', async () => {
    const time = clock()
    const wire = memoryWire(time)
    const one = taken(await nodeOf(wire, time, 'one')())
    let naps = 0
    const sleep = async (ms: number): Promise<void> => {
      if (++naps === 3) await one.release(true)
      await time.sleep(ms)
    }
    const other = taken(await holdStore({ wire, ...time, sleep, newId, owner: 'other' }))
    expect([naps, other.leftOver]).to.deep.equal([3, false])
    await other.release(true)
  })

  it('of a node that is gone is taken over after its term, and tells that work was left', async () => {
    const time = clock()
    const wire = memoryWire(time)
    taken(await nodeOf(wire, time, 'gone')())
    time.pass(25_000)
    const other = taken(await nodeOf(wire, time, 'other')())
    expect(other.leftOver).to.equal(true)
    await other.release(true)
    const third = taken(await nodeOf(wire, time, 'third')())
    expect(third.leftOver).to.equal(false)
    await third.release(true)
  })

  it('tells the next one when it was given back with work left', async () => {
    const time = clock()
    const wire = memoryWire(time)
    const one = taken(await nodeOf(wire, time, 'one')())
    await one.release(false)
    const other = taken(await nodeOf(wire, time, 'other')())
    expect(other.leftOver).to.equal(true)
    await other.release(true)
  })

  it('is not given back by a node it was taken from', async () => {
    const time = clock()
    const wire = memoryWire(time)
    const slow = taken(await nodeOf(wire, time, 'slow')())
    time.pass(31_000)
    const other = taken(await nodeOf(wire, time, 'other')())
    await slow.release(true)
    expect(types(wire).at(-1)).to.deep.equal(['unroll-lease-held', 'other'])
    await other.release(true)
  })

  it('goes to one of two that want it at the same moment', async () => {
    const time = clock()
    const wire = memoryWire(time)
    const order: Array<string> = []
    const work = async (owner: string): Promise<void> => {
      const hold = taken(await nodeOf(wire, time, owner)())
      order.push(`${owner} begins`)
      await Promise.resolve()
      order.push(`${owner} ends`)
      await hold.release(true)
    }
    await Promise.all([work('one'), work('other')])
    const [first = ''] = order[0]?.split(' ') ?? []
    const second = first === 'one' ? 'other' : 'one'
    expect(order).to.deep.equal(
      [first, second].flatMap((owner) => [`${owner} begins`, `${owner} ends`])
    )
  })

  it('keeps its stream short where the server lets it', async () => {
    const time = clock()
    const wire = memoryWire(time)
    await taken(await nodeOf(wire, time, 'one')()).release(true)
    const metadata = wire.eventsOf(`$$${LEASE_STREAM}`).map(({ data }) => data.json)
    expect(metadata).to.deep.equal([{ $maxCount: 16 }])
  })
})

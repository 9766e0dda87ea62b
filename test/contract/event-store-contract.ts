/**
 * What every `EventStore` promises. Each adapter's test calls this once, with a way to make a store that holds one
 * stream of given lines and to append to it.
 */
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { DamagedLine, RecordedEvent } from '../../domain/event.ts'
import { streamId } from '../../domain/ids.ts'
import {
  isDamaged,
  START,
  type EventStore,
  type Position,
  type Wanted
} from '../../replay/ports.ts'
import { THREAD } from '../support/rollouts.ts'

/** A store under test. */
export interface StoreUnderTest {
  readonly store: EventStore
  readonly append: (lines: ReadonlyArray<object>) => void
  readonly dispose: () => void
}

const ID = streamId(THREAD)
const line = (n: number) => ({
  timestamp: '2026-05-01T10:00:00.000Z',
  type: 'event_msg',
  payload: { type: 'user_message', message: `message ${n}` }
})
const numbered = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => line(from + i))

const infoOf = (store: EventStore) => {
  const found = store.find(ID)
  if (E.isLeft(found)) throw new Error('the stream is not there')
  return found.right
}

const collect = async (store: EventStore, from: Position, wanted: Wanted) => {
  const lines: Array<RecordedEvent | DamagedLine> = []
  let next = from
  let guard = null
  for await (const batch of store.read(infoOf(store), from, wanted)) {
    lines.push(...batch.lines)
    next = batch.next
    guard = batch.guard
  }
  return { lines, next, guard }
}

const messages = (lines: ReadonlyArray<RecordedEvent | DamagedLine>) =>
  lines.map((one) => {
    if (isDamaged(one)) return one.reason
    return one.line.type === 'event_msg' && one.line.payload.type === 'user_message'
      ? one.line.payload.message
      : ''
  })

const wanted = (from: number, until: number) =>
  numbered(from, until).map(({ payload }) => payload.message)

/** Runs the contract against an adapter. */
export const eventStoreContract = (make: () => StoreUnderTest): void => {
  const using = async (use: (under: StoreUnderTest) => Promise<void>): Promise<void> => {
    const under = make()
    try {
      await use(under)
    } finally {
      under.dispose()
    }
  }

  it('does not know a stream nobody appended to', () =>
    using(async ({ store }) => {
      expect(store.find(ID)).to.deep.equal(E.left({ _tag: 'StreamNotFound', streamId: THREAD }))
      expect([store.ids(), store.streams()]).to.deep.equal([E.right([]), E.right([])])
    }))

  it('lists a stream as it finds it', () =>
    using(async ({ store, append }) => {
      append(numbered(0, 1))
      expect(store.ids()).to.deep.equal(E.right([ID]))
      expect(store.streams()).to.deep.equal(E.right([infoOf(store)]))
    }))

  it('reads every line in order, numbered from 0', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), (count) =>
        using(async ({ store, append }) => {
          append(numbered(0, count))
          const { lines, next } = await collect(store, START, 'all')
          expect(messages(lines)).to.deep.equal(wanted(0, count))
          expect(lines.map(({ revision }) => revision)).to.deep.equal(
            numbered(0, count).map((_, i) => i)
          )
          expect(next.revision).to.equal(count)
        })
      ),
      { numRuns: 10 }
    ))

  it('goes on from where a read ended', () =>
    using(async ({ store, append }) => {
      append(numbered(0, 3))
      const first = await collect(store, START, 'folded')
      append(numbered(3, 5))
      const second = await collect(store, first.next, 'folded')
      expect([messages(first.lines), messages(second.lines)]).to.deep.equal([
        wanted(0, 3),
        wanted(3, 5)
      ])
    }))

  it('reports a line that is not an event, and reads on', () =>
    using(async ({ store, append }) => {
      append([line(0), { nonsense: true }, line(2)])
      const { lines } = await collect(store, START, 'all')
      expect(messages(lines)).to.deep.equal(['message 0', 'not_an_event', 'message 2'])
    }))

  it('reads the lines of byte ranges', () =>
    using(async ({ store, append }) => {
      append(numbered(0, 6))
      const { lines } = await collect(store, START, 'all')
      const ranges = [lines[1], lines[4]].map((one) => {
        if (one === undefined) throw new Error('the line is not there')
        return { segment: one.segment, from: one.offset, until: one.offset + one.bytes }
      })
      const read = await store.readRanges(infoOf(store), ranges, 'items')
      expect(messages(read)).to.deep.equal(['message 1', 'message 4'])
    }))

  it('knows the last line of a read again, also when more follows', () =>
    using(async ({ store, append }) => {
      append(numbered(0, 3))
      const { next, guard } = await collect(store, START, 'all')
      if (guard === null) throw new Error('a read of lines has a guard')
      append(numbered(3, 4))
      expect(await store.verify(infoOf(store), next, guard)).to.equal(true)
    }))
}

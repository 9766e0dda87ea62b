/**
 * What every `EventLog` promises: finding, reading and appending. Each adapter's test calls this once, with a way to make
 * a store that holds one stream of given lines and to append to it.
 */
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type {
  DamagedLine,
  DamagedPlace,
  PlacedEvent,
  RecordedEvent
} from '../../domain/log/event.ts'
import { EVERY_LINE, type LineOf, type Needs } from '../../domain/log/needs.ts'
import { ITEM_NEEDS } from '../../domain/thread/items/item-needs.ts'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { findStream, isDamaged, START, type EventStore, type Position } from '../../replay/ports.ts'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import { right } from '../support/engines.ts'
import { idOf } from '../support/rollouts.ts'
import { infoOf, line, numbered, using, type MakeStore } from './store-under-test.ts'

const collect = async <N extends Needs>(
  store: EventStore,
  id: StreamId,
  from: Position,
  needs: N
) => {
  const lines: Array<RecordedEvent<LineOf<N>> | DamagedLine> = []
  let next = from
  let guard = null
  for await (const batch of store.read(infoOf(store, id), from, needs)) {
    lines.push(...batch.lines)
    next = batch.next
    guard = batch.guard
  }
  return { lines, next, guard }
}

const all = async <A>(some: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: Array<A> = []
  for await (const one of some) found.push(one)
  return found
}

const messages = (lines: ReadonlyArray<PlacedEvent<LineOf<typeof ITEM_NEEDS>> | DamagedPlace>) =>
  lines.map((one) => {
    if (isDamaged(one)) return one.reason
    return one.line.type === 'event_msg' && one.line.payload.type === 'user_message'
      ? one.line.payload.message
      : ''
  })

const wanted = (from: number, until: number) =>
  numbered(from, until).map(({ payload }) => payload.message)

const metadata = (id: string, members: object = {}): NewEvent => ({
  timestamp: '2026-05-01T10:00:00.000Z',
  type: 'session_meta',
  payload: {
    ...{ id, timestamp: '2026-05-01T10:00:00.000Z', cwd: '/work', originator: 'o' },
    ...{ cli_version: '1', source: 'cli', model_provider: 'mock' },
    ...members
  }
})

const someEvents: fc.Arbitrary<ReadonlyArray<NewEvent>> = fc.array(
  fc.string({ unit: 'binary' }).map((message) => ({
    timestamp: '2026-05-01T10:00:00.000Z',
    type: 'event_msg',
    payload: { type: 'user_message', message }
  })),
  { minLength: 1, maxLength: 4 }
)

const eventOf = (one: RecordedEvent | DamagedLine) => {
  if (isDamaged(one)) return one.reason
  const { timestamp, type, payload } = one.line
  return { timestamp, type, payload }
}

export const eventLogContract = (make: MakeStore): void => {
  it('does not know a stream nobody appended to', () =>
    using(make, async ({ store, id }) => {
      expect(findStream(store, id)).to.deep.equal(E.left({ _tag: 'StreamNotFound', streamId: id }))
      expect(store.find([id, streamId(idOf(2))])).to.deep.equal(E.right(new Map()))
    }))

  it('finds the streams that are there among those asked for', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 1))
      expect(store.find([streamId(idOf(2)), id])).to.deep.equal(
        E.right(new Map([[id, infoOf(store, id)]]))
      )
    }))

  it('reads every line in order, numbered from 0', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), (count) =>
        using(make, async ({ store, id, append }) => {
          await append(numbered(0, count))
          const { lines, next } = await collect(store, id, START, EVERY_LINE)
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
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 3))
      const first = await collect(store, id, START, ITEM_NEEDS)
      await append(numbered(3, 5))
      const second = await collect(store, id, first.next, ITEM_NEEDS)
      expect([messages(first.lines), messages(second.lines)]).to.deep.equal([
        wanted(0, 3),
        wanted(3, 5)
      ])
    }))

  it('reports a line that is not an event, and reads on', () =>
    using(make, async ({ store, id, append }) => {
      await append([line(0), { nonsense: true }, line(2)])
      const { lines } = await collect(store, id, START, EVERY_LINE)
      expect(messages(lines)).to.deep.equal(['message 0', 'not_an_event', 'message 2'])
    }))

  it('reads the lines of byte ranges', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 6))
      const { lines } = await collect(store, id, START, EVERY_LINE)
      const ranges = [lines[1], lines[4]].map((one) => {
        if (one === undefined) throw new Error('the line is not there')
        return { segment: one.segment, from: one.offset, until: one.offset + one.bytes }
      })
      const read = await store.readRanges(infoOf(store, id), ranges, ITEM_NEEDS)
      expect(messages(read)).to.deep.equal(['message 1', 'message 4'])
    }))

  it('finds the events whose text passes a test, in order, and may find others of their kinds', () =>
    using(make, async ({ store, id, append }) => {
      await append([...numbered(0, 3), { not: 'an event' }, ...numbered(3, 5)])
      const { lines } = await collect(store, id, START, ITEM_NEEDS)
      const events = lines.flatMap((one) => {
        if (isDamaged(one)) return []
        const { revision: _, ...event } = one
        return [event]
      })
      const isAsked = (json: string): boolean => /message [14]/.test(json)
      const found = await all(store.scan(infoOf(store, id), ITEM_NEEDS, isAsked))
      const asked = found.filter((one) => isAsked(JSON.stringify(one.line)))
      expect(asked).to.deep.equal([events[1], events[4]])
      expect(
        events.filter((one) => found.some(({ offset }) => offset === one.offset))
      ).to.deep.equal(found)
      const ranges = [0, 4].map((at) => {
        const { segment, offset, bytes } = events[at] ?? { segment: 0, offset: 0, bytes: 0 }
        return { segment, from: offset, until: offset + bytes }
      })
      const within = await all(store.scan(infoOf(store, id), ITEM_NEEDS, () => true, ranges))
      expect(within).to.deep.equal([events[0], events[4]])
    }))

  it('reads the bytes of a range as they stand', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 3))
      const text = numbered(0, 3)
        .map((one) => `${JSON.stringify(one)}\n`)
        .join('')
      const range = { segment: 0, from: 10, until: text.length - 5 }
      const pieces: Array<Uint8Array> = []
      for await (const piece of store.readBytes(infoOf(store, id), range)) pieces.push(piece)
      expect(Buffer.concat(pieces).toString()).to.equal(text.slice(10, -5))
    }))

  it('knows the last line of a read again, also when more follows', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 3))
      const { next, guard } = await collect(store, id, START, EVERY_LINE)
      if (guard === null) throw new Error('a read of lines has a guard')
      await append(numbered(3, 4))
      const reading = store.read(infoOf(store, id), next, EVERY_LINE, guard)
      expect(await reading.holds()).to.equal(true)
      const lines: Array<RecordedEvent | DamagedLine> = []
      for await (const batch of reading) lines.push(...batch.lines)
      expect(messages(lines)).to.deep.equal(wanted(3, 4))
    }))

  it('tells that a place is not there in a shorter stream', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 3))
      const { next, guard } = await collect(store, id, START, EVERY_LINE)
      await using(make, async (other) => {
        await other.append(numbered(0, 1))
        const info = infoOf(other.store, other.id)
        expect(await other.store.read(info, next, EVERY_LINE, guard).holds()).to.equal(false)
        expect(await other.store.read(info, START, EVERY_LINE).holds()).to.equal(true)
      })
    }))

  const numberOfLines = async (store: EventStore, id: StreamId): Promise<number> =>
    (await collect(store, id, START, EVERY_LINE)).next.revision

  it('reads back what was appended, in one call or in many, in this order', () =>
    fc.assert(
      fc.asyncProperty(fc.array(someEvents, { minLength: 1, maxLength: 6 }), (appends) =>
        using(make, async ({ store, id, append }) => {
          await append(numbered(0, 2))
          const places: Array<number> = []
          for (const events of appends) {
            const { from, next } = await right(store.append(id, 'any', events))
            places.push(from.revision, next.revision)
          }
          const { lines } = await collect(store, id, START, EVERY_LINE)
          expect(lines.slice(2).map(eventOf)).to.deep.equal(appends.flat())
          let revision = 2
          const planned = appends.flatMap(({ length }) => [revision, (revision += length)])
          expect(places).to.deep.equal(planned)
        })
      ),
      { numRuns: 20 }
    ))

  it('answers with places from which a read goes on', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 2))
      const { from, next } = await right(store.append(id, 2, numbered(2, 4)))
      await append(numbered(4, 5))
      expect(messages((await collect(store, id, from, EVERY_LINE)).lines)).to.deep.equal(
        wanted(2, 5)
      )
      expect(messages((await collect(store, id, next, EVERY_LINE)).lines)).to.deep.equal(
        wanted(4, 5)
      )
    }))

  it('counts from a known place as it counts from the start', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 3))
      const known = await collect(store, id, START, EVERY_LINE)
      await append(numbered(3, 5))
      const { from } = await right(store.append(id, 5, numbered(5, 6), known))
      expect(from.revision).to.equal(5)
    }))

  it('appends nothing when the stream holds more or fewer events than expected', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 3))
      for (const expected of [0, 2, 4, 'no_stream'] as const)
        expect(await store.append(id, expected, numbered(3, 4))()).to.deep.equal(
          E.left({ _tag: 'WrongExpectedRevision', streamId: id, expected, actual: 3 })
        )
      expect(await numberOfLines(store, id)).to.equal(3)
    }))

  it('appends to a stream that must exist only when it does', () =>
    using(make, async ({ store, id, append }) => {
      for (const expected of ['stream_exists', 0] as const)
        expect(await store.append(id, expected, numbered(0, 1))()).to.deep.equal(
          E.left({ _tag: 'WrongExpectedRevision', streamId: id, expected, actual: null })
        )
      expect(findStream(store, id)).to.deep.include({ _tag: 'Left' })
      await append(numbered(0, 1))
      const { next } = await right(store.append(id, 'stream_exists', numbered(1, 2)))
      expect(next.revision).to.equal(2)
    }))

  it('lets only one of several that expect the same revision through', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 1))
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store.append(id, 1, numbered(i, i + 1))())
      )
      expect(all.filter(E.isRight)).to.have.length(1)
      expect(all.filter(E.isLeft)).to.deep.equal(
        Array.from({ length: 7 }, () =>
          E.left({ _tag: 'WrongExpectedRevision', streamId: id, expected: 1, actual: 2 })
        )
      )
      expect(await numberOfLines(store, id)).to.equal(2)
    }))

  it('begins a stream with its metadata, and with nothing else', () =>
    using(make, async ({ store, id }) => {
      expect(await store.append(id, 'any', numbered(0, 1))()).to.deep.equal(
        E.left({ _tag: 'StreamNotFound', streamId: id })
      )
      expect(await store.append(id, 'no_stream', numbered(0, 1))()).to.deep.equal(
        E.left({ _tag: 'InvalidRequest', message: 'a new thread begins with session_meta' })
      )
      expect(await store.append(id, 'no_stream', [metadata(idOf(2))])()).to.deep.equal(
        E.left({
          _tag: 'InvalidRequest',
          message: `the session_meta is not that of thread ${id}`
        })
      )
      const events = [metadata(id), line(0)]
      const { from, next } = await right(store.append(id, 'no_stream', events))
      expect([from, next.revision]).to.deep.equal([START, 2])
      expect((await collect(store, id, START, EVERY_LINE)).lines.map(eventOf)).to.deep.equal(events)
      const again = await store.append(id, 'no_stream', events)()
      expect(again).to.deep.equal(
        E.left({
          _tag: 'WrongExpectedRevision',
          streamId: id,
          expected: 'no_stream',
          actual: 2
        })
      )
    }))

  it('numbers the lines of a paginated stream, and no others', () =>
    using(make, async ({ store, id }) => {
      const head = metadata(id, { history_mode: 'paginated' })
      await right(store.append(id, 'no_stream', [head, line(1)]))
      await right(store.append(id, 2, numbered(2, 4)))
      const { lines } = await collect(store, id, START, EVERY_LINE)
      expect(lines.map((one) => (isDamaged(one) ? null : one.line.ordinal))).to.deep.equal([
        0, 1, 2, 3
      ])
    }))

  it('refuses what it could not read back, and appends none of it', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 1))
      const bad: ReadonlyArray<object> = [
        { ...line(1), timestamp: '2026-05-01T10:00:00Z' },
        { ...line(1), timestamp: '2026-13-01T10:00:00.000Z' },
        { ...line(1), timestamp: 5 },
        { ...line(1), type: undefined },
        { ...line(1), payload: [] },
        { ...line(1), payload: { type: 'user_message' } },
        { ...line(1), payload: { type: 'user_message', message: 1n } },
        { ...line(1), payload: { type: 'user_message', message: undefined } }
      ]
      for (const event of bad)
        expect(await store.append(id, 'any', [line(1), event as NewEvent])()).to.deep.include({
          _tag: 'Left'
        })
      expect(await store.append(id, 'any', [])()).to.deep.equal(
        E.left({ _tag: 'InvalidRequest', message: 'there is no event to append' })
      )
      expect(await numberOfLines(store, id)).to.equal(1)
    }))

  it('writes an event as it was when it was given', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 1))
      const event = line(1)
      const appending = store.append(id, 1, [event])()
      event.payload.message = 'changed'
      await appending
      expect(messages((await collect(store, id, START, EVERY_LINE)).lines)).to.deep.equal(
        wanted(0, 2)
      )
    }))
}

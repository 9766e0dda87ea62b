// Streams of a store, case by case. The goal: what a stream tells about a thread is what its files tell. The method: small
// plans, written to a stream in memory and read back.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { v5 } from 'uuid'
import { EMPTY, evolve, nextOrdinal } from '../../../../adapters/log/eventstore/stream/directory.ts'
import { plan, Planner } from '../../../../adapters/log/eventstore/stream/plan.ts'
import { eventId } from '../../../../adapters/log/eventstore/stream/event.ts'
import { dataBytes, joiner, type Joined } from '../../../../adapters/log/eventstore/stream/join.ts'
import { readLine } from '../../../../adapters/log/eventstore/stream/line.ts'
import {
  logStream,
  threadOfStream,
  threadStream
} from '../../../../adapters/log/eventstore/stream/names.ts'
import { opening } from '../../../../adapters/log/eventstore/stream/opening.ts'
import type { AppendCall } from '../../../../adapters/log/eventstore/stream/pack.ts'
import type {
  StreamPlan,
  Planning,
  StreamStep
} from '../../../../adapters/log/eventstore/stream/plan.ts'
import { proposed } from '../../../../adapters/log/eventstore/stream/event.ts'
import type {
  NewFact,
  StoredEvent,
  StreamDirectory
} from '../../../../adapters/log/eventstore/stream/stored.ts'
import { planningOf, sha256, STREAM, streamServer } from '../../../support/stream-server.ts'

const [A, B] = ['0195b2d8-7c4c-7000-8000-00000000000a', '0195b2d8-7c4c-7000-8000-00000000000b']

const placed = (segment: string): NewFact => ({
  type: 'unroll-placed',
  data: { files: [{ segment, path: `sessions/${segment}.jsonl`, modifiedAtMs: 1000 }] }
})

const utf8 = (text: string): Uint8Array => Buffer.from(text)
const meta = (mode: string, more: object = {}): Uint8Array =>
  utf8(JSON.stringify({ type: 'session_meta', payload: { history_mode: mode, ...more } }))
const line = (text: string, ordinal?: number): Uint8Array =>
  utf8(JSON.stringify({ ordinal, type: 'event_msg', payload: { type: 'user_message', text } }))

const planned = (planning: Planning, steps: ReadonlyArray<StreamStep>): StreamPlan => {
  const made = plan(planning, steps)
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right
}

const folded = (events: ReadonlyArray<StoredEvent>): StreamDirectory => events.reduce(evolve, EMPTY)
const read = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<Joined> => {
  const { take } = joiner()
  return events.flatMap(take)
}

/** A server with some steps written, and what came of it. */
const written = (...steps: ReadonlyArray<StreamStep>) => {
  const server = streamServer()
  const { calls, directory } = planned(planningOf(EMPTY), steps)
  calls.forEach((call) => expect(server.append(call)).to.equal('appended'))
  return { ...server, directory, calls }
}

const idsOf = (calls: ReadonlyArray<AppendCall>): ReadonlyArray<string> =>
  calls.flatMap(({ events }) => events.map(({ id }) => id))

describe('the stream of a thread', () => {
  it('has a name that tells the thread, and no other stream has', () => {
    expect(threadOfStream(threadStream(A))).to.equal(A)
    expect(
      [logStream('operations'), 'thread-x', 'unroll-lease', A].map(threadOfStream)
    ).to.deep.equal([null, null, null, null])
  })

  it('has ids that are UUIDs of version 5', () => {
    const namespace = Buffer.from('unroll-store-ids')
    for (const parts of [['thread-x', 7, 'é\u0000'], [], ['a'.repeat(500)]]) {
      expect(eventId(parts)).to.equal(v5(parts.join('\n'), namespace))
    }
  })

  it('says what a line is, and never calls a line what only the store writes', () => {
    const kinds = [
      '{"type":"event_msg","payload":{"type":"user_message"}}',
      '{"type":"session_meta","payload":{}}',
      '{"type":"unroll-placed","payload":{}}',
      '{"type":"$>","payload":{}}',
      '{"type":"a","payload":{"type":"b c"}}',
      '{"payload":{}}',
      'null',
      'half'
    ].map((text) => readLine(utf8(text)).kind)
    expect(kinds).to.deep.equal([
      'event_msg/user_message',
      'session_meta',
      'unroll-line',
      'unroll-line',
      'unroll-line',
      'unroll-damaged',
      'unroll-damaged',
      'unroll-damaged'
    ])
  })

  it('tells of a segment what its first line says, from the last event too', () => {
    const base = { thread_id: B, end_ordinal_exclusive: 3, end_byte_offset: 99 }
    const { directory, events } = written(
      { fact: placed(A) },
      { segment: A, lines: [meta('paginated', { history_base: base }), line('a', 3), utf8('half')] }
    )
    expect(directory.segments).to.have.length(1)
    const [segment] = directory.segments
    expect(segment).to.deep.include({ base, numbered: true, ordinal: 4, lines: 3, tail: null })
    const asked = opening()
    asked.next()
    expect(asked.next(events.at(-1)).value).to.equal(0)
    expect(asked.next(events[0])).to.deep.equal({ done: true, value: directory })
  })

  it('tells what the first line says also when the segment was there before it', () => {
    const { events, append, directory } = written({ fact: placed(A) })
    const more = planned(planningOf(directory), [{ segment: A, lines: [meta('paginated')] }])
    more.calls.forEach(append)
    expect(folded(events).segments[0]?.numbered).to.equal(true)
  })

  it('writes a fact in one call with the line that follows', () => {
    for (let bytes = 0; bytes < 1500; bytes += 50) {
      const { calls } = planned(planningOf(EMPTY, { callBytesMax: 3000 }), [
        { fact: placed(A) },
        { segment: A, lines: [meta('legacy'), line('x'.repeat(bytes))] },
        { fact: placed(A) },
        { segment: A, lines: [line('y')] }
      ])
      const types = calls.map(({ events }) => events.map(({ type }) => type))
      const [last, ...before] = types.toReversed()
      expect(last?.slice(-2)).to.deep.equal(['unroll-placed', 'event_msg/user_message'])
      expect(before.every((call) => call.at(-1) !== 'unroll-placed')).to.equal(true)
    }
  })

  it('numbers the next line as files do', () => {
    const next = (...lines: ReadonlyArray<Uint8Array>) => {
      const { directory } = written({ fact: placed(A) }, { segment: A, lines })
      const [segment = expect.fail()] = directory.segments
      return nextOrdinal(segment, 40)
    }
    expect([
      next(meta('paginated'), line('a', 6)),
      next(meta('paginated'), line('a')),
      next(meta('legacy'), line('a', 6)),
      next(utf8('unreadable'), line('a', 6), utf8('half')),
      next(utf8('unreadable'), line('a'))
    ]).to.deep.equal([7, 40, null, 7, null])
  })

  it('puts a fact before lines of another segment, and tells where each run of lines begins', () => {
    const { events, append, directory } = written(
      { fact: placed(A) },
      { segment: A, lines: [meta('legacy'), line('a')] },
      { fact: placed(B) },
      { segment: B, lines: [meta('legacy'), line('b')] },
      { segment: A, lines: [line('again')] }
    )
    expect(events.map(({ type }) => type)).to.deep.equal([
      'unroll-placed',
      'session_meta',
      'event_msg/user_message',
      'unroll-placed',
      'session_meta',
      'event_msg/user_message',
      'unroll-placed',
      'event_msg/user_message'
    ])
    const more = planned(planningOf(directory), [{ segment: A, lines: [line('and again')] }])
    more.calls.forEach(append)
    const [a = expect.fail(), b = expect.fail()] = folded(events).segments
    const bytes = meta('legacy').length + 1 + line('a').length + 1
    expect(a.runs).to.deep.equal([
      { revision: 1, line: 0, offset: 0 },
      { revision: 7, line: 2, offset: bytes }
    ])
    expect(b.runs).to.deep.equal([{ revision: 4, line: 0, offset: 0 }])
    expect(events).to.have.length(9)
  })

  it('keeps a torn tail until the next event of the segment, and says whether it is a line', () => {
    const { events, append, directory } = written(
      { fact: placed(A) },
      { segment: A, lines: [meta('legacy')] },
      { segment: A, tail: utf8('{"half":') }
    )
    const offset = meta('legacy').length + 1
    const tail = { offset, bytes: 8, sha256: sha256(utf8('{"half":')), revision: 2, parts: 1 }
    const last = { offset: 0, bytes: offset - 1, sha256: sha256(meta('legacy')) }
    expect(directory.segments[0]).to.deep.include({ tail: { ...tail, whole: false }, last })
    const longer = planned(planningOf(directory), [{ segment: A, tail: utf8('{"half":1}') }])
    longer.calls.forEach(append)
    expect(folded(events).segments[0]?.tail?.whole).to.equal(true)
    const ended = planned(planningOf(longer.directory), [
      { segment: A, lines: [utf8('{"half":1}')] }
    ])
    ended.calls.forEach(append)
    expect(folded(events).segments[0]).to.deep.include({ tail: null, lines: 2, bytes: offset + 11 })
  })

  it('keeps a byte order mark and blank lines as bytes that are no lines', () => {
    const { events, directory } = written(
      { fact: placed(A) },
      {
        segment: A,
        lines: [utf8(`\ufeff${meta('paginated').toString()}`), utf8(''), utf8(' \r'), line('a')]
      }
    )
    const kinds = read(events).map((one) => [
      one.what,
      one.what === 'fact' ? '' : Buffer.from(dataBytes(one.data ?? expect.fail())).toString()
    ])
    expect(kinds).to.deep.equal([
      ['fact', ''],
      ['blank', '\ufeff'],
      ['line', meta('paginated').toString()],
      ['blank', '\n \r\n'],
      ['line', line('a').toString()]
    ])
    expect(directory.segments[0]).to.deep.include({ lines: 2, numbered: true })
  })

  it('gives equal ids to those who copy the same, and different ones to those who write the same', () => {
    const steps: ReadonlyArray<StreamStep> = [
      { fact: placed(A) },
      { segment: A, lines: [line('a')] }
    ]
    const ids = (writer: Partial<Planning['writer']>) =>
      idsOf(
        planned(
          planningOf(EMPTY, { writer: { source: 'push', home: 'x', nonce: '', ...writer } }),
          steps
        ).calls
      )
    expect(ids({ home: 'another' })).to.deep.equal(ids({}))
    const mine = ids({ nonce: 'mine' })
    expect(mine.filter((id) => ids({ nonce: 'yours' }).includes(id))).to.deep.equal([])
    expect(new Set(mine).size).to.equal(2)
  })

  it('says so when the server takes less than one event needs', () => {
    const small = plan(planningOf(EMPTY, { callBytesMax: 300 }), [{ fact: placed(A) }])
    expect(E.isLeft(small) && small.left._tag).to.equal('NotPossible')
  })

  it('holds lines that no fact has placed yet, and is no thread until then', () => {
    const { events, append } = streamServer()
    const lines = planned(planningOf(EMPTY), [{ segment: A, lines: [meta('legacy'), line('a')] }])
    lines.calls.forEach(append)
    expect(folded(events)).to.deep.include({ facts: -1, revision: 1 })
    const fact = planned(planningOf(lines.directory), [{ fact: placed(A) }])
    fact.calls.forEach(append)
    expect(folded(events)).to.deep.include({ facts: 2, revision: 2 })
    expect(folded(events).segments[0]).to.deep.include({
      path: `sessions/${A}.jsonl`,
      lines: 2,
      runs: [{ revision: 0, line: 0, offset: 0 }]
    })
  })

  it('passes over events of others', () => {
    const server = written({ fact: placed(A) }, { segment: A, lines: [line('a')] })
    const stranger = proposed({
      ...{ stream: STREAM, revision: 2, type: 'somebody-else', nonce: '' },
      ...{ data: { a: 1 }, metadata: { directory: 'none', segment: 7 } }
    })
    server.append({ expected: 1, events: [stranger], bytes: 0 })
    expect(folded(server.events)).to.deep.equal({ ...server.directory, revision: 2 })
    expect(read(server.events).map(({ what }) => what)).to.deep.equal(['fact', 'line'])
    const asked = opening()
    asked.next()
    asked.next(server.events[2])
    asked.next(server.events[1])
    expect(asked.next(server.events[0]).value).to.deep.equal(folded(server.events))
  })

  it('counts nothing of a group that is not as it says', () => {
    const strangers = (...marks: ReadonlyArray<object>) => {
      const server = written({ fact: placed(A) }, { segment: A, lines: [line('a')] })
      const [, stored = expect.fail()] = server.events
      marks.forEach((mark, i) => {
        const metadata = { ...stored.metadata, line: 1, offset: 900, ...mark }
        const others = { stream: STREAM, revision: 2 + i, nonce: '', data: { a: 1 } }
        const event = proposed({ ...others, type: 'event_msg/user_message', metadata })
        server.append({ expected: 1 + i, events: [event], bytes: 0 })
      })
      const { events, directory } = server
      expect(folded(events)).to.deep.include({ segments: directory.segments })
      return folded(events).open?.group ?? null
    }
    expect([
      strangers({ group: 1, until: 3 }),
      strangers({ group: 2, until: 4 }, { group: 3, until: 4 }),
      strangers({ group: 2, until: 4 }, { group: 9, until: 4 }),
      strangers({ group: 2, until: 4 }, { group: 1, until: 3 }),
      strangers({ group: 2, until: 9 })
    ]).to.deep.equal([null, 3, 3, null, 2])
  })

  it('gives calls as soon as they are full', () => {
    const planner = new Planner(planningOf(EMPTY, { callBytesMax: 5000 }))
    planner.fact(placed(A))
    const many = Array.from({ length: 40 }, (_, i) => line(`${i}`.padEnd(100)))
    const early = planner.lines(A, many)
    const late = planner.end()
    if (E.isLeft(early) || E.isLeft(late)) return expect.fail()
    expect(late.right.calls).to.have.length(1)
    const { events, append } = streamServer(5000)
    const calls = [...early.right, ...late.right.calls]
    expect(calls.map(append)).to.deep.equal(calls.map(() => 'appended'))
    expect(read(events).filter(({ what }) => what === 'line')).to.have.length(40)
  })
})

describe('joining the events of a stream', () => {
  const long = utf8(JSON.stringify({ type: 'long', payload: { text: 'x'.repeat(20_000) } }))
  const grouped = () => {
    const { events, append } = streamServer()
    const planning = planningOf(EMPTY, { callBytesMax: 3000, together: true })
    const { calls } = planned(planning, [
      { fact: placed(A) },
      { segment: A, lines: [line('a'), long, line('b')] }
    ])
    calls.forEach(append)
    return events
  }

  it('tells a line that is too large without holding it', () => {
    const events = grouped()
    const { take } = joiner({ lineBytesMax: 10_000 })
    const joined = events.flatMap(take)
    expect(joined.map((one) => [one.what, one.data === null])).to.deep.equal([
      ['fact', false],
      ['line', false],
      ['line', true],
      ['line', false]
    ])
    const [, , large] = joined
    if (large?.what !== 'line') return expect.fail()
    const parts = events.slice(large.from, large.revision + 1)
    expect(Buffer.concat(parts.map(({ data }) => dataBytes(data))).equals(long)).to.equal(true)
  })

  it('asks about a group that is too large to be held, and goes on as it is told', () => {
    const events = grouped()
    for (const isWhole of [true, false]) {
      const { take, asks, settle, idle } = joiner({ heldBytesMax: 4000 })
      const joined: Array<Joined> = []
      let asked = 0
      for (const event of events) {
        joined.push(...take(event))
        const about = asks()
        if (about === null) continue
        asked += 1
        expect(about).to.deep.equal({ group: 0, until: events.length - 1 })
        joined.push(...settle(isWhole))
      }
      expect(asked).to.equal(1)
      expect(joined).to.deep.equal(isWhole ? read(events) : [])
      expect(idle()).to.equal(true)
    }
  })

  it('is idle only between groups', () => {
    const events = grouped()
    const { take, idle } = joiner()
    const idles = events.map((event) => {
      take(event)
      return idle()
    })
    expect(idles).to.deep.equal(events.map((_, i) => i === events.length - 1))
  })
})

// Lines of files as events of a server, and back. The goal: whatever bytes a file holds, however little the server takes in
// one call, and wherever a writer is killed, readers get these bytes again, whole or not at all. The method: random
// bytes, limits and kills against a stream in memory that behaves as a server does.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EMPTY, evolve } from '../../adapters/log/eventstore/stream/directory.ts'
import { plan } from '../../adapters/log/eventstore/stream/plan.ts'
import { dataBytes, joiner, type Joined } from '../../adapters/log/eventstore/stream/join.ts'
import { opening } from '../../adapters/log/eventstore/stream/opening.ts'
import type { StreamPlan, Planning, StreamStep } from '../../adapters/log/eventstore/stream/plan.ts'
import { CALL_BYTES_MAX } from '../../adapters/log/eventstore/stream/event.ts'
import type {
  NewFact,
  StoredEvent,
  StoredSegment,
  StreamDirectory
} from '../../adapters/log/eventstore/stream/stored.ts'
import { planningOf, STREAM, streamServer } from '../support/stream-server.ts'

const [FIRST, SECOND] = [STREAM.slice('thread-'.length), '0195b2d8-7c4c-7000-8000-000000000002']

const placed = (segment: string, modifiedAtMs = 1): NewFact => ({
  type: 'unroll-placed',
  data: {
    files: [{ segment, path: `sessions/2026/01/01/rollout-${segment}.jsonl`, modifiedAtMs }],
    lineage: [{ thread: FIRST, segment, from: 0, until: null, gap: null }]
  }
})

const planned = (planning: Planning, steps: Iterable<StreamStep>): StreamPlan => {
  const made = plan(planning, steps)
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  return made.right
}

/** The parts of some events that count. */
const read = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<Joined> => {
  const { take } = joiner()
  return events.flatMap(take)
}

const folded = (events: ReadonlyArray<StoredEvent>): StreamDirectory => events.reduce(evolve, EMPTY)

/** The directory as a new reader finds it, and how often it had to ask. */
const opened = (events: ReadonlyArray<StoredEvent>) => {
  const steps = opening()
  let asked = 0
  for (let step = steps.next(undefined); ;) {
    if (step.done) return { directory: step.value, asked }
    asked += 1
    step = steps.next(events[step.value === 'end' ? events.length - 1 : step.value])
  }
}

/** The file of a segment, from the events that count. */
const fileOf = (joined: ReadonlyArray<Joined>, segment: string): Buffer => {
  const chunks: Array<Uint8Array> = []
  let tail: Uint8Array | null = null
  for (const one of joined) {
    if (one.what === 'fact' || one.metadata.segment !== segment) continue
    const bytes = dataBytes(one.data ?? expect.fail('not held'))
    const at = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    expect(one.metadata).to.include({ offset: at, bytes: bytes.length })
    tail = one.what === 'tail' ? bytes : null
    if (one.what === 'line') chunks.push(bytes, Buffer.from('\n'))
    if (one.what === 'blank') chunks.push(bytes)
  }
  return Buffer.concat([...chunks, tail ?? Buffer.of()])
}

/** A file as steps of a plan: its lines, and what stands behind the last newline. */
const stepsOf = (segment: string, file: Buffer): ReadonlyArray<StreamStep> => {
  const lines: Array<Buffer> = []
  let from = 0
  for (let end = file.indexOf(10); end !== -1; end = file.indexOf(10, from)) {
    lines.push(file.subarray(from, end))
    from = end + 1
  }
  const tail = file.subarray(from)
  return [{ segment, lines }, ...(tail.length === 0 ? [] : [{ segment, tail }])]
}

const BACKSLASH = '\\'
const line = (payload: unknown, type: unknown = 'event_msg', ordinal?: number): string =>
  JSON.stringify({ timestamp: '2026-01-01T00:00:00.000Z', ordinal, type, payload })

/** Lines that are easy to get wrong. */
const ODD: ReadonlyArray<string | Buffer> = [
  '',
  ' \t\r',
  '\ufeff',
  `\ufeff${line({ type: 'user_message' })}`,
  `${line({ type: 'user_message', message: 'crlf' })}\r`,
  Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xc3]), Buffer.from('"}')]),
  Buffer.alloc(7),
  line({ type: 'x', text: 'a NUL \u0000 and a lone \ud800 surrogate' }),
  `{"type":"event_msg","payload":{"type":"x","text":"${BACKSLASH}uD800 ${BACKSLASH}u00e9 ${BACKSLASH}/"}}`,
  '{"type":"a","type":"b"}',
  '{"type":"numbers","payload":{"a":1.0,"b":-0,"c":1e400,"d":12345678901234567890,"e":1E2}}',
  '{"type":"keys","payload":{"b":1,"10":2,"2":3}}',
  '{"type":"proto","__proto__":{"type":"x"},"payload":{"__proto__":1,"constructor":{"prototype":null}}}',
  '{"type":"unroll-placed","payload":{"files":[]}}',
  '{"type":"unroll-part","payload":{}}',
  '{"type":"$metadata","payload":{}}',
  `{"type":"${'long'.repeat(100)}","payload":{}}`,
  '{"type":"event_msg","payload":{"type":"a/b\\n"}}',
  '{ "type" : "spaces", "payload" : { } }',
  `{"type":"deep","payload":${'['.repeat(20000)}${']'.repeat(20000)}}`,
  `{"type":"objects","payload":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}}`,
  '[1]',
  'null',
  '"text"',
  'half a li',
  line({ id: FIRST, history_mode: 'paginated' }, 'session_meta', 0),
  line({ type: 'user_message', message: 'numbered' }, 'event_msg', 7),
  line({ type: 'agent_message', message: 'long '.repeat(2000) })
]

const bytesArb = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD).map((one) => Buffer.from(one as string)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((one) => Buffer.from(one)) },
  { weight: 2, arbitrary: fc.json().map((one) => Buffer.from(one)) },
  {
    weight: 2,
    arbitrary: fc
      .record({ type: fc.string(), payload: fc.jsonValue(), ordinal: fc.option(fc.nat()) })
      .map((one) => Buffer.from(JSON.stringify(one)))
  }
)

/** A file: pieces between newlines; the last one is its tail. */
const fileArb = fc
  .array(bytesArb, { maxLength: 12 })
  .map((pieces) =>
    Buffer.concat(pieces.flatMap((piece, i) => (i ? [Buffer.from('\n'), piece] : [piece])))
  )

const limitArb = fc.integer({ min: 2500, max: 20000 })

describe('lines as events of a stream', () => {
  it('gives back every file byte for byte, however little the server takes in one call', () => {
    fc.assert(
      fc.property(fileArb, limitArb, fc.boolean(), (file, callBytesMax, together) => {
        const { events, append } = streamServer(callBytesMax)
        const steps = [{ fact: placed(FIRST) }, ...stepsOf(FIRST, file)]
        const { calls, directory } = planned(planningOf(EMPTY, { callBytesMax, together }), steps)
        expect(calls.map(append)).to.deep.equal(calls.map(() => 'appended'))
        expect(fileOf(read(events), FIRST).equals(file)).to.equal(true)
        expect(folded(events)).to.deep.equal(directory)
        const [segment] = directory.segments as [StoredSegment]
        expect(segment.bytes + (segment.tail?.bytes ?? 0)).to.equal(file.length)
      }),
      { numRuns: 300 }
    )
  })

  it('gives back every rollout of recorded homes, as it is and in parts', () => {
    const homes = join(import.meta.dirname, '../fixtures/homes')
    const rollouts = (readdirSync(homes, { recursive: true }) as Array<string>).filter((path) =>
      /rollout-[^/]*\.jsonl$/.test(path)
    )
    expect(rollouts.length).to.be.greaterThan(100)
    for (const path of rollouts) {
      const file = readFileSync(join(homes, path))
      for (const callBytesMax of [3000, CALL_BYTES_MAX]) {
        const { events, append } = streamServer(callBytesMax)
        const steps = [{ fact: placed(FIRST) }, ...stepsOf(FIRST, file)]
        const { calls, directory } = planned(planningOf(EMPTY, { callBytesMax }), steps)
        expect(calls.map(append)).to.deep.equal(calls.map(() => 'appended'))
        expect(fileOf(read(events), FIRST).equals(file), path).to.equal(true)
        expect(opened(events).directory).to.deep.equal(directory)
      }
    }
  })

  const historyArb = fc.array(
    fc.record({
      segment: fc.constantFrom(FIRST, SECOND),
      lines: fc.array(
        bytesArb.map((one) => Buffer.from(one.filter((byte) => byte !== 10))),
        {
          maxLength: 5
        }
      ),
      tail: fc.option(bytesArb.map((one) => Buffer.from(one.filter((byte) => byte !== 10)))),
      fact: fc.option(fc.constantFrom('placed', 'named', 'purged')),
      together: fc.boolean(),
      atMs: fc.option(fc.nat(), { nil: undefined }),
      /** Calls that are made before the writer is killed. */
      callsMax: fc.oneof(
        { weight: 3, arbitrary: fc.constant(99) },
        { weight: 2, arbitrary: fc.nat(4) }
      )
    }),
    { minLength: 1, maxLength: 8 }
  )

  const factOf = (name: string, segment: string): NewFact =>
    name === 'placed'
      ? placed(segment, 77)
      : name === 'named'
        ? { type: 'unroll-named', data: { name: 'a', updatedAt: 'b' } }
        : { type: 'unroll-deleted', data: { files: [], purged: true } }

  it('finds the directory from the last events as from all of them, after every event and every kill', () => {
    fc.assert(
      fc.property(historyArb, limitArb, (history, callBytesMax) => {
        const { events, append } = streamServer(callBytesMax)
        for (const { segment, lines, tail, fact, together, atMs, callsMax } of history) {
          const before = folded(events)
          const isThere = before.segments.some((one) => one.segment === segment)
          const writer = {
            source: 'append' as const,
            home: null,
            nonce: `${events.length}`,
            ...(atMs === undefined ? {} : { atMs })
          }
          const { calls, directory } = planned(
            planningOf(before, { callBytesMax, together, writer }),
            [
              ...(isThere ? [] : [{ fact: placed(segment) }]),
              ...(fact === null ? [] : [{ fact: factOf(fact, segment) }]),
              { segment, lines },
              ...(tail === null || tail.length === 0 ? [] : [{ segment, tail }])
            ]
          )
          const made = calls.slice(0, callsMax)
          expect(made.map(append)).to.deep.equal(made.map(() => 'appended'))
          expect(made.map(append)).to.deep.equal(made.map(() => 'repeated'))
          // Without a call nothing is appended, and a group that a kill left open stays so.
          if (calls.length > 0 && made.length === calls.length)
            expect(folded(events)).to.deep.equal(directory)
        }
        for (let count = 1; count <= events.length; count++) {
          const prefix = events.slice(0, count)
          const { directory, asked } = opened(prefix)
          expect(directory).to.deep.equal(folded(prefix))
          expect(asked).to.be.at.most(5 + history.length)
        }
      }),
      { numRuns: 300 }
    )
  })

  it('shows all of what counts together or nothing of it, wherever its writer is killed', () => {
    fc.assert(
      fc.property(
        fc.array(fileArb, { minLength: 1, maxLength: 5 }),
        fc.array(fc.oneof(fc.constant(99), fc.nat(6)), { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 2500, max: 8000 }),
        (files, kills, callBytesMax) => {
          const { events, append } = streamServer(callBytesMax)
          let counts = Buffer.of()
          for (const [i, file] of files.entries()) {
            const whole = Buffer.concat([file, Buffer.from('\n')])
            const before = folded(events)
            const begins = before.facts < 0 ? [{ fact: placed(FIRST) }] : []
            const writer = { source: 'append' as const, home: null, nonce: `${i}` }
            const planning = planningOf(before, { callBytesMax, together: true, writer })
            const { calls } = planned(planning, [...begins, ...stepsOf(FIRST, whole)])
            const made = calls.slice(0, kills[i])
            made.forEach((call) => expect(append(call)).to.equal('appended'))
            if (made.length === calls.length) counts = Buffer.concat([counts, whole])
            expect(fileOf(read(events), FIRST).equals(counts)).to.equal(true)
          }
        }
      ),
      { numRuns: 200 }
    )
  })

  it('shows whole lines up to where their writer was killed, when each counts by itself', () => {
    fc.assert(
      fc.property(fileArb, limitArb, fc.nat(8), (file, callBytesMax, kill) => {
        const { events, append } = streamServer(callBytesMax)
        const steps = [{ fact: placed(FIRST) }, ...stepsOf(FIRST, file)]
        const { calls } = planned(planningOf(EMPTY, { callBytesMax }), steps)
        calls.slice(0, kill).forEach((call) => expect(append(call)).to.equal('appended'))
        const before = folded(events)
        const begun = fileOf(read(events), FIRST)
        expect(file.subarray(0, begun.length).equals(begun)).to.equal(true)
        const at = before.segments[0]?.bytes ?? 0
        const rest = planned(planningOf(before, { callBytesMax }), [
          ...(before.facts < 0 ? [{ fact: placed(FIRST) }] : []),
          ...stepsOf(FIRST, file.subarray(at))
        ])
        rest.calls.forEach((call) => expect(append(call)).to.equal('appended'))
        expect(fileOf(read(events), FIRST).equals(file)).to.equal(true)
      }),
      { numRuns: 200 }
    )
  })

  it('gives from any revision on what counts there, but for lines that began before', () => {
    fc.assert(
      fc.property(fileArb, limitArb, fc.boolean(), (file, callBytesMax, together) => {
        const { events, append } = streamServer(callBytesMax)
        const steps = [{ fact: placed(FIRST) }, ...stepsOf(FIRST, file)]
        planned(planningOf(EMPTY, { callBytesMax, together }), steps).calls.forEach(append)
        const all = read(events)
        const firstOf = (one: Joined): number => (one.what === 'fact' ? one.revision : one.from)
        for (let from = 0; from <= events.length; from++)
          expect(read(events.slice(from))).to.deep.equal(all.filter((one) => firstOf(one) >= from))
      }),
      { numRuns: 50 }
    )
  })

  it('fills calls: two that follow one another never fit into one', () => {
    fc.assert(
      fc.property(fileArb, limitArb, (file, callBytesMax) => {
        const steps = [{ fact: placed(FIRST) }, ...stepsOf(FIRST, file)]
        const { calls } = planned(planningOf(EMPTY, { callBytesMax }), steps)
        const isGrouped = ({ events }: (typeof calls)[number]): boolean =>
          events.some(({ metadata }) => Buffer.from(metadata).includes('"group":'))
        calls.slice(1).forEach((call, i) => {
          const before = calls[i] as typeof call
          if (!isGrouped(call) && !isGrouped(before))
            expect(before.bytes + call.bytes).to.be.greaterThan(callBytesMax)
        })
      })
    )
  })
})

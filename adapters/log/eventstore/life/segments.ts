/**
 * Making segments of a store: a fork, a revert, a thread of its own. A segment appears whole or not at all.
 *
 * One that names its history is written in one piece: its lines count only together with the fact that places them. A copy
 * may be larger than readers want to hold back: its lines come first, and nobody sees a stream before the fact at its end.
 */
import * as E from 'fp-ts/lib/Either.js'
import { relative, sep } from 'node:path'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import { EMPTY } from '../stream/directory.ts'
import { dataBytes } from '../stream/join.ts'
import { Planner } from '../stream/plan.ts'
import { threadStream } from '../stream/names.ts'
import type { NewFact } from '../stream/stored.ts'
import type { EventStore, NewSegment, SegmentWriter } from '../../../../replay/ports.ts'
import { segmentPath } from '../../jsonl/create.ts'
import { attempted, thrown } from '../../../../replay/guarded.ts'
import type { ChangeParts } from './change.ts'
import { lineageFrom, threadOf } from '../threads/begin.ts'
import type { SegmentAt } from '../threads/locate.ts'
import { joinedFrom, readingOf, type StoreReading } from '../threads/segment-bytes.ts'
import {
  appendSteps,
  callBytesMaxOf,
  writeCalls,
  writePlan,
  type CallsResult
} from '../threads/write.ts'

export interface StoreSegmentsParts extends ChangeParts {
  /** Below which paths are shown. */
  readonly home: string
  readonly nowMs: () => number
  /** Where copied history is read from. */
  readonly store: Pick<EventStore, 'lineage'>
}

const ENCODER = new TextEncoder()
/** Lines that are planned together; what is planned is held until its call is full. */
const BATCH_BYTES = 512 * 1024
/** A server that takes less in a call than was thought says so once or twice. */
const ATTEMPTS_MAX = 8

const placed = async (parts: StoreSegmentsParts, segment: NewSegment): Promise<NewFact> => {
  const { home, nowMs } = parts
  const { streamId, segmentId, lines } = segment
  const path = relative(home, segmentPath(home, segment)).replaceAll(sep, '/')
  return {
    type: 'unroll-placed',
    data: {
      files: [{ segment: segmentId, path, modifiedAtMs: nowMs() }],
      lineage: await lineageFrom(parts, streamId, segmentId, lines[0] ?? '')
    }
  }
}

/** Writes a segment that names the history before it, as one piece. */
const writeWhole = async (
  parts: StoreSegmentsParts,
  segment: NewSegment
): Promise<E.Either<StoreError, CallsResult>> =>
  appendSteps(
    parts,
    threadStream(segment.streamId),
    { nonce: parts.newId(), atMs: parts.nowMs() },
    [
      { fact: await placed(parts, segment) },
      { segment: segment.segmentId, lines: segment.lines.map((line) => ENCODER.encode(line)) }
    ]
  )

const segmentAt = ({ directory }: StoreSegmentsParts, id: string): SegmentAt | null => {
  const thread = threadOf(directory, id)
  const known = directory.get(thread)
  const segment = known?.segments.find((one) => one.segment === id)
  return known === null || segment === undefined
    ? null
    : { stream: threadStream(thread), directory: known, segment, path: segment.path }
}

const BEFORE = '{"timestamp":"'
const TIME_LENGTH = 24
const NEWLINE = 10
const NOTHING = new Uint8Array()

/** A line with the time of the copy, where it has a time in the usual place. */
const stamped = (line: Uint8Array, time: Uint8Array): Uint8Array => {
  const head = Buffer.from(line.buffer, line.byteOffset, line.length).toString(
    'latin1',
    0,
    BEFORE.length + TIME_LENGTH + 1
  )
  if (!head.startsWith(BEFORE) || !head.endsWith('Z"')) return line
  const copy = new Uint8Array(line)
  copy.set(time, BEFORE.length)
  return copy
}

const joinedBytes = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  a.length === 0 ? b : new Uint8Array(Buffer.concat([a, b]))

/** Lines of a segment that begin before a place, without newlines; what is between them is given as lines of its own. */
async function* copiedLines(
  reading: StoreReading,
  source: SegmentAt,
  until: number,
  at: string
): AsyncGenerator<Uint8Array> {
  const time = new TextEncoder().encode(at)
  let pending: Uint8Array = NOTHING
  for await (const { what, data, metadata } of joinedFrom(reading, source, 0)) {
    if (metadata.offset >= until) return
    if (data === null)
      throw thrown(notPossible(`a line of ${metadata.bytes} bytes is too long to be copied`, ''))
    let rest = dataBytes(data)
    for (let end; what === 'blank' && (end = rest.indexOf(NEWLINE)) !== -1;) {
      yield joinedBytes(pending, rest.subarray(0, end))
      pending = NOTHING
      rest = rest.subarray(end + 1)
    }
    if (what === 'blank') pending = joinedBytes(pending, rest)
    else {
      yield stamped(joinedBytes(pending, rest), time)
      pending = NOTHING
    }
  }
}

async function* linesOf(
  parts: StoreSegmentsParts,
  segment: NewSegment
): AsyncGenerator<Uint8Array> {
  const { lines, copied, atMs } = segment
  const [first = '', ...others] = lines
  yield ENCODER.encode(first)
  if (copied !== undefined) {
    const source = parts.store.lineage(copied.info)[copied.segment]
    if (source === undefined) throw new Error('what is copied is a segment of its lineage')
    const at = segmentAt(parts, source.id)
    if (at === null) throw new Error(`segment ${source.id} is not in the store`)
    yield* copiedLines(readingOf(parts.wire), at, copied.until, new Date(atMs).toISOString())
  }
  for (const line of others) yield ENCODER.encode(line)
}

/** Writes what is not there yet of a copy, line by line, and places it. */
const writeOn = async (
  parts: StoreSegmentsParts,
  segment: NewSegment
): Promise<E.Either<StoreError, CallsResult>> => {
  const { wire, directory, newId, nowMs } = parts
  const { segmentId } = segment
  const stream = threadStream(segment.streamId)
  const known = directory.stream(stream) ?? EMPTY
  const storedBytes = known.segments.find((one) => one.segment === segmentId)?.bytes ?? 0
  const planner = new Planner({
    stream,
    directory: known,
    callBytesMax: callBytesMaxOf(wire),
    writer: { source: 'append', home: null, nonce: newId(), atMs: nowMs() },
    together: false
  })
  let [at, bytes] = [0, 0]
  let batch: Array<Uint8Array> = []
  const writeBatch = async (): Promise<E.Either<StoreError, CallsResult>> => {
    const calls = planner.lines(segmentId, batch)
    ;[batch, bytes] = [[], 0]
    return E.isLeft(calls) ? calls : writeCalls(wire, stream, calls.right)
  }
  for await (const line of linesOf(parts, segment)) {
    at += line.length + 1
    if (at <= storedBytes) continue
    batch.push(line)
    bytes += line.length
    if (bytes < BATCH_BYTES) continue
    const written = await writeBatch()
    if (E.isLeft(written) || written.right !== 'written') return written
  }
  const last = await writeBatch()
  if (E.isLeft(last) || last.right !== 'written') return last
  planner.fact(await placed(parts, segment))
  const rest = planner.end()
  return E.isLeft(rest) ? rest : writePlan(parts, stream, rest.right)
}

/** Writes a copy; goes on where it was when the server took less than was thought. */
const writeCopy = async (
  parts: StoreSegmentsParts,
  segment: NewSegment
): Promise<E.Either<StoreError, CallsResult>> => {
  const stream = threadStream(segment.streamId)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const written = await writeOn(parts, segment)
    if (E.isLeft(written) || written.right === 'written') return written
    const refreshed = await parts.directory.refreshStream(stream)
    if (E.isLeft(refreshed)) return refreshed
    if ((parts.directory.stream(stream)?.facts ?? -1) >= 0) return E.right('moved')
  }
  return E.right('moved')
}

const create = async (
  parts: StoreSegmentsParts,
  segment: NewSegment
): Promise<E.Either<StoreError, void>> => {
  const { wire, directory } = parts
  const { streamId, segmentId, copied } = segment
  const stream = threadStream(streamId)
  const known = directory.stream(stream)
  const hasSegment = directory.get(streamId)?.segments.some((one) => one.segment === segmentId)
  if (segmentId === streamId ? known !== null : hasSegment === true)
    return E.left({
      _tag: 'WrongExpectedRevision',
      streamId,
      expected: 'no_stream',
      actual: (known?.revision ?? 0) + 1
    })
  const write = copied === undefined ? writeWhole : writeCopy
  for (let attempt = 0; ; attempt++) {
    const limit = callBytesMaxOf(wire)
    const written = await write(parts, segment)
    if (E.isLeft(written)) return written
    if (written.right === 'written') return E.right(undefined)
    const isSmaller = callBytesMaxOf(wire) < limit
    const refreshed = await directory.refreshStream(stream)
    if (E.isLeft(refreshed)) return refreshed
    // What was planned was planned from what the thread held before.
    if (!isSmaller || attempt === ATTEMPTS_MAX)
      return E.left({ _tag: 'Busy', what: `thread ${streamId}` })
  }
}

export const storeSegments = (parts: StoreSegmentsParts): SegmentWriter => ({
  newId: parts.newId,
  nowMs: parts.nowMs,
  pathOf: (streamId, atMs) => segmentPath(parts.home, { streamId, segmentId: streamId, atMs }),
  isHeld: () => false,
  hasDatabase: () => false,
  create: (segment) => attempted(() => create(parts, segment))
})

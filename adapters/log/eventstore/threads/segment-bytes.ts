/**
 * The bytes of a segment as its file has them, made of the events of its stream: what the readers of `adapters/log/jsonl` read from
 * files. So both stores give the same lines, with the same reasons where one is damaged, in the same batches.
 */
import {
  dataBytes,
  joiner,
  type Joined,
  type JoinedBytes,
  type JoinerOptions
} from '../stream/join.ts'
import type { StoredData, StoredEvent } from '../stream/stored.ts'
import { thrown } from '../../../../replay/guarded.ts'
import type { SlowByteSource } from '../../jsonl/bytes.ts'
import { segmentBytes } from '../stream/directory.ts'
import {
  locate,
  marksOf,
  runsOf,
  type SegmentMarks,
  type SegmentRun,
  type SegmentAt
} from './locate.ts'
import { recentBytes, type Recent } from './recent.ts'
import type { Wire } from '../wire.ts'

export interface StoreReading {
  readonly wire: Wire
  readonly marks: SegmentMarks
  readonly recent: Recent
}

/** What a store is read with; one for all reads of it, since it remembers. */
export const readingOf = (wire: Wire): StoreReading => ({
  wire,
  marks: marksOf(),
  recent: recentBytes()
})

export interface SegmentPiece {
  readonly offset: number
  readonly bytes: Uint8Array
}

const NEWLINE = 10
/** SegmentMarks are made this far from each other while reading. */
const MARK_BYTES = 128 * 1024
/** Skipping up to this many bytes is cheaper than locating a place again. */
const SKIPPED_BYTES_MAX = 256 * 1024
const FILLER = Buffer.alloc(1024 * 1024, 'x')

/**
 * Joins events of one stream in their order. A group of which more comes than may be held is looked up: it counts when its last
 * event is there, at `lastRevision` or before.
 */
export async function* joinedEvents(
  wire: Wire,
  events: AsyncIterable<StoredEvent>,
  options: JoinerOptions & { readonly lastRevision?: number } = {}
): AsyncGenerator<Joined> {
  const joining = joiner(options)
  const isWhole = async (stream: string, group: number, until: number): Promise<boolean> => {
    if (until > (options.lastRevision ?? Infinity)) return false
    for await (const { revision, metadata } of wire.read(stream, until, 1))
      return revision === until && metadata['group'] === group
    return false
  }
  for await (const event of events) {
    for (const joined of joining.take(event)) yield joined
    const group = joining.asks()
    if (group === null) continue
    for (const joined of joining.settle(await isWhole(event.stream, group.group, group.until)))
      yield joined
  }
}

const withNewline = (data: StoredData): Uint8Array => {
  if (data.json !== undefined) return Buffer.from(`${JSON.stringify(data.json)}\n`)
  const bytes = Buffer.allocUnsafe(data.bytes.length + 1)
  bytes.set(data.bytes)
  bytes[data.bytes.length] = NEWLINE
  return bytes
}

/** Of a line too long to be held only its length matters to readers. */
function* filling(offset: number, length: number): Generator<SegmentPiece> {
  for (let at = 0; at < length; at += FILLER.length)
    yield { offset: offset + at, bytes: FILLER.subarray(0, Math.min(FILLER.length, length - at)) }
  yield { offset: offset + length, bytes: Uint8Array.of(NEWLINE) }
}

function* piecesOf(joined: JoinedBytes): Generator<SegmentPiece> {
  const { data, what } = joined
  const { offset, bytes } = joined.metadata
  if (data === null) yield* filling(offset, bytes)
  else yield { offset, bytes: what === 'line' ? withNewline(data) : dataBytes(data) }
}

/** Events of a stream from a revision on, in two reads where the first one does not bring all that is wanted. */
async function* eventsOf(
  wire: Wire,
  { stream, directory }: SegmentAt,
  from: number,
  until: number
): AsyncGenerator<StoredEvent> {
  yield* wire.read(stream, from, until - from)
  const rest = directory.revision + 1 - until
  if (rest > 0) yield* wire.read(stream, until, rest)
}

/** What counts of a segment in one run, from a revision on. */
async function* joinedInRun(
  { wire, marks }: StoreReading,
  at: SegmentAt,
  run: SegmentRun,
  from: number
): AsyncGenerator<JoinedBytes> {
  const { segment } = at.segment
  const options = { lastRevision: at.directory.revision }
  let marked = -Infinity
  for await (const joined of joinedEvents(
    wire,
    eventsOf(wire, at, from, run.high.revision),
    options
  )) {
    if (joined.what === 'fact' || joined.what === 'tail') continue
    const { offset, line } = joined.metadata
    if (joined.metadata.segment !== segment || offset >= run.high.offset) continue
    if (offset - marked >= MARK_BYTES) {
      marks.add(at, { offset, line, revision: joined.from })
      marked = offset
    }
    yield joined
    if (endOfBytes(joined) >= run.high.offset) return
  }
}

/** Behind the bytes, and behind the newline of a line. */
export const endOfBytes = ({ what, metadata }: JoinedBytes): number =>
  metadata.offset + metadata.bytes + (what === 'line' ? 1 : 0)

const isShort = ({ wire }: StoreReading, { stream, path }: SegmentAt): Error =>
  thrown({
    _tag: 'IoFailure',
    operation: 'read',
    path,
    cause: `events are missing from ${stream} at ${wire.name}`
  })

/** What stands behind the last newline of a segment. */
export async function* tailOf({ wire }: StoreReading, at: SegmentAt): AsyncGenerator<SegmentPiece> {
  const { tail } = at.segment
  if (tail === null) return
  const events = wire.read(at.stream, tail.revision - tail.parts + 1, tail.parts)
  for await (const joined of joinedEvents(wire, events))
    if (joined.what === 'tail') yield* piecesOf(joined)
}

/**
 * Lines and blank bytes of a segment from an offset on, the first of which holds the offset. `line`: the number of the line
 * that begins there, if one does and its number is known.
 */
export async function* joinedFrom(
  reading: StoreReading,
  at: SegmentAt,
  offset: number,
  line?: number
): AsyncGenerator<JoinedBytes> {
  let position = offset
  const runs = runsOf(at)
  for (const run of runs.slice(
    Math.max(
      0,
      runs.findLastIndex(({ low }) => low.offset <= offset)
    )
  )) {
    if (position >= run.high.offset) continue
    for (const hint of line === undefined || position > offset ? [undefined] : [line, undefined]) {
      const from =
        position <= run.low.offset
          ? run.low.revision
          : await locate(reading.wire, reading.marks, at, run, position, hint)
      let isBehind = false
      for await (const joined of joinedInRun(reading, at, run, from)) {
        if (endOfBytes(joined) <= position) continue
        // It begins behind the place: that was looked for in the wrong direction, or something is missing.
        isBehind = joined.metadata.offset > position
        if (isBehind && position > offset) throw isShort(reading, at)
        if (isBehind) break
        yield joined
        position = endOfBytes(joined)
      }
      if (!isBehind) break
    }
    if (position < run.high.offset) throw isShort(reading, at)
  }
  if (position < at.segment.bytes) throw isShort(reading, at)
}

/** The bytes of a segment from an offset on: the first piece holds it. */
async function* piecesFrom(
  reading: StoreReading,
  at: SegmentAt,
  offset: number,
  line?: number
): AsyncGenerator<SegmentPiece> {
  for await (const joined of joinedFrom(reading, at, offset, line)) yield* piecesOf(joined)
  yield* tailOf(reading, at)
}

/** Bytes of a segment by position; reading on where the last read ended costs nothing but the events themselves. */
export const segmentSource = (
  reading: StoreReading,
  at: SegmentAt,
  lineAt: (position: number) => number | undefined = () => undefined
): SlowByteSource => {
  let pieces: AsyncGenerator<SegmentPiece> | null = null
  let rest: Uint8Array = new Uint8Array(0)
  let next = -1
  const goTo = async (position: number): Promise<void> => {
    await pieces?.return(undefined)
    pieces = piecesFrom(reading, at, position, lineAt(position))
    rest = new Uint8Array(0)
    next = position
  }
  /** Passes over bytes that are coming anyway. */
  const skipTo = async (position: number): Promise<void> => {
    while (next < position && (await more())) {
      const part = Math.min(rest.length, position - next)
      rest = rest.subarray(part)
      next += part
    }
  }
  /** Bytes at the position; none at the end. */
  const more = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const step = await pieces?.next()
      if (step === undefined || step.done === true) return false
      const { offset, bytes } = step.value
      rest = bytes.subarray(Math.max(0, next - offset))
    }
    return true
  }
  /** What the server has from a position on. */
  const fetch = async (
    target: Buffer,
    targetAt: number,
    length: number,
    position: number
  ): Promise<number> => {
    if (pieces !== null && position > next && position - next <= SKIPPED_BYTES_MAX)
      await skipTo(position)
    if (pieces === null || position !== next) await goTo(position)
    let done = 0
    while (done < length && (await more())) {
      const part = rest.subarray(0, length - done)
      target.set(part, targetAt + done)
      rest = rest.subarray(part.length)
      done += part.length
      next += part.length
    }
    reading.recent.keep(at, position, target.subarray(targetAt, targetAt + done))
    return done
  }
  return {
    read: async (target, targetAt, length, position) => {
      const left = Math.min(length, segmentBytes(at.segment) - position)
      if (left <= 0) return 0
      // Once bytes are coming from the server they are taken from there.
      const here = position === next ? 0 : reading.recent.read(at, target, targetAt, left, position)
      if (here === left) return here
      return here + (await fetch(target, targetAt + here, left - here, position + here))
    },
    close: () => {
      void pieces?.return(undefined).catch(() => undefined)
      pieces = null
    }
  }
}

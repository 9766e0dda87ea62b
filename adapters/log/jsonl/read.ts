/**
 * Reading a stream in batches of bounded memory: one buffer, and what must be held of lines that are longer.
 *
 * A batch ends with the last whole line in the buffer. What follows the last newline is delivered only when it is
 * a whole event by itself (a writer that had no time for the newline); otherwise it is a torn tail and waits for
 * its rest.
 */
import { isUtf8 } from 'node:buffer'
import type { DamagedLine, DamageReason, RecordedEvent } from '../../../domain/log/event.ts'
import type { StreamId } from '../../../domain/ids.ts'
import type { DeliveredLine, LineKind, Needs } from '../../../domain/log/needs.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { Batch, Guard, Lineage, Position, Segment } from '../../../replay/ports.ts'
import { giveBack, takeBuffer } from './buffers.ts'
import { endingAt, giveWay, noteWork, openBytes, type SlowByteSource } from './bytes.ts'
import { deliveryOf, planLine, timeOnly, type Delivery, type Plan } from './delivery.ts'
import { guardOf } from './guard.ts'
import { HEAD_BYTES } from './line-head.ts'
import { endOfLine, isBlank, NEWLINE, parseLine, withoutInstructions } from './lines.ts'
import { readLongLine, type LongLine } from './long-line.ts'

/** What a line costs beside its bytes: one that was delivered will be folded. */
const DELIVERED_COST_BYTES = 4096
const LOOKED_AT_COST_BYTES = 256

/** A batch ends behind so many lines that were delivered, or looked at: folding them takes some milliseconds. */
const DELIVERED_MAX = 1024
const LOOKED_AT_MAX = 16 * 1024

/** A UTF-8 byte order mark: some editors put one in front of the file. */
const BOM_BYTES = 3
const hasBom = (buffer: Buffer, have: number): boolean =>
  have >= BOM_BYTES && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf

type Event = RecordedEvent<DeliveredLine>
type BatchLine = Event | DamagedLine

interface Scan {
  readonly streamId: StreamId
  readonly segment: number
  readonly inherited: boolean
  readonly delivery: Delivery
  readonly lines: Array<BatchLine>
  revision: number
  guard: Guard | null
  /** Lines of each kind of which only the newest is delivered. */
  readonly pending: Map<LineKind, Array<Pending>>
}

/** A line that is parsed only if no later one of its kind that can be read comes in the batch. */
interface Pending {
  readonly from: number
  readonly until: number
  readonly offset: number
  readonly revision: number
}

const eventAt = (
  scan: Scan,
  place: Omit<Event, 'line' | 'inherited'>,
  line: DeliveredLine
): Event => {
  const { streamId, revision, segment, offset, bytes } = place
  return scan.inherited
    ? { streamId, revision, segment, offset, bytes, inherited: true, line }
    : { streamId, revision, segment, offset, bytes, line }
}

const toLine = (
  scan: Scan,
  bytes: Buffer,
  offset: number,
  revision: number,
  parsed: Buffer = bytes
): BatchLine => {
  const { streamId, segment } = scan
  const line = parseLine(parsed, scan.delivery.profile)
  const place = { streamId, revision, segment, offset, bytes: bytes.length }
  return typeof line === 'string' ? { ...place, reason: line } : eventAt(scan, place, line)
}

/** Chunks with NUL or broken UTF-8 in them are read with care: nothing in them is passed over unparsed. */
const isSuspicious = (buffer: Buffer, from: number, until: number): boolean => {
  const bytes = buffer.subarray(from, until)
  return bytes.indexOf(0) !== -1 || !isUtf8(bytes)
}

const takeLine = (
  scan: Scan,
  buffer: Buffer,
  from: number,
  until: number,
  offset: number,
  plan: Plan
): void => {
  const { streamId, segment, revision } = scan
  scan.revision += 1
  if (typeof plan === 'object') {
    if ('newest' in plan) {
      const pending = scan.pending.get(plan.newest)
      if (pending === undefined) scan.pending.set(plan.newest, [{ from, until, offset, revision }])
      else pending.push({ from, until, offset, revision })
      return
    }
    const place = { streamId, revision, segment, offset, bytes: until - from }
    scan.lines.push(eventAt(scan, place, plan))
    return
  }
  switch (plan) {
    case 'parse':
      scan.lines.push(toLine(scan, buffer.subarray(from, until), offset, revision))
      return
    case 'parse_lean': {
      const bytes = buffer.subarray(from, until)
      scan.lines.push(toLine(scan, bytes, offset, revision, withoutInstructions(bytes)))
      return
    }
    case 'skip':
  }
}

/** Delivers the last line that can be read, and the damaged ones behind it; true when there was any. */
const flushLast = (scan: Scan, buffer: Buffer, pending: Array<Pending>): boolean => {
  for (let i = pending.length - 1; i >= 0; i--) {
    const { from, until, offset, revision } = pending[i] as Pending
    const line = toLine(scan, buffer.subarray(from, until), offset, revision)
    scan.lines.push(line)
    if (!('reason' in line)) break
  }
  return pending.splice(0).length > 0
}

const flushPending = (scan: Scan, buffer: Buffer): void => {
  let isLate = false
  for (const pending of scan.pending.values()) isLate = flushLast(scan, buffer, pending) || isLate
  if (isLate) scan.lines.sort((a, b) => a.revision - b.revision)
}

/** True for a line that is an event: among suspicious ones only such a line may be passed over. */
const isReadable = ({ delivery: { profile } }: Scan, line: Buffer): boolean =>
  typeof parseLine(line, profile) !== 'string'

/** The last newline before a place, and whether what stands before it must be read with care. */
interface Extent {
  readonly lastNewline: number
  readonly suspicious: boolean
}

const extentOf = (buffer: Buffer, have: number): Extent => {
  const lastNewline = have === 0 ? -1 : buffer.lastIndexOf(NEWLINE, have - 1)
  return { lastNewline, suspicious: lastNewline >= 0 && isSuspicious(buffer, 0, lastNewline) }
}

/** Scans whole lines from a place on, as many as make a batch; returns where it stopped. */
const scanLines = (
  scan: Scan,
  buffer: Buffer,
  from: number,
  { lastNewline, suspicious }: Extent,
  have: number,
  base: number
): number => {
  let at = from
  let last: { from: number; until: number; isSkipped: boolean } | null = null
  let left = LOOKED_AT_MAX
  while (at <= lastNewline && scan.lines.length < DELIVERED_MAX && left-- > 0) {
    const end = endOfLine(buffer, at, have)
    if (!isBlank(buffer, at, end)) {
      const isWhole = !suspicious || isReadable(scan, buffer.subarray(at, end))
      const plan = isWhole ? planLine(buffer, at, end, scan.delivery) : 'parse'
      takeLine(scan, buffer, at, end, base + at, plan)
      last = { from: at, until: end, isSkipped: plan === 'skip' }
    }
    at = end + 1
  }
  flushPending(scan, buffer)
  if (last?.isSkipped === true && scan.delivery.takesLast) {
    const { streamId, segment, revision } = scan
    const bytes = last.until - last.from
    const place = { streamId, revision: revision - 1, segment, offset: base + last.from, bytes }
    scan.lines.push(eventAt(scan, place, timeOnly(buffer, last.from)))
  }
  noteWork(scan.lines.length * DELIVERED_COST_BYTES + (LOOKED_AT_MAX - left) * LOOKED_AT_COST_BYTES)
  if (last !== null)
    scan.guard = guardOf(buffer.subarray(last.from, last.until), base + last.from, true)
  return at
}

/** True for what is no line yet when it has no newline: its rest may be on its way. */
const isTorn = (content: LongLine['content']): boolean =>
  typeof content === 'string' && !['skip', 'invalid_payload', 'not_an_event'].includes(content)

/** Delivers what follows the last newline when it is a whole event. */
const scanTail = (
  scan: Scan,
  buffer: Buffer,
  from: number,
  have: number,
  base: number
): boolean => {
  if (isBlank(buffer, from, have)) return false
  const bytes = buffer.subarray(from, have)
  const line = toLine(scan, bytes, base + from, scan.revision)
  if ('reason' in line && isTorn(line.reason)) return false
  scan.revision += 1
  // What is passed over once its newline is there is passed over now: a fold sees the same lines either way.
  const isSkipped = !('reason' in line) && planLine(buffer, from, have, scan.delivery) === 'skip'
  if (!isSkipped || scan.delivery.takesLast) scan.lines.push(line)
  scan.guard = guardOf(bytes, base + from, false)
  return true
}

interface SegmentReader {
  readonly source: SlowByteSource
  readonly buffer: Buffer
  readonly isCompressed: boolean
  have: number
  /** File position of `buffer[0]`. */
  base: number
}

const fill = async (reader: SegmentReader): Promise<boolean> => {
  const { source, buffer, have, base } = reader
  const reading = source.read(buffer, have, buffer.length - have, base + have)
  const read = typeof reading === 'number' ? reading : await reading
  reader.have += read
  return read > 0
}

/** Keeps the unfinished line at the front. */
const keepRest = (reader: SegmentReader, from: number): void => {
  reader.buffer.copy(reader.buffer, 0, from, reader.have)
  reader.base += from
  reader.have -= from
}

/** Delivers a line that was planned and parsed by itself, or passes over it. */
const takeRead = (
  scan: Scan,
  offset: number,
  bytes: number,
  read: DeliveredLine | DamageReason | 'skip'
): void => {
  const { streamId, segment, revision } = scan
  scan.revision += 1
  const place = { streamId, revision, segment, offset, bytes }
  if (read === 'skip') return
  scan.lines.push(
    typeof read === 'string' ? { ...place, reason: read } : eventAt(scan, place, read)
  )
}

/** Takes a line that fills the buffer and goes on behind it; false at the end of the file. */
const takeLong = async (scan: Scan, reader: SegmentReader): Promise<boolean> => {
  const { source, buffer, base, isCompressed } = reader
  // What is passed over begins the usual way; the buffer will hold another part of the line.
  const head = Buffer.from(buffer.subarray(0, HEAD_BYTES))
  const options = { delivery: scan.delivery, isHeld: isCompressed }
  const line = await readLongLine(source, buffer, base, options)
  const { bytes, content, terminated } = line
  if (!terminated && isTorn(content)) return false
  if (content !== 'blank') {
    takeRead(
      scan,
      base,
      bytes,
      content === 'skip' && scan.delivery.takesLast ? timeOnly(head, 0) : content
    )
    scan.guard = line.guard
  }
  reader.base += terminated ? bytes - (line.next - 1) : bytes
  if (!terminated) return false
  reader.have = line.have
  keepRest(reader, line.next)
  return true
}

const batchOf = (scan: Scan, offset: number): Batch<Needs> => ({
  lines: scan.lines.splice(0),
  next: { revision: scan.revision, segment: scan.segment, offset },
  guard: scan.guard
})

/** Lines of one segment from a position to its end as it is now. */
async function* readSegment(
  scan: Scan,
  reader: SegmentReader,
  skipsBom: boolean
): AsyncGenerator<Batch<Needs>> {
  if (skipsBom && reader.base === 0) {
    while (reader.have < BOM_BYTES && (await fill(reader)));
    if (hasBom(reader.buffer, reader.have)) keepRest(reader, BOM_BYTES)
  }
  for (;;) {
    const more = reader.have === reader.buffer.length || (await fill(reader))
    const extent = extentOf(reader.buffer, reader.have)
    let rest = 0
    for (;;) {
      rest = scanLines(scan, reader.buffer, rest, extent, reader.have, reader.base)
      if (rest > extent.lastNewline) break
      yield batchOf(scan, reader.base + rest)
    }
    if (rest > 0) {
      keepRest(reader, rest)
      yield batchOf(scan, reader.base)
    } else if (more && reader.have === reader.buffer.length) {
      const { base } = reader
      const goesOn = await takeLong(scan, reader)
      if (reader.base > base) yield batchOf(scan, reader.base)
      if (!goesOn) return
    }
    if (more) continue
    if (scanTail(scan, reader.buffer, 0, reader.have, reader.base)) {
      yield batchOf(scan, reader.base + reader.have)
    } else if (scan.lines.length > 0) {
      yield batchOf(scan, reader.base)
    }
    return
  }
}

/** The line that stands for history which is not there. */
const gapLine = (
  streamId: StreamId,
  file: Segment,
  segment: number,
  revision: number
): ReadonlyArray<DamagedLine> =>
  file.gap === null
    ? []
    : [{ streamId, revision, segment, offset: file.from, bytes: 0, reason: file.gap }]

/** Lines of a stream from a position, segment by segment. Codex itself does not skip a byte order mark. */
export async function* readStream<N extends Needs>(
  streamId: StreamId,
  lineage: Lineage,
  from: Position,
  needs: N,
  profile: Profile,
  skipsBom: boolean,
  open = ({ path, compressed }: Segment): SlowByteSource => openBytes(path, compressed)
): AsyncGenerator<Batch<N>> {
  const delivery = deliveryOf(needs, profile)
  let revision = from.revision
  for (let segment = from.segment; segment < lineage.length; segment++) {
    const file = lineage[segment]
    if (file === undefined) return
    const source = open(file)
    const base = segment === from.segment ? from.offset : file.from
    const reader: SegmentReader = {
      source: endingAt(source, file.until),
      buffer: takeBuffer(),
      isCompressed: file.compressed,
      have: 0,
      base
    }
    // A gap stands before a segment's first line: it is met on the way into the segment, and only then.
    const enters = segment > from.segment || (from.revision === 0 && from.offset === file.from)
    const lost = enters ? gapLine(streamId, file, segment, revision) : []
    const scan: Scan = {
      streamId,
      segment,
      inherited: file.inherited,
      delivery,
      lines: [...lost],
      revision: revision + lost.length,
      guard: null,
      pending: new Map()
    }
    let start = base
    try {
      for await (const batch of readSegment(scan, reader, skipsBom)) {
        revision = batch.next.revision
        // The plans made of the needs deliver what they say.
        yield batch as unknown as Batch<N>
        await giveWay(batch.next.offset - start)
        start = batch.next.offset
      }
    } finally {
      source.close()
      giveBack(reader.buffer)
    }
  }
}

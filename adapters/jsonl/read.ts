/**
 * Reading a stream in batches of bounded memory: one buffer, grown only for a line that must be parsed whole.
 *
 * A batch ends with the last whole line in the buffer. What follows the last newline is delivered only when it is
 * a whole event by itself (a writer that had no time for the newline); otherwise it is a torn tail and waits for
 * its rest.
 */
import { isUtf8 } from 'node:buffer'
import { crc32 } from 'node:zlib'
import type { DamagedLine, RecordedEvent } from '../../domain/events/event.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { Profile } from '../../domain/profile.ts'
import type { Wanted } from '../../projections/projection.ts'
import type { Batch, Guard, Lineage, Position, Segment } from '../../replay/ports.ts'
import { giveWay, noteWork, openBytes, type SlowByteSource } from './bytes.ts'
import { withoutInstructions } from './elide.ts'
import { endOfLine, isBlank, LINE_BYTES_MAX, parseLine } from './lines.ts'
import type { Plan } from './line-head.ts'
import { planLine } from './peek.ts'

/** Bytes read at once; a longer line makes the buffer grow. */
export const CHUNK_BYTES = 2 * 1024 * 1024

/** Buffers are kept for the next readers: a home has thousands of small files. */
const spare: Array<Buffer> = []
/** As many as read at the same time where bytes have to be waited for; over files it is one. */
const SPARE_MAX = 8

const takeBuffer = (): Buffer => spare.pop() ?? Buffer.allocUnsafe(CHUNK_BYTES)

const giveBack = (buffer: Buffer): void => {
  if (buffer.length === CHUNK_BYTES && spare.length < SPARE_MAX) spare.push(buffer)
}

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

type Line = RecordedEvent | DamagedLine

interface Scan {
  readonly streamId: StreamId
  readonly segment: number
  readonly inherited: boolean
  readonly wanted: Wanted
  readonly profile: Profile
  readonly lines: Array<Line>
  revision: number
  guard: Guard | null
  readonly contexts: Array<Pending>
  readonly tokens: Array<Pending>
}

/** A line that is parsed only if no later one of its kind that can be read comes in the batch. */
interface Pending {
  readonly from: number
  readonly until: number
  readonly offset: number
  readonly revision: number
}

type Placed = Omit<RecordedEvent, 'line' | 'inherited'>

const eventAt = (scan: Scan, place: Placed, line: RecordedEvent['line']): RecordedEvent => {
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
): Line => {
  const { streamId, segment } = scan
  const line = parseLine(parsed, scan.profile)
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
    const place = { streamId, revision, segment, offset, bytes: until - from }
    scan.lines.push(eventAt(scan, place, plan))
    return
  }
  switch (plan) {
    case 'parse':
      scan.lines.push(toLine(scan, buffer.subarray(from, until), offset, revision))
      return
    case 'parse_meta': {
      const bytes = buffer.subarray(from, until)
      scan.lines.push(toLine(scan, bytes, offset, revision, withoutInstructions(bytes)))
      return
    }
    case 'last_context':
      scan.contexts.push({ from, until, offset, revision })
      return
    case 'last_tokens':
      scan.tokens.push({ from, until, offset, revision })
      return
    default:
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
  const areLate = [scan.contexts, scan.tokens].map((pending) => flushLast(scan, buffer, pending))
  if (areLate.includes(true)) scan.lines.sort((a, b) => a.revision - b.revision)
}

/** True for a line that is an event: among suspicious ones only such a line may be passed over. */
const isReadable = ({ profile }: Scan, line: Buffer): boolean =>
  typeof parseLine(line, profile) !== 'string'

/** The last newline before a place, and whether what stands before it must be read with care. */
interface Extent {
  readonly lastNewline: number
  readonly suspicious: boolean
}

const extentOf = (buffer: Buffer, have: number): Extent => {
  const lastNewline = have === 0 ? -1 : buffer.lastIndexOf(10, have - 1)
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
  let last: { from: number; until: number } | null = null
  let left = LOOKED_AT_MAX
  while (at <= lastNewline && scan.lines.length < DELIVERED_MAX && left-- > 0) {
    const end = endOfLine(buffer, at, have)
    if (!isBlank(buffer, at, end)) {
      const isWhole = !suspicious || isReadable(scan, buffer.subarray(at, end))
      const plan = isWhole ? planLine(buffer, at, end, scan.wanted, scan.profile) : 'parse'
      takeLine(scan, buffer, at, end, base + at, plan)
      last = { from: at, until: end }
    }
    at = end + 1
  }
  flushPending(scan, buffer)
  noteWork(scan.lines.length * DELIVERED_COST_BYTES + (LOOKED_AT_MAX - left) * LOOKED_AT_COST_BYTES)
  if (last !== null)
    scan.guard = guardOf(buffer.subarray(last.from, last.until), base + last.from, true)
  return at
}

const GUARD_BYTES_MAX = 64 * 1024

/** What tells a line again, wherever it stands. */
export const guardOf = (line: Buffer, offset: number, terminated: boolean): Guard => ({
  offset,
  bytes: line.length,
  checksum: crc32(line.subarray(Math.max(0, line.length - GUARD_BYTES_MAX))),
  terminated
})

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
  if ('reason' in line && line.reason !== 'invalid_payload' && line.reason !== 'not_an_event')
    return false
  scan.revision += 1
  // What is passed over once its newline is there is passed over now: a fold sees the same lines either way.
  const isSkipped =
    !('reason' in line) && planLine(buffer, from, have, scan.wanted, scan.profile) === 'skip'
  if (!isSkipped) scan.lines.push(line)
  scan.guard = guardOf(bytes, base + from, false)
  return true
}

interface Reader {
  readonly source: SlowByteSource
  buffer: Buffer
  have: number
  /** File position of `buffer[0]`. */
  base: number
}

const fill = async (reader: Reader): Promise<boolean> => {
  const { source, buffer, have, base } = reader
  const read = await source.read(buffer, have, buffer.length - have, base + have)
  reader.have += read
  return read > 0
}

/** Keeps the unfinished line at the front, in a larger buffer when it fills this one. */
const keepRest = (reader: Reader, from: number): void => {
  const rest = reader.buffer.subarray(from, reader.have)
  if (rest.length > reader.buffer.length / 2) {
    const larger = Buffer.allocUnsafe(reader.buffer.length * 2)
    rest.copy(larger)
    reader.buffer = larger
  } else if (reader.buffer.length > CHUNK_BYTES && rest.length < CHUNK_BYTES / 2) {
    const smaller = Buffer.allocUnsafe(CHUNK_BYTES)
    rest.copy(smaller)
    reader.buffer = smaller
  } else {
    rest.copy(reader.buffer)
  }
  reader.base += from
  reader.have = rest.length
}

/** Passes over a line that is too long to hold; returns false at the end of the file. */
const skipLongLine = async (scan: Scan, reader: Reader): Promise<boolean> => {
  const offset = reader.base
  for (;;) {
    reader.base += reader.have
    reader.have = 0
    if (!(await fill(reader))) return false
    const end = endOfLine(reader.buffer, 0, reader.have)
    if (end === -1) continue
    const bytes = reader.base + end - offset
    const { streamId, segment, revision } = scan
    scan.lines.push({ streamId, revision, segment, offset, bytes, reason: 'line_too_long' })
    scan.revision += 1
    keepRest(reader, end + 1)
    return true
  }
}

const batchOf = (scan: Scan, offset: number): Batch => ({
  lines: scan.lines.splice(0),
  next: { revision: scan.revision, segment: scan.segment, offset },
  guard: scan.guard
})

/** Lines of one segment from a position to its end as it is now. */
async function* readSegment(scan: Scan, reader: Reader, skipsBom: boolean): AsyncGenerator<Batch> {
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
      if (reader.have >= LINE_BYTES_MAX) {
        if (!(await skipLongLine(scan, reader))) return
      } else keepRest(reader, 0)
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

/** A source that ends where a segment's part in a lineage ends. */
const limited = (source: SlowByteSource, until: number | null): SlowByteSource =>
  until === null
    ? source
    : {
        ...source,
        read: (target, at, length, position) =>
          source.read(target, at, Math.max(0, Math.min(length, until - position)), position)
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

/** Opens a segment of a lineage; the caller closes it. */
export type OpenSegment = (segment: Segment) => SlowByteSource

const openFile: OpenSegment = ({ path, compressed }) => openBytes(path, compressed)

/** Lines of a stream from a position, segment by segment. Codex itself does not skip a byte order mark. */
export async function* readStream(
  streamId: StreamId,
  lineage: Lineage,
  from: Position,
  wanted: Wanted,
  profile: Profile,
  skipsBom: boolean,
  open = openFile
): AsyncGenerator<Batch> {
  let revision = from.revision
  for (let segment = from.segment; segment < lineage.length; segment++) {
    const file = lineage[segment]
    if (file === undefined) return
    const source = open(file)
    const base = segment === from.segment ? from.offset : file.from
    const reader: Reader = {
      source: limited(source, file.until),
      buffer: takeBuffer(),
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
      wanted,
      profile,
      lines: [...lost],
      revision: revision + lost.length,
      guard: null,
      contexts: [],
      tokens: []
    }
    let start = base
    try {
      for await (const batch of readSegment(scan, reader, skipsBom)) {
        revision = batch.next.revision
        yield batch
        await giveWay(batch.next.offset - start)
        start = batch.next.offset
      }
    } finally {
      source.close()
      giveBack(reader.buffer)
    }
  }
}

/** The bytes that tell whether a guard holds: the end of its line, and the byte behind it. */
export const guardedRange = ({ offset, bytes }: Guard): readonly [from: number, length: number] => {
  const length = Math.min(bytes, GUARD_BYTES_MAX)
  return [offset + bytes - length, length + 1]
}

/** True when these bytes, of the guarded range, still hold the line, and nothing was glued to it. */
export const holdsGuard = (bytes: Buffer, guard: Guard): boolean => {
  const [, length] = guardedRange(guard)
  if (bytes.length < length - 1 || crc32(bytes.subarray(0, length - 1)) !== guard.checksum)
    return false
  const after = bytes[length - 1]
  return after === 10 || (after === undefined && !guard.terminated)
}

/** True when the line a guard describes still stands before `next`, and nothing was glued to it. */
export const verifyGuard = (lineage: Lineage, next: Position, guard: Guard): boolean => {
  const file = lineage[next.segment]
  if (file === undefined) return false
  const source = openBytes(file.path, file.compressed)
  try {
    const [from, length] = guardedRange(guard)
    const buffer = Buffer.alloc(length)
    return holdsGuard(buffer.subarray(0, source.read(buffer, 0, length, from)), guard)
  } finally {
    source.close()
  }
}

/**
 * Looking through a rollout for lines that may be wanted, by their heads and a test of their text: of other lines nothing is
 * looked at but where they end.
 *
 * What is damaged need not be told here: a line that is passed over by its head is an event of another kind or none.
 */
import type { DamagedPlace, PlacedEvent } from '../../../domain/log/event.ts'
import type { LineOf, Needs } from '../../../domain/log/needs.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { ByteRange } from '../../../domain/thread/turns/turn-state.ts'
import type { StreamId } from '../../../domain/ids.ts'
import type { Lineage, Segment } from '../../../replay/ports.ts'
import { giveBack, takeBuffer } from './buffers.ts'
import { endingAt, giveWay, openBytes, type ByteSource, type SlowByteSource } from './bytes.ts'
import {
  deliveryOf,
  isHeadLine,
  marksAgainst,
  planLine,
  planWhole,
  type Delivery
} from './delivery.ts'
import { endOfLine, NEWLINE, parseLine } from './lines.ts'
import { readRanges } from './ranges.ts'

/** Read at once: what stays in the cache of a processor. */
const PIECE_BYTES = 256 * 1024
/** What a line that was parsed costs beside its bytes. */
const LINE_COST_BYTES = 4096
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

export interface ScanOptions<N extends Needs> {
  readonly streamId: StreamId
  readonly lineage: Lineage
  readonly needs: N
  readonly profile: Profile
  readonly skipsBom: boolean
  readonly open: (file: Segment) => ByteSource
  readonly test: (json: string) => boolean
}

interface MessageScan<N extends Needs> extends ScanOptions<N> {
  readonly delivery: Delivery
  readonly buffer: Buffer
  readonly segment: number
  readonly file: Segment
}

type FoundLine<N extends Needs> = PlacedEvent<LineOf<N>>

/** An event as a reading of the stream tells it. */
const placed = <N extends Needs>(
  { file }: Pick<MessageScan<N>, 'file'>,
  event: PlacedEvent<LineOf<N>> | DamagedPlace
): FoundLine<N> | null => {
  if ('reason' in event) return null
  return file.inherited ? { ...event, inherited: true } : event
}

/** The wanted event that stands at a place of the buffer; null for any other line. */
const eventAt = <N extends Needs>(
  scan: MessageScan<N>,
  from: number,
  until: number,
  base: number
): FoundLine<N> | null => {
  const { buffer, delivery, streamId, segment, profile, test } = scan
  if (from >= until) return null
  const plan = planLine(buffer, from, until, delivery)
  if (plan === 'skip' || !test(buffer.toString('utf8', from, until))) return null
  const line = isHeadLine(plan) ? plan : parseLine(buffer.subarray(from, until), profile)
  if (typeof line === 'string') return null
  const place = { streamId, segment, offset: base + from, bytes: until - from }
  // The plans made of the needs deliver what they say.
  return placed(scan, { ...place, line } as FoundLine<N>)
}

/** A line that does not fit, read by itself. */
const longEvent = async <N extends Needs>(
  scan: MessageScan<N>,
  range: ByteRange
): Promise<FoundLine<N> | null> => {
  const { streamId, needs, profile, file } = scan
  const [event] = await readRanges(streamId, [range], { needs, profile }, () => ({
    source: openBytes(file.path, file.compressed),
    isHeld: file.compressed
  }))
  return event === undefined ? null : placed(scan, event)
}

/** Whether a line that does not fit may be wanted, by its beginning. */
const mayBeWanted = ({ delivery, buffer }: MessageScan<Needs>): boolean =>
  delivery.takesAll ||
  marksAgainst(delivery, buffer).length > 0 ||
  planWhole(delivery, buffer, 0, buffer.length) !== 'skip'

/** Where a line ends that began before `position`: at its newline, or at the end. */
const endOfLong = async (
  source: SlowByteSource,
  buffer: Buffer,
  position: number
): Promise<number> => {
  for (let at = position; ;) {
    const have = await source.read(buffer, 0, buffer.length, at)
    const newline = buffer.subarray(0, have).indexOf(NEWLINE)
    if (newline !== -1) return at + newline
    if (have === 0) return at
    at += have
    await giveWay(have)
  }
}

/** The wanted events of a file. */
async function* scanFile<N extends Needs>(
  scan: MessageScan<N>,
  source: SlowByteSource
): AsyncGenerator<FoundLine<N>> {
  const { buffer, segment, file, skipsBom } = scan
  let base = file.from
  let have = 0
  for (;;) {
    const read = await source.read(buffer, have, buffer.length - have, base + have)
    have += read
    const hasBom = skipsBom && base === 0 && have >= BOM.length && buffer.indexOf(BOM) === 0
    let at = hasBom ? BOM.length : 0
    let found = 0
    for (let end = endOfLine(buffer, at, have); end !== -1; end = endOfLine(buffer, at, have)) {
      const event = eventAt(scan, at, end, base)
      if (event !== null) yield event
      if (event !== null) found += 1
      at = end + 1
    }
    if (read === 0) {
      const last = eventAt(scan, at, have, base)
      if (last !== null) yield last
      return
    }
    await giveWay(read + found * LINE_COST_BYTES)
    if (at > 0 || have < buffer.length) {
      buffer.copy(buffer, 0, at, have)
      base += at
      have -= at
      continue
    }
    const isWanted = mayBeWanted(scan)
    const end = await endOfLong(source, buffer, base + have)
    const event = isWanted ? await longEvent(scan, { segment, from: base, until: end }) : null
    if (event !== null) yield event
    base = end + 1
    have = 0
  }
}

/** The wanted events among some lines of one file. */
async function* scanWithin<N extends Needs>(
  scan: MessageScan<N>,
  source: ByteSource,
  ranges: ReadonlyArray<ByteRange>
): AsyncGenerator<FoundLine<N>> {
  const { buffer, file } = scan
  for (const range of ranges) {
    const bytes = Math.min(range.until, file.until ?? Infinity) - range.from
    const isLong = bytes > buffer.length
    const have = isLong ? 0 : source.read(buffer, 0, bytes, range.from)
    const event = isLong ? await longEvent(scan, range) : eventAt(scan, 0, have, range.from)
    await giveWay(bytes)
    if (event !== null) yield event
  }
}

/** See `EventLog.scan`. */
export async function* scanLines<N extends Needs>(
  options: ScanOptions<N>,
  within?: ReadonlyArray<ByteRange>
): AsyncGenerator<FoundLine<N>> {
  const delivery = deliveryOf(options.needs, options.profile)
  const whole = takeBuffer()
  const buffer = whole.subarray(0, PIECE_BYTES)
  try {
    for (const [segment, file] of options.lineage.entries()) {
      const ranges = within?.filter((range) => range.segment === segment)
      if (ranges?.length === 0) continue
      const scan = { ...options, delivery, buffer, segment, file }
      const source = options.open(file)
      try {
        if (ranges === undefined) yield* scanFile(scan, endingAt(source, file.until))
        else yield* scanWithin(scan, source, ranges)
      } finally {
        source.close()
      }
    }
  } finally {
    giveBack(whole)
  }
}

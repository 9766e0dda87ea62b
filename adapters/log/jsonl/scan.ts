/**
 * Looking through a rollout for lines that may be wanted, by their heads and a test of their text: nothing is parsed, and of
 * other lines nothing is looked at but where they end.
 *
 * What is damaged need not be told here: a line that is passed over by its head is an event of another kind or none.
 */
import type { ByteRange } from '../../../domain/thread/turns/turn-state.ts'
import type { Lineage } from '../../../replay/ports.ts'
import { giveBack, takeBuffer } from './buffers.ts'
import { endingAt, giveWay, openBytes, type ByteSource, type SlowByteSource } from './bytes.ts'
import { marksAgainst, planLine, planWhole, type Delivery } from './delivery.ts'
import { endOfLine, NEWLINE } from './lines.ts'

/** Read at once: what stays in the cache of a processor. */
const PIECE_BYTES = 256 * 1024
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

type Test = (json: string) => boolean

/** What of a file is looked at. */
interface Stretch {
  readonly source: SlowByteSource
  readonly segment: number
  readonly from: number
}

const isWanted = (buffer: Buffer, from: number, until: number, delivery: Delivery, test: Test) =>
  from < until &&
  planLine(buffer, from, until, delivery) !== 'skip' &&
  test(buffer.toString('utf8', from, until))

/** Whether a line that does not fit may be wanted, by its beginning. */
const mayBeWanted = (buffer: Buffer, delivery: Delivery): boolean =>
  delivery.takesAll ||
  marksAgainst(delivery, buffer).length > 0 ||
  planWhole(delivery, buffer, 0, buffer.length) !== 'skip'

/** Where a line ends that began before `position`: at its newline, or at the end. */
const endOfLong = async (
  { source }: Stretch,
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

/** The wanted lines of a stretch, as many at a time as are read at once. */
async function* scanStretch(
  stretch: Stretch,
  buffer: Buffer,
  delivery: Delivery,
  skipsBom: boolean,
  test: Test
): AsyncGenerator<ReadonlyArray<ByteRange>> {
  const { source, segment } = stretch
  let base = stretch.from
  let have = 0
  for (;;) {
    const read = await source.read(buffer, have, buffer.length - have, base + have)
    have += read
    const found: Array<ByteRange> = []
    const note = (from: number, until: number): void => {
      if (isWanted(buffer, from, until, delivery, test))
        found.push({ segment, from: base + from, until: base + until })
    }
    let at =
      skipsBom && base === 0 && buffer.subarray(0, Math.min(have, BOM.length)).equals(BOM)
        ? BOM.length
        : 0
    for (let end = endOfLine(buffer, at, have); end !== -1; end = endOfLine(buffer, at, have)) {
      note(at, end)
      at = end + 1
    }
    if (read === 0) {
      note(at, have)
      if (found.length > 0) yield found
      return
    }
    if (found.length > 0) yield found
    await giveWay(read)
    if (at === 0 && have === buffer.length) {
      const wanted = mayBeWanted(buffer, delivery)
      const end = await endOfLong(stretch, buffer, base + have)
      if (wanted) yield [{ segment, from: base, until: end }]
      base = end + 1
      have = 0
    } else {
      buffer.copy(buffer, 0, at, have)
      base += at
      have -= at
    }
  }
}

/** Which of some lines may be wanted; their files are opened once each. */
async function* scanWithin(
  lineage: Lineage,
  ranges: ReadonlyArray<ByteRange>,
  buffer: Buffer,
  delivery: Delivery,
  test: Test
): AsyncGenerator<ReadonlyArray<ByteRange>> {
  let opened = -1
  let source: ByteSource | null = null
  const found: Array<ByteRange> = []
  try {
    for (const range of ranges) {
      const { segment, from, until } = range
      const file = lineage[segment]
      if (file === undefined) continue
      if (source === null || opened !== segment) {
        source?.close()
        source = null
        source = openBytes(file.path, file.compressed)
        opened = segment
      }
      const bytes = until - from
      const isLong = bytes > buffer.length
      const read = isLong ? 0 : source.read(buffer, 0, bytes, from)
      if (isLong || isWanted(buffer, 0, read, delivery, test)) found.push(range)
      await giveWay(bytes)
    }
  } finally {
    source?.close()
  }
  if (found.length > 0) yield found
}

/** See `EventLog.scan`. */
export async function* scanLines(
  lineage: Lineage,
  delivery: Delivery,
  skipsBom: boolean,
  test: Test,
  within?: ReadonlyArray<ByteRange>
): AsyncGenerator<ReadonlyArray<ByteRange>> {
  const whole = takeBuffer()
  const buffer = whole.subarray(0, PIECE_BYTES)
  try {
    if (within !== undefined) {
      yield* scanWithin(lineage, within, buffer, delivery, test)
      return
    }
    for (const [segment, file] of lineage.entries()) {
      const source = openBytes(file.path, file.compressed)
      try {
        const stretch = { source: endingAt(source, file.until), segment, from: file.from }
        yield* scanStretch(stretch, buffer, delivery, skipsBom, test)
      } finally {
        source.close()
      }
    }
  } finally {
    giveBack(whole)
  }
}

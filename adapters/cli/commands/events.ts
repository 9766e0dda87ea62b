/**
 * unroll events: the lines of a rollout as a stream, in bounded memory.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { DamagedLine, RecordedEvent } from '../../../domain/log/event.ts'
import type { Engine } from '../../../replay/engine.ts'
import { type Batch, isDamaged, type Position, START } from '../../../replay/ports.ts'
import {
  isOfKind,
  kindOfLine,
  linesBetween,
  type EventLine
} from '../../../replay/read/pages/event-page.ts'
import { flagOf, listOf, numberOf } from '../args.ts'
import type { Io } from '../io.ts'
import { ofThread } from '../naming/threads.ts'
import { directionIn } from '../options.ts'
import { clockOf, timeWidth, type Clock } from '../text/clock.ts'
import { printJsonLines } from '../text/print.ts'
import { note, usage } from '../text/report.ts'
import { rowWriter } from '../text/row-form.ts'
import { column, type Columns } from '../text/rows.ts'
import { type Paint, painter } from '../text/style.ts'
import { cut, lines as harmlessLines, oneLine } from '../text/text.ts'

/** Neighbouring lines, with the newlines between them but not the last one. */
interface LineRun {
  readonly segment: number
  readonly from: number
  until: number
}

const runsOf = (lines: ReadonlyArray<RecordedEvent | DamagedLine>): ReadonlyArray<LineRun> => {
  const runs: Array<LineRun> = []
  for (const { segment, offset, bytes } of lines) {
    const last = runs[runs.length - 1]
    if (last?.segment === segment && last.until + 1 === offset) last.until = offset + bytes
    else runs.push({ segment, from: offset, until: offset + bytes })
  }
  return runs
}

const printPieces = async (io: Io, pieces: AsyncIterable<Uint8Array>): Promise<void> => {
  // A character may stand across two pieces.
  const decoder = new TextDecoder()
  for await (const bytes of pieces)
    await io.out(
      io.outIsTty ? harmlessLines(decoder.decode(bytes, { stream: true })).join('\n') : bytes
    )
  await io.out('\n')
}

/** Prints lines byte for byte; on a terminal control characters are spelled out. */
const printRaw = async (
  io: Io,
  engine: Pick<Engine, 'bytes'>,
  threadId: string,
  batches: AsyncIterable<ReadonlyArray<RecordedEvent | DamagedLine>>
): Promise<E.Either<StoreError, void>> => {
  for await (const lines of batches) {
    for (const { segment, from, until } of runsOf(lines)) {
      const pieces = await engine.bytes(threadId, segment, from, until)()
      if (E.isLeft(pieces)) return pieces
      await printPieces(io, pieces.right)
    }
  }
  return E.right(undefined)
}

const timeOf = (line: EventLine): string => (isDamaged(line) ? '' : line.line.timestamp)

/** Null for a time that cannot be read. */
const msOf = (line: EventLine): number | null => {
  const atMs = Date.parse(timeOf(line))
  return Number.isNaN(atMs) ? null : atMs
}

export const EVENTS: Columns<EventLine> = [
  column('revision', ({ revision }) => revision),
  column('timestamp', timeOf),
  column('bytes', ({ bytes }) => bytes),
  column('kind', kindOfLine)
]

// Printed as they are read, so the widths cannot depend on the rows.
const REVISION = 8
const TIME = timeWidth('ms')
const BYTES = 9
/** The terminal from which sizes are shown. */
const SIZES_FROM = 80

/** Cells of a line, and what is left for the last one. */
const placed = (
  [revision, time, bytes]: readonly [string, string, string],
  width: number
): readonly [line: string, room: number] => {
  const cells = [
    revision.padStart(REVISION),
    cut(time, TIME).padEnd(TIME),
    ...(width < SIZES_FROM ? [] : [bytes.padStart(BYTES)])
  ]
  const line = cells.map((cell) => `${cell}  `).join('')
  return [line, Math.max(1, width - line.length)]
}

const headLine = (first: ReadonlyArray<EventLine>, width: number, clock: Clock): string => {
  const time = clock.head('TIME', first.map(msOf))
  return `${placed(['REVISION', time, 'BYTES'], width)[0]}KIND`
}

const humanLine = (line: EventLine, width: number, paint: Paint, clock: Clock): string => {
  const { revision, bytes } = line
  const atMs = msOf(line)
  const time = atMs === null ? oneLine(timeOf(line)) : clock.time(atMs, 'ms')
  const cells = [String(revision), time, String(bytes)] as const
  const [start, room] = placed(cells, width)
  const kind = cut(oneLine(kindOfLine(line)), room)
  return `${start}${isDamaged(line) ? paint('red', kind) : kind}\n`
}

/** Where each batch of a thread begins, and at last where the thread ends. */
const beginnings = async (batches: AsyncIterable<Batch>): Promise<ReadonlyArray<Position>> => {
  const places: Array<Position> = [START]
  for await (const { next } of batches) places.push(next)
  return places
}

/** The lines between two revisions, newest first: batches are read again from the last one on, so that one is held at a time. */
async function* linesBackwards(
  engine: Pick<Engine, 'events'>,
  threadId: string,
  places: ReadonlyArray<Position>,
  from: number,
  to: number
): AsyncGenerator<ReadonlyArray<EventLine>> {
  for (let at = places.length - 2; at >= 0; at -= 1) {
    const [begin = START, end = START] = [places[at], places[at + 1]]
    if (begin.revision > to) continue
    if (end.revision <= from) return
    const batches = await engine.events(threadId, begin)()
    // The thread was there a moment ago; what was written or taken since is not shown.
    if (E.isLeft(batches)) return
    const last = Math.min(to, end.revision - 1)
    const found: Array<EventLine> = []
    for await (const lines of linesBetween(batches.right, Math.max(from, begin.revision), last))
      found.push(...lines)
    if (found.length > 0) yield found.toReversed()
  }
}

/** The lines of some kinds, and no more than a number of them. */
async function* chosen(
  batches: AsyncIterable<ReadonlyArray<EventLine>>,
  kinds: ReadonlyArray<string>,
  limit: number
): AsyncGenerator<ReadonlyArray<EventLine>> {
  let left = limit
  for await (const lines of batches) {
    const those =
      kinds.length === 0 ? lines : lines.filter((line) => isOfKind(kindOfLine(line), kinds))
    if (those.length > 0) yield those.slice(0, left)
    left -= those.length
    if (left <= 0) return
  }
}

async function* oneByOne<A>(batches: AsyncIterable<ReadonlyArray<A>>): AsyncGenerator<A> {
  for await (const batch of batches) yield* batch
}

export const eventsCommand = ofThread(async (id, input, io, engine) => {
  const from = numberOf(input, 'from') ?? 0
  const to = numberOf(input, 'to') ?? Infinity
  if (from > to) return E.left(usage(`--from ${from} is after --to ${to}`, ''))
  const batches = await engine.events(id, START)()
  if (E.isLeft(batches)) return batches
  const ordered =
    directionIn(input, 'asc') === 'asc'
      ? linesBetween(batches.right, from, to)
      : linesBackwards(engine, id, await beginnings(batches.right), from, to)
  const lines = chosen(ordered, listOf(input, 'kind'), numberOf(input, 'limit') ?? Infinity)
  if (flagOf(input, 'raw')) {
    const printed = await printRaw(io, engine, id, lines)
    return E.isLeft(printed) ? printed : 0
  }
  const writer = rowWriter({ columns: EVENTS, nothing: 'no events' }, input, io)
  if (E.isLeft(writer)) return writer
  const { form, write, end } = writer.right
  if (form === 'json' && !flagOf(input, 'fields')) await printJsonLines(io, oneByOne(lines))
  else if (form === 'people') {
    const paint = painter(input, io)
    const clock = clockOf(input, io)
    let isFirst = true
    for await (const batch of lines) {
      if (isFirst) await io.out(`${paint('bold', headLine(batch, io.columns, clock))}\n`)
      isFirst = false
      await io.out(batch.map((line) => humanLine(line, io.columns, paint, clock)).join(''))
    }
    if (isFirst) note('no events', io)
  } else {
    for await (const batch of lines) await write(batch)
    await end()
  }
  return 0
})

/**
 * unroll events: the lines of a rollout as a stream, in bounded memory.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { DamagedLine, RecordedEvent } from '../../../domain/events/event.ts'
import { isDamaged, START, type Batch } from '../../../replay/ports.ts'
import { flagOf, numberOf } from '../args.ts'
import { ofThread } from '../naming.ts'
import { formOf, printJsonLines } from '../text/print.ts'
import { printRaw } from '../text/raw-lines.ts'
import { usage } from '../text/report.ts'
import { column, tsv, type Columns } from '../text/rows.ts'
import { painter, type Paint } from '../text/style.ts'
import { oneLine } from '../text/text.ts'

type RolloutLine = RecordedEvent | DamagedLine

/** What kind of line it is: its type, and for events and response items the type inside. */
const kindOf = (line: RolloutLine): string => {
  if (isDamaged(line)) return `damaged:${line.reason}`
  const { type, payload } = line.line
  if (type === 'ignored') return line.line.kind
  const inner = (payload as { readonly type?: unknown }).type
  return type !== 'event_msg' && type !== 'response_item' ? type : `${type}:${String(inner)}`
}

const timeOf = (line: RolloutLine): string => (isDamaged(line) ? '' : line.line.timestamp)

export const EVENTS: Columns<RolloutLine> = [
  column('revision', ({ revision }) => revision),
  column('time', timeOf),
  column('bytes', ({ bytes }) => bytes),
  column('kind', kindOf)
]

// Printed as they are read, so the widths cannot depend on the rows.
const HEAD = `${'REVISION'}  ${'TIME'.padEnd(24)}  ${'BYTES'.padStart(9)}  KIND`

const humanLine = (line: RolloutLine, paint: Paint): string => {
  const kind = oneLine(kindOf(line))
  const cells = [
    String(line.revision).padStart(8),
    oneLine(timeOf(line)).padEnd(24),
    String(line.bytes).padStart(9),
    isDamaged(line) ? paint('red', kind) : kind
  ]
  return `${cells.join('  ')}\n`
}

/** The lines between two revisions, batch by batch; reading ends with the last of them. */
async function* linesBetween(
  batches: AsyncIterable<Batch>,
  from: number,
  to: number
): AsyncGenerator<ReadonlyArray<RolloutLine>> {
  for await (const { lines } of batches) {
    const between = lines.filter(({ revision }) => revision >= from && revision <= to)
    if (between.length > 0) yield between
    if ((lines.at(-1)?.revision ?? -1) >= to) return
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
  const lines = linesBetween(batches.right, from, to)
  const form = formOf(input, io)
  if (form === 'json') await printJsonLines(io, oneByOne(lines))
  else if (flagOf(input, 'raw')) {
    const printed = await printRaw(io, engine, id, lines)
    if (E.isLeft(printed)) return printed
  } else if (form === 'table') {
    const paint = painter(input, io)
    await io.out(`${paint('bold', HEAD)}\n`)
    for await (const batch of lines)
      await io.out(batch.map((line) => humanLine(line, paint)).join(''))
  } else for await (const batch of lines) await io.out(tsv(EVENTS, batch))
  return 0
})

/**
 * unroll events: the lines of a rollout as a stream, in bounded memory.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { DamagedLine, RecordedEvent } from '../../../domain/events/event.ts'
import { isDamaged, START, type Batch } from '../../../replay/ports.ts'
import { flagOf, numberOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { printJsonLines } from '../text/json-lines.ts'
import { printRaw } from '../text/raw-lines.ts'
import { report, reportError, usage } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { painter, tsv, type Paint } from '../text/style.ts'
import { oneLine } from '../text/text.ts'

type Line = RecordedEvent | DamagedLine

/** What kind of line it is: its type, and for events and response items the type inside. */
const kindOf = (line: Line): string => {
  if (isDamaged(line)) return `damaged:${line.reason}`
  const { type, payload } = line.line
  if (type === 'ignored') return line.line.kind
  const inner = (payload as { readonly type?: unknown }).type
  return type !== 'event_msg' && type !== 'response_item' ? type : `${type}:${String(inner)}`
}

const timeOf = (line: Line): string => (isDamaged(line) ? '' : line.line.timestamp)

const fields = (line: Line): ReadonlyArray<string> => [
  String(line.revision),
  timeOf(line),
  String(line.bytes),
  kindOf(line)
]

const HEAD = `${'REVISION'}  ${'TIME'.padEnd(24)}  ${'BYTES'.padStart(9)}  KIND`

const row = (line: Line, paint: Paint): string => {
  const kind = oneLine(kindOf(line))
  const cells = [
    String(line.revision).padStart(8),
    oneLine(timeOf(line)).padEnd(24),
    String(line.bytes).padStart(9),
    isDamaged(line) ? paint('red', kind) : kind
  ]
  return `${cells.join('  ')}\n`
}

/** The asked lines of each batch; reading ends with the last asked one. */
async function* linesBetween(
  batches: AsyncIterable<Batch>,
  from: number,
  to: number
): AsyncGenerator<ReadonlyArray<Line>> {
  for await (const { lines } of batches) {
    const asked = lines.filter(({ revision }) => revision >= from && revision <= to)
    if (asked.length > 0) yield asked
    if ((lines[lines.length - 1]?.revision ?? -1) >= to) return
  }
}

async function* oneByOne(batches: AsyncIterable<ReadonlyArray<Line>>): AsyncGenerator<Line> {
  for await (const lines of batches) yield* lines
}

const printTable = async (
  lines: AsyncIterable<ReadonlyArray<Line>>,
  input: Input,
  io: Io
): Promise<void> => {
  const paint = painter(input, io)
  if (io.outIsTty) await io.out(`${paint('bold', HEAD)}\n`)
  for await (const batch of lines) {
    await io.out(
      io.outIsTty ? batch.map((line) => row(line, paint)).join('') : tsv(batch.map(fields))
    )
  }
}

/** Lists events; see the command table. */
export const eventsCommand: EngineCommand = async (input, io, engine) => {
  const from = numberOf(input, 'from') ?? 0
  const to = numberOf(input, 'to') ?? Infinity
  if (from > to) {
    return report(usage(`--from ${from} is after --to ${to}`, ''), input.json, io)
  }
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const batches = await engine.events(found.right, START)()
  if (E.isLeft(batches)) return reportError(batches.left, input.json, io)
  const lines = linesBetween(batches.right, from, to)
  if (input.json) await printJsonLines(io, oneByOne(lines))
  else if (flagOf(input, 'raw')) {
    const printed = await printRaw(io, engine, found.right, lines)
    if (E.isLeft(printed)) return reportError(printed.left, false, io)
  } else await printTable(lines, input, io)
  return 0
}

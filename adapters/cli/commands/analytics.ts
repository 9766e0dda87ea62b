/**
 * unroll analytics: usage analytics made again from rollouts, and compared with a capture.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeWhole } from '../../plain-file.ts'
import { compareAnalytics } from '../../../domain/analytics/compare.ts'
import { captureLine, payloadsOf, type PostedEvent } from '../../../domain/analytics/envelope.ts'
import type { AnalyticsEvent } from '../../../domain/analytics/event.ts'
import { KNOWN_DIFFERENCES } from '../../../domain/analytics/not-reconstructable.ts'
import { contractOf, type Contract } from '../../../domain/analytics/vocabulary.ts'
import { isJsonObject } from '../../../domain/json.ts'
import { rangeOf, type Range } from '../../../domain/usage/range.ts'
import type { Engine } from '../../../replay/engine.ts'
import { homeEvidence } from '../../../replay/ledgers/analytics-evidence.ts'
import { readCapture } from '../../analytics/read-capture.ts'
import { textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { EngineCommand } from '../session.ts'
import { diffFields, diffObjects, diffText } from '../text/analytics-diff.ts'
import { printJsonLines } from '../text/json-lines.ts'
import { printPieces } from '../text/pieces.ts'
import { report, reportError, usage, type Failure } from '../text/report.ts'
import { painter, tsv } from '../text/style.ts'
import { oneLine, plural, safeJson } from '../text/text.ts'

const SEE = 'see "unroll help analytics"'
const OWN_MODE = 0o600

const wrong = (message: string): Failure => usage(message, SEE)

const rangeIn = (input: Input): E.Either<Failure, Range> => {
  const typed = { since: textOf(input, 'since'), until: textOf(input, 'until'), timeZone: 'UTC' }
  return E.mapLeft((problem: string) =>
    wrong(
      problem === 'order'
        ? '--since comes after --until'
        : `--${problem} takes a date or an instant, such as 2026-11-21 or 2026-11-21T14:30:00Z`
    )
  )(rangeOf(typed))
}

const askedContract = (input: Input): Contract | undefined =>
  textOf(input, 'contract') as Contract | undefined

/** Every event came of a fact of its own, but for those of accepted lines, which travel alone anyhow. */
async function* linesOf(events: AsyncIterable<AnalyticsEvent>): AsyncGenerator<string> {
  for await (const { payload } of events)
    for (const one of payloadsOf([payload])) yield captureLine(one)
}

async function* harmless(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield safeJson(line)
}

/** Writes a new file; one that is there stays as it is. */
const writeLines = async (
  path: string,
  lines: AsyncIterable<string>
): Promise<E.Either<Failure, number>> => {
  let file: number
  try {
    file = openSync(path, 'wx', OWN_MODE)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    return E.left(wrong(`${path} is there already`))
  }
  try {
    let count = 0
    for await (const line of lines) {
      writeWhole(file, line)
      count += 1
    }
    return E.right(count)
  } finally {
    closeSync(file)
  }
}

const replayed = async (input: Input, io: Io, engine: Engine): Promise<number> => {
  const range = rangeIn(input)
  if (E.isLeft(range)) return report(range.left, input.json, io)
  const [, named] = input.args
  const thread = named === undefined ? null : await engine.resolve(named)()
  if (thread !== null && E.isLeft(thread)) return reportError(thread.left, input.json, io)
  const events = await engine.analytics({
    contract: askedContract(input) ?? '0.169',
    ...range.right,
    ...(thread === null ? {} : { threadId: thread.right })
  })()
  if (E.isLeft(events)) return reportError(events.left, input.json, io)
  const lines = linesOf(events.right)
  const out = textOf(input, 'out')
  if (out === undefined) {
    await printPieces(io, harmless(lines))
    return 0
  }
  const file = resolve(io.cwd, out)
  const written = await writeLines(file, lines)
  if (E.isLeft(written)) return report(written.left, input.json, io)
  const said = { file, lines: written.right }
  await io.out(
    input.json
      ? `${safeJson(JSON.stringify(said))}\n`
      : `${plural(said.lines, 'line')} in ${oneLine(file)}\n`
  )
  return 0
}

interface Capture {
  readonly events: ReadonlyArray<PostedEvent>
  readonly damagedLines: number
}

const capturedIn = async (path: string, io: Io): Promise<Capture> => {
  const events: Array<PostedEvent> = []
  let damagedLines = 0
  for await (const entry of readCapture(path)) {
    if (entry.kind === 'events') events.push(...entry.events)
    else {
      damagedLines += 1
      io.err(`unroll: line ${entry.line} of the capture: ${oneLine(entry.reason)}\n`)
    }
  }
  return { events, damagedLines }
}

/** The contract of the first version that a capture names. */
const contractIn = (events: ReadonlyArray<PostedEvent>): Contract => {
  for (const { event_params } of events) {
    const { runtime } = event_params
    const version = isJsonObject(runtime) ? runtime['codex_rs_version'] : null
    if (typeof version === 'string') return contractOf(version)
  }
  return '0.169'
}

function* tsvLines(rows: Iterable<ReadonlyArray<string>>): Generator<string> {
  for (const row of rows) yield tsv([row])
}

const compared = async (input: Input, io: Io, engine: Engine): Promise<number> => {
  const [, named] = input.args
  if (named === undefined) return report(wrong('diff needs the file of a capture'), input.json, io)
  const capture = await capturedIn(resolve(io.cwd, named), io)
  const contract = askedContract(input) ?? contractIn(capture.events)
  const asked = await engine.analytics({ contract })()
  if (E.isLeft(asked)) return reportError(asked.left, input.json, io)
  const rebuilt: Array<PostedEvent> = []
  for await (const { payload } of asked.right) rebuilt.push(payload)
  const home = await homeEvidence(engine, capture.events)
  if (E.isLeft(home)) return reportError(home.left, input.json, io)
  const known = KNOWN_DIFFERENCES
  const comparison = compareAnalytics(capture.events, rebuilt, contract, known, home.right)
  const { damagedLines } = capture
  const facts = { contract, captured: capture.events.length, reconstructed: rebuilt.length }
  if (input.json) await printJsonLines(io, diffObjects(comparison, { ...facts, damagedLines }))
  else if (io.outIsTty) {
    const counts = `${plural(facts.captured, 'event')} captured, ${facts.reconstructed} rebuilt from the log`
    await io.out(`contract ${contract}: ${counts}\n\n`)
    await io.out(diffText(comparison, io.columns, painter(input, io)))
  } else await printPieces(io, tsvLines(diffFields(comparison)))
  return comparison.unexplained > 0 ? 1 : 0
}

/** Analytics from rollouts; see the command table. */
export const analyticsCommand: EngineCommand = (input, io, engine) =>
  input.args[0] === 'diff' ? compared(input, io, engine) : replayed(input, io, engine)

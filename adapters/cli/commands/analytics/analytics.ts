/**
 * unroll analytics: Codex's usage analytics reconstructed from rollouts, and compared with a capture.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { compareAnalytics } from '../../../../domain/ledgers/analytics/compare.ts'
import {
  captureLine,
  payloadsOf,
  type PostedEvent,
  type AnalyticsEvent
} from '../../../../domain/ledgers/analytics/envelope.ts'
import { KNOWN_DIFFERENCES } from '../../../../domain/ledgers/analytics/not-reconstructable.ts'
import { contractOf, type Contract } from '../../../../domain/ledgers/analytics/vocabulary.ts'
import { isJsonObject } from '../../../../domain/json.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { homeEvidence } from '../../../../replay/ledgers/analytics-evidence.ts'
import { readCapture } from '../../../upkeep/analytics/read-capture.ts'
import { textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { optionalThread } from '../../naming/threads.ts'
import { pathOf, rangeIn, writeNewFile } from '../../options.ts'
import type { CommandEnd, EngineCommand } from '../../session.ts'
import { comparisonText, differencesOf, DIFFERENCES, jsonRows, jsonTotal } from './differences.ts'
import { clockOf } from '../../text/clock.ts'
import { printJson, printJsonLines, printPieces, printTotal } from '../../text/print.ts'
import { usage, warn } from '../../text/report.ts'
import { formOf, printRows } from '../../text/row-form.ts'
import { painter } from '../../text/style.ts'
import { oneLine, plural, safeJson } from '../../text/text.ts'

const contractIn = (input: Input): Contract | undefined =>
  textOf(input, 'contract') as Contract | undefined

/** Each event is a payload of its own: only those of accepted lines share a fact, and they are posted alone. */
async function* linesOf(events: AsyncIterable<AnalyticsEvent>): AsyncGenerator<string> {
  for await (const { payload } of events)
    for (const one of payloadsOf([payload])) yield captureLine(one)
}

async function* harmless(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield safeJson(line)
}

const replay = async (input: Input, io: Io, engine: Engine): Promise<CommandEnd> => {
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const thread = await optionalThread(engine, input.args[1])
  if (E.isLeft(thread)) return thread
  const events = await engine.analytics({
    contract: contractIn(input) ?? '0.169',
    ...range.right,
    ...(thread.right === undefined ? {} : { threadId: thread.right })
  })()
  if (E.isLeft(events)) return events
  const lines = linesOf(events.right)
  const file = pathOf(input, io, 'out')
  if (file === undefined) {
    await printPieces(io, harmless(lines))
    return 0
  }
  const count = await writeNewFile(file, lines)
  if (E.isLeft(count))
    return E.left(usage(`${file} exists already`, 'name a new file with --out FILE'))
  if (input.json) return printJson({ file, lines: count.right }, io)
  await io.out(`${plural(count.right, 'line')} in ${oneLine(file)}\n`)
  return 0
}

interface CaptureFile {
  readonly events: ReadonlyArray<PostedEvent>
  readonly damagedLines: number
}

const readEvents = async (path: string, io: Io): Promise<CaptureFile> => {
  const events: Array<PostedEvent> = []
  let damagedLines = 0
  for await (const entry of readCapture(path)) {
    if (entry.kind === 'events') events.push(...entry.events)
    else {
      damagedLines += 1
      warn(`line ${entry.line} of the capture: ${entry.reason}`, io)
    }
  }
  return { events, damagedLines }
}

/** The contract of the first version that a capture names. */
const contractNamed = (events: ReadonlyArray<PostedEvent>): Contract => {
  for (const { event_params } of events) {
    const { runtime } = event_params
    const version = isJsonObject(runtime) ? runtime['codex_rs_version'] : null
    if (typeof version === 'string') return contractOf(version)
  }
  return '0.169'
}

const compare = async (input: Input, io: Io, engine: Engine): Promise<CommandEnd> => {
  const [, named = ''] = input.args
  const { events: captured, damagedLines } = await readEvents(resolve(io.cwd, named), io)
  const contract = contractIn(input) ?? contractNamed(captured)
  const events = await engine.analytics({ contract })()
  if (E.isLeft(events)) return events
  const rebuilt: Array<PostedEvent> = []
  for await (const { payload } of events.right) rebuilt.push(payload)
  const home = await homeEvidence(engine, captured)
  if (E.isLeft(home)) return home
  const comparison = compareAnalytics(captured, rebuilt, contract, KNOWN_DIFFERENCES, home.right)
  const facts = { contract, captured: captured.length, reconstructed: rebuilt.length, damagedLines }
  const form = formOf(input, io)
  if (form === 'json' && !input.values.has('fields')) {
    await printJsonLines(io, jsonRows(comparison))
    await printTotal(jsonTotal(comparison, facts), input, io)
  } else if (form === 'people') {
    const counts = `${plural(captured.length, 'event')} captured, ${rebuilt.length} rebuilt from the log`
    await io.out(`contract ${contract}: ${counts}\n\n`)
    await io.out(comparisonText(comparison, io.columns, painter(input, io), clockOf(input, io)))
  } else {
    const listing = { columns: DIFFERENCES, json: () => null, nothing: 'no difference' }
    const printed = await printRows(listing, [...differencesOf(comparison)], input, io)
    if (E.isLeft(printed)) return printed
  }
  return comparison.unexplained > 0 ? 1 : 0
}

export const analyticsCommand: EngineCommand = (input, io, engine) =>
  (input.args[0] === 'diff' ? compare : replay)(input, io, engine)

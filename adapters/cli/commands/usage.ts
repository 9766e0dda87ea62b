/**
 * unroll usage: how many tokens were spent, and why the ledger says so.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import type { UsageGroup, UsageReport, UsageRow } from '../../../replay/ledgers/usage.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { EngineCommand } from '../session.ts'
import { csvLine, type CsvField } from '../text/csv.ts'
import { printPieces } from '../text/pieces.ts'
import { report, reportError, type Failure } from '../text/report.ts'
import { painter, tsv, typed, type Paint } from '../text/style.ts'
import { plural, safeJson } from '../text/text.ts'
import type { Pricing } from '../text/usage-cost.ts'
import {
  GROUP_HEAD,
  groupFields,
  reasonLines,
  unpricedLine,
  usageTable
} from '../text/usage-report.ts'
import { SPEND_HEAD, spendFields, spendText } from '../text/usage-spends.ts'
import { shortIds } from './threads.ts'
import { askedUsage, reportOf, type UsageReportName } from './usage-asked.ts'

/** What is printed, and how. */
interface Printing {
  readonly input: Input
  readonly io: Io
  readonly pricing: Pricing | null
  readonly paint: Paint
  readonly timeZone: string
}

type Spends = AsyncIterable<UsageRow>

const readPricing = async (input: Input, io: Io): Promise<E.Either<Failure, Pricing | null>> => {
  const path = textOf(input, 'prices')
  if (path === undefined) return E.right(null)
  return (await import('../text/usage-cost.ts')).readPricing(resolve(io.cwd, path))
}

const PRICE_HEAD = ['cost', 'currency']

const line = (input: Input, fields: ReadonlyArray<CsvField>): string =>
  flagOf(input, 'csv') ? csvLine(fields) : tsv([fields.map((field) => String(field ?? ''))])

async function* records(
  { input, pricing }: Printing,
  head: ReadonlyArray<string>,
  rows: AsyncIterable<ReadonlyArray<CsvField>> | Iterable<ReadonlyArray<CsvField>>
): AsyncGenerator<string> {
  if (flagOf(input, 'csv')) yield csvLine(pricing === null ? head : [...head, ...PRICE_HEAD])
  for await (const row of rows) yield line(input, row)
}

async function* spendRecords(spends: Spends, pricing: Pricing | null) {
  for await (const row of spends) {
    yield [...spendFields(row), ...(pricing === null ? [] : pricing.fields(pricing.of(row)))]
  }
}

const groupRecords = (groups: ReadonlyArray<UsageGroup>, pricing: Pricing | null) =>
  groups.map((group) => [
    ...groupFields(group),
    ...(pricing === null ? [] : pricing.fields(pricing.ofGroup(group)))
  ])

const groupJson = (group: UsageGroup, pricing: Pricing | null): object =>
  pricing === null ? group : { ...group, cost: pricing.json(pricing.ofGroup(group)) }

/** The whole of a home in the seven members that scripts read. */
const totalJson = (total: UsageGroup, pricing: Pricing | null): object => {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens } = total
  const { totalTokens, lowerBound, rows } = total
  const counts = { inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens }
  const cost = pricing === null ? {} : { cost: pricing.json(pricing.ofGroup(total)) }
  return { ...counts, totalTokens, lowerBound, rows, ...cost }
}

async function* jsonValues(
  { groups, total, reasons }: UsageReport,
  spends: Spends | null,
  { input, pricing }: Printing
): AsyncGenerator<object> {
  if (spends === null && reportOf(input) === 'total') {
    yield totalJson(total, pricing)
    return
  }
  if (spends === null) for (const group of groups) yield groupJson(group, pricing)
  else
    for await (const row of spends) {
      yield pricing === null ? row : { ...row, cost: pricing.json(pricing.of(row)) }
    }
  yield { total: groupJson(total, pricing), reasons }
}

/** One line each, without the streams of other lists: most reports are small, and these take long to load. */
async function* jsonLines(values: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const value of values) yield `${safeJson(JSON.stringify(value))}\n`
}

const HEADS: Readonly<Record<UsageReportName, string>> = {
  total: '',
  daily: 'DAY',
  monthly: 'MONTH',
  thread: 'THREAD',
  turn: 'TURN',
  model: 'MODEL',
  agent: 'AGENT',
  provider: 'PROVIDER'
}

/** What groups are called in a table: threads by beginnings of their ids, turns of one thread without the thread. */
const namesOf = (name: UsageReportName, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (name === 'thread') return shortIds(keys)
  if (name !== 'turn') return keys
  const threads = new Set(keys.map((key) => key.split('/', 1)[0]))
  return threads.size > 1 ? keys : keys.map((key) => key.slice(key.indexOf('/') + 1))
}

const clock = (timeZone: string): ((ms: number) => string) => {
  const format = new Intl.DateTimeFormat('sv', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium'
  })
  return (ms) => (Math.abs(ms) <= 8.64e15 ? format.format(ms) : String(ms))
}

async function* spendTexts(
  spends: Spends,
  { timeZone, pricing, paint }: Printing
): AsyncGenerator<string> {
  const time = clock(timeZone)
  yield '\n'
  for await (const row of spends) yield spendText(row, time, pricing, paint)
}

/** Why something is a lower bound or has no price, for people. */
const notices = (found: UsageReport, { input, io, pricing }: Printing): ReadonlyArray<string> => {
  const kept = [...input.values.keys()].filter((name) => name !== 'explain')
  const more = typed(input, io, ['usage', ...input.args, '--explain'], kept)
  const unpriced = unpricedLine(found.total, pricing)
  return [
    ...reasonLines(found, flagOf(input, 'explain'), more),
    ...(unpriced === null ? [] : [unpriced])
  ]
}

const printTable = async (
  found: UsageReport,
  spends: Spends | null,
  printing: Printing
): Promise<void> => {
  const { input, io, pricing, paint } = printing
  const name = reportOf(input)
  const names = namesOf(
    name,
    found.groups.map(({ key }) => key)
  )
  const groups = name === 'total' ? [found.total] : [...found.groups, found.total]
  const called = (_: UsageGroup, at: number) => names[at] ?? 'total'
  const shown = name === 'total' ? () => 'total' : called
  await io.out(usageTable(HEADS[name], groups, shown, pricing, io.columns, paint))
  if (spends !== null) await printPieces(io, spendTexts(spends, printing))
  const said = notices(found, printing).map((one) => `${paint('yellow', one)}\n`)
  if (said.length > 0) await io.out(`\n${said.join('')}`)
}

/** What programs should know and people would see below the table, in one line on stderr. */
const tellReasons = (found: UsageReport, { input, io }: Printing): void => {
  if (found.reasons.length === 0 || (input.json && reportOf(input) !== 'total')) return
  const count = plural(found.reasons.length, 'reason')
  const command = typed(input, io, ['usage', ...input.args, '--explain'])
  io.err(`the total is a lower bound, for ${count}; see: ${command}\n`)
}

const print = async (
  found: UsageReport,
  spends: Spends | null,
  printing: Printing
): Promise<void> => {
  const { input, io, pricing } = printing
  const isTable = io.outIsTty && !input.json && !flagOf(input, 'csv')
  if (found.total.rows === 0 && !input.json) io.err('no tokens were spent\n')
  if (isTable) return found.total.rows === 0 ? undefined : printTable(found, spends, printing)
  tellReasons(found, printing)
  if (input.json) return printPieces(io, jsonLines(jsonValues(found, spends, printing)))
  return printPieces(
    io,
    spends === null
      ? records(printing, GROUP_HEAD, groupRecords(found.groups, pricing))
      : records(printing, SPEND_HEAD, spendRecords(spends, pricing))
  )
}

/** Adds up tokens; see the command table. */
export const usageCommand: EngineCommand = async (input, io, engine) => {
  const asked = await askedUsage(input, engine)
  if (E.isLeft(asked)) return report(asked.left, input.json, io)
  const pricing = await readPricing(input, io)
  if (E.isLeft(pricing)) return report(pricing.left, input.json, io)
  const failed = (error: StoreError) => reportError(error, input.json, io)
  const found = await engine.usage(asked.right)()
  if (E.isLeft(found)) return failed(found.left)
  const spends = flagOf(input, 'explain') ? await engine.usageRows(asked.right)() : E.right(null)
  if (E.isLeft(spends)) return failed(spends.left)
  const timeZone = asked.right.timeZone ?? 'UTC'
  const paint = painter(input, io)
  const printing = { input, io, pricing: pricing.right, paint, timeZone }
  await print(found.right, spends.right, printing)
  return 0
}

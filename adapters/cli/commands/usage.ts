/**
 * unroll usage: token usage, and how each number came about.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Engine } from '../../../replay/engine.ts'
import type {
  UsageBy,
  UsageGroup,
  UsageReport,
  UsageRequest,
  UsageRow
} from '../../../replay/ledgers/usage.ts'
import { flagOf, nextCommand, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { optionalThread, shortIds } from '../naming.ts'
import { pathOf, rangeIn } from '../options.ts'
import type { EngineCommand } from '../session.ts'
import type { USAGE_REPORTS } from '../table/ledgers.ts'
import { formOf, jsonLine, printPieces, taggedLine } from '../text/print.ts'
import { type CommandFailure, note, usage } from '../text/report.ts'
import { csv, csvHead, table, tsv, type Columns } from '../text/rows.ts'
import { painter } from '../text/style.ts'
import { plural, shellWord } from '../text/text.ts'
import { groupColumns, notices, spendColumns, spendText } from '../text/usage.ts'
import type { Pricing } from '../text/usage-cost.ts'

type UsageReportName = (typeof USAGE_REPORTS)[number]

/** What each report adds up by, and the head of its first column. */
const REPORTS: Readonly<Record<UsageReportName, readonly [by: UsageBy, head: string]>> = {
  total: ['total', ''],
  daily: ['day', 'DAY'],
  monthly: ['month', 'MONTH'],
  thread: ['thread', 'THREAD'],
  turn: ['turn', 'TURN'],
  model: ['model', 'MODEL'],
  agent: ['agent', 'AGENT'],
  provider: ['provider', 'PROVIDER']
}

const reportOf = (input: Input): UsageReportName => (input.args[0] ?? 'daily') as UsageReportName

const zoneOf = (input: Input): string => {
  const zone = textOf(input, 'tz') ?? 'UTC'
  return zone === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone
}

/** Wrong usage with the command to type instead. */
const retype = (input: Input, message: string, ...words: ReadonlyArray<string>) =>
  E.left(
    usage(message, `type "unroll ${['usage', reportOf(input), ...words].map(shellWord).join(' ')}"`)
  )

const requestOf = async (
  input: Input,
  engine: Engine
): Promise<E.Either<CommandFailure | StoreError, UsageRequest>> => {
  const timeZone = zoneOf(input)
  const range = rangeIn(input, timeZone)
  if (E.isLeft(range)) return range
  const report = reportOf(input)
  const [, argument] = input.args
  const option = textOf(input, 'thread')
  if (argument !== undefined && option !== undefined)
    return retype(input, 'the thread is named twice', argument)
  const tree = flagOf(input, 'tree')
  const named = argument ?? option
  if (tree && named === undefined && report !== 'thread')
    return retype(input, '--tree needs a thread', 'THREAD', '--tree')
  const thread = await optionalThread(engine, named)
  if (E.isLeft(thread)) return thread
  const request = { by: REPORTS[report][0], tree, ...range.right, timeZone }
  return E.right(thread.right === undefined ? request : { ...request, threadId: thread.right })
}

interface Printing {
  readonly report: UsageReport
  /** Every spend, where the report is to be explained. */
  readonly spends: AsyncIterable<UsageRow> | null
  readonly pricing: Pricing | null
  readonly input: Input
  readonly io: Io
}

const withCost = (group: UsageGroup, pricing: Pricing | null): object =>
  pricing === null ? group : { ...group, cost: pricing.json(pricing.ofGroup(group)) }

/** The whole of a home in the seven members that scripts read. */
const totalJson = (total: UsageGroup, pricing: Pricing | null): object => {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens } = total
  const { totalTokens, lowerBound, rows } = total
  const counts = { inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens }
  const cost = pricing === null ? {} : { cost: pricing.json(pricing.ofGroup(total)) }
  return { ...counts, totalTokens, lowerBound, rows, ...cost }
}

// Without the streams of other lists: most reports are small, and those take long to load.
async function* jsonLines({ report, spends, pricing, input }: Printing): AsyncGenerator<string> {
  const { groups, total, reasons } = report
  if (spends === null && reportOf(input) === 'total') {
    yield jsonLine(totalJson(total, pricing))
    return
  }
  if (spends === null) for (const group of groups) yield jsonLine(withCost(group, pricing))
  else
    for await (const row of spends)
      yield jsonLine(pricing === null ? row : { ...row, cost: pricing.json(pricing.of(row)) })
  if (flagOf(input, 'total')) yield taggedLine('total', { ...withCost(total, pricing), reasons })
}

async function* programLines<A>(
  columns: Columns<A>,
  rows: Iterable<A> | AsyncIterable<A>,
  form: 'csv' | 'tsv'
): AsyncGenerator<string> {
  if (form === 'csv') yield csvHead(columns)
  for await (const row of rows) yield (form === 'csv' ? csv : tsv)(columns, [row])
}

/** What groups are called in a table: threads by short ids, turns of one thread without the thread. */
const namesOf = (report: UsageReportName, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (report === 'thread') return shortIds(keys)
  if (report !== 'turn') return keys
  const threads = new Set(keys.map((key) => key.split('/', 1)[0]))
  return threads.size > 1 ? keys : keys.map((key) => key.slice(key.indexOf('/') + 1))
}

const clockIn = (timeZone: string): ((ms: number) => string) => {
  const format = new Intl.DateTimeFormat('sv', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium'
  })
  return (ms) => (Math.abs(ms) <= 8.64e15 ? format.format(ms) : String(ms))
}

async function* humanText(printing: Printing): AsyncGenerator<string> {
  const { report, spends, pricing, input, io } = printing
  const paint = painter(input, io)
  const name = reportOf(input)
  const groups = name === 'total' ? [] : report.groups
  const names = namesOf(
    name,
    groups.map(({ key }) => key)
  )
  const columns = groupColumns(REPORTS[name][1], [...names, 'total'], pricing)
  yield table(columns, [...groups, report.total], io.columns, paint)
  if (spends !== null) {
    const time = clockIn(zoneOf(input))
    yield '\n'
    for await (const row of spends) yield spendText(row, time, pricing, paint)
  }
  const kept = [...input.values.keys()].filter((option) => option !== 'explain')
  const more = nextCommand(input, io, ['usage', ...input.args, '--explain'], kept)
  const lines = notices(report, pricing, flagOf(input, 'explain'), more)
  if (lines.length > 0) yield `\n${lines.map((line) => `${paint('yellow', line)}\n`).join('')}`
}

/** Says to programs in one line on stderr what people see below the table. */
const tellReasons = ({ report, input, io }: Printing): void => {
  const isInTotal = input.json && flagOf(input, 'total') && reportOf(input) !== 'total'
  if (report.reasons.length === 0 || isInTotal) return
  const count = plural(report.reasons.length, 'reason')
  const command = nextCommand(input, io, ['usage', ...input.args, '--explain'])
  note(`the total is a lower bound, for ${count}; see: ${command}`, io)
}

const print = async (printing: Printing): Promise<void> => {
  const { report, spends, pricing, input, io } = printing
  const form = formOf(input, io)
  const isEmpty = report.total.rows === 0
  if (isEmpty && form !== 'json') note('no token usage recorded', io)
  if (form === 'table') return isEmpty ? undefined : printPieces(io, humanText(printing))
  tellReasons(printing)
  if (form === 'json') return printPieces(io, jsonLines(printing))
  return printPieces(
    io,
    spends === null
      ? programLines(groupColumns('', [], pricing), report.groups, form)
      : programLines(spendColumns(pricing), spends, form)
  )
}

export const usageCommand: EngineCommand = async (input, io, engine) => {
  const request = await requestOf(input, engine)
  if (E.isLeft(request)) return request
  const path = pathOf(input, io, 'prices')
  const pricing =
    path === undefined
      ? E.right(null)
      : await (await import('../text/usage-cost.ts')).readPricing(path)
  if (E.isLeft(pricing)) return pricing
  const report = await engine.usage(request.right)()
  if (E.isLeft(report)) return report
  const spends = flagOf(input, 'explain') ? await engine.usageRows(request.right)() : E.right(null)
  if (E.isLeft(spends)) return spends
  await print({ report: report.right, spends: spends.right, pricing: pricing.right, input, io })
  return 0
}

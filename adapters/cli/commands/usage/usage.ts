/**
 * unroll usage: token usage, and how each number came about.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type {
  UsageBy,
  UsageGroup,
  UsageReport,
  UsageRequest,
  UsageRow
} from '../../../../replay/ledgers/usage.ts'
import { flagOf, nextCommand, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { optionalThread, shortIds } from '../../naming/threads.ts'
import { inDirection, pricesPath, rangeIn } from '../../options.ts'
import type { CommandEnd, EngineCommand } from '../../session.ts'
import { clockOf, zoneOf } from '../../text/clock.ts'
import { jsonLine, printPieces, printTotal } from '../../text/print.ts'
import { type CommandFailure, note, usage } from '../../text/report.ts'
import { formOf, printRows, rowWriter } from '../../text/row-form.ts'
import { painter } from '../../text/style.ts'
import { table } from '../../text/table.ts'
import { plural, shellWord, wrap } from '../../text/text.ts'
import { groupColumns, notices, spendColumns, spendText, type ThreadTitles } from './rows.ts'
import type { Pricing } from './cost.ts'

/** What each report adds up by, and the head of its first column. */
const REPORTS = {
  total: ['total', ''],
  daily: ['day', 'DAY'],
  weekly: ['week', 'WEEK OF'],
  monthly: ['month', 'MONTH'],
  thread: ['thread', 'THREAD'],
  turn: ['turn', 'TURN'],
  model: ['model', 'MODEL'],
  agent: ['agent', 'AGENT'],
  provider: ['provider', 'PROVIDER'],
  statusline: ['total', '']
} as const satisfies Readonly<Record<string, readonly [by: UsageBy, head: string]>>

type UsageReportName = keyof typeof REPORTS

/** Reports whose keys are dates, all of which can be read as one. */
const BY_DATE: ReadonlySet<UsageBy> = new Set(['day', 'week', 'month'])

const reportOf = (input: Input): UsageReportName => (input.args[0] ?? 'daily') as UsageReportName

/** Wrong usage with the command to type instead. */
const retype = (input: Input, message: string, ...words: ReadonlyArray<string>) =>
  E.left(
    usage(message, `type "unroll ${['usage', reportOf(input), ...words].map(shellWord).join(' ')}"`)
  )

const requestOf = async (
  input: Input,
  io: Io,
  engine: Engine
): Promise<E.Either<CommandFailure | StoreError, UsageRequest>> => {
  const range = rangeIn(input, io)
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
  const imported = flagOf(input, 'imported')
  const request = {
    ...{ by: REPORTS[report][0], tree, imported, timeZone: zoneOf(input) },
    ...range.right
  }
  return E.right(thread.right === undefined ? request : { ...request, threadId: thread.right })
}

interface Printing {
  readonly report: UsageReport
  /** Every spend, where the report is to be explained. */
  readonly spends: AsyncIterable<UsageRow> | null
  readonly pricing: Pricing | null
  /** What the threads of a report by thread are called. */
  readonly titles: ThreadTitles | null
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

/** What groups are called in a table: threads by short ids, turns of one thread without the thread. */
const namesOf = (report: UsageReportName, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (report === 'thread') return shortIds(keys)
  if (report !== 'turn') return keys
  const parts = keys.map((key) => key.split('/', 2) as [string, string?])
  const threads = shortIds(parts.map(([thread]) => thread))
  const turns = shortIds(parts.map(([, turn = '']) => turn))
  return new Set(threads).size > 1 ? threads.map((thread, at) => `${thread}/${turns[at]}`) : turns
}

async function* humanText(printing: Printing): AsyncGenerator<string> {
  const { report, spends, pricing, titles, input, io } = printing
  const paint = painter(input, io)
  const name = reportOf(input)
  const groups = name === 'total' ? [] : report.groups
  const names = namesOf(
    name,
    groups.map(({ key }) => key)
  )
  const clock = clockOf(input, io)
  const [by, word] = REPORTS[name]
  const days = BY_DATE.has(by) ? groups.map(({ key }) => Date.parse(key)) : null
  const head = days === null ? word : clock.head(word, days)
  const columns = groupColumns(head, [...names, 'total'], pricing, titles)
  yield table(columns, [...groups, report.total], io.columns, paint, clock)
  if (spends !== null) {
    yield '\n'
    for await (const row of spends) yield spendText(row, clock, pricing, io.columns, paint)
  }
  const kept = [...input.values.keys()].filter((option) => option !== 'explain')
  const more = nextCommand(input, io, ['usage', ...input.args, '--explain'], kept)
  const lines = notices(report, pricing, flagOf(input, 'explain'), more)
  if (lines.length > 0)
    yield `\n${lines.map((line) => `${paint('yellow', wrap(line, 2, io.columns))}\n`).join('')}`
}

/** Says to programs in one line on stderr what people see below the table. */
const tellReasons = ({ report, input, io }: Printing): void => {
  const isInTotal = input.json && flagOf(input, 'total') && reportOf(input) !== 'total'
  if (report.reasons.length === 0 || isInTotal) return
  const count = plural(report.reasons.length, 'reason')
  const command = nextCommand(input, io, ['usage', ...input.args, '--explain'])
  note(`the total is a lower bound, for ${count}; see: ${command}`, io)
}

const printSpends = async (
  { pricing, input, io }: Printing,
  spends: AsyncIterable<UsageRow>
): Promise<E.Either<CommandFailure, number>> => {
  const json = (row: UsageRow): unknown =>
    pricing === null ? row : { ...row, cost: pricing.json(pricing.of(row)) }
  const writer = rowWriter({ columns: spendColumns(pricing), json, nothing: '' }, input, io)
  if (E.isLeft(writer)) return writer
  for await (const row of spends) await writer.right.write([row])
  await writer.right.end()
  return E.right(0)
}

const printGroups = ({ report, pricing, titles, input, io }: Printing): Promise<CommandEnd> => {
  const { groups, total } = report
  const isTotal = reportOf(input) === 'total'
  const json = (group: UsageGroup): unknown =>
    isTotal ? totalJson(total, pricing) : { ...withCost(group, pricing), ...titles?.get(group.key) }
  const columns = groupColumns(
    'KEY',
    groups.map(({ key }) => key),
    pricing,
    titles
  )
  return printRows(
    { columns, json, nothing: '' },
    isTotal && input.json ? [total] : groups,
    input,
    io
  )
}

const print = async (printing: Printing): Promise<CommandEnd> => {
  const { report, spends, pricing, input, io } = printing
  const form = formOf(input, io)
  const isEmpty = report.total.rows === 0
  if (isEmpty && form !== 'json') note('no token usage recorded', io)
  if (form === 'people') {
    if (!isEmpty) await printPieces(io, humanText(printing))
    return 0
  }
  tellReasons(printing)
  const printed = await (spends === null ? printGroups(printing) : printSpends(printing, spends))
  if (typeof printed !== 'number' && E.isLeft(printed)) return printed
  if (spends !== null || reportOf(input) !== 'total')
    await printTotal({ ...withCost(report.total, pricing), reasons: report.reasons }, input, io)
  return 0
}

/** How tokens are priced: by the file that an option or a setting names; null without one. */
const pricingOf = async (
  input: Input,
  io: Io
): Promise<E.Either<CommandFailure, Pricing | null>> => {
  const path = pricesPath(input, io)
  return path === undefined ? E.right(null) : (await import('./cost.ts')).readPricing(path)
}

const printStatus = async (
  input: Input,
  io: Io,
  engine: Engine,
  pricing: Pricing | null
): Promise<CommandEnd> => {
  const { spentToday, statusText } = await import('./statusline.ts')
  const spent = await spentToday(engine, zoneOf(input), io.nowMs())
  if (E.isLeft(spent)) return spent
  const { total, day, threads } = spent.right
  const text = input.json
    ? jsonLine({ day, threads, ...totalJson(total, pricing) })
    : `${statusText(spent.right, pricing)}\n`
  await io.out(text)
  return 0
}

/** What the threads of a report by thread are called; null for another report. */
const titlesFor = async (
  input: Input,
  engine: Engine
): Promise<E.Either<StoreError, ThreadTitles | null>> => {
  if (reportOf(input) !== 'thread') return E.right(null)
  const titles = await engine.titles()()
  if (E.isLeft(titles)) return titles
  return E.right(
    new Map(titles.right.map(({ threadId, name, preview }) => [threadId, { name, preview }]))
  )
}

export const usageCommand: EngineCommand = async (input, io, engine) => {
  const request = await requestOf(input, io, engine)
  if (E.isLeft(request)) return request
  if (flagOf(input, 'prices-template')) {
    const { pricesTemplate } = await import('./prices.ts')
    const template = await pricesTemplate(engine, request.right, io.nowMs())
    if (E.isLeft(template)) return template
    await io.out(template.right)
    return 0
  }
  const pricing = await pricingOf(input, io)
  if (E.isLeft(pricing)) return pricing
  if (reportOf(input) === 'statusline') return printStatus(input, io, engine, pricing.right)
  const report = await engine.usage(request.right)()
  if (E.isLeft(report)) return report
  const titles = await titlesFor(input, engine)
  if (E.isLeft(titles)) return titles
  const spends = flagOf(input, 'explain') ? await engine.usageRows(request.right)() : E.right(null)
  if (E.isLeft(spends)) return spends
  const groups = inDirection(report.right.groups, input, 'asc')
  return print({
    ...{ report: { ...report.right, groups }, spends: spends.right, pricing: pricing.right },
    ...{ titles: titles.right, input, io }
  })
}

/**
 * Usage reports and spends: columns for programs and people, and the sentences below a table.
 */
import type { UsageGroup, UsageReport, UsageRow } from '../../../../replay/ledgers/usage.ts'
import type { Clock } from '../../text/clock.ts'
import { column, shown, type Column, type Columns } from '../../text/rows.ts'
import type { Paint } from '../../text/style.ts'
import { oneLine, plural, wrap } from '../../text/text.ts'
import type { Pricing } from './cost.ts'

const KEY_MIN = 8
const SHARE_DIGITS = 4

const grouped = (count: number): string => count.toLocaleString('en')

/** A number for people. */
const numbers = (head: string, cell: (group: UsageGroup) => string, drop = 0) =>
  ({ head, drop, align: 'right', cell }) as const

const shareText = ({ cacheHitRate }: UsageGroup): string =>
  cacheHitRate === null ? '' : String(Math.round(cacheHitRate * 100))

const totalText = ({ lowerBound, totalTokens }: UsageGroup): string =>
  `${lowerBound ? '≥ ' : ''}${grouped(totalTokens)}`

/** What threads are called, by id. */
export type ThreadTitles = ReadonlyMap<
  string,
  { readonly name: string | null; readonly preview: string }
>

const TITLE_MIN = 26

const modelsOf = ({ byModel }: UsageGroup): ReadonlyArray<string> => [
  ...new Set(byModel.flatMap(({ model }) => model ?? []))
]

const modelText = (group: UsageGroup): string => {
  const [first = '', ...more] = modelsOf(group)
  return more.length === 0 ? first : `${first} +${more.length}`
}

const titleIn = (threads: ThreadTitles, { key }: UsageGroup): string => {
  const thread = threads.get(key)
  return thread === undefined ? '' : (thread.name ?? thread.preview)
}

const threadTitles = (threads: ThreadTitles): Columns<UsageGroup> => [
  shown({
    ...{ head: 'NAME', flex: TITLE_MIN },
    cell: (group) => titleIn(threads, group)
  }),
  shown({
    ...{ head: 'MODEL', max: 20, drop: 4 },
    cell: (group) => (threads.has(group.key) ? modelText(group) : '')
  })
]

const threadFields = (threads: ThreadTitles): Columns<UsageGroup> => [
  column('name', (group) => titleIn(threads, group)),
  column('models', (group) => modelsOf(group).join(', '))
]

/** Columns of groups; `names` are what people see instead of the keys. */
export const groupColumns = (
  head: string,
  names: ReadonlyArray<string>,
  pricing: Pricing | null,
  threads: ThreadTitles | null = null
): Columns<UsageGroup> => [
  column('key', ({ key }) => key, {
    ...{ head, cells: () => names },
    ...(threads === null ? { flex: KEY_MIN } : {})
  }),
  ...(threads === null ? [] : threadTitles(threads)),
  column(
    'inputTokens',
    ({ inputTokens }) => inputTokens,
    numbers('INPUT', (group) => grouped(group.inputTokens), 1)
  ),
  column(
    'cachedInputTokens',
    ({ cachedInputTokens }) => cachedInputTokens,
    numbers('CACHED', (group) => grouped(group.cachedInputTokens), 5)
  ),
  shown(numbers('CACHED %', shareText, 3)),
  column(
    'outputTokens',
    ({ outputTokens }) => outputTokens,
    numbers('OUTPUT', (group) => grouped(group.outputTokens), 2)
  ),
  column(
    'reasoningOutputTokens',
    ({ reasoningOutputTokens }) => reasoningOutputTokens,
    numbers('REASONING', (group) => grouped(group.reasoningOutputTokens), 6)
  ),
  column('totalTokens', ({ totalTokens }) => totalTokens, numbers('TOTAL', totalText)),
  column('cacheHitRate', ({ cacheHitRate }) =>
    cacheHitRate === null ? null : Number(cacheHitRate.toFixed(SHARE_DIGITS))
  ),
  column('lowerBound', ({ lowerBound }) => (lowerBound ? 'lower_bound' : '')),
  column('rows', ({ rows }) => rows),
  ...(threads === null ? [] : threadFields(threads)),
  ...(pricing === null ? [] : groupCosts(pricing))
]

const groupCosts = (pricing: Pricing): Columns<UsageGroup> => {
  const words = (group: UsageGroup) => pricing.words(pricing.ofGroup(group))
  return [
    column(
      'cost',
      (group) => pricing.amount(pricing.ofGroup(group)),
      numbers(oneLine(pricing.currency), words)
    ),
    column('currency', () => pricing.currency)
  ]
}

const isoTime = (ms: number): string =>
  Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)

const SPENDS: Columns<UsageRow> = [
  column('occurredAt', ({ occurredAtMs }) => isoTime(occurredAtMs)),
  column('threadId', ({ threadId }) => threadId),
  column('sequence', ({ sequence }) => sequence),
  column('kind', ({ kind }) => kind),
  column('rule', ({ rule }) => rule),
  column('certainty', ({ certainty }) => certainty),
  column('turnId', ({ turnId }) => turnId),
  column('model', ({ model }) => model),
  column('provider', ({ provider }) => provider),
  column('inputTokens', ({ tokens }) => tokens?.inputTokens ?? null),
  column('cachedInputTokens', ({ tokens }) => tokens?.cachedInputTokens ?? null),
  column('outputTokens', ({ tokens }) => tokens?.outputTokens ?? null),
  column('reasoningOutputTokens', ({ tokens }) => tokens?.reasoningOutputTokens ?? null),
  column('totalTokens', ({ tokens }) => tokens?.totalTokens ?? null),
  column('rolledBack', ({ rolledBack }) => (rolledBack ? 'rolled_back' : '')),
  column('aborted', ({ aborted }) => (aborted ? 'aborted' : '')),
  column('revision', ({ place }) => place.revision),
  column('offsetBytes', ({ place }) => place.offsetBytes),
  column('path', ({ path }) => path)
]

/** Columns of spends, for programs. */
export const spendColumns = (pricing: Pricing | null): Columns<UsageRow> => {
  if (pricing === null) return SPENDS
  const costs: ReadonlyArray<Column<UsageRow>> = [
    column('cost', (row) => pricing.amount(pricing.of(row))),
    column('currency', () => pricing.currency)
  ]
  return [...SPENDS, ...costs]
}

const sizeText = ({ tokens }: UsageRow): string => {
  if (tokens === null) return 'of unknown size'
  const { inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens } = tokens
  const input = `${grouped(inputTokens)} input (${grouped(cachedInputTokens)} cached)`
  const output = `${grouped(outputTokens)} output (${grouped(reasoningOutputTokens)} reasoning)`
  return `${grouped(tokens.totalTokens)} = ${input} + ${output}`
}

const RULES = {
  record: 'the record of this answer',
  delta: "growth of the thread's running count",
  reset: 'the running count restarted',
  source: 'the source of an imported thread says so'
} as const

const reasonsOf = ({ rule, certainty, threadId, turnId, place, path }: UsageRow) => [
  `${rule === null ? 'no line says what it cost' : RULES[rule]} (${certainty})`,
  `thread ${threadId}`,
  turnId === null ? 'between turns' : `turn ${turnId}`,
  ...(rule === 'source'
    ? []
    : [place.revision < 0 ? 'in no history any more' : `revision ${place.revision}`]),
  `byte ${grouped(place.offsetBytes)}${path === null ? '' : ` of ${path}`}`
]

/** A spend for people, in two lines. */
export const spendText = (
  row: UsageRow,
  clock: Clock,
  pricing: Pricing | null,
  width: number,
  paint: Paint
): string => {
  const model = [row.model ?? 'unknown model', row.provider ?? ''].filter((one) => one !== '')
  const flags = [row.rolledBack ? 'rolled back' : '', row.aborted ? 'interrupted' : '']
  const head = [
    clock.lone(row.occurredAtMs, 'second'),
    row.kind.replace('_', ', '),
    sizeText(row),
    pricing === null ? '' : pricing.words(pricing.of(row)),
    oneLine(model.join(', ')),
    ...flags.filter((flag) => flag !== '').map((flag) => paint('yellow', flag))
  ]
  const why = reasonsOf(row).map(oneLine).join('; ')
  const told = wrap(head.filter((one) => one !== '').join('  '), 4, width)
  return `${told}\n    ${paint('dim', wrap(why, 4, width))}\n`
}

const REASONS_SHOWN = 5

/** Why a report is a lower bound, and models without a price, in lines for people; `more` is what to type for all. */
export const notices = (
  { reasons, total }: UsageReport,
  pricing: Pricing | null,
  all: boolean,
  more: string
): ReadonlyArray<string> => {
  const first = all ? reasons : reasons.slice(0, REASONS_SHOWN)
  const rest = reasons.length - first.length
  const unpriced = pricing === null ? [] : pricing.ofGroup(total).unpriced
  const models = unpriced.map((name) =>
    name === null ? 'spends of an unknown model' : oneLine(name)
  )
  return [
    ...first.map(({ threadId, text }) => `≥ thread ${oneLine(threadId)}: ${oneLine(text)}`),
    ...(rest > 0 ? [`≥ and ${plural(rest, 'more reason')}: ${more}`] : []),
    ...(models.length === 0 ? [] : [`no price for ${models.join(', ')}`])
  ]
}

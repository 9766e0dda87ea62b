/**
 * Spends one by one: why each number of a usage report is what it is.
 */
import type { UsageRow } from '../../../replay/ledgers/usage.ts'
import type { CsvField } from './csv.ts'
import type { Paint } from './style.ts'
import { oneLine } from './text.ts'
import type { Pricing } from './usage-cost.ts'

/** Names of the fields of a spend, as `spendFields` gives them. */
export const SPEND_HEAD = [
  'time',
  'thread',
  'number',
  'kind',
  'rule',
  'certainty',
  'turn',
  'model',
  'provider',
  'input',
  'cached',
  'output',
  'reasoning',
  'total',
  'rolled_back',
  'aborted',
  'revision',
  'byte',
  'file'
]

const isoTime = (ms: number): string =>
  Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms)

/** A spend for programs; null stands for what no line tells. */
export const spendFields = (row: UsageRow): ReadonlyArray<CsvField> => [
  isoTime(row.occurredAtMs),
  row.threadId,
  row.sequence,
  row.kind,
  row.rule,
  row.certainty,
  row.turnId,
  row.model,
  row.provider,
  row.tokens?.inputTokens ?? null,
  row.tokens?.cachedInputTokens ?? null,
  row.tokens?.outputTokens ?? null,
  row.tokens?.reasoningOutputTokens ?? null,
  row.tokens?.totalTokens ?? null,
  row.rolledBack ? 'rolled_back' : '',
  row.aborted ? 'aborted' : '',
  row.place.revision,
  row.place.offsetBytes,
  row.path
]

const grouped = (count: number): string => count.toLocaleString('en')

const sizeOf = ({ tokens }: UsageRow): string => {
  if (tokens === null) return 'of unknown size'
  const { inputTokens, cachedInputTokens, outputTokens, reasoningOutputTokens } = tokens
  const input = `${grouped(inputTokens)} input (${grouped(cachedInputTokens)} cached)`
  const output = `${grouped(outputTokens)} output (${grouped(reasoningOutputTokens)} reasoning)`
  return `${grouped(tokens.totalTokens)} = ${input} + ${output}`
}

const RULES = {
  record: 'the record of this answer',
  delta: "growth of the thread's running count",
  reset: 'the running count began anew'
} as const

const whyOf = ({ rule, certainty }: UsageRow): string =>
  `${rule === null ? 'no line tells what it cost' : RULES[rule]} (${certainty})`

const whereOf = ({ threadId, turnId, place, path }: UsageRow): ReadonlyArray<string> => [
  `thread ${threadId}`,
  turnId === null ? 'between turns' : `turn ${turnId}`,
  place.revision < 0 ? 'in no history any more' : `revision ${place.revision}`,
  `byte ${grouped(place.offsetBytes)}${path === null ? '' : ` of ${path}`}`
]

/** A spend for people, in two lines. */
export const spendText = (
  row: UsageRow,
  time: (ms: number) => string,
  pricing: Pricing | null,
  paint: Paint
): string => {
  const model = [row.model ?? 'unknown model', row.provider ?? ''].filter((one) => one !== '')
  const flags = [row.rolledBack ? 'rolled back' : '', row.aborted ? 'interrupted' : '']
  const cost = pricing === null ? '' : pricing.words(pricing.of(row))
  const head = [
    time(row.occurredAtMs),
    row.kind.replace('_', ', '),
    sizeOf(row),
    cost,
    oneLine(model.join(', ')),
    ...flags.filter((flag) => flag !== '').map((flag) => paint('yellow', flag))
  ]
  const why = [whyOf(row), ...whereOf(row)].map(oneLine).join('; ')
  return `${head.filter((one) => one !== '').join('  ')}\n    ${paint('dim', why)}\n`
}

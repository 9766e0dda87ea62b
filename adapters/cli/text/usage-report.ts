/**
 * Usage reports: tables for people, fields for programs.
 */
import type { UsageGroup, UsageReport } from '../../../replay/ledgers/usage.ts'
import type { CsvField } from './csv.ts'
import { table, type Column, type Paint } from './style.ts'
import { oneLine, plural, widthOf } from './text.ts'
import type { Pricing } from './usage-cost.ts'

/** Names of the fields of a group, as `groupFields` gives them. */
export const GROUP_HEAD = [
  'key',
  'input',
  'cached',
  'output',
  'reasoning',
  'total',
  'cached_share',
  'lower_bound',
  'spends'
]

const SHARE_DIGITS = 4

/** A group for programs. */
export const groupFields = (group: UsageGroup): ReadonlyArray<CsvField> => [
  group.key,
  group.inputTokens,
  group.cachedInputTokens,
  group.outputTokens,
  group.reasoningOutputTokens,
  group.totalTokens,
  group.cacheHitRate === null ? null : Number(group.cacheHitRate.toFixed(SHARE_DIGITS)),
  group.lowerBound ? 'lower_bound' : '',
  group.rows
]

const grouped = (count: number): string => count.toLocaleString('en')

const share = (rate: number | null): string => (rate === null ? '' : `${Math.round(rate * 100)}%`)

/** A column of numbers: its head, the width of terminal from which it is shown, and what it says of a group. */
interface NumberColumn {
  readonly head: string
  readonly from: number
  readonly say: (group: UsageGroup) => string
}

const NUMBERS: ReadonlyArray<NumberColumn> = [
  { head: 'INPUT', from: 0, say: (group) => grouped(group.inputTokens) },
  { head: 'CACHED', from: 80, say: (group) => grouped(group.cachedInputTokens) },
  { head: 'HIT', from: 0, say: (group) => share(group.cacheHitRate) },
  { head: 'OUTPUT', from: 0, say: (group) => grouped(group.outputTokens) },
  { head: 'REASONING', from: 80, say: (group) => grouped(group.reasoningOutputTokens) },
  {
    head: 'TOTAL',
    from: 0,
    say: (group) => `${group.lowerBound ? '≥ ' : ''}${grouped(group.totalTokens)}`
  }
]

const costColumn = ({ currency, words, ofGroup }: Pricing): NumberColumn => ({
  head: oneLine(currency),
  from: 0,
  say: (group) => words(ofGroup(group))
})

const KEY_MIN = 8
const GAP = 2

/** A table of groups; numbers are never cut, names are. */
export const usageTable = (
  head: string,
  groups: ReadonlyArray<UsageGroup>,
  nameOf: (group: UsageGroup, at: number) => string,
  pricing: Pricing | null,
  width: number,
  paint: Paint
): string => {
  const all = pricing === null ? NUMBERS : [...NUMBERS, costColumn(pricing)]
  const columns = all
    .filter(({ from }) => from <= width)
    .map(({ head: name, say }) => {
      const texts = [name, ...groups.map(say)]
      const widest = Math.max(...texts.map(widthOf))
      return texts.map((text) => ' '.repeat(widest - widthOf(text)) + text)
    })
  const taken = columns.reduce((sum, [first = '']) => sum + GAP + widthOf(first), 0)
  const keyMax = Math.max(KEY_MIN, width - taken)
  const shown: ReadonlyArray<Column> = [
    { head, max: keyMax },
    ...columns.map(([name = '']) => ({ head: name, max: Infinity }))
  ]
  const rows = groups.map((group, at) => [
    oneLine(nameOf(group, at)),
    ...columns.map((texts) => texts[at + 1] ?? '')
  ])
  return table(shown, rows, Math.max(width, keyMax + taken), paint)
}

const REASONS_SHOWN = 5

/** Why a report is a lower bound, in lines for people; `more` is what to type for all of them. */
export const reasonLines = (
  { reasons }: UsageReport,
  all: boolean,
  more: string
): ReadonlyArray<string> => {
  const shown = all ? reasons : reasons.slice(0, REASONS_SHOWN)
  const rest = reasons.length - shown.length
  return [
    ...shown.map(({ threadId, text }) => `≥ thread ${oneLine(threadId)}: ${oneLine(text)}`),
    ...(rest > 0 ? [`≥ and ${plural(rest, 'more reason')}: ${more}`] : [])
  ]
}

/** Models whose price is missing, in a line for people; null when none is. */
export const unpricedLine = (group: UsageGroup, pricing: Pricing | null): string | null => {
  const names = pricing === null ? [] : pricing.ofGroup(group).unpriced
  return names.length === 0
    ? null
    : `no price for ${names.map((name) => (name === null ? 'spends of an unknown model' : oneLine(name))).join(', ')}`
}

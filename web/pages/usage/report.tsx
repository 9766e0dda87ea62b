/**
 * The numbers of a report: a row for each day, model, thread, agent or provider, and what they come to.
 */
import { visible } from '../../parts/ansi.ts'
import { Empty } from '../../parts/answered.tsx'
import { saveText } from '../../parts/save-file.ts'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import { hrefOf, threadHref, type Query } from '../../routes.ts'
import { setQuery } from '../../state/location.ts'
import { csvOf, type CsvCell } from '../../text/csv.ts'
import { count, short } from '../../text/times.ts'
import type { CostAnswer, UsageAnswer, UsageGroupAnswer } from '../../wire/answers.ts'
import { isTime, type By } from './asked.ts'

const ROWS_SHOWN = 400
const REASONS_SHOWN = 50

/** A number that may be larger says so. */
export const atLeast = ({ lowerBound }: Pick<UsageGroupAnswer, 'lowerBound'>): string =>
  lowerBound ? '≥ ' : ''

/** Cents, and more digits of what is less. */
export const costWords = ({ amount, known, unpriced }: CostAnswer): string => {
  const n = Number(known)
  if (n === 0 && unpriced.length > 0) return 'no price'
  const digits = n === 0 || n >= 0.1 ? 2 : Math.min(12, 1 - Math.floor(Math.log10(n)))
  return `${amount === null ? '≥ ' : ''}${n.toFixed(digits)}`
}

const Name = ({ by, group }: { readonly by: By; readonly group: UsageGroupAnswer }) => {
  const { key, name, preview } = group
  if (by === 'thread')
    return (
      <a href={threadHref(key)} dir="auto" title={key}>
        {visible((name ?? preview ?? '').slice(0, 120)) || key.slice(0, 13)}
      </a>
    )
  if (by !== 'turn') return <>{visible(key)}</>
  const [threadId = '', turnId = '-'] = key.split('/', 2)
  return turnId === '-' ? (
    <>between turns</>
  ) : (
    <a href={threadHref(threadId, { turnId })}>{turnId.slice(0, 13)}</a>
  )
}

const number = (
  title: string,
  of: (group: UsageGroupAnswer) => number,
  isExtra = true
): ShownColumn<UsageGroupAnswer> => ({
  title,
  isNumber: true,
  isExtra,
  cell: (group) => <span title={count(of(group))}>{short(of(group))}</span>
})

const columnsOf = (
  by: By,
  most: number,
  currency: string | null
): ReadonlyArray<ShownColumn<UsageGroupAnswer>> => [
  {
    title: by,
    isWide: !isTime(by),
    cell: (group) => (
      <>
        <Name by={by} group={group} />
        <span
          class="bar"
          aria-hidden="true"
          style={{ width: `${(100 * group.totalTokens) / Math.max(1, most)}%` }}
        />
      </>
    )
  },
  {
    title: 'tokens',
    isNumber: true,
    cell: (group) => (
      <button
        type="button"
        class="plain number-link"
        title={`${atLeast(group)}${count(group.totalTokens)}: explain this number`}
        onClick={() => setQuery({ explain: group.key }, { replace: false })}
      >
        {atLeast(group)}
        {short(group.totalTokens)}
        <span class="visually-hidden"> tokens, explain</span>
      </button>
    )
  },
  ...(currency === null
    ? []
    : [
        {
          title: `cost (${currency})`,
          isNumber: true,
          cell: ({ cost }: UsageGroupAnswer) => (cost === undefined ? '–' : costWords(cost))
        }
      ]),
  number('input', ({ inputTokens }) => inputTokens),
  {
    title: 'cached',
    isNumber: true,
    isExtra: true,
    cell: ({ cacheHitRate }) =>
      cacheHitRate === null ? '–' : `${Math.round(100 * cacheHitRate)} %`
  },
  number('output', ({ outputTokens }) => outputTokens),
  number('reasoning', ({ reasoningOutputTokens }) => reasoningOutputTokens),
  number('answers', ({ rows }) => rows)
]

/** Time goes down from now; everything else from the greatest. */
const ordered = (
  by: By,
  groups: ReadonlyArray<UsageGroupAnswer>
): ReadonlyArray<UsageGroupAnswer> =>
  isTime(by) || by === 'turn'
    ? groups.toReversed()
    : groups.toSorted((a, b) => b.totalTokens - a.totalTokens)

/** The groups of a report as a file of numbers, in full. */
export const usageCsv = (by: string, groups: ReadonlyArray<UsageGroupAnswer>): string => {
  const hasCost = groups.some(({ cost }) => cost !== undefined)
  const head = [by, 'totalTokens', 'inputTokens', 'cachedInputTokens', 'outputTokens']
  const more = ['reasoningOutputTokens', 'answers', 'lowerBound']
  const row = (group: UsageGroupAnswer): ReadonlyArray<CsvCell> => [
    ...[group.key, group.totalTokens, group.inputTokens, group.cachedInputTokens],
    ...[group.outputTokens, group.reasoningOutputTokens, group.rows, String(group.lowerBound)],
    ...(hasCost ? [group.cost?.amount ?? null, group.cost?.currency ?? null] : [])
  ]
  return csvOf([...head, ...more, ...(hasCost ? ['cost', 'currency'] : [])], groups.map(row))
}

const Reasons = ({ reasons }: Pick<UsageAnswer, 'reasons'>) =>
  reasons.length === 0 ? null : (
    <details class="reasons">
      <summary>Why numbers with ≥ are lower bounds</summary>
      <ul>
        {reasons.slice(0, REASONS_SHOWN).map(({ threadId, text }) => (
          <li>
            <a href={threadHref(threadId)}>{threadId.slice(0, 13)}</a> {visible(text)}
          </li>
        ))}
      </ul>
      {reasons.length > REASONS_SHOWN ? (
        <p class="dim">{count(reasons.length - REASONS_SHOWN)} more</p>
      ) : null}
    </details>
  )

interface ReportProps {
  readonly by: By
  readonly usage: UsageAnswer
  readonly query: Query
}

export const Nothing = ({ query }: Pick<ReportProps, 'query'>) => (
  <Empty>
    <p>No tokens were spent in this time.</p>
    {query['since'] === undefined && query['until'] === undefined ? (
      <p class="dim">Answers of models are counted from the threads of this home.</p>
    ) : (
      <p>
        <a href={hrefOf('/usage', { ...query, since: null, until: null })}>All time</a>
      </p>
    )}
  </Empty>
)

export const Total = ({ usage: { total } }: Pick<ReportProps, 'usage'>) => (
  <p class="usage-total">
    <strong title={count(total.totalTokens)}>
      {atLeast(total)}
      {short(total.totalTokens)}
    </strong>{' '}
    tokens{total.cost === undefined ? '' : `, ${costWords(total.cost)} ${total.cost.currency}`},
    each counted once, whatever was forked or rolled back
  </p>
)

export const Report = ({ by, usage }: Omit<ReportProps, 'query'>) => {
  const groups = ordered(by, usage.groups)
  const most = Math.max(...groups.map(({ totalTokens }) => totalTokens))
  const left = groups.length - ROWS_SHOWN
  return (
    <>
      <div class="table-head">
        <h2>By {by}</h2>
        <button
          type="button"
          class="small"
          onClick={() => saveText(`usage-by-${by}.csv`, 'text/csv', usageCsv(by, usage.groups))}
        >
          CSV
        </button>
      </div>
      <div class="wide-table" tabIndex={0} role="region" aria-label={`usage by ${by}`}>
        <Table
          caption={`Tokens by ${by}`}
          columns={columnsOf(by, most, usage.total.cost?.currency ?? null)}
          rows={groups.slice(0, ROWS_SHOWN)}
          keyOf={({ key }) => key}
        />
      </div>
      {left > 0 ? <p class="dim">{count(left)} more rows are in the CSV.</p> : null}
      <Reasons reasons={usage.reasons} />
    </>
  )
}

/**
 * What threads spent: bars over time, a year of days, and the same numbers in a table.
 */
import { useMemo } from 'preact/hooks'
import { visible } from '../../parts/ansi.ts'
import { Answered } from '../../parts/answered.tsx'
import { StackedBars } from '../../parts/chart.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Heatmap } from '../../parts/heatmap.tsx'
import { HomePage } from '../../parts/home-page.tsx'
import { TimeTravel } from '../../parts/time-travel-later.tsx'
import type { Query } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { setQuery } from '../../state/location.ts'
import { useTurnRange } from '../../state/turn-range.ts'
import type { UsageAnswer } from '../../wire/answers.ts'
import type { Thread } from '../../../domain/protocol.ts'
import { BY, byOf, perOf, pointOf, RANGES, usageParams, type Time } from './asked.ts'
import { Explain } from './explain.tsx'
import { Nothing, Report, Total } from './report.tsx'
import { STACKS, stacksOf, type StackBy } from './stacks.ts'

const YEAR_DAYS = '371'

const two = (n: number): string => String(n).padStart(2, '0')

const today = (): string => {
  const date = new Date()
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

const Ranges = ({ query }: { readonly query: Query }) => {
  const since = query['since'] ?? ''
  return (
    <div class="choices" role="group" aria-label="time">
      {RANGES.map(([value, text]) => (
        <button
          type="button"
          class="small"
          aria-pressed={since === value && query['until'] === undefined}
          onClick={() => setQuery({ since: value || null, until: null })}
        >
          {text}
        </button>
      ))}
    </div>
  )
}

const DateField = ({
  name,
  query
}: {
  readonly name: 'since' | 'until'
  readonly query: Query
}) => (
  <label>
    {name}{' '}
    <input
      type="date"
      value={/^\d{4}-\d\d-\d\d$/.test(query[name] ?? '') ? query[name] : ''}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value || null })}
    />
  </label>
)

/** The one thread that is looked at. */
const OneThread = ({ threadId, query }: { readonly threadId: string; readonly query: Query }) => {
  const params = { threadId }
  const { value } = useAnswer<{ readonly thread: Thread }>('thread/read', params)
  const thread = value?.thread
  const title = thread === undefined ? '' : (thread.name ?? thread.preview)
  return (
    <>
      <button
        type="button"
        class="chip"
        onClick={() => setQuery({ thread: null, tree: null, at: null })}
      >
        <span dir="auto">{visible(title.slice(0, 60)) || threadId.slice(0, 13)}</span>{' '}
        <span aria-hidden="true">✕</span>
        <span class="visually-hidden">all threads</span>
      </button>
      <label>
        <input
          type="checkbox"
          checked={query['tree'] !== undefined}
          onChange={(event) => setQuery({ tree: event.currentTarget.checked ? '1' : null })}
        />{' '}
        with its agents and reviews
      </label>
    </>
  )
}

/** One thread as it was: what it had spent by then. */
const Travel = ({ threadId, query }: { readonly threadId: string; readonly query: Query }) => {
  const at = pointOf(query)
  const { now, shown } = useTurnRange(threadId, at)
  return (
    <TimeTravel
      {...{ threadId, at }}
      total={shown.value?.total ?? null}
      now={now.value?.revision ?? 0}
    />
  )
}

const stackOf = (query: Query): StackBy => STACKS.find((name) => name === query['stack']) ?? 'model'

const Filters = ({ query }: { readonly query: Query }) => {
  const threadId = query['thread']
  const names = BY.filter((name) => name !== 'turn' || threadId !== undefined)
  return (
    <>
      <Ranges query={query} />
      <DateField name="since" query={query} />
      <DateField name="until" query={query} />
      <Choice
        label="by"
        name="by"
        value={byOf(query)}
        options={names.map((name) => [name, name])}
      />
      <Choice
        label="bars of"
        name="stack"
        value={stackOf(query)}
        options={STACKS.map((name) => [name, `${name}s`])}
      />
      {threadId === undefined ? null : <OneThread threadId={threadId} query={query} />}
    </>
  )
}

const METHOD = 'unroll/usage/read'

/** Bars of what the table adds up by are the table's. The year is asked behind both: it holds more than they do. */
const useUsage = (query: Query) => {
  const by = byOf(query)
  const per = perOf(query, Date.now())
  const table = useAnswer<UsageAnswer>(METHOD, usageParams(query, by))
  const other = useAnswer<UsageAnswer>(METHOD, per === by ? null : usageParams(query, per))
  const year = { ...query, since: YEAR_DAYS, until: '' }
  const isShown = table.value !== null && (per === by || other.value !== null)
  const days = useAnswer<UsageAnswer>(METHOD, isShown ? usageParams(year, 'day') : null)
  return { by, per, table, bars: per === by ? table : other, days }
}

const Bars = ({ query, usage, per }: BarsProps) => {
  const stack = stackOf(query)
  const data = useMemo(() => stacksOf(usage.groups, per, stack), [usage, per, stack])
  return data.keys.length === 0 ? null : (
    <StackedBars
      bars={data}
      label={`tokens by ${per} and ${stack}, as in the tables by ${per} and by ${stack}`}
    />
  )
}

interface BarsProps {
  readonly query: Query
  readonly usage: UsageAnswer
  readonly per: Time
}

const Year = ({ usage }: { readonly usage: UsageAnswer | null }) => {
  const days = (usage?.groups ?? []).map(({ key, totalTokens, lowerBound }) => ({
    ...{ day: key, tokens: totalTokens, lowerBound }
  }))
  const choose = (day: string): void =>
    setQuery({ since: day, until: day, by: 'thread' }, { replace: false })
  return <Heatmap days={days} today={today()} choose={choose} />
}

export const UsagePage = ({ query }: { readonly query: Query }) => {
  const { by, per, table, bars, days } = useUsage(query)
  const group = query['explain']
  const threadId = query['thread']
  return (
    <HomePage title="Usage" filters={<Filters query={query} />} isBusy={table.isLoading}>
      {threadId === undefined ? null : <Travel threadId={threadId} query={query} key={threadId} />}
      <Answered asked={table}>
        {(usage) =>
          usage.groups.length === 0 ? (
            <Nothing query={query} />
          ) : (
            <>
              <Total usage={usage} />
              <Answered asked={bars}>
                {(own) => <Bars query={query} usage={own} per={per} />}
              </Answered>
              <Year usage={days.value} />
              <Report by={by} usage={usage} />
            </>
          )
        }
      </Answered>
      {group === undefined ? null : <Explain query={query} group={group} key={group} />}
    </HomePage>
  )
}

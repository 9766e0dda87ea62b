/**
 * What threads spent: bars over time, a year of days, and the same numbers in a table.
 */
import { visible } from '../../parts/ansi.ts'
import { Answered } from '../../parts/answered.tsx'
import { StackedBars } from '../../parts/chart.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Heatmap } from '../../parts/heatmap.tsx'
import { HomePage } from '../../parts/home-page.tsx'
import type { Query } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { setQuery } from '../../state/location.ts'
import type { UsageAnswer } from '../../wire/answers.ts'
import type { Thread } from '../../../domain/protocol.ts'
import { BY, byOf, perOf, RANGES, usageParams } from './asked.ts'
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
      <button type="button" class="chip" onClick={() => setQuery({ thread: null, tree: null })}>
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

const Bars = ({ query }: { readonly query: Query }) => {
  const per = perOf(query, Date.now())
  const asked = useAnswer<UsageAnswer>('unroll/usage/read', usageParams(query, per))
  return (
    <Answered asked={asked}>
      {({ groups }) =>
        groups.length === 0 ? null : (
          <StackedBars
            bars={stacksOf(groups, per, stackOf(query))}
            label={`tokens by ${per} and ${stackOf(query)}, as in the tables by ${per} and ${stackOf(query)}`}
          />
        )
      }
    </Answered>
  )
}

const Year = ({ query }: { readonly query: Query }) => {
  const year = { ...query, since: YEAR_DAYS, until: '' }
  const { value } = useAnswer<UsageAnswer>('unroll/usage/read', usageParams(year, 'day'))
  const days = (value?.groups ?? []).map(({ key, totalTokens, lowerBound }) => ({
    ...{ day: key, tokens: totalTokens, lowerBound }
  }))
  const choose = (day: string): void =>
    setQuery({ since: day, until: day, by: 'thread' }, { replace: false })
  return <Heatmap days={days} today={today()} choose={choose} />
}

export const UsagePage = ({ query }: { readonly query: Query }) => {
  const by = byOf(query)
  const asked = useAnswer<UsageAnswer>('unroll/usage/read', usageParams(query, by))
  const group = query['explain']
  return (
    <HomePage title="Usage" filters={<Filters query={query} />} isBusy={asked.isLoading}>
      <Answered asked={asked}>
        {(usage) =>
          usage.groups.length === 0 ? (
            <Nothing query={query} />
          ) : (
            <>
              <Total usage={usage} />
              <Bars query={query} />
              <Year query={query} />
              <Report by={by} usage={usage} />
            </>
          )
        }
      </Answered>
      {group === undefined ? null : <Explain query={query} group={group} key={group} />}
    </HomePage>
  )
}

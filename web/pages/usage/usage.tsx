/**
 * What threads spent: a bar and a row for each day, model, thread, agent or provider.
 */
import { useEffect, useState } from 'preact/hooks'
import { visible } from '../../parts/ansi.ts'
import { Choice } from '../../parts/choice.tsx'
import { threadHref, type Query } from '../../routes.ts'
import { count, short } from '../../text/times.ts'
import type { UsageAnswer, UsageGroupAnswer } from '../../wire/answers.ts'
import { epoch, request } from '../../wire/socket.ts'

const BY = ['day', 'week', 'month', 'model', 'thread', 'agent', 'provider'] as const
const RANGES = {
  '7': 'last 7 days',
  '30': 'last 30 days',
  '365': 'last year',
  all: 'all time'
} as const
const DAY_MS = 86_400_000
const ROWS_SHOWN = 400

const isOneOf = <A extends string>(names: ReadonlyArray<A>, text: string | undefined): text is A =>
  names.includes(text as A)

const useUsage = (by: string, range: string): UsageAnswer | string | null => {
  const [usage, setUsage] = useState<UsageAnswer | string | null>(null)
  useEffect(() => {
    let isWanted = true
    const sinceMs = range === 'all' ? {} : { sinceMs: Date.now() - Number(range) * DAY_MS }
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    void request<UsageAnswer>('unroll/usage/read', { by, timeZone, ...sinceMs }).then((answer) => {
      if (isWanted) setUsage(answer.ok ? answer.value : answer.failure.message)
    })
    return () => {
      isWanted = false
    }
  }, [by, range, epoch.value])
  return usage
}

const Name = ({ by, name }: { readonly by: string; readonly name: string }) =>
  by === 'thread' ? <a href={threadHref(name)}>{name.slice(0, 13)}</a> : <>{visible(name)}</>

/** A number that may be larger says so. */
const atLeast = (group: UsageGroupAnswer): string => (group.lowerBound ? '≥ ' : '')

const Row = ({
  by,
  group,
  most
}: {
  readonly by: string
  readonly group: UsageGroupAnswer
  readonly most: number
}) => (
  <tr>
    <th scope="row">
      <Name by={by} name={group.key} />
    </th>
    <td class="bar-cell" aria-hidden="true">
      <span class="bar" style={{ width: `${(100 * group.totalTokens) / Math.max(1, most)}%` }} />
    </td>
    <td class="number" title={count(group.totalTokens)}>
      {atLeast(group)}
      {short(group.totalTokens)}
    </td>
    <td class="number extra" title={count(group.inputTokens)}>
      {short(group.inputTokens)}
    </td>
    <td class="number extra">
      {group.cacheHitRate === null ? '–' : `${Math.round(100 * group.cacheHitRate)} %`}
    </td>
    <td class="number extra" title={count(group.outputTokens)}>
      {short(group.outputTokens)}
    </td>
  </tr>
)

const Table = ({ by, usage }: { readonly by: string; readonly usage: UsageAnswer }) => {
  const isTime = by === 'day' || by === 'week' || by === 'month'
  const groups = isTime
    ? usage.groups.toReversed()
    : usage.groups.toSorted((a, b) => b.totalTokens - a.totalTokens)
  const most = Math.max(...groups.map(({ totalTokens }) => totalTokens))
  return (
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">{by}</th>
          <td class="bar-cell" />
          <th scope="col" class="number">
            tokens
          </th>
          <th scope="col" class="number extra">
            input
          </th>
          <th scope="col" class="number extra">
            cached
          </th>
          <th scope="col" class="number extra">
            output
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.slice(0, ROWS_SHOWN).map((group) => (
          <Row by={by} group={group} most={most} />
        ))}
      </tbody>
    </table>
  )
}

const Report = ({ by, usage }: { readonly by: string; readonly usage: UsageAnswer }) => {
  if (usage.groups.length === 0)
    return (
      <div class="empty">
        <p>No tokens were spent in this time.</p>
      </div>
    )
  return (
    <>
      <p class="usage-total">
        <strong title={count(usage.total.totalTokens)}>
          {atLeast(usage.total)}
          {short(usage.total.totalTokens)}
        </strong>{' '}
        tokens, each counted once, whatever was forked or rolled back
      </p>
      <Table by={by} usage={usage} />
      {usage.reasons.length === 0 ? null : (
        <details class="reasons">
          <summary>Why some numbers are lower bounds</summary>
          <ul>
            {usage.reasons.slice(0, 50).map(({ threadId, text }) => (
              <li>
                <a href={threadHref(threadId)}>{threadId.slice(0, 13)}</a> {visible(text)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

export const UsagePage = ({ query }: { readonly query: Query }) => {
  const by = isOneOf(BY, query['by']) ? query['by'] : 'day'
  const range = query['range'] !== undefined && query['range'] in RANGES ? query['range'] : 'all'
  const usage = useUsage(by, range)
  return (
    <main class="page usage-page" id="main" aria-busy={usage === null}>
      <h1 class="page-title">Usage</h1>
      <div class="filters">
        <Choice label="by" name="by" value={by} options={BY.map((name) => [name, name])} />
        <Choice label="in" name="range" value={range} options={Object.entries(RANGES)} />
      </div>
      <div class="scroller" tabIndex={0} role="region" aria-label="usage">
        <div class="narrow">
          {typeof usage === 'string' ? <div class="failure">{usage}</div> : null}
          {usage === null || typeof usage === 'string' ? null : <Report by={by} usage={usage} />}
        </div>
      </div>
    </main>
  )
}

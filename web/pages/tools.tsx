/**
 * Tool calls of all threads: what they add up to, and each of them, newest first.
 */
import { visible } from '../parts/ansi.ts'
import { Answered, Empty } from '../parts/answered.tsx'
import { Choice } from '../parts/choice.tsx'
import { Fold } from '../parts/fold.tsx'
import { GrowingList } from '../parts/growing-list.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { Table, type ShownColumn } from '../parts/table.tsx'
import { ThreadFilter, threadOf } from '../parts/thread-filter.tsx'
import { ThreadLink } from '../parts/thread-link.tsx'
import type { Query } from '../routes.ts'
import { useAnswer } from '../state/answer.ts'
import { setQuery } from '../state/location.ts'
import { usePages } from '../state/pages.ts'
import { useSince } from '../state/since.ts'
import { SINCE } from '../text/since.ts'
import { count, counted, duration, exactTime, short, size } from '../text/times.ts'
import {
  TOOL_KINDS,
  TOOL_STATUSES,
  type ToolCallAnswer,
  type ToolGroupAnswer,
  type ToolsSummaryAnswer
} from '../wire/ledger-answers.ts'
import type { EventRow } from '../wire/thread-answers.ts'

const ROW_PX = 62
const PAGE = 100
const TOOLS_SHOWN = 30

const SUMMARIES = ['kind', 'status', 'tool'] as const
type SummaryBy = (typeof SUMMARIES)[number]

const isOneOf = <A extends string>(names: ReadonlyArray<A>, text: string | undefined): text is A =>
  (names as ReadonlyArray<string | undefined>).includes(text)

/** The filters of the address, as both methods take them; words that are unknown are passed over. */
const useFilters = (query: Query): object => {
  const since = useSince(query)
  const { kind, status } = query
  return {
    ...threadOf(query),
    ...since,
    ...(isOneOf(TOOL_KINDS, kind) ? { kinds: [kind] } : {}),
    ...(isOneOf(TOOL_STATUSES, status) ? { statuses: [status] } : {})
  }
}

const groupsBy = (by: SummaryBy, summary: ToolsSummaryAnswer): ReadonlyArray<ToolGroupAnswer> => {
  if (by === 'kind') return summary.byKind
  return by === 'status' ? summary.byStatus : summary.byTool.slice(0, TOOLS_SHOWN)
}

const nameCell = (by: SummaryBy, { key }: ToolGroupAnswer) =>
  by === 'tool' ? (
    visible(key)
  ) : (
    <button
      type="button"
      class="link"
      title={`show these calls alone`}
      onClick={() => setQuery({ [by]: key }, { replace: false })}
    >
      {visible(key)}
    </button>
  )

const columns = (by: SummaryBy, most: number): ReadonlyArray<ShownColumn<ToolGroupAnswer>> => [
  { title: by, cell: (group) => nameCell(by, group) },
  {
    title: 'share',
    isExtra: true,
    cell: ({ calls }) => (
      <span class="share" aria-hidden="true">
        <span class="bar" style={{ width: `${(100 * calls) / Math.max(1, most)}%` }} />
      </span>
    )
  },
  { title: 'calls', isNumber: true, cell: ({ calls }) => count(calls) },
  {
    title: 'not completed',
    isNumber: true,
    cell: ({ failed, rejected, interrupted }) => {
      const bad = failed + rejected + interrupted
      return <span class={bad > 0 ? 'bad-text' : 'dim'}>{count(bad)}</span>
    }
  },
  {
    title: 'time',
    isNumber: true,
    isExtra: true,
    cell: ({ execMs, timedCalls }) => (timedCalls === 0 ? '–' : duration(execMs))
  },
  { title: 'output', isNumber: true, isExtra: true, cell: ({ outputBytes }) => size(outputBytes) }
]

const Summary = ({
  summary,
  by
}: {
  readonly summary: ToolsSummaryAnswer
  readonly by: SummaryBy
}) => {
  const { total } = summary
  const groups = groupsBy(by, summary)
  const most = Math.max(0, ...groups.map(({ calls }) => calls))
  if (total.calls === 0) return null
  return (
    <>
      <p class="totals">
        <strong title={count(total.calls)}>{short(total.calls)}</strong>{' '}
        {total.calls === 1 ? 'call' : 'calls'}
        <span>{count(total.completed)} completed</span>
        <span class={total.failed > 0 ? 'bad-text' : ''}>{count(total.failed)} failed</span>
        <span>{count(total.rejected)} rejected</span>
        <span>{count(total.interrupted)} interrupted</span>
        <span>{count(total.unknown)} without an end</span>
        <span>
          {duration(total.execMs)} in {counted(total.timedCalls, 'timed call')}
        </span>
        <span>{count(total.rolledBack)} rolled back</span>
      </p>
      <div class="choices">
        <Choice label="added up by" name="by" value={by} options={SUMMARIES.map((n) => [n, n])} />
      </div>
      <Table
        caption={`tool calls by ${by}`}
        columns={columns(by, most)}
        rows={groups}
        keyOf={({ key }) => key}
      />
      <h2 class="section-title">Calls, newest first</h2>
    </>
  )
}

/** One line of the rollout. */
const RawLine = ({ call, at, what }: LineProps) => {
  const asked = useAnswer<{ readonly data: ReadonlyArray<EventRow> }>('unroll/events/list', {
    threadId: call.threadId,
    from: at,
    limit: 1
  })
  return (
    <section>
      <h3 class="line-title">{what}</h3>
      <Answered asked={asked}>
        {({ data: [row] }) =>
          row?.line === undefined ? (
            <p class="dim">The line cannot be read.</p>
          ) : (
            <JsonTree name={`call ${call.threadId} ${at}`} value={row.line.payload} />
          )
        }
      </Answered>
    </section>
  )
}

interface LineProps {
  readonly call: ToolCallAnswer
  readonly at: number
  readonly what: string
}

const Opened = ({ call }: { readonly call: ToolCallAnswer }) => {
  const { place, settledAt, certainty } = call
  return (
    <div class="opened">
      <p class="facts dim">
        <span>call {visible(call.callId)}</span>
        <span>status {certainty}</span>
        {call.outputBytes === null ? null : <span>output {size(call.outputBytes)}</span>}
        {call.observedMs === null ? null : <span>seen for {duration(call.observedMs)}</span>}
        <a href={`/tools?thread=${encodeURIComponent(call.threadId)}`}>calls of this thread</a>
      </p>
      {place.revision < 0 ? (
        <p class="dim">Its lines are in an older file, which a revert left behind.</p>
      ) : (
        <RawLine call={call} at={place.revision} what="What was asked" />
      )}
      {settledAt === null ||
      settledAt.revision < 0 ||
      settledAt.revision === place.revision ? null : (
        <RawLine call={call} at={settledAt.revision} what="What came of it" />
      )}
    </div>
  )
}

const statusText = ({ status, failureKind, exitCode }: ToolCallAnswer): string => {
  const why = failureKind === null || failureKind === 'tool_error' ? '' : ` · ${failureKind}`
  const code = exitCode === null || exitCode === 0 ? '' : ` · exit ${exitCode}`
  return `${status === 'unknown' ? 'no end known' : status}${code}${why}`
}

const Call = ({ call }: { readonly call: ToolCallAnswer }) => {
  const isBad = call.status === 'failed' || call.status === 'rejected'
  return (
    <>
      <div class="row-links">
        <time title={exactTime(call.atMs)}>{exactTime(call.atMs)}</time>
        <ThreadLink threadId={call.threadId} turnId={call.turnId} itemId={call.callId} />
      </div>
      <Fold
        name={`tool ${call.threadId} ${call.callId} ${call.place.revision}`}
        summary={
          <>
            <strong>
              {visible(call.server === null ? call.name : `${call.server}/${call.name}`)}
            </strong>{' '}
            <span dir="auto">{visible((call.subject ?? '').replace(/\s+/g, ' '))}</span>
            <span class={`badge ${isBad ? 'bad' : ''}`}>{statusText(call)}</span>
            {call.rolledBack ? <span class="badge">rolled back</span> : null}
            {call.execMs === null ? null : <span class="aside dim">{duration(call.execMs)}</span>}
          </>
        }
      >
        {() => <Opened call={call} />}
      </Fold>
    </>
  )
}

const NoCalls = ({ query }: { readonly query: Query }) => (
  <Empty>
    {['kind', 'status', 'since', 'thread'].some((name) => query[name] !== undefined) ? (
      <>
        <p>No call is like that.</p>
        <p>
          <a href="/tools">All calls</a>
        </p>
      </>
    ) : (
      <>
        <p>No tool was called in any thread of this home.</p>
        <p class="dim">
          Commands, patches and calls of MCP servers are listed here once a thread has some.
        </p>
      </>
    )}
  </Empty>
)

export const ToolsPage = ({ query }: { readonly query: Query }) => {
  const filters = useFilters(query)
  const pages = usePages<ToolCallAnswer>('unroll/tools/list', { ...filters, limit: PAGE })
  const summary = useAnswer<ToolsSummaryAnswer>('unroll/tools/summary', filters)
  const by = isOneOf(SUMMARIES, query['by']) ? query['by'] : 'kind'
  return (
    <main class="page" id="main" aria-busy={pages.isLoading}>
      <h1 class="page-title">Tools</h1>
      <div class="filters">
        <Choice
          label="kind"
          name="kind"
          value={query['kind'] ?? ''}
          options={[['', 'all'], ...TOOL_KINDS.map((kind) => [kind, kind] as const)]}
        />
        <Choice
          label="status"
          name="status"
          value={query['status'] ?? ''}
          options={[['', 'all'], ...TOOL_STATUSES.map((name) => [name, name] as const)]}
        />
        <Choice label="since" name="since" value={query['since'] ?? ''} options={SINCE} />
        <ThreadFilter query={query} />
      </div>
      <GrowingList
        label="tool calls"
        pages={pages}
        rowPx={ROW_PX}
        keyOf={(call) =>
          `${call.threadId} ${call.callId} ${call.place.segment} ${call.place.offsetBytes}`
        }
        render={(call) => <Call call={call} />}
        before={
          <Answered asked={summary}>{(value) => <Summary summary={value} by={by} />}</Answered>
        }
        empty={<NoCalls query={query} />}
      />
    </main>
  )
}

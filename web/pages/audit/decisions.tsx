/**
 * Approvals that a rollout tells, and reviews.
 */
import type { ComponentChildren } from 'preact'
import { visible } from '../../parts/ansi.ts'
import { Answered, Empty } from '../../parts/answered.tsx'
import { Downloads } from '../../parts/downloads.tsx'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import { threadOf } from '../../parts/thread-filter.tsx'
import { ThreadLink } from '../../parts/thread-link.tsx'
import type { Query } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { exactTime } from '../../text/times.ts'
import type { ApprovalAnswer, ReviewAnswer } from '../../wire/ledger-answers.ts'

const ROWS_SHOWN = 500

const when = (text: string | null): string => {
  const timeMs = Date.parse(text ?? '')
  return Number.isNaN(timeMs) ? '–' : exactTime(timeMs)
}

const words = (text: string): string => visible(text.replaceAll('_', ' '))

const APPROVALS: ReadonlyArray<ShownColumn<ApprovalAnswer>> = [
  { title: 'time', cell: ({ at }) => when(at) },
  { title: 'decision', cell: ({ status }) => words(status) },
  { title: 'of', cell: ({ reviewer }) => reviewer },
  { title: 'about', isExtra: true, cell: ({ subject }) => words(subject) },
  {
    title: 'where',
    isWide: true,
    cell: ({ threadId, turnId, callId }) => (
      <ThreadLink threadId={threadId} turnId={turnId} itemId={callId} />
    )
  },
  { title: 'certainty', isExtra: true, cell: ({ certainty }) => certainty }
]

const targetOf = ({ target }: ReviewAnswer): string => {
  const { type } = target
  return typeof type === 'string' ? type : JSON.stringify(target)
}

const REVIEWS: ReadonlyArray<ShownColumn<ReviewAnswer>> = [
  { title: 'began', cell: ({ startedAt }) => when(startedAt) },
  { title: 'of', isExtra: true, cell: (row) => visible(targetOf(row)) },
  { title: 'findings', isNumber: true, cell: ({ findings }) => findings },
  {
    title: 'verdict',
    isWide: true,
    cell: ({ verdict, finished, confidence }) =>
      `${verdict === null ? (finished ? 'none' : 'not finished') : visible(verdict)}${
        confidence === null ? '' : `, ${Math.round(100 * confidence)} % sure`
      }`
  },
  { title: 'shown in', isWide: true, cell: ({ threadId }) => <ThreadLink threadId={threadId} /> },
  {
    title: 'reviewer',
    isExtra: true,
    cell: ({ reviewerThreadId }) =>
      reviewerThreadId === null ? '–' : <ThreadLink threadId={reviewerThreadId} />
  }
]

interface DecisionsProps<A> {
  readonly query: Query
  readonly method: string
  readonly name: string
  readonly columns: ReadonlyArray<ShownColumn<A>>
  readonly about: string
  readonly empty: ComponentChildren
}

const Decisions = <A extends object>(props: DecisionsProps<A>) => {
  const { query, method, name, columns, about, empty } = props
  const asked = useAnswer<{ readonly data: ReadonlyArray<A> }>(method, threadOf(query))
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label={name}>
      <div class="narrow">
        <p class="choices">{about}</p>
        <Answered asked={asked}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty>{empty}</Empty>
            ) : (
              <>
                <p class="choices">
                  <Downloads name={name} rows={data} />
                  {data.length > ROWS_SHOWN
                    ? `the first ${ROWS_SHOWN} are shown, all are saved`
                    : ''}
                </p>
                <Table
                  caption={name}
                  columns={columns}
                  rows={data.slice(0, ROWS_SHOWN)}
                  keyOf={(_, index) => index}
                />
              </>
            )
          }
        </Answered>
      </div>
    </div>
  )
}

export const Approvals = ({ query }: { readonly query: Query }) => (
  <Decisions
    query={query}
    method="unroll/approvals/list"
    name="approvals"
    columns={APPROVALS}
    about="Codex does not record who approved what. These are the refusals that files tell of, and what clients of unroll were asked."
    empty={<p>No file tells of a decision.</p>}
  />
)

export const Reviews = ({ query }: { readonly query: Query }) => (
  <Decisions
    query={query}
    method="unroll/reviews/list"
    name="reviews"
    columns={REVIEWS}
    about="What was reviewed, and what the reviewer found."
    empty={<p>No thread was reviewed.</p>}
  />
)

/**
 * Changes made by unroll, newest first; where the page may change threads, each can be taken back.
 */
import { useState } from 'preact/hooks'
import { visible } from '../parts/ansi.ts'
import { Answered, Empty } from '../parts/answered.tsx'
import { Choice } from '../parts/choice.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Fold } from '../parts/fold.tsx'
import { HomePage } from '../parts/home-page.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { ThreadFilter, threadOf } from '../parts/thread-filter.tsx'
import { ThreadLink } from '../parts/thread-link.tsx'
import { UndoDialog } from '../parts/undo-dialog.tsx'
import type { Query } from '../routes.ts'
import { useAnswer } from '../state/answer.ts'
import { home } from '../state/home.ts'
import { useSince } from '../state/since.ts'
import { SINCE } from '../text/since.ts'
import { count, counted, exactTime } from '../text/times.ts'
import type { OperationAnswer } from '../wire/health-answers.ts'

const PAGE = 100
const MOST = 1000
const THREADS_SHOWN = 5

interface LogAnswer {
  readonly data: ReadonlyArray<OperationAnswer>
  readonly total: number
}

const wordsOf = ({ began }: OperationAnswer): string =>
  visible(began.operation.replaceAll('_', ' '))

const canUndo = ({ state, ended }: OperationAnswer): boolean =>
  state === 'done' && ended !== null && ended.inverse !== null

const Threads = ({ ids }: { readonly ids: ReadonlyArray<string> }) => (
  <>
    {ids.slice(0, THREADS_SHOWN).map((threadId) => (
      <ThreadLink threadId={threadId} />
    ))}
    {ids.length > THREADS_SHOWN ? <span>and {count(ids.length - THREADS_SHOWN)} more</span> : null}
  </>
)

const Details = ({ operation }: { readonly operation: OperationAnswer }) => {
  const { began, ended, undoneBy } = operation
  return (
    <div class="opened">
      <p class="facts dim">
        <span>
          by {visible(began.by.user)}, {visible(began.by.actor)} (process {began.by.pid})
        </span>
        <span>
          {began.id} <CopyButton text={began.id} what="the id" />
        </span>
        {began.undoes === null ? null : <span>undoes {began.undoes}</span>}
        {undoneBy === null ? null : <span>undone by {undoneBy}</span>}
      </p>
      {ended === null ? <p class="warn-text">It was cut off by the end of its process.</p> : null}
      {ended?.reason ? <p class="bad-text">{visible(ended.reason)}</p> : null}
      {ended?.noInverse ? <p class="dim">Cannot be undone: {visible(ended.noInverse)}</p> : null}
      <h3 class="line-title">What was asked</h3>
      <JsonTree name={`operation ${began.id}`} value={began.arguments} />
      {ended === null || ended.inverse === null ? null : (
        <>
          <h3 class="line-title">What takes it back</h3>
          <JsonTree name={`inverse ${began.id}`} value={ended.inverse} />
        </>
      )}
    </div>
  )
}

interface LogRowProps {
  readonly operation: OperationAnswer
  /** Null where the page may not change threads. */
  readonly undo: (() => void) | null
}

const Row = ({ operation, undo }: LogRowProps) => {
  const { began, state } = operation
  return (
    <li class="operation ledger-row">
      <div class="row-links">
        <time title={began.at}>{exactTime(Date.parse(began.at))}</time>
        <Threads ids={began.threadIds} />
        <span class="space" />
        {undo !== null && canUndo(operation) ? (
          <button type="button" class="small" onClick={undo}>
            Undo…
          </button>
        ) : null}
      </div>
      <Fold
        name={`operation ${began.id}`}
        summary={
          <>
            <strong>{wordsOf(operation)}</strong>{' '}
            <span class="dim" dir="auto">
              {visible(JSON.stringify(began.arguments)).slice(0, 200)}
            </span>
            {state === 'done' ? null : (
              <span class={`badge ${state === 'undone' ? '' : 'bad'}`}>{state}</span>
            )}
          </>
        }
      >
        {() => <Details operation={operation} />}
      </Fold>
    </li>
  )
}

const Nothing = ({ isFiltered }: { readonly isFiltered: boolean }) => (
  <Empty>
    <p>{isFiltered ? 'No change is like that.' : 'unroll has changed nothing in this home.'}</p>
    {isFiltered ? (
      <p>
        <a href="/log">All changes</a>
      </p>
    ) : (
      <p class="dim">
        Renames, archives, forks, rollbacks and repairs are listed here, with what takes them back.
      </p>
    )}
  </Empty>
)

export const LogPage = ({ query }: { readonly query: Query }) => {
  const [limit, setLimit] = useState(PAGE)
  const [undoing, setUndoing] = useState<OperationAnswer | null>(null)
  const asked = useAnswer<LogAnswer>('unroll/log/list', {
    ...threadOf(query),
    ...useSince(query),
    limit
  })
  const isWritable = home.value?.writable === true
  return (
    <HomePage
      title="Log"
      isBusy={asked.isLoading}
      filters={
        <>
          <Choice label="since" name="since" value={query['since'] ?? ''} options={SINCE} />
          <ThreadFilter query={query} />
        </>
      }
    >
      <Answered asked={asked}>
        {({ data, total }) =>
          data.length === 0 ? (
            <Nothing isFiltered={query['since'] !== undefined || query['thread'] !== undefined} />
          ) : (
            <>
              <p class="choices">
                {counted(total, 'change')}, newest first
                {isWritable ? '' : '; start with --writable to undo from here'}
              </p>
              <ul class="operations">
                {data.map((operation) => (
                  <Row
                    key={operation.began.id}
                    operation={operation}
                    undo={isWritable ? () => setUndoing(operation) : null}
                  />
                ))}
              </ul>
              {data.length < total && limit < MOST ? (
                <button
                  type="button"
                  class="more"
                  onClick={() => setLimit(Math.min(MOST, limit + 2 * PAGE))}
                >
                  More changes
                </button>
              ) : null}
            </>
          )
        }
      </Answered>
      {undoing === null ? null : (
        <UndoDialog
          operationId={undoing.began.id}
          what={wordsOf(undoing)}
          close={() => setUndoing(null)}
          done={() => {
            setUndoing(null)
            asked.again()
          }}
        />
      )}
    </HomePage>
  )
}

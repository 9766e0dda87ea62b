/**
 * Which turns changed a file, and how: each patch opens.
 */
import type { ThreadItem } from '../../../domain/protocol.ts'
import { visible } from '../../parts/ansi.ts'
import { Answered, Empty, Failure } from '../../parts/answered.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Diff } from '../../parts/diff.tsx'
import { Fold } from '../../parts/fold.tsx'
import { parseFileDiff } from '../../parts/hunks.ts'
import { hrefOf, threadHref } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { setQuery } from '../../state/location.ts'
import { counted, exactTime } from '../../text/times.ts'
import type { BlameAnswer, FileChangeAnswer } from '../../wire/thread-answers.ts'
import { fileHref, LineCounts, shortPath } from './file-words.tsx'
import type { ThreadRoute } from './view.ts'

/** Newest changes whose patches are open. */
const OPEN = 3

/** A turn that was taken back is there as of its own end. */
const pointOf = ({ rolledBack, turnId }: FileChangeAnswer, { at }: ThreadRoute) =>
  rolledBack && turnId !== null ? { turnId } : at

const Patch = ({
  change,
  route
}: {
  readonly change: FileChangeAnswer
  readonly route: ThreadRoute
}) => {
  const { threadId, turnId, callId, path, movedTo } = change
  const at = pointOf(change, route)
  const asked = useAnswer<{ readonly data: ReadonlyArray<{ readonly item: ThreadItem }> }>(
    'thread/items/read',
    turnId === null ? null : { threadId, turnId, itemIds: [callId], ...(at === null ? {} : { at }) }
  )
  if (turnId === null) return <p class="dim">This patch belongs to no turn.</p>
  return (
    <Answered asked={asked}>
      {({ data }) => {
        const item = data[0]?.item
        const updates = item?.type === 'fileChange' ? item.changes : []
        const mine = updates.find((update) => update.path === path || update.path === movedTo)
        return mine === undefined ? (
          <p class="dim">The patch of this call was not recorded.</p>
        ) : (
          <Diff diff={parseFileDiff(mine)} />
        )
      }}
    </Answered>
  )
}

const appliedWord = ({ applied, status }: FileChangeAnswer): string => {
  if (applied === true) return ''
  return applied === null ? 'may not have been applied' : `not applied (${status})`
}

const Change = ({
  change,
  route,
  isOpen
}: {
  readonly change: FileChangeAnswer
  readonly route: ThreadRoute
  readonly isOpen: boolean
}) => {
  const { threadId, turnId, callId, atMs, operation, movedTo, rolledBack } = change
  const problem = appliedWord(change)
  const words = movedTo === null ? operation : `moved from ${change.path} to ${movedTo}`
  return (
    <li>
      <p class="blame-head">
        {turnId === null ? (
          exactTime(atMs)
        ) : (
          <a href={threadHref(threadId, { turnId, at: pointOf(change, route) })}>
            {exactTime(atMs)}
          </a>
        )}
        <span>{visible(words)}</span>
        <LineCounts added={change.linesAdded} removed={change.linesDeleted} />
        {rolledBack ? <span class="badge">turn taken back</span> : null}
        {problem === '' ? null : <span class="badge bad">{problem}</span>}
        {threadId === route.threadId ? null : (
          <a href={threadHref(threadId)}>thread {threadId.slice(0, 13)}</a>
        )}
      </p>
      <Fold name={`blame ${threadId} ${callId} ${change.path}`} summary="patch" opened={isOpen}>
        {() => <Patch change={change} route={route} />}
      </Fold>
    </li>
  )
}

const Nothing = ({
  answer,
  route
}: {
  readonly answer: BlameAnswer
  readonly route: ThreadRoute
}) => (
  <Empty>
    <p>No patch changed this file{route.at === null ? '' : ' up to this point'}.</p>
    {answer.hints.length === 0 ? null : (
      <ul class="plain-list">
        {answer.hints.map((path) => (
          <li>
            <a href={fileHref(route, path)}>{visible(path)}</a>
          </li>
        ))}
      </ul>
    )}
  </Empty>
)

interface FileHistoryProps {
  readonly route: ThreadRoute
  readonly path: string
  readonly cwd: string
}

export const FileHistory = ({ route, path, cwd }: FileHistoryProps) => {
  const { threadId, at, query } = route
  const isEverywhere = query['in'] === 'all'
  const asked = useAnswer<BlameAnswer>('unroll/blame/read', {
    path,
    ...(isEverywhere ? {} : { threadId }),
    // A point of one thread is none of the others.
    ...(at === null || (isEverywhere && !('timeMs' in at)) ? {} : { at })
  })
  return (
    <>
      <p class="event-links">
        <a href={hrefOf(location.pathname, { ...query, path: null, in: null })}>All files</a>
        <button
          type="button"
          class="small"
          aria-pressed={isEverywhere}
          onClick={() => setQuery({ in: isEverywhere ? null : 'all' })}
        >
          in all threads
        </button>
        <CopyButton text={path} what="the path">
          copy path
        </CopyButton>
      </p>
      <h2 class="view-title" dir="auto">
        {visible(shortPath(path, cwd))}
      </h2>
      {path.startsWith('/') || /^[A-Za-z]:/.test(path) ? null : (
        <Failure message="A path begins with / or with a drive" />
      )}
      <Answered asked={asked}>
        {(answer) =>
          answer.data.length === 0 ? (
            <Nothing answer={answer} route={route} />
          ) : (
            <>
              <p class="dim">{counted(answer.data.length, 'change')}, newest first</p>
              <ol class="blame">
                {answer.data.toReversed().map((change, n) => (
                  <Change
                    key={`${change.threadId} ${change.callId} ${change.path}`}
                    {...{ change, route }}
                    isOpen={n < OPEN}
                  />
                ))}
              </ol>
            </>
          )
        }
      </Answered>
    </>
  )
}

/**
 * The files that patches of a thread changed, and the history of one of them.
 */
import { visible } from '../../parts/ansi.ts'
import { Answered, Empty } from '../../parts/answered.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import { threadHref } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { useFollowed } from '../../state/live.ts'
import { setQuery } from '../../state/location.ts'
import { count, counted, exactTime } from '../../text/times.ts'
import type { ThreadFileAnswer } from '../../wire/thread-answers.ts'
import { FileHistory } from './file-history.tsx'
import { fileHref, LineCounts, shortPath } from './file-words.tsx'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const ROWS_SHOWN = 500

const columnsOf = (
  route: ThreadRoute,
  cwd: string
): ReadonlyArray<ShownColumn<ThreadFileAnswer>> => [
  {
    title: 'file',
    isWide: true,
    cell: ({ path }) => (
      <a href={fileHref(route, path)} dir="auto" title={visible(path)}>
        {visible(shortPath(path, cwd))}
      </a>
    )
  },
  {
    title: 'lines',
    isNumber: true,
    cell: ({ linesAdded, linesDeleted }) => <LineCounts added={linesAdded} removed={linesDeleted} />
  },
  {
    title: 'patches',
    isNumber: true,
    isExtra: true,
    cell: ({ patches, rolledBack }) => (
      <>
        {count(patches)}
        {rolledBack === 0 ? null : (
          <span class="dim" title="of turns that were taken back; the file stayed changed">
            {' '}
            ({count(rolledBack)} taken back)
          </span>
        )}
      </>
    )
  },
  {
    title: 'last changed',
    isExtra: true,
    cell: ({ lastAtMs, lastTurnId }) =>
      lastTurnId === null ? (
        exactTime(lastAtMs)
      ) : (
        <a href={threadHref(route.threadId, { turnId: lastTurnId, at: route.at })}>
          {exactTime(lastAtMs)}
        </a>
      )
  }
]

const SORTS = { last: 'last changed', path: 'path', lines: 'most lines' } as const
type Sort = keyof typeof SORTS

const ORDER: Readonly<Record<Sort, (a: ThreadFileAnswer, b: ThreadFileAnswer) => number>> = {
  last: (a, b) => b.lastAtMs - a.lastAtMs,
  path: (a, b) => (a.path < b.path ? -1 : 1),
  lines: (a, b) => b.linesAdded + b.linesDeleted - a.linesAdded - a.linesDeleted
}

const FileList = ({
  files,
  route,
  cwd
}: {
  readonly files: ReadonlyArray<ThreadFileAnswer>
  readonly route: ThreadRoute
  readonly cwd: string
}) => {
  const given = route.query['sort'] ?? ''
  const sort: Sort = given in SORTS ? (given as Sort) : 'last'
  const term = (route.query['q'] ?? '').toLowerCase()
  const found = files.filter(({ path }) => path.toLowerCase().includes(term)).toSorted(ORDER[sort])
  const sum = (of: 'linesAdded' | 'linesDeleted') => found.reduce((all, file) => all + file[of], 0)
  if (files.length === 0)
    return (
      <Empty>
        No patch changed a file{route.at === null ? '' : ' up to this point'}. What commands did to
        files is not in the log.
      </Empty>
    )
  return (
    <>
      <div class="filters view-filters">
        <input
          type="search"
          aria-label="find a file"
          placeholder="find a file…"
          value={route.query['q'] ?? ''}
          onInput={(event) => setQuery({ q: event.currentTarget.value || null })}
        />
        <Choice label="by" name="sort" value={sort} options={Object.entries(SORTS)} />
        <span role="status">
          {counted(found.length, 'file')}{' '}
          <LineCounts added={sum('linesAdded')} removed={sum('linesDeleted')} />
        </span>
      </div>
      {found.length === 0 ? (
        <Empty>No path contains these words.</Empty>
      ) : (
        <Table
          caption="changed files"
          columns={columnsOf(route, cwd)}
          rows={found.slice(0, ROWS_SHOWN)}
          keyOf={({ path }) => path}
        />
      )}
      {found.length > ROWS_SHOWN ? (
        <p class="dim">{counted(found.length - ROWS_SHOWN, 'more file')}; find one by its path.</p>
      ) : null}
    </>
  )
}

export const FilesView = ({ route, thread, revision }: ThreadViewProps) => {
  const { threadId, at, query } = route
  const path = query['path'] ?? null
  const point = at === null ? {} : { at }
  const asked = useAnswer<{ readonly data: ReadonlyArray<ThreadFileAnswer> }>(
    'unroll/files/list',
    path === null ? { threadId, ...point } : null
  )
  useFollowed(at === null && path === null ? threadId : null, {
    revision,
    changed: asked.again
  })
  const cwd = thread?.cwd ?? ''
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="files">
      <div class="view-body">
        {path === null ? (
          <Answered asked={asked}>
            {({ data }) => <FileList {...{ files: data, route, cwd }} />}
          </Answered>
        ) : (
          <FileHistory {...{ route, path, cwd }} />
        )}
      </div>
    </div>
  )
}

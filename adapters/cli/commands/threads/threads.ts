/**
 * unroll threads: pages of a home's threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isUuid } from '../../../../domain/ids.ts'
import type { Json } from '../../../../domain/json.ts'
import type { Thread } from '../../../../domain/protocol.ts'
import type { TimeRange } from '../../../../domain/time/typed-time.ts'
import type { DatedThread, Engine } from '../../../../replay/engine.ts'
import type { ListRequest, SortKey } from '../../../../replay/read/lists/list-filter.ts'
import { flagOf, nextCommand, textOf, type Input } from '../../args.ts'
import { optionalThread, shortCells, shortIds, title } from '../../naming/threads.ts'
import { directionIn, rangeIn } from '../../options.ts'
import type { EngineCommand } from '../../session.ts'
import { printPages } from '../../text/print.ts'
import { column, shown, timeColumn, type Columns } from '../../text/rows.ts'
import type { Tried } from '../../text/report.ts'
import { painter } from '../../text/style.ts'
import { cutFront, isoMs, isoSecond, msOf, oneLine } from '../../text/text.ts'
import { filtersOf } from './filters.ts'

/** A thread's `source` in a word or two. */
export const sourceLabel = (source: Json): string => {
  if (typeof source === 'string') return source
  const [entry] = Object.entries((source ?? {}) as Readonly<Record<string, Json>>)
  if (entry === undefined) return 'unknown'
  const [kind, detail] = entry
  const name = typeof detail === 'string' ? detail : Object.keys((detail ?? {}) as object)[0]
  return kind === 'custom' ? (name ?? kind) : `${kind} ${name ?? ''}`.trim()
}

/** The head and the time of the column that a list is sorted by; what is sorted by is seen. */
const SORTED: Readonly<Record<SortKey, readonly [string, (row: DatedThread) => number | null]>> = {
  last_event_at: ['LAST EVENT', ({ lastEventAtMs }) => lastEventAtMs],
  created_at: ['CREATED', ({ thread }) => msOf(thread.createdAt)],
  updated_at: ['UPDATED', ({ thread }) => msOf(thread.updatedAt)],
  recency_at: ['RECENT', ({ thread }) => msOf(thread.recencyAt ?? thread.updatedAt)]
}

/** Columns of threads that are sorted by a key. */
export const threadColumns = (key: SortKey): Columns<DatedThread> => {
  const [head, at] = SORTED[key]
  const of =
    <B>(pick: (thread: Thread) => B) =>
    ({ thread }: DatedThread): B =>
      pick(thread)
  const id = of((thread) => thread.id)
  const source = of((thread) => sourceLabel(thread.source))
  const branch = of(({ gitInfo }) => gitInfo?.branch ?? '')
  return [
    column('id', id, { head: 'ID', max: 36, cells: shortCells(id), file: of(({ path }) => path) }),
    column(
      'createdAt',
      of(({ createdAt }) => isoSecond(createdAt))
    ),
    column(
      'updatedAt',
      of(({ updatedAt }) => isoSecond(updatedAt))
    ),
    column('lastEventAt', ({ lastEventAtMs }) => isoMs(lastEventAtMs)),
    timeColumn(null, () => null, at, { head }),
    shown({ head: 'DIRECTORY', drop: 1, cell: of(({ cwd }) => cutFront(oneLine(cwd), 24)) }),
    column('source', source, { head: 'SOURCE', max: 12, drop: 2 }),
    column(
      'modelProvider',
      of(({ modelProvider }) => modelProvider)
    ),
    column('branch', branch, { head: 'BRANCH', max: 20, drop: 3 }),
    column(
      'cwd',
      of(({ cwd }) => cwd)
    ),
    column(
      'name',
      of(({ name }) => name)
    ),
    column(
      'preview',
      of(({ preview }) => preview)
    ),
    shown({ head: 'THREAD', flex: 36, cell: of(title) })
  ]
}

/** The parent's id; a whole id need not be in the home, since a parent may have been deleted. */
const parentOf = async (input: Input, engine: Engine): Promise<Tried<string | undefined>> => {
  const text = textOf(input, 'parent')
  const id = text?.toLowerCase()
  return id !== undefined && isUuid(id) ? E.right(id) : optionalThread(engine, text)
}

const sortOf = (input: Input): SortKey => (textOf(input, 'sort') ?? 'last_event_at') as SortKey

const requestOf = (input: Input, cwd: string, range: TimeRange): ListRequest => ({
  ...range,
  ...filtersOf(input, cwd),
  sortKey: sortOf(input),
  sortDirection: directionIn(input),
  searchTerm: textOf(input, 'search')
})

export const threadsCommand: EngineCommand = async (input, io, engine) => {
  const parent = await parentOf(input, engine)
  if (E.isLeft(parent)) return parent
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const request = {
    ...requestOf(input, io.cwd, range.right),
    parentThreadId: parent.right ?? null
  }
  const columns = threadColumns(sortOf(input))
  if (flagOf(input, 'watch')) {
    const { watchThreads } = await import('./watch.ts')
    return watchThreads(request, columns, input, io, engine)
  }
  return printPages<DatedThread>(
    {
      columns,
      json: ({ thread }) => thread,
      next: (threads) => {
        const [newest = ''] = shortIds(threads.map(({ thread }) => thread.id))
        const next = nextCommand(input, io, ['show', newest])
        return `\n${painter(input, io)('dim', `next: ${next}`)}\n`
      },
      nothing:
        'no threads; add --all to include sub-agents and exec runs, --archived for archived threads'
    },
    (cursor, limit) => engine.datedThreads({ ...request, cursor, limit }),
    input,
    io
  )
}

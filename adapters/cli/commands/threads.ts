/**
 * unroll threads: pages of a home's threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { isUuid } from '../../../domain/ids.ts'
import type { Json } from '../../../domain/json.ts'
import type { SortDirection, Thread } from '../../../domain/protocol.ts'
import type { SourceKind } from '../../../projections/thread-row.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { ListRequest, SortKey } from '../../../replay/read/lists/list-filter.ts'
import { flagOf, listOf, nextCommand, textOf, type Input } from '../args.ts'
import { optionalThread, shortCells, shortIds, title } from '../naming.ts'
import type { EngineCommand } from '../session.ts'
import { printPages } from '../text/print.ts'
import { column, shown, timeColumn, type Columns } from '../text/rows.ts'
import type { Tried } from '../text/report.ts'
import { painter } from '../text/style.ts'
import { cutFront, isoSecond, msOf, oneLine } from '../text/text.ts'

/** Every kind of source; `subAgent` stands for all of its own. */
export const EVERY_SOURCE: ReadonlyArray<SourceKind> = [
  'cli',
  'vscode',
  'exec',
  'appServer',
  'subAgent',
  'unknown'
]

/** The sources that the options ask for. */
export const sourcesOf = (input: Input): ReadonlyArray<SourceKind> =>
  flagOf(input, 'all') ? EVERY_SOURCE : (listOf(input, 'source') as Array<SourceKind>)

/** A thread's `source` in a word or two. */
export const sourceLabel = (source: Json): string => {
  if (typeof source === 'string') return source
  const [entry] = Object.entries((source ?? {}) as Readonly<Record<string, Json>>)
  if (entry === undefined) return 'unknown'
  const [kind, detail] = entry
  const name = typeof detail === 'string' ? detail : Object.keys((detail ?? {}) as object)[0]
  return kind === 'custom' ? (name ?? kind) : `${kind} ${name ?? ''}`.trim()
}

/** Columns of threads; `when` says which of their times people see. */
export const threadColumns = (when: 'createdAt' | 'updatedAt'): Columns<Thread> => [
  column('id', ({ id }) => id, {
    head: 'ID',
    max: 36,
    cells: shortCells(({ id }) => id)
  }),
  column('created', ({ createdAt }) => isoSecond(createdAt)),
  column('updated', ({ updatedAt }) => isoSecond(updatedAt)),
  timeColumn(
    null,
    () => null,
    (thread) => msOf(thread[when]),
    { head: when === 'createdAt' ? 'CREATED' : 'UPDATED' }
  ),
  shown({ head: 'DIRECTORY', drop: 1, cell: ({ cwd }) => cutFront(oneLine(cwd), 24) }),
  column('source', ({ source }) => sourceLabel(source), { head: 'SOURCE', max: 12, drop: 2 }),
  column('provider', ({ modelProvider }) => modelProvider),
  column('branch', ({ gitInfo }) => gitInfo?.branch ?? '', { head: 'BRANCH', max: 20, drop: 3 }),
  column('directory', ({ cwd }) => cwd),
  column('name', ({ name }) => name),
  column('preview', ({ preview }) => preview),
  shown({ head: 'THREAD', flex: 36, cell: title })
]

/** The parent's id; a whole id need not be in the home, since a parent may have been deleted. */
const parentOf = async (input: Input, engine: Engine): Promise<Tried<string | undefined>> => {
  const text = textOf(input, 'parent')
  const id = text?.toLowerCase()
  return id !== undefined && isUuid(id) ? E.right(id) : optionalThread(engine, text)
}

const requestOf = (input: Input, cwd: string): ListRequest => ({
  sortKey: (textOf(input, 'sort') ?? 'last_event_at') as SortKey,
  sortDirection: (textOf(input, 'order') ?? 'desc') as SortDirection,
  modelProviders: listOf(input, 'provider'),
  sourceKinds: sourcesOf(input),
  archived: flagOf(input, 'archived'),
  cwd: input.values.has('cwd') ? listOf(input, 'cwd').map((path) => resolve(cwd, path)) : null,
  searchTerm: textOf(input, 'search')
})

export const threadsCommand: EngineCommand = async (input, io, engine) => {
  const parent = await parentOf(input, engine)
  if (E.isLeft(parent)) return parent
  const request = { ...requestOf(input, io.cwd), parentThreadId: parent.right ?? null }
  if (flagOf(input, 'watch')) {
    const { watchThreads } = await import('./watch.ts')
    const when = request.sortKey === 'created_at' ? 'createdAt' : 'updatedAt'
    return watchThreads(request, threadColumns(when), input, io, engine)
  }
  return printPages<Thread>(
    {
      columns: threadColumns(request.sortKey === 'created_at' ? 'createdAt' : 'updatedAt'),
      next: (threads) => {
        const [newest = ''] = shortIds(threads.map(({ id }) => id))
        const next = nextCommand(input, io, ['show', newest])
        return `\n${painter(input, io)('dim', `next: ${next}`)}\n`
      },
      nothing:
        'no threads; add --all to include sub-agents and exec runs, --archived for archived threads'
    },
    (cursor, limit) => engine.listThreads({ ...request, cursor, limit }),
    input,
    io
  )
}

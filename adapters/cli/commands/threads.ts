/**
 * unroll threads: one page or more of a home's threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import { isUuid } from '../../../domain/ids.ts'
import type { Json } from '../../../domain/json.ts'
import type { SortDirection, Thread } from '../../../domain/protocol.ts'
import type { SourceKind } from '../../../projections/threads.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { ListRequest, SortKey } from '../../../replay/lists/list-filter.ts'
import { flagOf, listOf, textOf, type Input } from '../args.ts'
import { printPages } from '../text/pages.ts'
import { reportError } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { painter, table, typed, type Column, type Paint } from '../text/style.ts'
import { isoSecond, localMinute, oneLine } from '../text/text.ts'

/** Every kind there is; `subAgent` stands for all of its own. */
export const EVERY_SOURCE: ReadonlyArray<SourceKind> = [
  'cli',
  'vscode',
  'exec',
  'appServer',
  'subAgent',
  'unknown'
]

/** A thread's `source` in a word or two. */
export const sourceLabel = (source: Json): string => {
  if (typeof source === 'string') return source
  const [entry] = Object.entries((source ?? {}) as Readonly<Record<string, Json>>)
  if (entry === undefined) return 'unknown'
  const [kind, detail] = entry
  const name = typeof detail === 'string' ? detail : Object.keys((detail ?? {}) as object)[0]
  return kind === 'custom' ? (name ?? kind) : `${kind} ${name ?? ''}`.trim()
}

/** What a person would call the thread. */
export const title = ({ name, preview }: Thread): string => name ?? preview

const SHORT_ID = 13

/** The shortest beginning of an id that no other one of these has; thread ids begin with their time. */
export const shortIds = (ids: ReadonlyArray<string>): ReadonlyArray<string> => {
  const different = new Set(ids)
  let length = SHORT_ID
  while (new Set([...different].map((id) => id.slice(0, length))).size < different.size) length += 1
  return ids.map((id) => id.slice(0, length))
}

const columns = (time: string): ReadonlyArray<Column> => [
  { head: 'ID', max: 36 },
  { head: time, max: 16 },
  { head: 'DIRECTORY', max: 20, from: 80 },
  { head: 'SOURCE', max: 12, from: 100 },
  { head: 'BRANCH', max: 20, from: 120 },
  { head: 'THREAD', max: 0 }
]

/** A table of threads; `when` says which of their times is shown. */
export const threadTable = (
  data: ReadonlyArray<Thread>,
  when: 'createdAt' | 'updatedAt',
  width: number,
  paint: Paint
): string => {
  const ids = shortIds(data.map(({ id }) => id))
  const rows = data.map((thread, i) => [
    ids[i] ?? '',
    localMinute(thread[when]),
    oneLine(thread.cwd),
    oneLine(sourceLabel(thread.source)),
    oneLine(thread.gitInfo?.branch ?? ''),
    oneLine(title(thread))
  ])
  return table(columns(when === 'createdAt' ? 'CREATED' : 'UPDATED'), rows, width, paint)
}

const fields = (thread: Thread): ReadonlyArray<string> => [
  thread.id,
  isoSecond(thread.createdAt),
  isoSecond(thread.updatedAt),
  sourceLabel(thread.source),
  thread.modelProvider,
  thread.gitInfo?.branch ?? '',
  thread.cwd,
  thread.name ?? '',
  thread.preview
]

/** The parent's id; a full id need not be in the home, since a parent may have been deleted. */
const parentId = async (
  engine: Engine,
  text: string | undefined
): Promise<E.Either<StoreError, string | null>> => {
  if (text === undefined) return E.right(null)
  const id = text.toLowerCase()
  return isUuid(id) ? E.right(id) : engine.resolve(text)()
}

const request = (input: Input, cwd: string, parentThreadId: string | null): ListRequest => ({
  sortKey: (textOf(input, 'sort') ?? 'last_event_at') as SortKey,
  sortDirection: (textOf(input, 'order') ?? 'desc') as SortDirection,
  modelProviders: listOf(input, 'provider'),
  sourceKinds: flagOf(input, 'all') ? EVERY_SOURCE : (listOf(input, 'source') as Array<SourceKind>),
  archived: flagOf(input, 'archived'),
  cwd: input.values.has('cwd') ? listOf(input, 'cwd').map((path) => resolve(cwd, path)) : null,
  searchTerm: textOf(input, 'search'),
  parentThreadId
})

/** Lists threads; see the command table. */
export const threadsCommand: EngineCommand = async (input, io, engine) => {
  const parent = await parentId(engine, textOf(input, 'parent'))
  if (E.isLeft(parent)) return reportError(parent.left, input.json, io)
  const asked = request(input, io.cwd, parent.right)
  const paint = painter(input, io)
  const when = asked.sortKey === 'created_at' ? 'createdAt' : 'updatedAt'
  return printPages<Thread>(
    input,
    io,
    (cursor, limit) => engine.listThreads({ ...asked, cursor, limit }),
    {
      human: (data) => {
        const [newest = ''] = shortIds(data.map(({ id }) => id))
        const next = paint('dim', `next: ${typed(input, io, ['show', newest])}`)
        return `${threadTable(data, when, io.columns, paint)}\n${next}\n`
      },
      tsv: fields,
      nothing:
        'no threads; --all lists those of sub-agents and programs too, --archived the archived ones'
    }
  )
}

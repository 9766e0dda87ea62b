/**
 * Threads as the tools name them, and the one that is being written.
 */
import { isAbsolute, resolve } from 'node:path'
import { SOURCE_KINDS } from '../../projections/thread-row.ts'
import type { Turn } from '../../domain/protocol.ts'
import type { DatedThread } from '../../replay/engine.ts'
import type { ListRequest } from '../../replay/read/lists/list-filter.ts'
import { got, refuse, type History } from './history.ts'
import { z, type Infer } from './sdk.ts'
import { clean, timeOut } from './tool.ts'
import { code, flat, isoOf, quoted, threadUri } from './words.ts'

const TITLE = 120

/** Lists and searches of everything: every source and provider. */
export const EVERYTHING = { modelProviders: [], sourceKinds: SOURCE_KINDS } as const

/** A directory that a call names. */
export const directoryOf = (cwd: string | undefined): string | undefined => {
  if (cwd === undefined) return undefined
  return isAbsolute(cwd)
    ? resolve(cwd)
    : refuse('invalid_request', '`cwd` is no absolute path', 'name the directory by its whole path')
}

/** What a thread is called: its name, or the beginning of what was asked first. */
export const titleOf = (
  history: History,
  { name, preview }: { readonly name: string | null; readonly preview: string }
): string => clean(history, flat(name ?? preview), TITLE) || '(no title)'

export const threadOut = z.object({
  id: z.string(),
  title: z.string(),
  directory: z.string(),
  model: z.string().nullable(),
  archived: z.boolean(),
  started_at: timeOut,
  last_event_at: timeOut,
  turns: z.number().int(),
  files_changed: z.number().int().describe('Files that patches changed.'),
  tokens: z.number().int().nullable().describe('Null where the ledger knows nothing.'),
  uri: z.string()
})
export type ThreadOut = Infer<typeof threadOut>

/** A thread in the row of a list, and what it came to. */
export const threadRow = async (
  history: History,
  { thread, lastEventAtMs }: DatedThread,
  archived: boolean
): Promise<ThreadOut> => {
  const engine = await history.engine()
  const { id } = thread
  const { count } = got(await engine.turnPlaces(id, 0, 0)())
  const { total } = got(await engine.usage({ by: 'total', threadId: id })())
  const patches = got(await engine.patches(id)())
  const changed = patches.filter(({ applied, rolledBack }) => applied === true && !rolledBack)
  return {
    id,
    title: titleOf(history, thread),
    directory: thread.cwd,
    model: thread.model ?? null,
    archived,
    started_at: isoOf(thread.createdAt * 1000),
    last_event_at: isoOf(lastEventAtMs),
    turns: count,
    files_changed: new Set(changed.map(({ path, movedTo }) => movedTo ?? path)).size,
    tokens: total.rows === 0 ? null : total.totalTokens,
    uri: threadUri(id)
  }
}

export const threadLine = (row: ThreadOut): string =>
  [
    `- ${code(row.id)} ${row.last_event_at ?? ''} ${code(row.directory)}${row.archived ? ' (archived)' : ''}`,
    `  ${quoted(row.title)}`,
    `  ${row.turns} turns, ${row.files_changed} files changed, ${row.tokens ?? 'unknown'} tokens`
  ].join('\n')

/** The ids of every thread of some directories. */
export const threadsIn = async (
  history: History,
  cwd: ReadonlyArray<string>
): Promise<ReadonlySet<string>> => {
  const engine = await history.engine()
  const ids = new Set<string>()
  for (const archived of [false, true])
    for (let cursor: string | null | undefined; cursor !== null;) {
      const request: ListRequest = { ...EVERYTHING, archived, cwd, limit: 100, cursor }
      const page = got(await engine.listThreads(request)())
      for (const { id } of page.data) ids.add(id)
      cursor = page.nextCursor
    }
  return ids
}

/** A thread nobody wrote to for so long does not count as being written. */
const SILENCE_MS = 15 * 60_000

/** A file does not tell an open turn from one that was cut off; the time does. */
const isOpen = ({ status, completedAt }: Turn): boolean =>
  status !== 'completed' && completedAt === null

export interface CurrentThread {
  readonly dated: DatedThread
  /** True while a turn is open and lines came lately. */
  readonly running: boolean
}

/** The newest thread of where the client works; null without one. */
export const currentThread = async (history: History): Promise<CurrentThread | null> => {
  const cwd = await history.directories()
  if (cwd.length === 0) return null
  const engine = await history.engine()
  const newest = { ...EVERYTHING, cwd, sortKey: 'last_event_at', limit: 1 } as const
  const [dated] = got(await engine.datedThreads(newest)()).data
  if (dated === undefined) return null
  const last = { limit: 1, itemsView: 'notLoaded', sortDirection: 'desc' } as const
  const [turn] = got(await engine.listTurns(dated.thread.id, last)()).data
  const isFresh = history.nowMs() - dated.lastEventAtMs < SILENCE_MS
  return { dated, running: isFresh && turn !== undefined && isOpen(turn) }
}

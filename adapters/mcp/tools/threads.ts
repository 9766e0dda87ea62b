/** `list_threads` and `current_thread`. */
import type { Page } from '../../../domain/protocol.ts'
import type { DatedThread } from '../../../replay/engine.ts'
import type { ListRequest } from '../../../replay/read/lists/list-filter.ts'
import { got, rangeOf, refuse, type History } from '../history.ts'
import { filled } from '../budget.ts'
import { z } from '../sdk.ts'
import {
  currentThread,
  directoryOf,
  EVERYTHING,
  threadLine,
  threadOut,
  threadRow,
  type ThreadOut
} from '../threads.ts'
import {
  cursorArg,
  cwdArg,
  limitArg,
  nextCursorOut,
  noticeOut,
  sinceArg,
  tool,
  untilArg
} from '../tool.ts'
import { code, NOTICE } from '../words.ts'

/** Lists of the client's directories come first, then those of all others; a cursor says in which of both it stands. */
interface ListSpot {
  readonly of: 'here' | 'all'
  readonly cursor: string | null
}

const printed = ({ of, cursor }: ListSpot): string => `${of}:${cursor ?? ''}`

const parsed = (text: string): ListSpot => {
  const [, of, cursor] = /^(here|all):(.*)$/s.exec(text) ?? []
  return of === undefined
    ? refuse('invalid_request', `no cursor of this list: ${text}`, 'begin again without a cursor')
    : { of: of as ListSpot['of'], cursor: cursor === '' ? null : (cursor ?? null) }
}

interface Placed {
  readonly dated: DatedThread
  /** Where the list goes on behind this one; null behind the last. */
  readonly next: ListSpot | null
}

interface ListAsked {
  readonly here: ReadonlyArray<string>
  /** True where the list is of these directories alone. */
  readonly only: boolean
  readonly filters: object
}

/** Threads from a place on, each with the place behind it. */
async function* listed(
  history: History,
  from: ListSpot,
  { here, only, filters }: ListAsked
): AsyncGenerator<Placed> {
  const engine = await history.engine()
  for (let spot: ListSpot | null = from; spot !== null;) {
    const ofHere: boolean = spot.of === 'here'
    const { cursor } = spot
    const request = { ...EVERYTHING, ...filters, sortKey: 'last_event_at', limit: 1 } as const
    const asked: ListRequest = { ...request, cursor, ...(ofHere ? { cwd: here } : {}) }
    const page: Page<DatedThread> = got(await engine.datedThreads(asked)())
    const end: ListSpot | null = ofHere && !only ? { of: 'all', cursor: null } : null
    const next: ListSpot | null =
      page.nextCursor === null ? end : { of: spot.of, cursor: page.nextCursor }
    for (const dated of page.data)
      if (ofHere || !here.includes(dated.thread.cwd)) yield { dated, next }
    spot = next
  }
}

export const listThreads = tool({
  name: 'list_threads',
  title: 'List threads',
  description:
    'Lists earlier threads (sessions) of the coding agent, newest first, those of your directory before the others: title, times, turns, files changed, tokens.',
  input: z.object({
    cwd: cwdArg,
    since: sinceArg,
    until: untilArg,
    model: z.string().optional().describe('Only threads whose last model was this one.'),
    archived: z.boolean().default(false).describe('Archived threads instead of the others.'),
    limit: limitArg(50, 20),
    cursor: cursorArg
  }),
  output: z.object({
    notice: noticeOut,
    threads: z.array(threadOut),
    next_cursor: nextCursorOut
  }),
  answer: async (history, { cwd, since, until, model, archived, limit, cursor }) => {
    const named = directoryOf(cwd)
    const here = named === undefined ? await history.directories() : [named]
    const filters = {
      archived,
      ...rangeOf(history, since, until),
      ...(model === undefined ? {} : { models: [model] })
    }
    const from: ListSpot =
      cursor === undefined ? { of: here.length > 0 ? 'here' : 'all', cursor: null } : parsed(cursor)
    const found: Array<{ row: ThreadOut; next: ListSpot | null }> = []
    for await (const { dated, next } of listed(history, from, {
      here,
      only: named !== undefined,
      filters
    })) {
      found.push({ row: await threadRow(history, dated, archived), next })
      if (found.length === limit) break
    }
    const { rows } = filled(found, history.maxChars, ({ row }) => threadLine(row))
    const next = rows.at(-1)?.next ?? null
    const more = next === null ? null : printed(next)
    const lines = rows.map(({ row }) => threadLine(row))
    return {
      data: { notice: NOTICE, threads: rows.map(({ row }) => row), next_cursor: more },
      text: [
        lines.length === 0 ? 'No threads.' : lines.join('\n'),
        ...(more === null ? [] : [`More: cursor ${code(more)}`])
      ].join('\n\n')
    }
  }
})

export const currentThreadTool = tool({
  name: 'current_thread',
  title: 'Current thread',
  description:
    'The newest thread of your directory, and whether it is being written now: probably the conversation you are in. Searches leave it out.',
  input: z.object({}),
  output: z.object({
    notice: noticeOut,
    thread: threadOut.nullable(),
    running: z.boolean().describe('True while a turn of it is open.')
  }),
  answer: async (history) => {
    const current = await currentThread(history)
    if (current === null)
      return {
        data: { notice: NOTICE, thread: null, running: false },
        text: 'No thread of this directory.'
      }
    const row = await threadRow(history, current.dated, false)
    const state = current.running ? 'It is being written now.' : 'No turn of it is open.'
    return {
      data: { notice: NOTICE, thread: row, running: current.running },
      text: `${threadLine(row)}\n\n${state}`
    }
  }
})

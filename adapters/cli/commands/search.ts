/**
 * unroll search: messages of all threads, or every place of one thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { SortDirection } from '../../../domain/protocol.ts'
import type { Snippet } from '../../../domain/thread/search/snippet.ts'
import type { Engine, FoundThread, Occurrence } from '../../../replay/engine.ts'
import type { SortKey } from '../../../replay/read/lists/list-filter.ts'
import type { SearchRequest } from '../../../replay/read/search/search.ts'
import { flagOf, nextCommand, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { optionalThread, shortIds, title } from '../naming.ts'
import type { CommandEnd, EngineCommand } from '../session.ts'
import { printPages } from '../text/print.ts'
import { usage } from '../text/report.ts'
import { column, type Columns } from '../text/rows.ts'
import { painter, type Paint } from '../text/style.ts'
import { harmless, isoSecond, localMinute, oneLine } from '../text/text.ts'
import { sourcesOf } from './threads.ts'

export const FOUND_THREADS: Columns<FoundThread> = [
  column('id', ({ thread }) => thread.id),
  column('created', ({ thread }) => isoSecond(thread.createdAt)),
  column('turn', ({ turnId }) => turnId),
  column('title', ({ thread }) => title(thread)),
  column('snippet', ({ snippet }) => snippet)
]

export const OCCURRENCES: Columns<Occurrence> = [
  column('turn', ({ turnId }) => turnId),
  column('item', ({ itemId }) => itemId),
  column('snippet', ({ snippet }) => snippet)
]

/** A snippet on one line, with the hit in colour. */
const marked = ({ snippet, range }: Snippet, paint: Paint): string =>
  harmless(snippet.slice(0, range.start)) +
  paint('yellow', harmless(snippet.slice(range.start, range.end))) +
  harmless(snippet.slice(range.end))

const foundText = (found: ReadonlyArray<FoundThread>, paint: Paint): string => {
  const ids = shortIds(found.map(({ thread }) => thread.id))
  return found
    .map(({ thread, turnId, ...hit }, at) => {
      const turn = turnId === null ? '' : paint('dim', `  turn ${oneLine(turnId)}`)
      const head = `${paint('cyan', ids[at] ?? '')}  ${localMinute(thread.createdAt)}`
      return `${head}  ${paint('bold', oneLine(title(thread)))}\n    ${marked(hit, paint)}${turn}\n`
    })
    .join('')
}

const inHome = (term: string, input: Input, io: Io, engine: Engine): Promise<CommandEnd> => {
  const request: SearchRequest = {
    searchTerm: term,
    sortKey: (textOf(input, 'sort') ?? 'created_at') as SortKey,
    sortDirection: (textOf(input, 'order') ?? 'desc') as SortDirection,
    sourceKinds: sourcesOf(input),
    archived: flagOf(input, 'archived')
  }
  const paint = painter(input, io)
  return printPages<FoundThread>(
    {
      columns: FOUND_THREADS,
      human: (found) => foundText(found, paint),
      next: (found) => {
        const [first = ''] = shortIds(found.map(({ thread }) => thread.id))
        const next = nextCommand(input, io, ['search', term, '--thread', first])
        return `\n${paint('dim', `next: ${next}`)}\n`
      },
      nothing:
        'no matches; add --all to include sub-agents and exec runs, --archived for archived threads'
    },
    (cursor, limit) => engine.searchThreads({ ...request, cursor, limit }),
    input,
    io
  )
}

const inThread = (
  threadId: string,
  term: string,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const paint = painter(input, io)
  const textOfOne = (one: Occurrence): string => {
    const turn = paint('dim', `turn ${oneLine(one.turnId)}  item ${oneLine(one.itemId)}`)
    return `${turn}\n    ${marked(one, paint)}\n`
  }
  return printPages<Occurrence>(
    {
      columns: OCCURRENCES,
      human: (found) => found.map(textOfOne).join(''),
      nothing: 'no matches in this thread'
    },
    (cursor, limit) => engine.searchOccurrences(threadId, { searchTerm: term, cursor, limit }),
    input,
    io
  )
}

export const searchCommand: EngineCommand = async (input, io, engine) => {
  const [term = ''] = input.args
  if (term.trim() === '')
    return E.left(usage('a search needs a term that is not empty', 'see "unroll help search"'))
  const thread = await optionalThread(engine, textOf(input, 'thread'))
  if (E.isLeft(thread)) return thread
  return thread.right === undefined
    ? inHome(term, input, io, engine)
    : inThread(thread.right, term, input, io, engine)
}

/**
 * unroll search: threads in which something was said, or every place of one thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { SortDirection } from '../../../domain/protocol.ts'
import type { Snippet } from '../../../domain/search/snippet.ts'
import type { SourceKind } from '../../../projections/threads.ts'
import type { Engine, FoundThread, Occurrence } from '../../../replay/engine.ts'
import type { SortKey } from '../../../replay/lists/list-filter.ts'
import type { SearchRequest } from '../../../replay/search/search.ts'
import { flagOf, listOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { EngineCommand } from '../session.ts'
import { printPages } from '../text/pages.ts'
import { report, reportError, usage } from '../text/report.ts'
import { painter, typed, type Paint } from '../text/style.ts'
import { harmless, isoSecond, localMinute, oneLine } from '../text/text.ts'
import { EVERY_SOURCE, shortIds, title } from './threads.ts'

/** A snippet on one line, with the hit in colour. */
const marked = ({ snippet, range }: Snippet, paint: Paint): string =>
  harmless(snippet.slice(0, range.start)) +
  paint('yellow', harmless(snippet.slice(range.start, range.end))) +
  harmless(snippet.slice(range.end))

const foundLines = (data: ReadonlyArray<FoundThread>, paint: Paint): string => {
  const ids = shortIds(data.map(({ thread }) => thread.id))
  return data
    .map(({ thread, turnId, ...hit }, i) => {
      const turn = turnId === null ? '' : paint('dim', `  turn ${oneLine(turnId)}`)
      const head = `${paint('cyan', ids[i] ?? '')}  ${localMinute(thread.createdAt)}`
      return `${head}  ${paint('bold', oneLine(title(thread)))}\n    ${marked(hit, paint)}${turn}\n`
    })
    .join('')
}

const requestOf = (input: Input, searchTerm: string): SearchRequest => ({
  searchTerm,
  sortKey: (textOf(input, 'sort') ?? 'created_at') as SortKey,
  sortDirection: (textOf(input, 'order') ?? 'desc') as SortDirection,
  sourceKinds: flagOf(input, 'all') ? EVERY_SOURCE : (listOf(input, 'source') as Array<SourceKind>),
  archived: flagOf(input, 'archived')
})

const inHome = (input: Input, io: Io, engine: Engine, term: string): Promise<number> => {
  const request = requestOf(input, term)
  const paint = painter(input, io)
  return printPages<FoundThread>(
    input,
    io,
    (cursor, limit) => engine.searchThreads({ ...request, cursor, limit }),
    {
      human: (data) => {
        const [first = ''] = shortIds(data.map(({ thread }) => thread.id))
        const next = typed(input, io, ['search', term, '--thread', first])
        return `${foundLines(data, paint)}\n${paint('dim', `next: ${next}`)}\n`
      },
      tsv: ({ thread, turnId, snippet }) => [
        thread.id,
        isoSecond(thread.createdAt),
        turnId ?? '',
        title(thread),
        snippet
      ],
      nothing:
        'nobody said that; --all looks into threads of sub-agents and programs too, --archived into the archived ones'
    }
  )
}

const inThread = (
  input: Input,
  io: Io,
  engine: Engine,
  term: string,
  threadId: string
): Promise<number> => {
  const paint = painter(input, io)
  return printPages<Occurrence>(
    input,
    io,
    (cursor, limit) => async () =>
      E.map((page: { data: ReadonlyArray<Occurrence>; nextCursor: string | null }) => ({
        ...page,
        backwardsCursor: null
      }))(await engine.searchOccurrences(threadId, { searchTerm: term, cursor, limit })()),
    {
      human: (data) =>
        data
          .map((one) => {
            const turn = paint('dim', `turn ${oneLine(one.turnId)}  item ${oneLine(one.itemId)}`)
            return `${turn}\n    ${marked(one, paint)}\n`
          })
          .join(''),
      tsv: ({ turnId, itemId, snippet }) => [turnId, itemId, snippet],
      nothing: 'nobody said that in this thread'
    }
  )
}

/** Searches what was said; see the command table. */
export const searchCommand: EngineCommand = async (input, io, engine) => {
  const [term = ''] = input.args
  if (term.trim() === '') {
    const failure = usage('a search needs a term that is not empty', 'see "unroll help search"')
    return report(failure, input.json, io)
  }
  const thread = textOf(input, 'thread')
  if (thread === undefined) return inHome(input, io, engine, term)
  const id = await engine.resolve(thread)()
  return E.isLeft(id)
    ? reportError(id.left, input.json, io)
    : inThread(input, io, engine, term, id.right)
}

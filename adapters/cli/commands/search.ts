/**
 * unroll search: messages of all threads, or every place of one thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TimeRange } from '../../../domain/time/typed-time.ts'
import type { Snippet } from '../../../domain/thread/search/snippet.ts'
import type { Engine, FoundThread, Occurrence } from '../../../replay/engine.ts'
import type { SortKey } from '../../../replay/read/lists/list-filter.ts'
import type { SearchRequest } from '../../../replay/read/search/search.ts'
import { nextCommand, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { directionIn, rangeIn } from '../options.ts'
import { optionalThread, shortIds, title } from '../naming/threads.ts'
import { shortCursor } from '../text/cursor.ts'
import type { CommandEnd, EngineCommand } from '../session.ts'
import { clockOf, type Clock } from '../text/clock.ts'
import { printPages } from '../text/print.ts'
import { usage } from '../text/report.ts'
import { column, type Columns } from '../text/rows.ts'
import { linker, type Link } from '../text/link.ts'
import { painter, type Paint } from '../text/style.ts'
import { cut, cutFront, harmless, isoSecond, msOf, oneLine, widthOf } from '../text/text.ts'
import { filtersOf } from './threads/filters.ts'

export const FOUND_THREADS: Columns<FoundThread> = [
  column('threadId', ({ thread }) => thread.id),
  column('createdAt', ({ thread }) => isoSecond(thread.createdAt)),
  column('turnId', ({ turnId }) => turnId),
  column('title', ({ thread }) => title(thread)),
  column('snippet', ({ snippet }) => snippet)
]

export const OCCURRENCES: Columns<Occurrence> = [
  column('turnId', ({ turnId }) => turnId),
  column('itemId', ({ itemId }) => itemId),
  column('snippet', ({ snippet }) => snippet)
]

const INDENT = '    '

/** A snippet on one line, with the hit in colour; where it is too long, what is far from the hit goes. */
const marked = ({ snippet, range }: Snippet, width: number, paint: Paint): string => {
  const before = harmless(snippet.slice(0, range.start))
  const hit = cut(harmless(snippet.slice(range.start, range.end)), width)
  const after = harmless(snippet.slice(range.end))
  const room = width - widthOf(hit)
  const behind = Math.max(Math.floor(room / 2), room - widthOf(before))
  const end = behind > 0 ? cut(after, behind) : ''
  const left = room - widthOf(end)
  const start = left > 0 ? cutFront(before, left) : ''
  return start + paint('yellow', hit) + end
}

/** True for a hit in what a thread is called, which is printed once. */
const isTitle = (thread: FoundThread['thread'], { snippet }: Snippet): boolean => {
  const said = oneLine(snippet).replace(/^…|…$/g, '')
  return thread.name === null && oneLine(thread.preview).startsWith(said)
}

const foundText = (
  found: ReadonlyArray<FoundThread>,
  width: number,
  paint: Paint,
  clock: Clock,
  link: Link
): string => {
  const ids = shortIds(found.map(({ thread }) => thread.id))
  const turns = shortIds(found.map(({ turnId }) => oneLine(turnId ?? '')))
  return found
    .map(({ thread, turnId, ...hit }, at) => {
      const id = ids[at] ?? ''
      const when = clock.lone(msOf(thread.createdAt))
      const head = `${link(thread.path, paint('cyan', id))}  ${when}`
      const room = width - widthOf(`${id}  ${when}  `)
      const turn = turnId === null ? '' : `  turn ${turns[at]}`
      if (isTitle(thread, hit)) {
        // The words are worth more than the turn.
        const shown = widthOf(oneLine(hit.snippet)) + widthOf(turn) <= room ? turn : ''
        return `${head}  ${marked(hit, room - widthOf(shown), paint)}${paint('dim', shown)}\n`
      }
      const name = cut(oneLine(title(thread)), room)
      const said = marked(hit, width - INDENT.length - widthOf(turn), paint)
      return `${head}  ${paint('bold', name)}\n${INDENT}${said}${paint('dim', turn)}\n`
    })
    .join('')
}

const inHome = (
  term: string,
  range: TimeRange,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const request: SearchRequest = {
    searchTerm: term,
    sortKey: (textOf(input, 'sort') ?? 'created_at') as SortKey,
    sortDirection: directionIn(input),
    ...range,
    ...filtersOf(input, io.cwd)
  }
  const paint = painter(input, io)
  return printPages<FoundThread>(
    {
      columns: FOUND_THREADS,
      human: (found) => foundText(found, io.columns, paint, clockOf(input, io), linker(input, io)),
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
  range: TimeRange,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const paint = painter(input, io)
  const foundLines = (found: ReadonlyArray<Occurrence>): string => {
    const turns = shortIds(found.map(({ turnId }) => oneLine(turnId)))
    const texts = found.map((one, at) => {
      const place = cut(`turn ${turns[at]}  item ${oneLine(one.itemId)}`, io.columns)
      const said = marked(one, io.columns - INDENT.length, paint)
      return `${paint('dim', place)}\n${INDENT}${said}\n`
    })
    return texts.join('')
  }
  return printPages<Occurrence>(
    {
      columns: OCCURRENCES,
      json: (one) => ({ ...one, turnCursor: shortCursor(one.turnCursor) }),
      human: foundLines,
      nothing: 'no matches in this thread'
    },
    (cursor, limit) =>
      engine.searchOccurrences(threadId, { ...range, searchTerm: term, cursor, limit }),
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
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  return thread.right === undefined
    ? inHome(term, range.right, input, io, engine)
    : inThread(thread.right, term, range.right, input, io, engine)
}

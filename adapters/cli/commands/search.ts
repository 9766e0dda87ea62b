/**
 * unroll search: messages of all threads, or every place of one thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TimeRange } from '../../../domain/time/typed-time.ts'
import type { SearchPart } from '../../../domain/thread/search/parts.ts'
import type { Snippet } from '../../../domain/thread/search/snippet.ts'
import type { Engine, FoundThread, Occurrence } from '../../../replay/engine.ts'
import type { SortKey } from '../../../replay/read/lists/list-filter.ts'
import type { SearchRequest } from '../../../replay/read/search/search.ts'
import type { SearchManner } from '../../../replay/read/search/thorough.ts'
import { flagOf, KEPT, listOf, nextCommand, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { directionIn, rangeIn } from '../options.ts'
import { optionalThread, shortCells, shortIds, title } from '../naming/threads.ts'
import { shortCursor } from '../text/cursor.ts'
import type { CommandEnd, EngineCommand } from '../session.ts'
import { clockOf, type Clock } from '../text/clock.ts'
import { printPages } from '../text/print.ts'
import { usage } from '../text/report.ts'
import { column, timeColumn, type Column, type Columns } from '../text/rows.ts'
import { linker, type Link } from '../text/link.ts'
import { painter, type Paint } from '../text/style.ts'
import { cut, cutFront, harmless, isoSecond, msOf, oneLine, widthOf } from '../text/text.ts'
import { filtersOf } from './threads/filters.ts'

/** In which part of a thread a match is, where parts were named. */
const part = <A extends { readonly part?: SearchPart }>(): Column<A> =>
  column('part', ({ part: named }) => named ?? null, { head: 'WHERE' })

const SNIPPET = { head: 'MATCH', flex: 20 }

export const FOUND_THREADS: Columns<FoundThread> = [
  column('threadId', ({ thread }) => thread.id, {
    head: 'THREAD',
    cells: shortCells(({ thread }) => thread.id)
  }),
  timeColumn(
    'createdAt',
    ({ thread }) => isoSecond(thread.createdAt),
    ({ thread }) => msOf(thread.createdAt),
    { head: 'CREATED', drop: 2 }
  ),
  column('turnId', ({ turnId }) => turnId, {
    head: 'TURN',
    drop: 1,
    cells: shortCells(({ turnId }) => turnId ?? '')
  }),
  column('title', ({ thread }) => title(thread), { head: 'NAME', max: 24, drop: 3 }),
  column('snippet', ({ snippet }) => snippet, SNIPPET),
  part()
]

export const OCCURRENCES: Columns<Occurrence> = [
  column('turnId', ({ turnId }) => turnId, {
    head: 'TURN',
    drop: 1,
    cells: shortCells(({ turnId }) => turnId)
  }),
  column('itemId', ({ itemId }) => itemId, { head: 'ITEM', max: 24 }),
  column('snippet', ({ snippet }) => snippet, SNIPPET),
  part()
]

/** Tables show the part only where parts were named. */
const columnsFor = <A>(columns: Columns<A>, input: Input): Columns<A> =>
  flagOf(input, 'in')
    ? columns
    : columns.map((one) => (one.name === 'part' ? { ...one, table: null } : one))

/** Options that say how the text is looked for, and where. */
const MANNER = ['case', 'regex', 'in', 'since', 'until']

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
    .map(({ thread, turnId, part: where, ...hit }, at) => {
      const id = ids[at] ?? ''
      const when = clock.lone(msOf(thread.createdAt))
      const head = `${link(thread.path, paint('cyan', id))}  ${when}`
      const room = width - widthOf(`${id}  ${when}  `)
      const turn =
        turnId === null ? '' : `  turn ${turns[at]}${where === undefined ? '' : ` ${where}`}`
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

/** Where else a search can look that found nothing in messages. */
const elsewhere = (input: Input): string =>
  flagOf(input, 'in')
    ? ''
    : '; add --in tools or --in outputs to search commands and what they printed'

/** What is looked for, and how. */
type Sought = SearchManner & TimeRange & { readonly searchTerm: string }

const inHome = (sought: Sought, input: Input, io: Io, engine: Engine): Promise<CommandEnd> => {
  const request: SearchRequest = {
    ...sought,
    sortKey: (textOf(input, 'sort') ?? 'created_at') as SortKey,
    sortDirection: directionIn(input),
    ...filtersOf(input, io.cwd)
  }
  const paint = painter(input, io)
  return printPages<FoundThread>(
    {
      columns: columnsFor(FOUND_THREADS, input),
      human: (found) => foundText(found, io.columns, paint, clockOf(input, io), linker(input, io)),
      next: (found) => {
        const [first = ''] = shortIds(found.map(({ thread }) => thread.id))
        const words = ['search', sought.searchTerm, '--thread', first]
        const next = nextCommand(input, io, words, [...KEPT, ...MANNER])
        return `\n${paint('dim', `next: ${next}`)}\n`
      },
      nothing: `no matches${elsewhere(input)}; add --all to include sub-agents and exec runs, --archived for archived threads`
    },
    (cursor, limit) => engine.searchThreads({ ...request, cursor, limit }),
    input,
    io
  )
}

const inThread = (
  threadId: string,
  sought: Sought,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const paint = painter(input, io)
  const foundLines = (found: ReadonlyArray<Occurrence>): string => {
    const turns = shortIds(found.map(({ turnId }) => oneLine(turnId)))
    const texts = found.map((one, at) => {
      const where = one.part === undefined ? '' : `  ${one.part}`
      const place = cut(`turn ${turns[at]}  item ${oneLine(one.itemId)}${where}`, io.columns)
      const said = marked(one, io.columns - INDENT.length, paint)
      return `${paint('dim', place)}\n${INDENT}${said}\n`
    })
    return texts.join('')
  }
  return printPages<Occurrence>(
    {
      columns: columnsFor(OCCURRENCES, input),
      json: (one) => ({ ...one, turnCursor: shortCursor(one.turnCursor) }),
      human: foundLines,
      next: ([first]) => {
        const [thread = ''] = shortIds([threadId])
        const [turn = ''] = shortIds([oneLine(first?.turnId ?? '')])
        const next = nextCommand(input, io, ['show', thread, '--turn', turn])
        return `\n${paint('dim', `next: ${next}`)}\n`
      },
      nothing: `no matches in this thread${elsewhere(input)}`
    },
    (cursor, limit) => engine.searchOccurrences(threadId, { ...sought, cursor, limit }),
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
  const sought: Sought = {
    searchTerm: term,
    matchCase: flagOf(input, 'case'),
    regex: flagOf(input, 'regex'),
    parts: listOf(input, 'in') as ReadonlyArray<SearchPart>,
    ...range.right
  }
  return thread.right === undefined
    ? inHome(sought, input, io, engine)
    : inThread(thread.right, sought, input, io, engine)
}

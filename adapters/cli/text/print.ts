/**
 * Printing on stdout: JSON values, rows in the form that was asked for, and pages of rows.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoreError } from '../../../domain/errors.ts'
import type { Page } from '../../../domain/protocol.ts'
import { flagOf, nextCommand, numberOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { CommandEnd } from '../session.ts'
import { GLOBAL_OPTIONS } from '../table/commands.ts'
import { clockOf } from './clock.ts'
import { csv, csvHead, tsv, type Columns } from './rows.ts'
import { painter } from './style.ts'
import { table } from './table.ts'
import { plural, safeJson } from './text.ts'
import { note } from './report.ts'

const PIECE_CHARS = 64 * 1024

/** Prints many small texts as few large ones. A slow reader slows the source down. */
export const printPieces = async (
  io: Io,
  texts: Iterable<string> | AsyncIterable<string>
): Promise<void> => {
  let piece = ''
  for await (const text of texts) {
    piece += text
    if (piece.length < PIECE_CHARS) continue
    await io.out(piece)
    piece = ''
  }
  if (piece !== '') await io.out(piece)
}

export const jsonLine = (value: unknown): string => `${safeJson(JSON.stringify(value))}\n`

/** A line of JSON that is no row: `$` says what it is. */
export const taggedLine = (tag: 'page' | 'total' | 'error', value: object): string =>
  jsonLine({ $: tag, ...value })

/** Prints what all rows come to, where programs ask for it. */
export const printTotal = async (total: object, input: Input, io: Io): Promise<void> => {
  if (input.json && flagOf(input, 'total')) await io.out(taggedLine('total', total))
}

/** Prints one JSON value on one line; answers exit code 0. */
export const printJson = async (value: unknown, io: Io): Promise<number> => {
  await io.out(jsonLine(value))
  return 0
}

async function* harmlessLines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield safeJson(line)
}

/** Prints values, one JSON line each, in bounded memory. A slow reader slows the source down. */
export const printJsonLines = async (
  io: Io,
  values: Iterable<unknown> | AsyncIterable<unknown>
): Promise<void> => {
  const { stringify } = await import('ndjson')
  await pipeline(Readable.from(values), stringify(), (lines: AsyncIterable<string>) =>
    printPieces(io, harmlessLines(lines))
  )
}

/** The rows of a command in all their forms. */
interface RowOutput<A> {
  readonly columns: Columns<A>
  /** Default: the row itself. */
  readonly json?: (row: A) => unknown
  /** Instead of the table, for rows that people read as text. */
  readonly human?: (rows: ReadonlyArray<A>) => string
  /** Printed behind the table. */
  readonly next?: (rows: ReadonlyArray<A>) => string
  /** Said on stderr when there is nothing to list. */
  readonly nothing: string
}

/** The form a command line asks for; only people get a table. */
type Form = 'json' | 'csv' | 'tsv' | 'table'

export const formOf = (input: Input, io: Io): Form => {
  if (input.json) return 'json'
  if (flagOf(input, 'csv')) return 'csv'
  return io.outIsTty ? 'table' : 'tsv'
}

const humanText = <A>(
  { columns, human, next }: RowOutput<A>,
  rows: ReadonlyArray<A>,
  input: Input,
  io: Io
): string => {
  const text =
    human?.(rows) ?? table(columns, rows, io.columns, painter(input, io), clockOf(input, io))
  return text + (next?.(rows) ?? '')
}

/** A part of the rows in a form for programs; the head of CSV comes before the first part. */
const programText = <A>(
  { columns, json }: RowOutput<A>,
  rows: ReadonlyArray<A>,
  form: Exclude<Form, 'table'>
): string => {
  if (form === 'csv') return csv(columns, rows)
  return form === 'tsv'
    ? tsv(columns, rows)
    : rows.map((row) => jsonLine(json === undefined ? row : json(row))).join('')
}

export const printRows = async <A>(
  listing: RowOutput<A>,
  rows: ReadonlyArray<A>,
  input: Input,
  io: Io
): Promise<number> => {
  const form = formOf(input, io)
  if (form === 'csv') await io.out(csvHead(listing.columns))
  if (form !== 'table') await io.out(programText(listing, rows, form))
  else if (rows.length === 0) note(listing.nothing, io)
  else await io.out(humanText(listing, rows, input, io))
  return 0
}

const LIMIT_DEFAULT = 25
/** The engine gives at most this many at once. */
const PAGE_MAX = 100

/** A page of the engine; not every list can be read backwards. */
type EnginePage<A> = Omit<Page<A>, 'backwardsCursor'> & Partial<Page<A>>

export type FetchPage<A> = (
  cursor: string | undefined,
  limit: number
) => TE.TaskEither<StoreError, EnginePage<A>>

/** How much is asked for: rows in all, rows of a page, whether one page is enough, and where it begins. */
interface PageRange {
  readonly limit: number
  readonly pageMax?: number
  readonly onePage?: boolean
  readonly cursor?: string | undefined
}

/** The engine's pages up to a limit; ends with the first failure. */
export async function* walkPages<A>(
  fetch: FetchPage<A>,
  { limit, pageMax = PAGE_MAX, onePage = false, cursor }: PageRange
): AsyncGenerator<E.Either<StoreError, EnginePage<A>>> {
  let left = limit
  let from = cursor
  for (;;) {
    const page = await fetch(from, Math.min(left, pageMax))()
    yield page
    if (E.isLeft(page)) return
    left -= page.right.data.length
    if (onePage || page.right.nextCursor === null || left <= 0) return
    from = page.right.nextCursor
  }
}

/** Prints rows page by page; a table needs all of them to know its widths. */
const printWalk = async <A>(
  listing: RowOutput<A>,
  pages: AsyncIterable<E.Either<StoreError, EnginePage<A>>>,
  input: Input,
  io: Io
): Promise<E.Either<StoreError, Omit<Page<A>, 'data'> & { readonly count: number }>> => {
  const form = formOf(input, io)
  let first: string | null | undefined
  let nextCursor: string | null = null
  let count = 0
  const gathered: Array<A> = []
  if (form === 'csv') await io.out(csvHead(listing.columns))
  for await (const page of pages) {
    if (E.isLeft(page)) return page
    const { data, backwardsCursor = null } = page.right
    first ??= backwardsCursor
    nextCursor = page.right.nextCursor
    count += data.length
    if (form === 'table') gathered.push(...data)
    else if (form === 'json') await printJsonLines(io, data.map(listing.json ?? ((row) => row)))
    else await io.out(programText(listing, data, form))
  }
  if (form === 'table' && count > 0) await io.out(humanText(listing, gathered, input, io))
  return E.right({ nextCursor, backwardsCursor: first ?? null, count })
}

/** Prints all rows of a list up to a limit. */
export const printAll = async <A>(
  listing: RowOutput<A>,
  fetch: FetchPage<A>,
  range: PageRange,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  const printed = await printWalk(listing, walkPages(fetch, range), input, io)
  if (E.isLeft(printed)) return printed
  if (printed.right.count === 0 && formOf(input, io) === 'table') note(listing.nothing, io)
  return 0
}

/** How many rows are printed where nothing else was asked for: a screen for people, everything for programs. */
export const limitOf = (input: Input, io: Io): number =>
  numberOf(input, 'limit') ?? (io.outIsTty && !flagOf(input, 'all-rows') ? LIMIT_DEFAULT : Infinity)

/** Says on stderr that there is more, and how to get it. */
const tellMore = (count: number, cursor: string, input: Input, io: Io): void => {
  const { name, options } = input.command
  const kept = [...options, ...GLOBAL_OPTIONS].map((option) => option.name)
  const others = kept.filter((option) => option !== 'cursor')
  const words = [name, ...input.args, '--cursor', cursor]
  note(`first ${plural(count, 'row')}; more: ${nextCommand(input, io, words, others)}`, io)
}

/** Prints the pages a command line asks for. That a limit cut something is said on stderr. */
export const printPages = async <A>(
  listing: RowOutput<A>,
  fetch: FetchPage<A>,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  const range = {
    limit: limitOf(input, io),
    onePage: flagOf(input, 'max-bytes'),
    cursor: textOf(input, 'cursor')
  }
  const printed = await printWalk(listing, walkPages(fetch, range), input, io)
  if (E.isLeft(printed)) return printed
  const { count, ...cursors } = printed.right
  const form = formOf(input, io)
  if (form === 'json' && flagOf(input, 'page-line')) await io.out(taggedLine('page', cursors))
  if (count === 0 && (form === 'table' || form === 'tsv')) note(listing.nothing, io)
  if (cursors.nextCursor !== null) tellMore(count, cursors.nextCursor, input, io)
  return 0
}

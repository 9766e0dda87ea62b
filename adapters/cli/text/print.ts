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
import { shortCursor, wholeCursor } from './cursor.ts'
import type { CommandEnd } from '../session.ts'
import { rowWriter, type RowOutput, type RowWriter } from './row-form.ts'
import { plural, safeJson } from './text.ts'
import { note, tell } from './report.ts'

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
export const taggedLine = (tag: 'page' | 'total' | 'thread', value: object): string =>
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

/** What was printed of a list. */
type Walked = Omit<Page<never>, 'data'> & { readonly count: number }

/** Prints rows page by page; a table needs all of them to know its widths. */
const printWalk = async <A>(
  writer: RowWriter<A>,
  pages: AsyncIterable<E.Either<StoreError, EnginePage<A>>>
): Promise<E.Either<StoreError, Walked>> => {
  let first: string | null | undefined
  let nextCursor: string | null = null
  let count = 0
  for await (const page of pages) {
    if (E.isLeft(page)) return page
    const { data, backwardsCursor = null } = page.right
    first ??= backwardsCursor
    nextCursor = page.right.nextCursor
    count += data.length
    await writer.write(data)
  }
  await writer.end()
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
  const writer = rowWriter(listing, input, io)
  if (E.isLeft(writer)) return writer
  const printed = await printWalk(writer.right, walkPages(fetch, range))
  return E.isLeft(printed) ? printed : 0
}

/** How many rows are printed where nothing else was asked for: a screen for people, everything for programs. */
export const limitOf = (input: Input, io: Io): number =>
  numberOf(input, 'limit') ?? (io.outIsTty && !flagOf(input, 'all-rows') ? LIMIT_DEFAULT : Infinity)

/** Says on stderr that there is more, and how to get it. */
const tellMore = (count: number, cursor: string, input: Input, io: Io): void => {
  const kept = [...input.values.keys()].filter((option) => option !== 'cursor' && option !== 'out')
  const words = [input.command.name, ...input.args, '--cursor', cursor]
  note(`first ${plural(count, 'row')}; more: ${nextCommand(input, io, words, kept)}`, io)
}

const shortened = (cursor: string | null): string | null =>
  cursor === null ? null : shortCursor(cursor)

/** Prints the pages a command line asks for. That a limit cut something is said on stderr. */
export const printPages = async <A>(
  listing: RowOutput<A>,
  fetch: FetchPage<A>,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  const typed = textOf(input, 'cursor')
  const cursor = typed === undefined ? E.right(undefined) : wholeCursor(typed)
  if (E.isLeft(cursor)) return cursor
  const writer = rowWriter(listing, input, io)
  if (E.isLeft(writer)) return writer
  const onePage = flagOf(input, 'max-bytes')
  const range = { limit: limitOf(input, io), onePage, cursor: cursor.right }
  const printed = await printWalk(writer.right, walkPages(fetch, range))
  if (E.isLeft(printed)) return printed
  const { count, nextCursor, backwardsCursor } = printed.right
  const next = shortened(nextCursor)
  const { form } = writer.right
  if (form === 'json' && flagOf(input, 'page-line'))
    await io.out(
      taggedLine('page', { nextCursor: next, backwardsCursor: shortened(backwardsCursor) })
    )
  if (count === 0 && form === 'tsv') tell(listing.nothing, io)
  if (next !== null) tellMore(count, next, input, io)
  return 0
}

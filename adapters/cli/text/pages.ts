/**
 * Walking and printing pages: what `threads`, `turns` and `items` have in common.
 */
import type { StoreError } from '../../../domain/errors.ts'
import type { Page } from '../../../domain/protocol.ts'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { flagOf, numberOf, textOf, type Input } from '../args.ts'
import { GLOBAL_OPTIONS } from '../table/commands.ts'
import type { Io } from '../io.ts'
import { printJsonLines } from './json-lines.ts'
import { reportError } from './report.ts'
import { tsv, typed } from './style.ts'

const PAGE_DEFAULT = 25
/** The engine gives at most this many at once. */
const PAGE_MAX = 100

/** Asks for one page. */
export type Fetch<A> = (
  cursor: string | undefined,
  limit: number
) => TE.TaskEither<StoreError, Page<A>>

/** How a page is printed. */
export interface Shape<A> {
  /** A whole page for a terminal. */
  readonly human: (data: ReadonlyArray<A>) => string
  readonly tsv: (one: A) => ReadonlyArray<string>
  /** Said on stderr when there is nothing. */
  readonly nothing: string
}

interface Walked<A> {
  readonly data: ReadonlyArray<A>
  readonly last: Page<A>
}

/** Pages up to a limit, as they come; ends after the first failure, and with a byte budget after the first page. */
async function* walk<A>(
  fetch: Fetch<A>,
  limit: number,
  cursor: string | undefined,
  isOne: boolean
): AsyncGenerator<StoreError | Walked<A>> {
  let left = limit
  let at = cursor
  for (;;) {
    const page = await fetch(at, Math.min(left, PAGE_MAX))()
    if (page._tag === 'Left') {
      yield page.left
      return
    }
    yield { data: page.right.data, last: page.right }
    left -= page.right.data.length
    if (isOne || page.right.nextCursor === null || left <= 0) return
    at = page.right.nextCursor
  }
}

const isError = <A>(step: StoreError | Walked<A>): step is StoreError => '_tag' in step

const more = (input: Input, io: Io, cursor: string): string => {
  const { name, options } = input.command
  const kept = [...options, ...GLOBAL_OPTIONS].map((option) => option.name)
  const others = kept.filter((option) => option !== 'cursor')
  return `more: ${typed(input, io, [name, ...input.args, '--cursor', cursor], others)}\n`
}

/** Prints the pages a command line asks for, in the form it asks for. */
export const printPages = async <A>(
  input: Input,
  io: Io,
  fetch: Fetch<A>,
  shape: Shape<A>
): Promise<number> => {
  const limit = numberOf(input, 'limit') ?? PAGE_DEFAULT
  let first: string | null | undefined
  let next: string | null = null
  let count = 0
  const gathered: Array<A> = []
  const isOne = flagOf(input, 'max-bytes')
  for await (const step of walk(fetch, limit, textOf(input, 'cursor'), isOne)) {
    if (isError(step)) return reportError(step, input.json, io)
    first ??= step.last.backwardsCursor
    next = step.last.nextCursor
    count += step.data.length
    if (input.json) await printJsonLines(io, step.data)
    else if (io.outIsTty) gathered.push(...step.data)
    else await io.out(tsv(step.data.map(shape.tsv)))
  }
  if (input.json) {
    await printJsonLines(io, [{ nextCursor: next, backwardsCursor: first ?? null }])
    return 0
  }
  if (count === 0) io.err(`${shape.nothing}\n`)
  else if (io.outIsTty) await io.out(shape.human(gathered))
  if (next !== null && io.outIsTty) await io.out(more(input, io, next))
  return 0
}

/**
 * Rows in the form a command line asks for: JSON Lines, CSV, tab-separated lines, a table, or a text of the person. All
 * forms are made of the columns of a command; only JSON has the members of the row itself.
 */
import * as E from 'fp-ts/lib/Either.js'
import { flagOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { clockOf } from './clock.ts'
import { linker } from './link.ts'
import { tell, usage, type CommandFailure } from './report.ts'
import {
  columnNamed,
  csvHead,
  csv,
  namesOf,
  tsv,
  tsvLine,
  type Column,
  type Columns
} from './rows.ts'
import { painter } from './style.ts'
import { table } from './table.ts'
import { templateOf } from './template.ts'
import { safeJson } from './text.ts'

/** The rows of a command in all their forms. */
export interface RowOutput<A> {
  readonly columns: Columns<A>
  /** Default: the row itself. Null for rows that are no rows of JSON: their fields are all there is. */
  readonly json?: (row: A) => unknown
  /** Instead of the table, for rows that people read as text. */
  readonly human?: (rows: ReadonlyArray<A>) => string
  /** Printed behind the table. */
  readonly next?: (rows: ReadonlyArray<A>) => string
  /** Said on stderr when there is nothing to list. */
  readonly nothing: string
}

/** `people` is what a terminal gets unless something else was asked for. */
export type Form = 'json' | 'csv' | 'tsv' | 'format' | 'table' | 'people'

export const formOf = (input: Input, io: Pick<Io, 'outIsTty'>): Form => {
  if (input.json) return 'json'
  const asked = (['csv', 'tsv', 'format', 'table'] as const).find((form) => flagOf(input, form))
  if (asked !== undefined) return asked
  if (!io.outIsTty) return 'tsv'
  return flagOf(input, 'fields') ? 'table' : 'people'
}

/** `LAST EVENT AT` of `lastEventAt`. */
const headOfName = (name: string): string => name.replace(/[A-Z]/g, ' $&').toUpperCase()

/** A column as a table has it that was asked for by name. */
const listed = <A>(one: Column<A>): Column<A> => {
  const { head = headOfName(one.name ?? ''), ...rest } = one.table ?? {}
  return { ...one, table: { head, ...rest, drop: 0 } }
}

const noField = (name: string, columns: Columns<never>): CommandFailure =>
  usage(`there is no field "${name}"`, `the fields are ${namesOf(columns).join(', ')}`)

/** The columns that `--fields` names, in its order; all of them without it. */
const chosen = <A>(columns: Columns<A>, input: Input): E.Either<CommandFailure, Columns<A>> => {
  const text = textOf(input, 'fields')
  if (text === undefined) return E.right(columns)
  const found: Array<Column<A>> = []
  for (const name of text.split(',').map((word) => word.trim())) {
    const one = columnNamed(columns, name)
    if (one === undefined) return E.left(noField(name, columns))
    found.push(listed(one))
  }
  return E.right(found)
}

/** A row of which fields are chosen, for JSON: its members as they are there without a choice, other fields as everywhere. */
const picked = <A>(columns: Columns<A>, row: A, whole: unknown): object => {
  const members = (whole ?? {}) as Readonly<Record<string, unknown>>
  const valueOf = ({ name, field }: Column<A>): unknown =>
    name !== null && Object.hasOwn(members, name) ? members[name] : field(row)
  return Object.fromEntries(columns.map((one) => [one.name ?? '', valueOf(one)]))
}

/** A printer of rows; nothing is printed before there is a row or the end. */
export interface RowWriter<A> {
  readonly form: Form
  readonly write: (rows: ReadonlyArray<A>) => Promise<void>
  /** Prints what was held back: a table, which has to know its widths, or the head of an empty list. */
  readonly end: () => Promise<void>
}

type Printed<A> = (rows: ReadonlyArray<A>) => string

/** How rows become lines in a form for programs. */
const linesOf = <A>(
  listing: RowOutput<A>,
  columns: Columns<A>,
  input: Input,
  form: 'json' | 'csv' | 'tsv' | 'format',
  io: Io
): E.Either<CommandFailure, Printed<A>> => {
  if (form === 'csv') return E.right((rows) => csv(columns, rows))
  if (form === 'tsv') return E.right((rows) => tsv(columns, rows))
  if (form === 'format') {
    const template = templateOf(textOf(input, 'format') ?? '', columns, {
      nowMs: io.nowMs(),
      clock: clockOf(input, io)
    })
    if (E.isLeft(template)) return template
    return E.right((rows) => rows.map((row) => `${template.right(row)}\n`).join(''))
  }
  const { json = (row: A): unknown => row } = listing
  const value = flagOf(input, 'fields')
    ? (row: A): unknown => picked(columns, row, json(row))
    : json
  return E.right((rows) => rows.map((row) => `${safeJson(JSON.stringify(value(row)))}\n`).join(''))
}

const headOf = <A>(columns: Columns<A>, form: Form, input: Input): string => {
  const wants = flagOf(input, 'header') || (form === 'csv' && !flagOf(input, 'no-header'))
  if (!wants) return ''
  if (form === 'csv') return csvHead(columns)
  return form === 'tsv' ? tsvLine(namesOf(columns)) : ''
}

/** Tables that nobody laid out have every field. */
const laidOut = <A>(columns: Columns<A>): Columns<A> =>
  columns.some((one) => one.table !== null) ? columns : columns.map(listed)

/** Lists with a layout of their own for people, and rows that come one by one, print with this. */
export const rowWriter = <A>(
  listing: RowOutput<A>,
  input: Input,
  io: Io
): E.Either<CommandFailure, RowWriter<A>> => {
  const form = formOf(input, io)
  const columns = chosen(listing.columns, input)
  if (E.isLeft(columns)) return columns
  if (form === 'table' || form === 'people') {
    const held: Array<A> = []
    const hasHead = !flagOf(input, 'no-header')
    const write = async (rows: ReadonlyArray<A>): Promise<void> => {
      for (const row of rows) held.push(row)
    }
    const end = async (): Promise<void> => {
      if (held.length === 0) return tell(listing.nothing, io)
      const human = form === 'people' ? listing.human : undefined
      const [paint, clock, link] = [painter(input, io), clockOf(input, io), linker(input, io)]
      const text =
        human?.(held) ??
        table(laidOut(columns.right), held, io.columns, paint, clock, { hasHead, link })
      const next = form === 'people' ? (listing.next?.(held) ?? '') : ''
      await io.out(text + next)
    }
    return E.right({ form, write, end })
  }
  const printed = linesOf(listing, columns.right, input, form, io)
  if (E.isLeft(printed)) return printed
  let head = headOf(columns.right, form, input)
  const out = async (text: string): Promise<void> => {
    if (head + text !== '') await io.out(head + text)
    head = ''
  }
  return E.right({ form, write: (rows) => out(printed.right(rows)), end: () => out('') })
}

/** Prints rows that are at hand. */
export const printRows = async <A>(
  listing: RowOutput<A>,
  rows: ReadonlyArray<A>,
  input: Input,
  io: Io
): Promise<E.Either<CommandFailure, number>> => {
  const writer = rowWriter(listing, input, io)
  if (E.isLeft(writer)) return writer
  await writer.right.write(rows)
  await writer.right.end()
  return E.right(0)
}

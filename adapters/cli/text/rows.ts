/**
 * Rows of a command, described once: the table for people, CSV, tab-separated lines and the fields named in docs/CLI.md
 * are all made from one list of columns.
 */
import type { Precision } from './clock.ts'
import { harmless, tsvField } from './text.ts'

/** A value for programs: texts come from rollouts, numbers from us; null where nothing is known. */
type FieldValue = string | number | null

/** How people see a column; `table.ts` says how columns share a line. */
export interface TableColumn<A> {
  readonly head: string
  /** The most it may take. Default: what it needs. */
  readonly max?: number
  /** For the one column that takes what the others leave: the least it is given before another is left out. */
  readonly flex?: number
  /** Left out where a row does not fit: the highest first. Without it: never. */
  readonly drop?: number
  readonly align?: 'right'
  /** Default: the field. */
  readonly cell?: (row: A) => string
  /** Instead of `cell`, for texts that depend on the other rows. */
  readonly cells?: (rows: ReadonlyArray<A>) => ReadonlyArray<string>
  /** Instead of `cell`, for times: as the clock of the person shows them, with the zone in the head. */
  readonly time?: { readonly at: (row: A) => number | null; readonly precision: Precision }
  /** The file that a cell leads to, where the terminal knows links. */
  readonly file?: (row: A) => string | null
}

/** A column for programs, for people, or for both. */
export interface Column<A> {
  readonly name: string | null
  readonly field: (row: A) => FieldValue
  readonly table: TableColumn<A> | null
}

export type Columns<A> = ReadonlyArray<Column<A>>

/** A column for programs by its name in CSV and in the docs; people see it where `table` says how. */
export const column = <A>(
  name: string,
  field: (row: A) => FieldValue,
  table: TableColumn<A> | null = null
): Column<A> => ({ name, field, table })

/** A column that only people see. */
export const shown = <A>(table: TableColumn<A>): Column<A> => ({
  name: null,
  field: () => null,
  table
})

/** A column of times, in milliseconds since 1970: UTC for programs, as `field` has it, the clock of the person for people. */
export const timeColumn = <A>(
  name: string | null,
  field: (row: A) => FieldValue,
  at: (row: A) => number | null,
  {
    head,
    precision = 'minute',
    ...more
  }: Pick<TableColumn<A>, 'head' | 'drop'> & { readonly precision?: Precision }
): Column<A> => ({ name, field, table: { ...more, head, time: { at, precision } } })

/** A name however it is spelled: `last_event` and `lastEvent` stand for `lastEventAt`, `thread` for `threadId`. */
const folded = (name: string): string => name.toLowerCase().replaceAll('_', '')

/** The column that a person names; undefined where there is none. */
export const columnNamed = <A>(columns: Columns<A>, typed: string): Column<A> | undefined => {
  const [word, short] = [folded(typed), (name: string) => folded(name).replace(/(at|id)$/, '')]
  const named = columns.filter(({ name }) => name !== null)
  return (
    named.find(({ name }) => name === typed) ??
    named.find(({ name }) => folded(name ?? '') === word) ??
    named.find(({ name }) => short(name ?? '') === word)
  )
}

export const namesOf = <A>(columns: Columns<A>): ReadonlyArray<string> =>
  columns.flatMap(({ name }) => (name === null ? [] : [name]))

const fieldsOf = <A>(columns: Columns<A>, row: A): ReadonlyArray<FieldValue> =>
  columns.filter(({ name }) => name !== null).map(({ field }) => field(row))

/** One tab-separated line of any texts. */
export const tsvLine = (fields: ReadonlyArray<FieldValue>): string =>
  `${fields.map((field) => tsvField(String(field ?? ''))).join('\t')}\n`

/** Rows as tab-separated lines, without a head. */
export const tsv = <A>(columns: Columns<A>, rows: ReadonlyArray<A>): string =>
  rows.map((row) => tsvLine(fieldsOf(columns, row))).join('')

const FORMULA = /^[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]/
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/

const csvField = (value: FieldValue): string => {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const text = FORMULA.test(value) || /^[\t\r\n]/.test(value) ? `'${value}` : value
  const safe = harmless(text)
  return NEEDS_QUOTES.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}

/**
 * One record of CSV (RFC 4180) with its line end. A spreadsheet runs a field that begins with `=`, `+`, `-` or `@`, and
 * texts of a rollout may be made for that: such a text gets an apostrophe in front, which spreadsheets do not show.
 */
export const csvLine = (fields: ReadonlyArray<FieldValue>): string =>
  `${fields.map(csvField).join(',')}\r\n`

export const csvHead = <A>(columns: Columns<A>): string => csvLine(namesOf(columns))

/** Rows as CSV, without the head. */
export const csv = <A>(columns: Columns<A>, rows: ReadonlyArray<A>): string =>
  rows.map((row) => csvLine(fieldsOf(columns, row))).join('')

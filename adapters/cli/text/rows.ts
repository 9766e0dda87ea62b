/**
 * Rows of a command, described once: the table for people, CSV, tab-separated lines and the fields named in docs/CLI.md
 * are all made from one list of columns.
 */
import type { Paint } from './style.ts'
import { cut, harmless, oneLine, pad, tsvField, widthOf } from './text.ts'

/** A value for programs: texts come from rollouts, numbers from us; null where nothing is known. */
type FieldValue = string | number | null

interface TableColumn<A> {
  readonly head: string
  /** The most it may take. */
  readonly max: number
  /** For a column that takes what the others leave of the terminal: that much at least. Default: the last one does. */
  readonly min?: number
  /** The width of terminal from which it is shown. */
  readonly from?: number
  readonly align?: 'right'
  /** Default: the field. */
  readonly cell?: (row: A) => string
  /** Instead of `cell`, for texts that depend on the other rows. */
  readonly cells?: (rows: ReadonlyArray<A>) => ReadonlyArray<string>
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

const GAP = '  '

const cellsOf = <A>({ field, table }: Column<A>, rows: ReadonlyArray<A>): ReadonlyArray<string> => {
  const cells = table?.cells?.(rows) ?? rows.map(table?.cell ?? ((row) => String(field(row) ?? '')))
  return cells.map(oneLine)
}

/** Widths of columns that need so much. */
const widthsOf = <A>(
  tables: ReadonlyArray<TableColumn<A>>,
  needs: ReadonlyArray<number>,
  width: number
): ReadonlyArray<number> => {
  const widths = tables.map(({ max }, at) => Math.min(needs[at] ?? 0, max))
  const named = tables.findIndex(({ min }) => min !== undefined)
  const elastic = named === -1 ? tables.length - 1 : named
  const taken = widths.reduce(
    (sum, each, at) => (at === elastic ? sum : sum + each + GAP.length),
    0
  )
  const left = width - taken
  const { min, head = '' } = tables[elastic] ?? {}
  const given =
    min === undefined
      ? Math.max(widthOf(head), left)
      : Math.min(needs[elastic] ?? 0, Math.max(min, left))
  return widths.map((each, at) => (at === elastic ? given : each))
}

/** A table for people. Columns take what they need up to their maximum. */
export const table = <A>(
  columns: Columns<A>,
  rows: ReadonlyArray<A>,
  width: number,
  paint: Paint
): string => {
  const visible = columns.filter((one) => one.table !== null && (one.table.from ?? 0) <= width)
  const tables = visible.flatMap((one) => one.table ?? [])
  const unaligned = visible.map((one) => [one.table?.head ?? '', ...cellsOf(one, rows)])
  const needs = unaligned.map((texts) => Math.max(...texts.map(widthOf)))
  const widths = widthsOf(tables, needs, width)
  const texts = unaligned.map((column, at) =>
    tables[at]?.align === 'right'
      ? column.map((text) => ' '.repeat((needs[at] ?? 0) - widthOf(text)) + text)
      : column
  )
  const line = (row: number): string =>
    texts
      .map((column, at) => pad(cut(column[row] ?? '', widths[at] ?? 0), widths[at] ?? 0))
      .join(GAP)
      .trimEnd()
  return `${[paint('bold', line(0)), ...rows.map((_, at) => line(at + 1))].join('\n')}\n`
}

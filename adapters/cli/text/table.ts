/**
 * Tables for people. A row is never wider than the terminal: columns are left out by their priority until the others fit
 * beside the least that the flexible one needs, and what is still too long is cut.
 */
import type { Clock } from './clock.ts'
import type { Column, Columns, TableColumn } from './rows.ts'
import { noLink, type Link } from './link.ts'
import type { Paint } from './style.ts'
import { cut, oneLine, pad, widthOf } from './text.ts'

const GAP = '  '
/** No column is cut below this before others are. */
const NARROW = 6

const largest = (numbers: ReadonlyArray<number>): number =>
  numbers.reduce((most, one) => Math.max(most, one), 0)

/** A column with its texts, head first, and how much it needs. */
interface LaidColumn {
  readonly texts: ReadonlyArray<string>
  readonly need: number
  /** The least it is given before another column is left out. */
  readonly least: number
  readonly drop: number
  readonly isFlexible: boolean
  readonly isRight: boolean
  /** Files that the texts lead to, none for the head. */
  readonly files: ReadonlyArray<string | null>
}

/** Texts are cut before they are measured: a message may have megabytes. */
const LOOKED_AT = 64

/** The head and the cells of a column. */
const textsOf = <A>(
  { head, cell, cells, time }: TableColumn<A>,
  field: Column<A>['field'],
  rows: ReadonlyArray<A>,
  clock: Clock
): readonly [head: string, cells: ReadonlyArray<string>] => {
  if (time === undefined)
    return [head, cells?.(rows) ?? rows.map(cell ?? ((row) => String(field(row) ?? '')))]
  const times = rows.map(time.at)
  return [clock.head(head, times), times.map((atMs) => clock.time(atMs, time.precision))]
}

const laid = <A>(
  { field, table }: Column<A>,
  rows: ReadonlyArray<A>,
  width: number,
  clock: Clock
): ReadonlyArray<LaidColumn> => {
  if (table === null) return []
  const { max = width, flex, drop = 0, align, file } = table
  const most = Math.min(max, width)
  const [head, made] = textsOf(table, field, rows, clock)
  const texts = [head, ...made.map((text) => cut(oneLine(text.slice(0, LOOKED_AT * width)), most))]
  const isEmpty = rows.length > 0 && texts.every((text, at) => at === 0 || text === '')
  // A column without a word says nothing that its absence does not.
  if (isEmpty && drop > 0) return []
  const need = Math.min(most, largest(texts.map(widthOf)))
  const least = flex === undefined ? need : Math.min(need, flex)
  const files = file === undefined ? [] : [null, ...rows.map(file)]
  const [isFlexible, isRight] = [flex !== undefined, align === 'right']
  return [{ texts, need, least, drop, isFlexible, isRight, files }]
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, one) => all + one, 0)

const gaps = (columns: number): number => Math.max(0, columns - 1) * GAP.length

/** The columns that fit. */
const fitting = (columns: ReadonlyArray<LaidColumn>, width: number): ReadonlyArray<LaidColumn> => {
  const taken = sum(columns.map(({ least }) => least)) + gaps(columns.length)
  const last = largest(columns.map(({ drop }) => drop))
  if (taken <= width || last === 0) return columns
  const at = columns.findLastIndex(({ drop }) => drop === last)
  return fitting(columns.toSpliced(at, 1), width)
}

/** Widths of columns that fill a line at most; where even the least is too much, the widest give way. */
const widthsOf = (columns: ReadonlyArray<LaidColumn>, width: number): ReadonlyArray<number> => {
  const room = Math.max(columns.length, width - gaps(columns.length))
  const widths = columns.map(({ least }) => Math.min(least, room))
  const flexible = columns.findIndex(({ isFlexible }) => isFlexible)
  const spare = room - sum(widths)
  if (spare > 0 && flexible !== -1)
    widths[flexible] = Math.min(columns[flexible]?.need ?? 0, (widths[flexible] ?? 0) + spare)
  for (let over = sum(widths) - room; over > 0; over -= 1) {
    const isRoomy = (widths[flexible] ?? 0) > NARROW
    const at = isRoomy ? flexible : widths.indexOf(largest(widths))
    widths[at] = (widths[at] ?? 0) - 1
  }
  return widths
}

/** Puts links on the cells of a line, the last first; one that the end of the line cut has none. */
const linked = (
  line: string,
  cells: ReadonlyArray<string>,
  files: ReadonlyArray<string | null>,
  link: Link
): string =>
  cells.reduceRight((done, cell, at) => {
    const text = cell.trim()
    const from = [...cells.slice(0, at), ''].join(GAP).length + cell.indexOf(text)
    if (text === '' || !done.startsWith(text, from)) return done
    return done.slice(0, from) + link(files[at] ?? null, text) + done.slice(from + text.length)
  }, line)

/** The lines of a table, its head first. */
export const tableLines = <A>(
  columns: Columns<A>,
  rows: ReadonlyArray<A>,
  width: number,
  clock: Clock,
  link = noLink
): ReadonlyArray<string> => {
  const shown = fitting(
    columns.flatMap((one) => laid(one, rows, width, clock)),
    width
  )
  const widths = widthsOf(shown, width)
  const cell = ({ texts, isRight }: LaidColumn, row: number, at: number): string => {
    const most = widths[at] ?? 0
    const text = cut(texts[row] ?? '', most)
    return isRight ? ' '.repeat(most - widthOf(text)) + text : pad(text, most)
  }
  return ['', ...rows].map((_, row) => {
    const cells = shown.map((column, at) => cell(column, row, at))
    const line = cut(cells.join(GAP).trimEnd(), width)
    const files = shown.map((column) => column.files[row] ?? null)
    return link === noLink ? line : linked(line, cells, files, link)
  })
}

/** A table with its head in bold, or without one. */
export const table = <A>(
  columns: Columns<A>,
  rows: ReadonlyArray<A>,
  width: number,
  paint: Paint,
  clock: Clock,
  { hasHead = true, link = noLink }: { readonly hasHead?: boolean; readonly link?: Link } = {}
): string => {
  const [head = '', ...lines] = tableLines(columns, rows, width, clock, link)
  return [...(hasHead ? [paint('bold', head)] : []), ...lines].map((line) => `${line}\n`).join('')
}

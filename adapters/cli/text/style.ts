/**
 * Colours and tables for people.
 */
import { withoutSecrets } from '../../eventstore/connection/address.ts'
import { textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { cut, pad, shellWord, tsvField, widthOf } from './text.ts'

/** Options that the next command needs as well, to speak of the same threads. */
const KEPT = ['home', 'index', 'store', 'profile', 'items', 'strict', 'at']

/** A connection string may hold a password. */
const shown = (name: string, value: string): string =>
  name === 'store' ? withoutSecrets(value) : value

/** A command to type next, with the options of this one that lead to the same home. */
export const typed = (input: Input, io: Io, words: ReadonlyArray<string>, kept = KEPT): string => {
  const options = [...input.values]
    .filter(([name]) => kept.includes(name))
    .flatMap(([name, values]) =>
      values.flatMap((value) => {
        if (value === '') return [`--${name}`]
        return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, shown(name, value)]
      })
    )
  return `${io.program} ${[...words, ...options].map(shellWord).join(' ')}`
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** Wraps a text in a colour, or leaves it as it is. */
export type Paint = (style: keyof typeof CODES, text: string) => string

/** `--color` decides; with `auto` NO_COLOR, then FORCE_COLOR, then whether stdout is a terminal. */
const wantsColor = (input: Input, io: Io): boolean => {
  const asked = textOf(input, 'color') ?? 'auto'
  if (asked !== 'auto') return asked === 'always'
  if ((io.env['NO_COLOR'] ?? '') !== '') return false
  const forced = io.env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return io.outIsTty && io.env['TERM'] !== 'dumb'
}

/** The colours a command may use. */
export const painter = (input: Input, io: Io): Paint =>
  wantsColor(input, io)
    ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m`
    : (_, text) => text

/** A column: its head, the most it may take, and the width of terminal from which it is shown. */
export interface Column {
  readonly head: string
  readonly max: number
  readonly from?: number
}

const GAP = '  '

/**
 * A table of harmless one-line texts. Columns take what they need up to their maximum; the last one takes what is
 * left of the terminal.
 */
export const table = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width: number,
  paint: Paint
): string => {
  const shown = columns.map((_, i) => i).filter((i) => (columns[i]?.from ?? 0) <= width)
  const widths = new Map<number, number>()
  let left = width
  for (const i of shown) {
    const column = columns[i]
    if (column === undefined) continue
    const needed = Math.max(widthOf(column.head), ...rows.map((row) => widthOf(row[i] ?? '')))
    const last = i === shown[shown.length - 1]
    const given = last ? Math.max(widthOf(column.head), left) : Math.min(needed, column.max)
    widths.set(i, given)
    left -= given + GAP.length
  }
  const line = (cells: ReadonlyArray<string>): string =>
    shown
      .map((i) => pad(cut(cells[i] ?? '', widths.get(i) ?? 0), widths.get(i) ?? 0))
      .join(GAP)
      .trimEnd()
  const head = paint('bold', line(columns.map((column) => column.head)))
  return `${[head, ...rows.map(line)].join('\n')}\n`
}

/** Tab-separated lines of any texts. */
export const tsv = (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  rows.map((row) => `${row.map(tsvField).join('\t')}\n`).join('')

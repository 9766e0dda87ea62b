/**
 * Comma-separated values as RFC 4180 has them, for spreadsheets.
 *
 * A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula and runs it. Texts of a rollout may
 * be made for that, so such a text gets an apostrophe in front, which spreadsheets do not show. Numbers are left alone.
 */
import { harmless } from './text.ts'

/** A field: texts come from rollouts, numbers from us. */
export type CsvField = string | number | null

const FORMULA = /^[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]/
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/

const field = (value: CsvField): string => {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const text = FORMULA.test(value) || /^[\t\r\n]/.test(value) ? `'${value}` : value
  const shown = harmless(text)
  return NEEDS_QUOTES.test(shown) ? `"${shown.replace(/"/g, '""')}"` : shown
}

/** One record, with its line end. */
export const csvLine = (fields: ReadonlyArray<CsvField>): string =>
  `${fields.map(field).join(',')}\r\n`

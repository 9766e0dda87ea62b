/**
 * Tables as text: CSV (RFC 4180) and JSON Lines.
 */

export type CsvCell = string | number | null

/** A program that opens tables takes what begins like this for a formula. */
const isFormula = (text: string): boolean =>
  /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)

const cell = (value: CsvCell): string => {
  const text = value === null ? '' : String(value)
  const safe = isFormula(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvOf = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<CsvCell>>
): string => [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')

type CsvRow = Readonly<Record<string, unknown>>

const cellOf = (value: unknown): CsvCell => {
  if (value === null || value === undefined) return null
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}

/** A line of names, then one a row; objects are JSON. */
export const commaSeparated = (rows: ReadonlyArray<CsvRow>): string => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return csvOf(
    names,
    rows.map((row) => names.map((name) => cellOf(row[name])))
  )
}

/** One object a line. */
export const jsonLines = (rows: ReadonlyArray<CsvRow>): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/**
 * Rows as the text of files.
 */
type Row = Readonly<Record<string, unknown>>

/** One object a line. */
export const jsonLines = (rows: ReadonlyArray<Row>): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('')

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'object'
    ? JSON.stringify(value)
    : String(value as string | number | boolean)
}

/** A program that opens tables takes what begins like this for a formula. */
const isFormula = (text: string): boolean =>
  /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)

const quoted = (value: unknown): string => {
  const text = textOf(value)
  const safe = isFormula(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A line of names, then one a row (RFC 4180); objects are JSON. */
export const commaSeparated = (rows: ReadonlyArray<Row>): string => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = rows.map((row) => names.map((name) => quoted(row[name])).join(','))
  return [names.map(quoted).join(','), ...lines].map((line) => `${line}\r\n`).join('')
}

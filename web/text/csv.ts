/**
 * Tables as CSV (RFC 4180).
 */

export type CsvCell = string | number | null

/** A text that a spreadsheet would compute is made one that it shows. */
const safe = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

const cell = (value: CsvCell): string => {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = safe(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const csvOf = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<CsvCell>>
): string => [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')

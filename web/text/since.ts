/**
 * From when on: as it stands in an address, `7` for the last seven days, or `2026-11-01`. Days begin at midnight, so that what is asked
 * stays the same all day.
 */

/** What people choose among; the empty one is no limit. */
export const SINCE: ReadonlyArray<readonly [value: string, text: string]> = [
  ['', 'any time'],
  ['1', 'today'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year']
]

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

/** The beginning of a date; null for what is none. */
export const startOfDate = (text: string): number | null => {
  const [, year, month, day] = DATE.exec(text) ?? []
  if (year === undefined) return null
  const date = new Date(Number(year), Number(month) - 1, Number(day))
  const isReal = date.getMonth() === Number(month) - 1 && date.getDate() === Number(day)
  return isReal ? date.getTime() : null
}

/** Milliseconds since 1970; null for no limit and for what cannot be read. */
export const sinceMs = (text: string | undefined, nowMs: number): number | null => {
  if (text === undefined) return null
  if (!/^\d{1,4}$/.test(text)) return startOfDate(text)
  const date = new Date(nowMs)
  date.setHours(0, 0, 0, 0)
  date.setDate(date.getDate() - Number(text) + 1)
  return date.getTime()
}

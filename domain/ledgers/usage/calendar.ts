/**
 * Days and months of a time zone.
 */
import { DAY_MS, QUARTER_MS } from './sums.ts'

export interface Calendar {
  /** The day a time is in, as `2026-11-21`. */
  readonly dayOf: (atMs: number) => string
  /** True when the quarter of an hour that begins then lies in two days: zones of long ago, and a few hostile times. */
  readonly isSplit: (fromMs: number) => boolean
}

/** The greatest time a date can have. */
const MS_MAX = 8.64e15

/** Reads year, month and day of a time in an IANA zone, in digits; null when there is no such zone. */
export const zoneDays = (
  timeZone: string
): ((atMs: number) => readonly [string, string, string]) | null => {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit'
    })
  } catch {
    return null
  }
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    return [parts.get('year') ?? '', parts.get('month') ?? '', parts.get('day') ?? '']
  }
}

/** The Monday of the week of a day, both as `2026-11-21`. */
export const mondayOf = (day: string): string => {
  const ms = Date.parse(day)
  if (Number.isNaN(ms)) return day
  const sinceMonday = (new Date(ms).getUTCDay() + 6) % 7
  return new Date(clamped(ms - sinceMonday * DAY_MS)).toISOString().slice(0, -14)
}

const clamped = (atMs: number): number => Math.max(-MS_MAX, Math.min(MS_MAX, atMs))

const UTC: Calendar = {
  dayOf: (atMs) => new Date(clamped(atMs)).toISOString().slice(0, -14),
  isSplit: () => false
}

/** Makes the calendar of an IANA zone; null when there is no such zone. */
export const calendarOf = (timeZone: string): Calendar | null => {
  if (timeZone === 'UTC' || timeZone === 'Etc/UTC') return UTC
  const read = zoneDays(timeZone)
  if (read === null) return null
  const known = new Map<number, string>()
  const dayOf = (atMs: number): string => {
    const at = clamped(atMs)
    const found = known.get(at)
    if (found !== undefined) return found
    const [year, month, day] = read(at)
    const text = `${year.padStart(4, '0')}-${month}-${day}`
    known.set(at, text)
    return text
  }
  return { dayOf, isSplit: (fromMs) => dayOf(fromMs) !== dayOf(fromMs + QUARTER_MS - 1) }
}

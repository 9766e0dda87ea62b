/**
 * Days and months of a time zone.
 */
import { QUARTER_MS } from './sums.ts'

/** The calendar of a zone. */
export interface Calendar {
  /** The day a time is in, as `2026-11-21`. */
  readonly dayOf: (atMs: number) => string
  /** True when the quarter of an hour that begins then lies in two days: zones of long ago, and a few hostile times. */
  readonly isSplit: (fromMs: number) => boolean
}

/** Days beyond these cannot be written. */
const MS_MAX = 8.64e15

const utcDay = (atMs: number): string => new Date(atMs).toISOString().slice(0, -14)

const UTC: Calendar = {
  dayOf: (atMs) => utcDay(Math.max(-MS_MAX, Math.min(MS_MAX, atMs))),
  isSplit: () => false
}

const isUtc = (timeZone: string): boolean => timeZone === 'UTC' || timeZone === 'Etc/UTC'

/** Makes the calendar of an IANA zone; null when there is no such zone. */
export const calendarOf = (timeZone: string): Calendar | null => {
  if (isUtc(timeZone)) return UTC
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
  const known = new Map<number, string>()
  const read = (atMs: number): string => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
    return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`
  }
  const dayOf = (atMs: number): string => {
    const at = Math.max(-MS_MAX, Math.min(MS_MAX, atMs))
    const found = known.get(at)
    if (found !== undefined) return found
    const day = read(at)
    known.set(at, day)
    return day
  }
  return { dayOf, isSplit: (fromMs) => dayOf(fromMs) !== dayOf(fromMs + QUARTER_MS - 1) }
}

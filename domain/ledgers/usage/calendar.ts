/**
 * The days of a time zone.
 */
import { DAY_MS, UTC, type Zone } from '../../time/zone.ts'
import { QUARTER_MS } from './sums.ts'

export interface Calendar {
  /** The day a time is in, as `2026-11-21`. */
  readonly dayOf: (atMs: number) => string
  /** True when the quarter of an hour that begins then lies in two days: zones of long ago, and a few hostile times. */
  readonly isSplit: (fromMs: number) => boolean
}

/** The greatest time a date can have. */
const MS_MAX = 8.64e15

/** The Monday of the week of a day, both as `2026-11-21`. */
export const mondayOf = (day: string): string => {
  const ms = Date.parse(day)
  if (Number.isNaN(ms)) return day
  const sinceMonday = (new Date(ms).getUTCDay() + 6) % 7
  return new Date(clamped(ms - sinceMonday * DAY_MS)).toISOString().slice(0, -14)
}

const clamped = (atMs: number): number => Math.max(-MS_MAX, Math.min(MS_MAX, atMs))

/** Makes the calendar of a zone. */
export const calendarOf = (zone: Zone): Calendar => {
  const known = new Map<number, string>()
  const dayOf = (atMs: number): string => {
    const at = clamped(atMs)
    const found = known.get(at)
    if (found !== undefined) return found
    const day = new Date(clamped(zone.wallMs(at))).toISOString().slice(0, -14)
    known.set(at, day)
    return day
  }
  const isSplit = (fromMs: number): boolean => dayOf(fromMs) !== dayOf(fromMs + QUARTER_MS - 1)
  return { dayOf, isSplit: zone === UTC ? () => false : isSplit }
}

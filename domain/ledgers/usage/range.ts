/**
 * From dates that a person types to instants: a date means the whole day in a time zone, also where the clock is
 * put forward or back on that day.
 */
import * as E from 'fp-ts/lib/Either.js'
import { zoneDays } from './calendar.ts'
import { DAY_MS } from './sums.ts'

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/
const INSTANT =
  /^\d{4}-\d{2}-\d{2}[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** No zone was ever further from UTC. */
const OFFSET_MAX_MS = 26 * 3_600_000
const YEAR_MIN = 1970

/** Days since 1970 of a date; null where there is no such date. */
const dayNumber = (text: string): number | null => {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? []
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const iso = `${year}-${month}-${day}`
  return Number(year) >= YEAR_MIN && new Date(ms).toISOString().startsWith(iso) ? ms / DAY_MS : null
}

/** The first second of a day in a zone; of a day that the zone skipped, of the next one. */
const startOfDay = (day: number, daysOf: ReturnType<typeof zoneDays>): number => {
  if (daysOf === null) return day * DAY_MS
  const dayOf = (ms: number): number => {
    const [year, month, date] = daysOf(ms)
    return Date.UTC(Number(year), Number(month) - 1, Number(date)) / DAY_MS
  }
  let before = (day * DAY_MS - OFFSET_MAX_MS) / 1000
  let within = (day * DAY_MS + OFFSET_MAX_MS) / 1000
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2)
    if (dayOf(middle * 1000) >= day) within = middle
    else before = middle
  }
  return within * 1000
}

/** A date or an instant, as it was typed. */
type TypedInstant = { readonly day: number } | { readonly ms: number }

const typedOf = (text: string): TypedInstant | null => {
  if (!INSTANT.test(text)) {
    const day = DATE.test(text) ? dayNumber(text) : null
    return day === null ? null : { day }
  }
  const ms = Date.parse(text.toUpperCase().replace(' ', 'T'))
  return dayNumber(text.slice(0, 10)) === null || Number.isNaN(ms) ? null : { ms }
}

interface TypedRange {
  /** A date, whose day is in the range, or an instant as in RFC 3339. */
  readonly since?: string | undefined
  /** A date, whose day is in the range, or an instant that is not. */
  readonly until?: string | undefined
  readonly timeZone: string
}

/** From `sinceMs` until before `untilMs`. */
export interface TimeRange {
  readonly sinceMs?: number
  readonly untilMs?: number
}

/** Reads a typed range; a `Left` says which part of it is wrong. */
export const rangeOf = ({
  since,
  until,
  timeZone
}: TypedRange): E.Either<'time zone' | 'since' | 'until' | 'order', TimeRange> => {
  const daysOf = timeZone === 'UTC' ? null : zoneDays(timeZone)
  if (daysOf === null && timeZone !== 'UTC') return E.left('time zone')
  const first = since === undefined ? undefined : typedOf(since)
  const last = until === undefined ? undefined : typedOf(until)
  if (first === null) return E.left('since')
  if (last === null) return E.left('until')
  const instantOf = (typed: TypedInstant, daysLater: 0 | 1): number =>
    'ms' in typed ? typed.ms : startOfDay(typed.day + daysLater, daysOf)
  const sinceMs = first === undefined ? undefined : instantOf(first, 0)
  const untilMs = last === undefined ? undefined : instantOf(last, 1)
  const isTurned =
    first !== undefined && last !== undefined && 'day' in first && 'day' in last
      ? first.day > last.day
      : (sinceMs ?? -Infinity) > (untilMs ?? Infinity)
  if (isTurned) return E.left('order')
  return E.right({
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs })
  })
}

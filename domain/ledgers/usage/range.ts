/**
 * From dates that a person types to instants: a date means the whole day in a time zone, also where the clock is
 * put forward or back on that day.
 */
import * as E from 'fp-ts/lib/Either.js'

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/
const INSTANT =
  /^\d{4}-\d{2}-\d{2}[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

const DAY_MS = 86_400_000
/** No zone was ever further from UTC than this. */
const OFFSET_MAX_MS = 26 * 3_600_000
const YEAR_MIN = 1970

/** True for a name that this Node knows as a time zone. */
export const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}

/** Days since 1970 of a day of the calendar; null where there is no such day. */
const dayNumber = (text: string): number | null => {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? []
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const iso = `${year}-${month}-${day}`
  return Number(year) >= YEAR_MIN && new Date(ms).toISOString().startsWith(iso) ? ms / DAY_MS : null
}

const dayIn = (timeZone: string): ((ms: number) => number) => {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric'
  })
  return (ms) => {
    const parts = format.formatToParts(ms)
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
    return Date.UTC(part('year'), part('month') - 1, part('day')) / DAY_MS
  }
}

/** The first second of a day in a zone; of a day that the zone left out, of the next one. */
const startOfDay = (day: number, timeZone: string): number => {
  if (timeZone === 'UTC') return day * DAY_MS
  const dayOf = dayIn(timeZone)
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

const instantOf = (typed: TypedInstant, daysLater: 0 | 1, timeZone: string): number =>
  'ms' in typed ? typed.ms : startOfDay(typed.day + daysLater, timeZone)

/** A range as a person types it. */
export interface TypedRange {
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

/** Which part of a typed range is wrong. */
export type RangeProblem = 'time zone' | 'since' | 'until' | 'order'

/** Reads a typed range. */
export const rangeOf = ({
  since,
  until,
  timeZone
}: TypedRange): E.Either<RangeProblem, TimeRange> => {
  if (timeZone !== 'UTC' && !isTimeZone(timeZone)) return E.left('time zone')
  const first = since === undefined ? undefined : typedOf(since)
  const last = until === undefined ? undefined : typedOf(until)
  if (first === null) return E.left('since')
  if (last === null) return E.left('until')
  const sinceMs = first === undefined ? undefined : instantOf(first, 0, timeZone)
  const untilMs = last === undefined ? undefined : instantOf(last, 1, timeZone)
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

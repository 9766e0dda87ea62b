/**
 * The days of a year, week by week.
 */

export interface DayValue {
  readonly day: string
  readonly tokens: number
  readonly lowerBound: boolean
}

export const WEEKS = 53
const LEVELS = 4
const DAY_MS = 86_400_000

/** A day of the calendar, counted from its first one. */
export interface CalendarDay extends DayValue {
  readonly week: number
  readonly weekday: number
  /** 0 for nothing, up to 4. */
  readonly level: number
}

const dayAt = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10)

/** Weeks begin on Monday and the last one holds today; levels are quarters of the days with something in them. */
export const calendarOf = (
  days: ReadonlyArray<DayValue>,
  today: string
): ReadonlyArray<CalendarDay> => {
  const lastMs = Date.parse(today)
  const weekday = (new Date(lastMs).getUTCDay() + 6) % 7
  const firstMs = lastMs - ((WEEKS - 1) * 7 + weekday) * DAY_MS
  const known = new Map(days.map((one) => [one.day, one]))
  const all = Array.from({ length: (WEEKS - 1) * 7 + weekday + 1 }, (_, at) => {
    const day = dayAt(firstMs + at * DAY_MS)
    return known.get(day) ?? { day, tokens: 0, lowerBound: false }
  })
  const spent = all.flatMap(({ tokens }) => (tokens > 0 ? [tokens] : [])).toSorted((a, b) => a - b)
  const levelOf = (tokens: number): number =>
    tokens === 0 ? 0 : Math.ceil(((spent.lastIndexOf(tokens) + 1) / spent.length) * LEVELS)
  return all.map((one, at) => ({
    ...one,
    week: Math.floor(at / 7),
    weekday: at % 7,
    level: levelOf(one.tokens)
  }))
}

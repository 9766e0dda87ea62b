/**
 * A year of days as a calendar: a column a week, darker where more was spent. Arrow keys walk through it and say the day.
 */
import { useState } from 'preact/hooks'
import { count, counted } from '../text/times.ts'

export interface DayValue {
  readonly day: string
  readonly tokens: number
  readonly lowerBound: boolean
}

interface HeatmapProps {
  readonly days: ReadonlyArray<DayValue>
  /** The last day that is shown, `2026-11-21`. */
  readonly today: string
  readonly choose: (day: string) => void
}

const WEEKS = 53
const CELL = 12
const LEFT = 26
const TOP = 16
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
    tokens === 0
      ? 0
      : Math.min(LEVELS, 1 + Math.floor((spent.indexOf(tokens) / spent.length) * LEVELS))
  return all.map((one, at) => ({
    ...one,
    week: Math.floor(at / 7),
    weekday: at % 7,
    level: levelOf(one.tokens)
  }))
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The names of months stand over the week of their first day. */
const Months = ({ days }: { readonly days: ReadonlyArray<CalendarDay> }) => (
  <>
    {days
      .filter(({ day, week }) => day.endsWith('-01') && week < WEEKS - 1)
      .map(({ day, week }) => (
        <text x={LEFT + week * CELL} y={10}>
          {MONTHS[Number(day.slice(5, 7)) - 1]}
        </text>
      ))}
  </>
)

const WEEKDAYS = [
  ['Mon', 0],
  ['Wed', 2],
  ['Fri', 4]
] as const

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -7,
  ArrowRight: 7,
  ArrowUp: -1,
  ArrowDown: 1
}

const wordsOf = ({ day, tokens, lowerBound }: DayValue): string =>
  tokens === 0 && !lowerBound
    ? `${day}: nothing`
    : `${day}: ${lowerBound ? 'at least ' : ''}${counted(tokens, 'token')}`

export const Heatmap = ({ days, today, choose }: HeatmapProps) => {
  const calendar = calendarOf(days, today)
  const [at, setAt] = useState<number | null>(null)
  const chosen = at === null ? null : (calendar[at] ?? null)
  const sum = calendar.reduce((all, { tokens }) => all + tokens, 0)
  const walk = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (event.key === 'Enter' && chosen !== null) choose(chosen.day)
    if (step === undefined) return
    event.preventDefault()
    const next = at === null ? calendar.length - 1 : at + step
    setAt(Math.min(calendar.length - 1, Math.max(0, next)))
  }
  return (
    <figure class="heatmap">
      <div
        class="heatmap-box"
        tabIndex={0}
        role="application"
        aria-label={`tokens a day, ${count(sum)} in a year: arrow keys walk through the days, Enter opens one`}
        onKeyDown={walk}
      >
        <svg
          width={LEFT + WEEKS * CELL}
          height={TOP + 7 * CELL}
          viewBox={`0 0 ${LEFT + WEEKS * CELL} ${TOP + 7 * CELL}`}
          aria-hidden="true"
        >
          <Months days={calendar} />
          {WEEKDAYS.map(([name, row]) => (
            <text x={0} y={TOP + row * CELL + 9}>
              {name}
            </text>
          ))}
          {calendar.map((one, place) => (
            <rect
              key={one.day}
              class={`heat-${one.level} ${place === at ? 'here' : ''}`}
              x={LEFT + one.week * CELL}
              y={TOP + one.weekday * CELL}
              width={CELL - 2}
              height={CELL - 2}
              rx={2}
              onPointerEnter={() => setAt(place)}
              onClick={() => choose(one.day)}
            />
          ))}
        </svg>
      </div>
      <figcaption class="dim" aria-live="polite">
        {chosen === null ? 'Tokens a day, the last year' : wordsOf(chosen)}
      </figcaption>
    </figure>
  )
}

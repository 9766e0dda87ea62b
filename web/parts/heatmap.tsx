/**
 * A year of days as a calendar: a column a week, darker where more was spent. Arrow keys walk through it and say the day.
 */
import type { TargetedMouseEvent } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { count, counted } from '../text/times.ts'
import { calendarOf, WEEKS, type CalendarDay, type DayValue } from './calendar.ts'

interface HeatmapProps {
  readonly days: ReadonlyArray<DayValue>
  /** The last day that is shown, `2026-11-21`. */
  readonly today: string
  readonly choose: (day: string) => void
}

const CELL = 12
/** Of the shape of a cell, whose outline makes its corners round. */
const SIDE = CELL - 4
const LEFT = 26
const TOP = 16
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

const LEVELS = [0, 1, 2, 3, 4]

/** The cells of one shade as one shape: hundreds of elements take a browser long. */
const shapeOf = (calendar: ReadonlyArray<CalendarDay>, level: number): string =>
  calendar
    .filter((one) => one.level === level)
    .map(({ week, weekday }) => {
      const [x, y] = [LEFT + week * CELL + 1, TOP + weekday * CELL + 1]
      return `M${x} ${y}h${SIDE}v${SIDE}h-${SIDE}z`
    })
    .join('')

/** The place of the day under the pointer; null beside all of them. */
const placeAt = (
  { currentTarget, clientX, clientY }: TargetedMouseEvent<SVGSVGElement>,
  count: number
): number | null => {
  const { left, top } = currentTarget.getBoundingClientRect()
  const week = Math.floor((clientX - left - LEFT) / CELL)
  const weekday = Math.floor((clientY - top - TOP) / CELL)
  const place = week * 7 + weekday
  return week < 0 || weekday < 0 || weekday > 6 || place >= count ? null : place
}

export const Heatmap = ({ days, today, choose }: HeatmapProps) => {
  const calendar = useMemo(() => calendarOf(days, today), [days, today])
  const shapes = useMemo(() => LEVELS.map((level) => shapeOf(calendar, level)), [calendar])
  const [at, setAt] = useState<number | null>(null)
  const box = useRef<HTMLDivElement>(null)
  // Where a year does not fit, today is what one sees first.
  useEffect(() => box.current?.scrollTo({ left: box.current.scrollWidth }), [])
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
        ref={box}
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
          onPointerMove={(event) => setAt(placeAt(event, calendar.length))}
          onClick={(event) => {
            const day = calendar[placeAt(event, calendar.length) ?? -1]?.day
            if (day !== undefined) choose(day)
          }}
        >
          <Months days={calendar} />
          {WEEKDAYS.map(([name, row]) => (
            <text x={0} y={TOP + row * CELL + 9}>
              {name}
            </text>
          ))}
          {shapes.map((shape, level) => (
            <path class={`heat-${level}`} d={shape} />
          ))}
          {chosen === null ? null : (
            <rect
              class="here"
              x={LEFT + chosen.week * CELL}
              y={TOP + chosen.weekday * CELL}
              width={CELL - 2}
              height={CELL - 2}
              rx={2}
            />
          )}
        </svg>
      </div>
      <figcaption class="dim" aria-live="polite">
        {chosen === null ? 'Tokens a day, the last year' : wordsOf(chosen)}
      </figcaption>
    </figure>
  )
}

/**
 * A thread as it was: a slider over the ends of its turns, or over its events, with a mark wherever something was taken back. The point is
 * in the address, so that it can be sent.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { GraphRollback, ThreadGraph } from '../../domain/unroll-protocol.ts'
import { hrefOf, printPoint, threadHref, type PointInAddress } from '../routes.ts'
import { useAnswer } from '../state/answer.ts'
import { keys } from '../state/keys.ts'
import { setQuery } from '../state/location.ts'
import { useStops } from '../state/stops.ts'
import type { TravelStops } from '../text/stops.ts'
import { count, counted, exactTime } from '../text/times.ts'
import type { EventPageAnswer } from '../wire/thread-answers.ts'
import { placedMarks, takenStretches, Track } from './travel-track.tsx'

const DRAG_MS = 120
const PLAY_MS = 1000

interface TimeTravelProps {
  readonly threadId: string
  readonly at: PointInAddress | null
  /** Turns of then. */
  readonly total: number | null
  /** Events of now; 0 while nobody knows. */
  readonly now: number
}

/** The thread at a point: how many events it had, and when the last of them was written. */
interface ThreadThen {
  readonly revision: number | null
  readonly atMs: number | null
  readonly isLoading: boolean
  readonly failure: string | null
}

const useThen = (threadId: string, at: PointInAddress | null): ThreadThen => {
  const asked = useAnswer<EventPageAnswer>(
    'unroll/events/list',
    at === null ? null : { threadId, at, desc: true, limit: 1 }
  )
  const ms = Date.parse(asked.value?.data[0]?.line?.timestamp ?? '')
  const { isLoading, failure } = asked
  const revision = asked.value?.revision ?? null
  return { revision, atMs: Number.isNaN(ms) ? null : ms, isLoading, failure }
}

/** Goes to a point, unless another one is asked for within a moment; one point is read at a time. */
const useTravel = (isLoading: boolean) => {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const waiting = useRef<{ readonly at: PointInAddress | null } | null>(null)
  const busy = useRef(isLoading)
  busy.current = isLoading
  const leave = (): void => {
    if (busy.current || waiting.current === null) return
    const { at } = waiting.current
    waiting.current = null
    setQuery({ at: at === null ? null : printPoint(at) })
  }
  useEffect(leave, [isLoading])
  useEffect(() => () => clearTimeout(timer.current), [])
  return (at: PointInAddress | null, afterMs = 0): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      waiting.current = { at }
      leave()
    }, afterMs)
  }
}

type Go = ReturnType<typeof useTravel>

/** Where a point is among the stops; half way between two of them where it is none. */
const placeOf = (
  at: PointInAddress | null,
  { atMs }: ThreadThen,
  { stops, endsNow }: TravelStops
): number => {
  const last = stops.length - (endsNow ? 1 : 0)
  if (at === null) return last
  const exact = 'turnId' in at ? stops.findLastIndex(({ turnId }) => turnId === at.turnId) : -1
  if (exact !== -1) return exact
  if (atMs === null) return -0.5
  const passed = stops.filter((stop) => stop.atMs !== null && stop.atMs <= atMs)
  return passed.at(-1)?.atMs === atMs ? passed.length - 1 : passed.length - 0.5
}

interface Walk {
  readonly min: number
  readonly max: number
  readonly value: number
  readonly pointAt: (value: number) => PointInAddress | null
  readonly step: (by: 1 | -1) => void
  readonly stepEvent: (by: 1 | -1) => void
}

/** The way back, by turn or by event. */
const walkOf = (
  { at, now }: TimeTravelProps,
  then: ThreadThen,
  stops: TravelStops | null,
  go: Go
): Walk => {
  const event = at === null ? now : (then.revision ?? now)
  const eventAt = (n: number): PointInAddress | null =>
    n >= now ? null : { revision: Math.max(1, n) }
  const stepEvent = (by: 1 | -1): void => go(eventAt(event + by))
  if (stops === null)
    return { min: 1, max: now, value: event, pointAt: eventAt, step: stepEvent, stepEvent }
  const max = stops.stops.length - (stops.endsNow ? 1 : 0)
  const place = placeOf(at, then, stops)
  const stopAt = (n: number): PointInAddress | null =>
    n >= max ? null : (stops.stops[Math.max(0, n)]?.point ?? null)
  const step = (by: 1 | -1): void =>
    go(stopAt(by === 1 ? Math.floor(place) + 1 : Math.ceil(place) - 1))
  return { min: 0, max, value: Math.max(0, Math.round(place)), pointAt: stopAt, step, stepEvent }
}

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)')

/** A turn a second, until somebody does something or the end is there. */
const usePlay = (walk: Walk, isLoading: boolean, isPast: boolean) => {
  const [isPlaying, setPlaying] = useState(false)
  useEffect(() => {
    if (!isPlaying) return undefined
    const pause = (): void => setPlaying(false)
    const timer = isLoading ? undefined : setTimeout(() => walk.step(1), PLAY_MS)
    addEventListener('pointerdown', pause)
    addEventListener('keydown', pause)
    return () => {
      clearTimeout(timer)
      removeEventListener('pointerdown', pause)
      removeEventListener('keydown', pause)
    }
  }, [isPlaying, isLoading, walk.value])
  useEffect(() => {
    if (!isPast) setPlaying(false)
  }, [isPast])
  return { isPlaying, setPlaying }
}

/** Where turns were taken back in a thread that has been told. */
const useRollbacks = (threadId: string, isOpen: boolean): ReadonlyArray<GraphRollback> => {
  const graph = useAnswer<ThreadGraph>('unroll/thread/graph', isOpen ? { threadId } : null)
  return graph.value?.rollbacks.filter((one) => one.threadId === threadId) ?? []
}

/** A jump to before each rollback. A revert left its file behind, so the time of it is the way there. */
const Jumps = ({
  rollbacks,
  go
}: {
  readonly rollbacks: ReadonlyArray<GraphRollback>
  readonly go: Go
}) => (
  <>
    {rollbacks.map(({ revision, atMs, turnIds }) => {
      const point = revision !== null ? { revision } : atMs === null ? null : { timeMs: atMs - 1 }
      return point === null ? null : (
        <button
          type="button"
          class="plain"
          onClick={() => go(point)}
          title={atMs === null ? '' : exactTime(atMs)}
        >
          before {revision === null ? 'a revert' : 'a rollback'}
          {turnIds === null ? '' : ` of ${counted(turnIds.length, 'turn')}`}
        </button>
      )
    })}
  </>
)

const bandText = (total: number | null, { atMs, revision }: ThreadThen, now: number): string => {
  const turn = total === null ? '' : total === 0 ? 'before the first turn' : `turn ${count(total)}`
  const event = revision === null ? '' : `event ${count(revision)} of ${count(now)}`
  return [turn, atMs === null ? '' : exactTime(atMs), event]
    .filter((text) => text !== '')
    .join(', ')
}

interface BandProps extends TimeTravelProps {
  readonly then: ThreadThen
  readonly go: Go
}

const Band = ({ threadId, at, total, then, now, go }: BandProps) => (
  <>
    <span role="status" class="travel-when" aria-busy={then.isLoading}>
      {then.failure !== null ? then.failure : `As of ${bandText(total, then, now)}`}
    </span>
    <span class="travel-ways">
      {at === null ? null : (
        <a href={hrefOf(threadHref(threadId, { view: 'diff' }), { a: printPoint(at) })}>
          Compare with now
        </a>
      )}
      <button type="button" onClick={() => go(null)}>
        Back to now
      </button>
    </span>
  </>
)

interface SliderProps {
  readonly props: TimeTravelProps
  readonly then: ThreadThen
  readonly go: Go
}

const Slider = ({ props, then, go }: SliderProps) => {
  const { threadId, at, total, now } = props
  const [isByEvent, setByEvent] = useState(false)
  const read = useStops(threadId, true, now)
  const rollbacks = useRollbacks(threadId, true)
  const stops = isByEvent || read === null || read.stops.length === 0 ? null : read
  const walk = walkOf(props, then, stops, go)
  const { isPlaying, setPlaying } = usePlay(walk, then.isLoading, at !== null)
  useEffect(() => {
    const step = (by: 1 | -1) => (event: KeyboardEvent) =>
      event.shiftKey ? walk.stepEvent(by) : walk.step(by)
    return keys({ ArrowLeft: step(-1), ArrowRight: step(1) })
  })
  return (
    <div class="slider">
      <div class="slider-line">
        {reducedMotion.matches ? null : (
          <button
            type="button"
            class="small"
            disabled={at === null}
            aria-pressed={isPlaying}
            onClick={() => setPlaying(!isPlaying)}
          >
            {isPlaying ? 'Pause' : 'Play'}
          </button>
        )}
        <Track
          {...walk}
          label={stops === null ? 'events of the thread' : 'turns of the thread'}
          text={at === null ? 'now' : bandText(total, then, now)}
          marks={
            stops === null
              ? rollbacks.flatMap(({ revision, turnIds }) =>
                  revision === null
                    ? []
                    : [
                        {
                          kind: 'rollback' as const,
                          text: `rolled back${turnIds === null ? '' : ` ${counted(turnIds.length, 'turn')}`}`,
                          part: revision / Math.max(1, now)
                        }
                      ]
                )
              : placedMarks(stops, walk.max)
          }
          stretches={stops === null ? [] : takenStretches(stops.stops, walk.max)}
          go={(value) => go(walk.pointAt(value), DRAG_MS)}
          byEvent={() => setByEvent(true)}
        />
        <button
          type="button"
          class="small"
          aria-pressed={isByEvent}
          onClick={() => setByEvent(!isByEvent)}
          title="stop at every event; so does Shift"
        >
          by event
        </button>
      </div>
      <div class="slider-marks">
        <Jumps rollbacks={rollbacks} go={go} />
      </div>
    </div>
  )
}

export const TimeTravel = (props: TimeTravelProps) => {
  const { threadId, at, now } = props
  const [isOpen, setOpen] = useState(at !== null)
  const then = useThen(threadId, at)
  const go = useTravel(then.isLoading)
  if (now < 2) return null
  return (
    <div class={`travel ${at === null ? '' : 'past'}`}>
      <div class="travel-line">
        {at === null ? (
          <button
            type="button"
            class="plain"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            Go back in time
          </button>
        ) : (
          <Band {...props} {...{ then, go }} />
        )}
      </div>
      {isOpen || at !== null ? <Slider {...{ props, then, go }} /> : null}
    </div>
  )
}

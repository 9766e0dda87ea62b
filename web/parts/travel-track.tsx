/**
 * The track of the way back: a slider with its marks and the stretches that were taken back.
 */
import { counted, exactTime } from '../text/times.ts'
import type { TravelMark, Stop, TravelStops } from '../text/stops.ts'

const MARK_WORDS: Readonly<Record<TravelMark['kind'], string>> = {
  rollback: 'rolled back',
  restore: 'brought back',
  revert: 'reverted',
  compaction: 'context compacted'
}

export const markText = ({ kind, turns, atMs }: TravelMark): string =>
  [
    MARK_WORDS[kind],
    kind === 'compaction' || turns === null ? '' : counted(turns, 'turn'),
    atMs === null ? '' : exactTime(atMs)
  ]
    .filter((text) => text !== '')
    .join(', ')

/** Where a part of the track stands, by the middle of the thumb. */
const left = (part: number): string => `calc(8px + ${part} * (100% - 16px))`

/** A mark on the track; `part` is its place from 0 to 1. */
export interface PlacedMark {
  readonly kind: TravelMark['kind']
  readonly text: string
  readonly part: number
}

export interface TrackStretch {
  readonly from: number
  readonly to: number
}

export const placedMarks = ({ marks }: TravelStops, last: number): ReadonlyArray<PlacedMark> =>
  marks.map((mark) => ({
    kind: mark.kind,
    text: markText(mark),
    part: Math.min(1, Math.max(0, mark.place - 0.5) / Math.max(1, last))
  }))

/** Stops that were taken back, as far as they follow each other. */
export const takenStretches = (
  stops: ReadonlyArray<Stop>,
  last: number
): ReadonlyArray<TrackStretch> => {
  const stretches: Array<TrackStretch> = []
  for (let at = 0; at < stops.length; at += 1) {
    if (stops[at]?.isTakenBack !== true) continue
    let end = at
    while (stops[end + 1]?.isTakenBack === true) end += 1
    const of = (place: number): number => Math.min(1, Math.max(0, place) / Math.max(1, last))
    stretches.push({ from: of(at - 0.5), to: of(end + 0.5) })
    at = end
  }
  return stretches
}

interface TrackProps {
  readonly min: number
  readonly max: number
  readonly value: number
  readonly label: string
  readonly text: string
  readonly marks: ReadonlyArray<PlacedMark>
  readonly stretches: ReadonlyArray<TrackStretch>
  readonly go: (value: number) => void
  readonly stepEvent: (by: 1 | -1) => void
  /** Somebody holds Shift while taking the thumb. */
  readonly byEvent: () => void
}

export const Track = (props: TrackProps) => {
  const { min, max, value, label, text, marks, stretches, go } = props
  return (
    <div class="track">
      <div class="track-marks" aria-hidden="true">
        {stretches.map(({ from, to }) => (
          <span
            class="track-taken"
            title="taken back"
            style={{ left: left(from), right: `calc(100% - ${left(to)})` }}
          />
        ))}
        {marks.map(({ kind, text: title, part }) => (
          <span class={`track-mark ${kind}`} title={title} style={{ left: left(part) }} />
        ))}
      </div>
      <input
        type="range"
        min={min}
        max={max}
        value={value}
        aria-label={label}
        aria-valuetext={text}
        onPointerDown={(event) => {
          if (event.shiftKey) props.byEvent()
        }}
        onKeyDown={(event) => {
          if (!event.shiftKey || !/^Arrow(Left|Right)$/.test(event.key)) return
          event.preventDefault()
          props.stepEvent(event.key === 'ArrowLeft' ? -1 : 1)
        }}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
    </div>
  )
}

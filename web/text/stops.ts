/**
 * Where one can stop on the way back through a thread: at the end of each turn, also of those that were taken back, in the order in
 * which it happened.
 */
import type { PointInAddress } from '../routes.ts'
import type { TrailRowAnswer } from '../wire/thread-answers.ts'

/** What the trail of a thread is asked for. */
export const TRAIL_ACTIONS = [
  'turn_started',
  'turn_completed',
  'turn_failed',
  'turn_interrupted',
  'rolled_back',
  'turns_restored',
  'reverted',
  'compacted'
]

/** The end of a turn. */
export interface Stop {
  readonly point: PointInAddress
  readonly turnId: string | null
  readonly atMs: number | null
  /** Turns of the trail that the thread had then. */
  readonly turns: number
  readonly isTakenBack: boolean
}

/** Something that happened between two stops. */
export interface TravelMark {
  readonly kind: 'rollback' | 'restore' | 'revert' | 'compaction'
  readonly atMs: number | null
  /** How many stops are before it. */
  readonly place: number
  /** How many turns it is about; null where no line tells. */
  readonly turns: number | null
}

export interface TravelStops {
  readonly stops: ReadonlyArray<Stop>
  readonly marks: ReadonlyArray<TravelMark>
  /** Turns of the trail that are left. */
  readonly turns: number
  /** False where something happened behind the last stop. */
  readonly endsNow: boolean
}

const msOf = (at: string | null): number | null => {
  const ms = Date.parse(at ?? '')
  return Number.isNaN(ms) ? null : ms
}

const textsIn = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

const MARKS: Readonly<Record<string, TravelMark['kind']>> = {
  rolled_back: 'rollback',
  reverted: 'revert',
  turns_restored: 'restore',
  compacted: 'compaction'
}

/** Follows a trail, oldest row first. */
export const stopsOf = (rows: ReadonlyArray<TrailRowAnswer>): TravelStops => {
  const stops: Array<Omit<Stop, 'isTakenBack'>> = []
  const marks: Array<TravelMark> = []
  const takenBack: Array<ReadonlyArray<string>> = []
  let live: ReadonlyArray<string> = []
  let open: string | null = null
  let endsNow = true
  const stop = (turnId: string | null, atMs: number | null): void => {
    const point = turnId !== null ? { turnId } : atMs === null ? null : { timeMs: atMs }
    if (point !== null) stops.push({ point, turnId, atMs, turns: live.length })
    open = null
  }
  for (const { action, turnId, at, after } of rows) {
    const atMs = msOf(at)
    endsNow = action.startsWith('turn_') && action !== 'turn_started'
    if (action === 'turn_started') {
      if (open !== null) stop(open, null)
      open = turnId
      if (turnId !== null && !live.includes(turnId)) live = [...live, turnId]
    } else if (endsNow) stop(turnId, atMs)
    const kind = MARKS[action]
    if (kind === undefined) continue
    const named = textsIn(after?.['turnIds'])
    const counted = after?.['turns']
    const turns = typeof counted === 'number' ? counted : named.length > 0 ? named.length : null
    if (kind === 'rollback' || kind === 'revert') {
      const gone = named.length > 0 ? named : live.slice(live.length - (turns ?? 0))
      takenBack.push(gone)
      live = live.filter((id) => !gone.includes(id))
      open = null
    }
    if (kind === 'restore') live = [...live, ...(takenBack.pop() ?? [])]
    marks.push({ kind, atMs, place: stops.length, turns })
  }
  const gone = new Set(takenBack.flat())
  return {
    stops: stops.map((one) => ({ ...one, isTakenBack: gone.has(one.turnId ?? '') })),
    marks,
    turns: live.length,
    endsNow: endsNow && stops.length > 0
  }
}

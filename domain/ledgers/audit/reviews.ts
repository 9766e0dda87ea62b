/**
 * Reviews: what was looked at, by which thread, and what came of it.
 */
import type { Certainty } from '../../certainty.ts'
import type { JsonObject } from '../../json.ts'
import { subagentIn } from '../../spawned.ts'
import type { SituatedEvent } from '../../thread/turns/situate.ts'
import { reviewOf, type ReviewMark } from './review-marks.ts'

/** One review, in the thread that shows it. */
export interface Review {
  readonly startedAt: string
  /** Null while it goes on, or when its end was not recorded. */
  readonly endedAt: string | null
  readonly target: JsonObject
  /** Detached: the thread was forked for this review. */
  readonly delivery: 'inline' | 'detached'
  readonly deliveryCertainty: Certainty
  /** Thread it was forked from, where that is how it was delivered. */
  readonly parentThreadId: string | null
  /** Turn of the reviewer, which is the first of the reviewer's own thread. */
  readonly reviewerTurnId: string | null
  readonly finished: boolean
  readonly findings: number
  readonly verdict: string | null
  /** @fraction As the reviewer says, 0 to 1. */
  readonly confidence: number | null
  readonly offset: number
  readonly bytes: number
}

export interface ReviewState {
  readonly forkedFrom: string | null
  /** True once the thread had a turn or a review of its own. */
  readonly used: boolean
  /** True for the thread of a reviewer. */
  readonly reviewer: boolean
  /** Number of reviews so far; the open one is the last of them. */
  readonly count: number
  readonly open: Review | null
}

export const NO_REVIEWS: ReviewState = {
  forkedFrom: null,
  used: false,
  reviewer: false,
  count: 0,
  open: null
}

/** A change: a review as it stands now, or the turn of a thread that is a reviewer. */
export type ReviewWrite =
  | { readonly op: 'put'; readonly index: number; readonly review: Review }
  | { readonly op: 'reviewer'; readonly turnId: string }
  | { readonly op: 'drop'; readonly index: number }

type ReviewStep = readonly [ReviewState, ReadonlyArray<ReviewWrite>]

const entered = (
  state: ReviewState,
  mark: ReviewMark & { readonly kind: 'entered' },
  event: SituatedEvent
): ReviewStep => {
  const detached = state.forkedFrom !== null && !state.used
  const review: Review = {
    startedAt: event.line.timestamp,
    endedAt: null,
    target: mark.target,
    delivery: detached ? 'detached' : 'inline',
    deliveryCertainty: state.forkedFrom === null ? 'derived' : 'inferred',
    parentThreadId: detached ? state.forkedFrom : null,
    reviewerTurnId: null,
    finished: false,
    findings: 0,
    verdict: null,
    confidence: null,
    offset: event.offset,
    bytes: event.bytes
  }
  const next = { ...state, open: review, count: state.count + 1 }
  return [next, [{ op: 'put', index: state.count, review }]]
}

const exited = (
  state: ReviewState,
  { outcome }: ReviewMark & { readonly kind: 'exited' },
  event: SituatedEvent
): ReviewStep => {
  if (state.open === null) return [state, []]
  const review = { ...state.open, ...outcome, endedAt: event.line.timestamp }
  return [{ ...state, open: null }, [{ op: 'put', index: state.count - 1, review }]]
}

/** A turn of the thread's own: that of a reviewer who was called; the first of a reviewer's thread names the review. */
const began = (state: ReviewState, turnId: string): ReviewStep => {
  if (state.open !== null) {
    const review = { ...state.open, reviewerTurnId: state.open.reviewerTurnId ?? turnId }
    const next = { ...state, open: review, used: true }
    return [next, [{ op: 'put', index: state.count - 1, review }]]
  }
  const first = state.reviewer && !state.used
  return [{ ...state, used: true }, first ? [{ op: 'reviewer', turnId }] : []]
}

/** A review mark at the end of the copies was copied too, unless the thread's own turn follows at once. */
const withoutCopied = (state: ReviewState): ReviewStep =>
  state.open === null
    ? [state, []]
    : [{ ...state, open: null, count: state.count - 1 }, [{ op: 'drop', index: state.count - 1 }]]

const copied = (state: ReviewState, event: SituatedEvent): ReviewStep => {
  const mark = reviewOf(event.line)
  const [before, drops] = withoutCopied(state)
  if (mark?.kind !== 'entered') return [before, drops]
  const [next, puts] = entered(before, mark, event)
  return [next, [...drops, ...puts]]
}

export const evolveReviews = (state: ReviewState, event: SituatedEvent): ReviewStep => {
  const { line } = event
  if (event.origin === 'inherited') return copied(state, event)
  if (line.type === 'session_meta') {
    if (!event.isHead) return [state, []]
    const reviewer = subagentIn(line.payload.source) === 'review'
    const forkedFrom = line.payload.forked_from_id?.toLowerCase() ?? null
    return [{ ...state, reviewer, forkedFrom }, []]
  }
  const mark = reviewOf(line)
  if (mark?.kind === 'entered') return entered(state, mark, event)
  if (mark?.kind === 'exited') return exited(state, mark, event)
  return line.type === 'event_msg' && line.payload.type === 'task_started'
    ? began(state, line.payload.turn_id)
    : [state, []]
}

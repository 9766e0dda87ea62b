/**
 * The marks of a review in the thread that asked for it, as each era writes them.
 */
import type { RolloutLine } from '../../log/event.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import { shortText } from './row.ts'
import type { TrailStep, TrailState } from './trail-state.ts'

interface ReviewOutcome {
  /** False when the reviewer gave no result. */
  readonly finished: boolean
  readonly findings: number
  /** `patch is correct`, `patch is incorrect`, or what the reviewer said instead. */
  readonly verdict: string | null
  /** 0 to 1. */
  readonly confidence: number | null
}

export type ReviewMark =
  | { readonly kind: 'entered'; readonly target: JsonObject; readonly turnId: string | null }
  | { readonly kind: 'exited'; readonly outcome: ReviewOutcome; readonly turnId: string | null }

const targetOf = (target: JsonObject): JsonObject => {
  const kept: Record<string, Json> = {}
  for (const member of ['type', 'branch', 'sha', 'title']) {
    const text = shortText(target[member])
    if (text !== null) kept[member] = text
  }
  return kept
}

const outcomeOf = (output: unknown): ReviewOutcome => {
  if (!isJsonObject(output))
    return { finished: false, findings: 0, verdict: null, confidence: null }
  const { findings, overall_correctness, overall_confidence_score } = output
  const verdict = shortText(overall_correctness)
  return {
    finished: true,
    findings: Array.isArray(findings) ? findings.length : 0,
    verdict: verdict === '' ? null : verdict,
    confidence: typeof overall_confidence_score === 'number' ? overall_confidence_score : null
  }
}

const entered = (target: unknown, turnId: string | null): ReviewMark => ({
  kind: 'entered',
  target: isJsonObject(target) ? targetOf(target) : {},
  turnId
})

/** The mark a line makes; null for any other line. */
export const reviewOf = (line: RolloutLine): ReviewMark | null => {
  if (line.type !== 'event_msg') return null
  const p = line.payload
  if (p.type === 'entered_review_mode') return entered(p.target, p.turn_id ?? null)
  if (p.type === 'exited_review_mode')
    return { kind: 'exited', outcome: outcomeOf(p.review_output), turnId: p.turn_id ?? null }
  if (p.type !== 'item_completed') return null
  if (p.item.type === 'EnteredReviewMode') return entered(p.item.target, p.turn_id)
  return p.item.type === 'ExitedReviewMode'
    ? { kind: 'exited', outcome: outcomeOf(p.item.review_output), turnId: p.turn_id }
    : null
}

export const rowsOfReview = (state: TrailState, mark: ReviewMark): TrailStep => {
  if (mark.kind === 'entered') {
    const review = { target: mark.target, turnId: null }
    return [
      { ...state, review },
      [{ action: 'review_started', turnId: mark.turnId, after: { target: mark.target } }]
    ]
  }
  const { review } = state
  const after = { ...mark.outcome, reviewerTurnId: review?.turnId ?? null }
  return [
    { ...state, review: null, reviewFailed: !mark.outcome.finished },
    [{ action: 'reviewed', turnId: mark.turnId, after }]
  ]
}

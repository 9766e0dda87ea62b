/**
 * The events of a review inside a thread: what its beginning and its end are on disk.
 *
 * In a legacy thread the review turn that a client is told of never shows: what is replayed is a nameless turn with the
 * beginning, and the reviewer's turn with the rest. In a paginated thread both are turns.
 *
 * Source: reviews recorded with Codex 0.142.5 and 0.169.0. The words to the model are ours.
 */
import { reviewText } from '../thread/items/completed-items.ts'
import type { Json } from '../json.ts'
import type { NewEvent } from './new-event.ts'
import { reviewHint, reviewPrompt, type ReviewOutput, type ReviewTarget } from './review.ts'
import {
  agentMessage,
  completedItem,
  eventMessage,
  responseItem,
  shownUserMessage,
  turnAborted,
  turnCompleted,
  turnStarted,
  type Moment,
  type WrittenTurn
} from './turn-events.ts'

/** A review: the turn a client knows, and the turn of its reviewer. */
export interface WrittenReview {
  readonly outer: WrittenTurn
  readonly inner: WrittenTurn
}

export const reviewStarted = (
  { outer, inner }: WrittenReview,
  target: ReviewTarget,
  modelContextWindow: number | null,
  moment: Moment
): ReadonlyArray<NewEvent> => {
  const hint = reviewHint(target)
  const about = { target: target as unknown as Json, user_facing_hint: hint }
  const prompt = reviewPrompt(target)
  const started = turnStarted(inner, modelContextWindow, moment)
  if (outer.mode === 'paginated') {
    const entered = { type: 'EnteredReviewMode', id: moment.newId(), ...about }
    return [completedItem(outer, entered, moment), started, shownUserMessage(inner, prompt, moment)]
  }
  return [
    eventMessage(moment.nowMs, { type: 'entered_review_mode', ...about }),
    started,
    shownUserMessage(inner, prompt, moment),
    shownUserMessage(inner, prompt, moment)
  ]
}

const INTERRUPTED = 'The review was stopped before its reviewer answered; it can be started again.'

const toModel = (text: string, output: ReviewOutput | null): string => {
  const said =
    output === null
      ? 'The user started a code review, which did not come to an end.'
      : `The user started a code review. This is what the reviewer found:\n\n${text}`
  return `<user_action>\n${said}\n<action>review</action>\n</user_action>`
}

const ended = (outer: WrittenTurn, output: ReviewOutput | null, moment: Moment): NewEvent => {
  const result = { review_output: output as unknown as Json }
  return outer.mode === 'paginated'
    ? completedItem(outer, { type: 'ExitedReviewMode', id: moment.newId(), ...result }, moment)
    : eventMessage(moment.nowMs, { type: 'exited_review_mode', ...result })
}

/** How a review ends: with the output of its reviewer, without an answer, or stopped. */
export type ReviewEnd = ReviewOutput | 'failed' | 'interrupted'

export const reviewEnded = (
  { outer }: WrittenReview,
  end: ReviewEnd,
  beganMs: number,
  moment: Moment
): ReadonlyArray<NewEvent> => {
  const output = typeof end === 'string' ? null : end
  const text = output === null ? INTERRUPTED : reviewText(output as never)
  const isLegacy = outer.mode === 'legacy'
  const question = {
    type: 'message',
    id: isLegacy ? 'review_rollout_user' : `msg_${moment.newId()}`,
    role: 'user',
    content: [{ type: 'input_text', text: toModel(text, output) }]
  }
  const [shown, answer] = agentMessage(outer, text, null, moment)
  const said = isLegacy ? [withId(answer, 'review_rollout_assistant'), shown] : [answer, shown]
  return [
    responseItem(outer, question, moment),
    ended(outer, output, moment),
    ...said.filter((event) => event !== undefined),
    ...(end === 'interrupted'
      ? turnAborted(outer, beganMs, moment)
      : [turnCompleted(outer, null, beganMs, null, moment)])
  ]
}

const withId = (event: NewEvent | undefined, id: string): NewEvent | undefined => {
  if (event === undefined) return undefined
  const { type, id: _, ...rest } = event.payload
  return { ...event, payload: { type, id, ...rest } }
}

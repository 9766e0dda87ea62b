/**
 * Reviews: set up as events, and ended with what a reviewer said, which the caller brings. unroll runs no reviewer.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { PlacedEvent } from '../../../domain/log/event.ts'
import type { HistoryMode } from '../../../domain/protocol.ts'
import {
  reviewHint,
  reviewOutputOf,
  targetRefusal,
  trimmedTarget,
  type ReviewOutput,
  type ReviewTarget
} from '../../../domain/changes/review.ts'
import {
  reviewEnded,
  reviewStarted,
  type ReviewEnd,
  type WrittenReview
} from '../../../domain/changes/review-events.ts'
import type { WrittenTurn } from '../../../domain/changes/turn-events.ts'
import type { MutationOptions } from '../life/life.ts'
import { type StartedReview, type Written, SAID, written, type MutationEnv } from './write.ts'
import { tailEvents } from '../../read/threads/lines.ts'
import { idInMetadata } from '../../read/threads/identity.ts'
import { modeOf, momentOf, newTurn } from './turn-context.ts'
import { invalidRequest, impossible, type Answer, type Result } from '../../result.ts'

export const startReview = (
  env: MutationEnv,
  threadId: string,
  asked: ReviewTarget,
  options: MutationOptions
): Answer<StartedReview> => {
  const message = targetRefusal(asked)
  if (message !== null) return async () => invalidRequest(message)
  const target = trimmedTarget(asked)
  return async () => {
    let review: WrittenReview | null = null
    const done = await written(env, threadId, options, {
      operation: 'review',
      arguments: { target: { ...target } },
      plan: async ({ info, row }) => {
        const moment = momentOf(env.writer)
        const id = idInMetadata(row(), info)
        const outer = newTurn(id, await modeOf(env, info), moment)
        review = { outer, inner: newTurn(id, outer.mode, moment, { rootTurnId: outer.turnId }) }
        return E.right({
          events: reviewStarted(review, target, null, moment),
          inverse: {
            none: 'what a review says stays in the log: complete it, then roll its turns back'
          }
        })
      }
    })()
    if (E.isLeft(done) || review === null) return done as Result<StartedReview>
    const { outer, inner } = review as WrittenReview
    const ids = { turnId: outer.turnId, reviewTurnId: inner.turnId }
    return E.right({ ...done.right, ...ids, hint: reviewHint(target) })
  }
}

const enters = ({ line }: PlacedEvent): boolean =>
  line.type === 'event_msg' &&
  (line.payload.type === 'entered_review_mode' ||
    (line.payload.type === 'item_completed' && line.payload.item.type === 'EnteredReviewMode'))

const leaves = ({ line }: PlacedEvent): boolean =>
  line.type === 'event_msg' &&
  (line.payload.type === 'exited_review_mode' ||
    line.payload.type === 'thread_rolled_back' ||
    (line.payload.type === 'item_completed' && line.payload.item.type === 'ExitedReviewMode'))

interface RunningReview {
  readonly review: WrittenReview
  readonly beganMs: number
}

const startedTurn = (
  threadId: string,
  mode: HistoryMode,
  { line }: PlacedEvent
): WrittenTurn | null => {
  if (line.type !== 'event_msg' || line.payload.type !== 'task_started') return null
  const { turn_id: turnId, started_at: startedAt } = line.payload
  return { threadId, turnId, rootTurnId: turnId, mode, startedAt: startedAt ?? 0 }
}

/** The newest review that has begun and not ended; null when there is none. A legacy log lacks the turn id its client knows. */
const openReview = (
  threadId: string,
  mode: HistoryMode,
  events: ReadonlyArray<PlacedEvent>,
  toldTurnId: string
): RunningReview | null => {
  const at = events.findLastIndex((event) => enters(event) || leaves(event))
  const entered = events[at]
  if (entered === undefined || !enters(entered)) return null
  const inner = events
    .slice(at + 1)
    .map((event) => startedTurn(threadId, mode, event))
    .find((turn) => turn !== null)
  if (inner === undefined || inner === null) return null
  const { line } = entered
  const named =
    line.type === 'event_msg' && line.payload.type === 'item_completed'
      ? line.payload.turn_id
      : null
  const turnId = named ?? toldTurnId
  return {
    review: { outer: { ...inner, turnId, rootTurnId: turnId }, inner },
    beganMs: Date.parse(line.timestamp)
  }
}

const ended = (
  env: MutationEnv,
  threadId: string,
  end: ReviewEnd,
  toldTurnId: string | null,
  options: MutationOptions
): Answer<Written> =>
  written(env, threadId, options, {
    operation: end === 'interrupted' ? 'review-interrupt' : 'review-complete',
    arguments: {},
    plan: async ({ info, row }) => {
      const moment = momentOf(env.writer)
      const tail = await tailEvents(env, info)
      const mode = await modeOf(env, info)
      const open = openReview(idInMetadata(row(), info), mode, tail, toldTurnId ?? moment.newId())
      if (open === null)
        return impossible('no review is open in this thread', {
          kind: 'start_review',
          threadId: info.streamId
        })
      const events = reviewEnded(open.review, end, open.beganMs, moment)
      return E.right({ events, inverse: { none: SAID } })
    }
  })

/** Ends the open review with what its reviewer said; null when it failed. */
export const completeReview = (
  env: MutationEnv,
  threadId: string,
  said: ReviewOutput | string | null,
  options: MutationOptions
): Answer<Written> => ended(env, threadId, reviewOutputOf(said) ?? 'failed', null, options)

/** Ends the open review on request; `turnId` is the turn its client knows. */
export const interruptReview = (
  env: MutationEnv,
  threadId: string,
  turnId: string,
  options: MutationOptions
): Answer<Written> => ended(env, threadId, 'interrupted', turnId, options)

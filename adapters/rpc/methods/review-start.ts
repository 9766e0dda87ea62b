/**
 * `review/start`: sets up a review, in the thread or in a fork of it, where a reviewer hands in the result. Without one the review
 * is accepted and fails at once, and nothing is written: a client would wait for ever.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { v7 } from 'uuid'
import {
  reviewHint,
  targetRefusal,
  trimmedTarget,
  type ReviewTarget
} from '../../../domain/changes/review.ts'
import { reviewText } from '../../../domain/thread/items/completed-items.ts'
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'
import type { Turn } from '../../../domain/protocol.ts'
import type { StartedReview } from '../../../replay/change/mutate/mutations.ts'
import type { AwaitedReview, LiveThread } from '../threads/live.ts'
import { threadStarted, turnCompleted, wholeItem } from '../threads/notices.ts'
import * as results from '../threads/results.ts'
import { ask, write, type RpcCall, type ThreadIds } from '../threads/server.ts'
import { draftOf, load, materialized, storedThread } from '../threads/threads.ts'
import { noReview, seconds, shownTurn, unrunTurn } from '../threads/turns.ts'
import { internal, invalidRequest, type RpcError } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { oneOf, option, required, struct, tagged, text } from '../wire/serde.ts'
import { ofLoaded, type Era, type MethodOutcome, type MethodResult } from './method.ts'

const target = tagged<ReviewTarget>('ReviewTarget', {
  uncommittedChanges: struct('UncommittedChanges', {}),
  baseBranch: struct('BaseBranch', { branch: required(text) }),
  commit: struct('Commit', { sha: required(text), title: option(text) }),
  custom: struct('Custom', { instructions: required(text) })
})

const turnOf = (
  { turnId, hint }: Pick<StartedReview, 'turnId' | 'hint'>,
  profile: ProfileName
): Turn => {
  const { members142, members169 } = PROFILES[profile]
  return {
    id: turnId,
    ...(members169 ? { rootTurnId: null } : {}),
    items: [
      {
        type: 'userMessage',
        id: turnId,
        ...(members142 ? { clientId: null } : {}),
        content: [{ type: 'text', text: hint, text_elements: [] }],
        ...(members169 ? { startedAtMs: null, completedAtMs: null } : {})
      }
    ],
    itemsView: 'notLoaded',
    status: 'inProgress',
    error: null,
    startedAt: null,
    completedAt: null,
    durationMs: null
  }
}

/** The beginning or the end of a review, as an item. */
const reviewItem = (
  type: 'enteredReviewMode' | 'exitedReviewMode',
  review: string,
  turn: { readonly threadId: string; readonly turnId: string },
  profile: ProfileName
): ReadonlyArray<Notice> =>
  wholeItem({ type, id: profile === '0.169' ? v7() : turn.turnId, review }, turn, profile)

interface ReviewThread {
  readonly thread: ThreadIds
  readonly before: ReadonlyArray<Notice>
}

/** The thread a detached review happens in: a fork, loaded for the client that asked. */
const detached = async (
  call: RpcCall,
  { streamId, settings }: LiveThread
): Promise<E.Either<RpcError, ReviewThread>> => {
  const made = await ask(call, (engine) => engine.fork(streamId, {}))
  if (E.isLeft(made)) return made
  // Codex does not tell it who asked for the review.
  const thread = load(call, {
    ...{ id: made.right.id, settings, draft: null },
    behaviours: new Set()
  })
  const read = await storedThread(call, thread, false)
  return E.isLeft(read) ? read : E.right({ thread, before: [threadStarted(read.right)] })
}

/** Why a thread that is never stored cannot be reviewed: not in a fork, and not where a result is handed in. */
const ephemeralRefusal = async (
  call: RpcCall,
  live: LiveThread,
  isDetached: boolean
): Promise<RpcError | null> => {
  const { id } = live
  const draft = await draftOf(call, live)
  if (draft?.thread.ephemeral !== true) return null
  if (isDetached)
    return internal(
      `failed to load parent thread ${id}: thread-store internal error: Session persistence is disabled; cannot load history.`
    )
  return call.server.reviews === true
    ? invalidRequest(`ephemeral thread keeps no review: ${id}`)
    : null
}

const reviewThread = async (
  call: RpcCall,
  live: LiveThread,
  isDetached: boolean
): Promise<E.Either<RpcError, ReviewThread>> => {
  const made = await materialized(call, live)
  if (E.isLeft(made)) return made
  return isDetached ? detached(call, live) : E.right({ thread: live, before: [] })
}

/**
 * Takes the place of the reviewer's answer: without one, 0.169 shows the review as still running when it returns to the thread.
 */
const noAnswerItem = (
  turn: { readonly threadId: string; readonly turnId: string },
  profile: ProfileName
): ReadonlyArray<Notice> => {
  const is169 = profile === '0.169'
  const item = {
    type: 'agentMessage',
    ...(is169 ? { moderation: null } : {}),
    id: is169 ? `msg_${v7()}` : 'review_rollout_assistant',
    text: 'Nothing was reviewed.',
    phase: null,
    memoryCitation: null,
    ...(is169 ? { delivery: null, questions: null } : {})
  }
  return wholeItem(item, turn, profile)
}

/** A review without a reviewer; a detached one makes no thread. */
const unreviewed = (call: RpcCall, live: LiveThread, asked: ReviewTarget): MethodResult => {
  const { profile } = call.server
  const review = { turnId: v7(), hint: reviewHint(trimmedTarget(asked)) }
  const turn = { threadId: live.id, turnId: review.turnId }
  const closing = [
    ...reviewItem('exitedReviewMode', reviewText(null), turn, profile),
    ...noAnswerItem(turn, profile)
  ]
  const failing = { innerTurnId: v7(), reason: noReview(live), closing }
  return {
    result: { turn: turnOf(review, profile), reviewThreadId: live.id },
    after: [
      ...reviewItem('enteredReviewMode', review.hint, turn, profile),
      ...unrunTurn(call, live, { turnId: review.turnId, ...failing })
    ]
  }
}

/** Sets the review up; from here on it can be stopped. */
const setUp = async (
  call: RpcCall,
  live: LiveThread,
  asked: ReviewTarget,
  isDetached: boolean
): Promise<MethodOutcome> => {
  const { profile, live: all } = call.server
  const found = await reviewThread(call, live, isDetached)
  if (E.isLeft(found)) return found
  const { thread, before } = found.right
  const threadId = thread.id
  const started = await write(call, ({ startReview }, options) =>
    startReview(thread.streamId, asked, options)
  )
  if (E.isLeft(started)) return E.left({ ...started.left, before })
  const { turnId, reviewTurnId, hint } = started.right
  const loaded = all.find(threadId)
  const review = { turnId, reviewTurnId, startedAtMs: Date.now() }
  if (loaded !== null) all.put({ ...loaded, review })
  return E.right({
    before,
    result: { turn: turnOf(started.right, profile), reviewThreadId: threadId },
    after: reviewItem('enteredReviewMode', hint, { threadId, turnId }, profile)
  })
}

export const reviewStart = ofLoaded(
  'ReviewStartParams',
  ({ profile }: Era) => ({
    target: required(target),
    delivery: option(
      profile === '0.169' ? oneOf<'inline' | 'detached'>('inline') : oneOf('inline', 'detached')
    )
  }),
  t.type({ turn: results.Turn, reviewThreadId: t.string }, 'ReviewStartResponse'),
  async (live, params, call) => {
    const refusal = targetRefusal(params.target)
    if (refusal !== null) return E.left(invalidRequest(refusal))
    const isDetached = params.delivery === 'detached'
    const ephemeral = await ephemeralRefusal(call, live, isDetached)
    if (ephemeral !== null) return E.left(ephemeral)
    return call.server.reviews === true
      ? setUp(call, live, params.target, isDetached)
      : E.right(unreviewed(call, live, params.target))
  }
)

/** Stops the review that was set up in a thread and closes it in its rollout; refused when it has ended. */
export const stopReview = async (
  call: RpcCall,
  live: LiveThread,
  { turnId, startedAtMs }: AwaitedReview
): Promise<E.Either<RpcError, Pick<MethodResult, 'before' | 'after'>>> => {
  const { profile, live: all } = call.server
  const stopped = await write(call, ({ interruptReview }, options) =>
    interruptReview(live.streamId, turnId, options)
  )
  const loaded = all.find(live.id)
  if (loaded !== null) all.put({ ...loaded, review: null })
  if (E.isLeft(stopped)) return stopped
  const nowMs = Date.now()
  const turn = shownTurn(profile, turnId, {
    status: 'interrupted',
    error: null,
    startedAt: seconds(startedAtMs),
    completedAt: seconds(nowMs),
    durationMs: nowMs - startedAtMs
  })
  return E.right({
    before: reviewItem(
      'exitedReviewMode',
      reviewText(null),
      { threadId: live.id, turnId },
      profile
    ),
    after: [turnCompleted(live.id, turn)]
  })
}

/**
 * `review/start`: sets a review up, in the thread or in a fork of it. Whoever reviews hands in what came of it later.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { v7 } from 'uuid'
import type { JsonObject } from '../../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../../domain/profile.ts'
import type { ReviewTarget } from '../../../domain/changes/review.ts'
import type { Turn } from '../../../domain/protocol.ts'
import type { StartedReview } from '../../../replay/mutate/mutations.ts'
import { threadKey } from '../connection/keys.ts'
import { internal, invalidRequest, type RpcError } from '../wire/errors.ts'
import type { LiveThread } from '../threads/live.ts'
import type { Notice } from '../wire/message.ts'
import { ask, EVERY_PROFILE, type Call, type Method } from '../method.ts'
import { itemChanged, threadStarted } from '../threads/notices.ts'
import * as results from '../threads/results.ts'
import { oneOf, option, required, struct, tagged, text, type ValueOf } from '../wire/serde.ts'
import { draftOf, load, loadedThread, materialized, storedThread } from '../threads/threads.ts'
import { write } from '../threads/writes.ts'

const target = tagged<ReviewTarget>('ReviewTarget', {
  uncommittedChanges: struct('UncommittedChanges', {}),
  baseBranch: struct('BaseBranch', { branch: required(text) }),
  commit: struct('Commit', { sha: required(text), title: option(text) }),
  custom: struct('Custom', { instructions: required(text) })
})

const fieldsOf = (profile: ProfileName) => ({
  threadId: required(text),
  target: required(target),
  delivery: option(
    profile === '0.169' ? oneOf<'inline' | 'detached'>('inline') : oneOf('inline', 'detached')
  )
})

interface Response {
  readonly turn: Turn
  readonly reviewThreadId: string
}

/** A target without what is around its words, or the member that is empty. */
const trimmedTarget = (asked: ReviewTarget): E.Either<RpcError, ReviewTarget> => {
  const empty = (member: string) => E.left(invalidRequest(`${member} must not be empty`))
  switch (asked.type) {
    case 'uncommittedChanges':
      return E.right(asked)
    case 'baseBranch': {
      const branch = asked.branch.trim()
      return branch === '' ? empty('branch') : E.right({ ...asked, branch })
    }
    case 'commit': {
      const sha = asked.sha.trim()
      return sha === '' ? empty('sha') : E.right({ ...asked, sha })
    }
    case 'custom': {
      const instructions = asked.instructions.trim()
      return instructions === '' ? empty('instructions') : E.right({ ...asked, instructions })
    }
  }
}

const turnOf = ({ turnId, hint }: StartedReview, profile: ProfileName): Turn => {
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

const entered = (
  { turnId, hint }: StartedReview,
  threadId: string,
  profile: ProfileName
): ReadonlyArray<Notice> => {
  const nowMs = Date.now()
  const id = profile === '0.169' ? v7() : turnId
  const item = (isComplete: boolean): JsonObject => ({
    type: 'enteredReviewMode',
    id,
    review: hint,
    ...(profile === '0.169' ? { startedAtMs: nowMs, completedAtMs: isComplete ? nowMs : null } : {})
  })
  const turn = { threadId, turnId }
  return [
    itemChanged('started', item(false), turn, nowMs, profile),
    itemChanged('completed', item(true), turn, nowMs, profile)
  ]
}

interface Place {
  readonly threadId: string
  readonly before: ReadonlyArray<Notice>
}

/** The thread a detached review happens in: a fork, loaded for the client that asked. */
const detached = async (
  call: Call,
  { id, settings }: LiveThread
): Promise<E.Either<RpcError, Place>> => {
  const made = await ask(call, (engine) => engine.fork(id, {}))
  if (E.isLeft(made)) return made
  const threadId = made.right.id
  load(call, { id: threadId, settings, draft: null })
  const read = await storedThread(call, threadId, false)
  return E.isLeft(read) ? read : E.right({ threadId, before: [threadStarted(read.right)] })
}

const placeOf = async (
  call: Call,
  live: LiveThread,
  isDetached: boolean
): Promise<E.Either<RpcError, Place>> => {
  const draft = await draftOf(call, live.id)
  if (draft?.thread.ephemeral === true)
    return E.left(
      isDetached
        ? internal(
            `failed to load parent thread ${live.id}: thread-store internal error: Session persistence is disabled; cannot load history.`
          )
        : invalidRequest(`ephemeral thread keeps no review: ${live.id}`)
    )
  const made = await materialized(call, live.id)
  if (E.isLeft(made)) return made
  return isDetached ? detached(call, live) : E.right({ threadId: live.id, before: [] })
}

/** The row of `review/start`. */
export const reviewStart: Method<ValueOf<ReturnType<typeof fieldsOf>>, Response> = {
  name: 'review/start',
  profiles: EVERY_PROFILE,
  params: (profile) => struct('ReviewStartParams', fieldsOf(profile)),
  result: t.type({ turn: results.Turn, reviewThreadId: t.string }, 'ReviewStartResponse'),
  key: threadKey,
  handler: (params, call) => async () => {
    const { profile } = call.server
    const live = loadedThread(call, params.threadId)
    if (E.isLeft(live)) return live
    const asked = trimmedTarget(params.target)
    if (E.isLeft(asked)) return asked
    const place = await placeOf(call, live.right, params.delivery === 'detached')
    if (E.isLeft(place)) return place
    const { threadId, before } = place.right
    const started = await write(call, ({ startReview }, options) =>
      startReview(threadId, asked.right, options)
    )
    return E.isLeft(started)
      ? E.left({ ...started.left, before })
      : E.right({
          before,
          result: { turn: turnOf(started.right, profile), reviewThreadId: threadId },
          after: entered(started.right, threadId, profile)
        })
  }
}

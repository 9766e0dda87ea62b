/**
 * Every mutation: catch the thread up, decide by what it holds now, append, with a record before and after. When another
 * writer was faster, a mutation without an expected revision decides again.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import type { NewEvent } from '../../../domain/changes/new-event.ts'
import type { Inverse } from '../../../domain/changes/operations.ts'
import { guarded, sameIndexSince } from '../../guarded.ts'
import {
  heldByCodex,
  isHeldAs,
  openExpected,
  type Life,
  type MutationOptions
} from '../life/life.ts'
import type { OpenThread } from '../../read/threads/open-thread.ts'
import type { Appended, SegmentWriter } from '../../ports.ts'
import { checkpointOf, type Checkpoint } from '../../catch-up/project.ts'
import { recorded, requestOf } from '../life/recorded.ts'
import type { Answer, Result } from '../../result.ts'

/** What was appended to a thread. */
export interface Written {
  readonly threadId: string
  readonly events: ReadonlyArray<NewEvent>
  /** Null after a dry run, and when there was nothing to write. */
  readonly appended: Appended | null
  /** Its id in the operation log; null where nothing was written or nothing is recorded. */
  readonly operationId: string | null
}

/** A review that a host is to carry out. */
export interface StartedReview extends Written {
  /** Id of the review turn as its client knows it. */
  readonly turnId: string
  /** Id of the turn the reviewer works in, which replays show. */
  readonly reviewTurnId: string
  /** What a person sees of the target: `current changes`, `commit abcdef1: title` … */
  readonly hint: string
}

export interface MutationEnv extends Life {
  readonly writer: SegmentWriter
}

export interface MutationTarget extends OpenThread {
  readonly checkpoint: Checkpoint
  /** Time of the events, RFC 3339 with milliseconds. */
  readonly at: string
}

export interface MutationPlan {
  readonly events: ReadonlyArray<NewEvent>
  readonly inverse: Inverse | { readonly none: string }
}

/** A mutation as it is recorded, and how it decides what to write. */
export interface Mutation {
  /** A verb, as the log spells it. */
  readonly operation: string
  readonly arguments: JsonObject
  readonly plan: (target: MutationTarget) => Promise<Result<MutationPlan>>
}

/** Why words to the model cannot be taken back. */
export const SAID = 'the input of the model stays in the log: to hide it, roll back whole turns'

const ATTEMPTS_MAX = 3

export const openTarget = async (
  env: MutationEnv,
  threadId: string,
  options: MutationOptions
): Promise<Result<MutationTarget>> => {
  const opened = await openExpected(env, threadId, options)
  if (E.isLeft(opened)) return opened
  const { streamId } = opened.right.info
  const checkpoint = checkpointOf(env, streamId)
  if (checkpoint === null) return E.left({ _tag: 'StreamNotFound', streamId })
  const at = new Date(env.writer.nowMs()).toISOString()
  return E.right({ ...opened.right, checkpoint, at })
}

const append = async (
  env: MutationEnv,
  { info, checkpoint }: MutationTarget,
  mutation: Mutation,
  { events, inverse }: MutationPlan,
  options: MutationOptions
): Promise<Result<Pick<Written, 'appended' | 'operationId'>>> => {
  if (isHeldAs(env, env.writer, info.streamId)) return E.left(heldByCodex(info.streamId))
  const { next } = checkpoint
  const request = requestOf(info.streamId, mutation.operation, mutation.arguments, options)
  return recorded(env, request, next, async (operationId) => {
    const done = await env.store.append(info.streamId, next.revision, events, checkpoint)()
    return E.map((appended: Appended) => ({
      answer: { appended, operationId: operationId === '' ? null : operationId },
      after: appended.next,
      inverse: 'none' in inverse ? inverse : expecting(inverse, appended.next.revision)
    }))(done)
  })
}

/** An inverse is valid only until something is added. */
export const expecting = ({ operation, arguments: given }: Inverse, revision: number): Inverse => ({
  operation,
  arguments: { ...given, expectedRevision: revision }
})

export const written = (
  env: MutationEnv,
  threadId: string,
  options: MutationOptions,
  mutation: Mutation
): Answer<Written> =>
  guarded<Written>(env, async () => {
    for (let attempt = 1; ; attempt++) {
      const requireSameIndex = sameIndexSince(env.index)
      const target = await openTarget(env, threadId, options)
      if (E.isLeft(target)) return target
      const plan = await mutation.plan(target.right)
      requireSameIndex()
      if (E.isLeft(plan)) return plan
      const { events } = plan.right
      const answer = { threadId: target.right.info.streamId, events }
      if (options.dryRun === true || events.length === 0)
        return E.right({ ...answer, appended: null, operationId: null })
      const done = await append(env, target.right, mutation, plan.right, options)
      if (E.isRight(done)) return E.right({ ...answer, ...done.right })
      const isRace = done.left._tag === 'WrongExpectedRevision'
      if (!isRace || options.expectedRevision !== undefined || attempt === ATTEMPTS_MAX) return done
    }
  })

/**
 * Rollback: hides the newest turns. In a legacy thread it is an event; a paginated thread goes on in a new segment from
 * before them. Nothing is deleted, so it can be taken back until the next turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { NewEvent } from '../../domain/new-event.ts'
import { guarded } from '../guarded.ts'
import { restoreThread, revertThread } from '../branch.ts'
import { tokenCount } from '../../domain/compaction.ts'
import { estimateAfterRollback } from '../context.ts'
import { liveTurns } from '../turn-page.ts'
import type { RollbackOptions, Written } from './types.ts'
import type { StreamInfo } from '../ports.ts'
import { checkpointOf } from '../project.ts'
import { notPossible } from './refusal.ts'
import { restorePlan } from './restore.ts'
import { modeOf } from './turn-context.ts'
import { openTarget, written, type MutationEnv, type Plan } from './write.ts'

type Answer<A> = TE.TaskEither<StoreError, A>

/** Runs what makes a segment instead of appending, and tells what it came to. */
const branched = async (
  env: MutationEnv,
  info: StreamInfo,
  make: () => Promise<E.Either<StoreError, StreamId>>,
  { dryRun }: RollbackOptions
): Promise<E.Either<StoreError, Written>> => {
  const from = checkpointOf(env, info.streamId)?.next
  const answer = { threadId: info.streamId, events: [], appended: null }
  if (dryRun === true || from === undefined) return E.right(answer)
  const made = await make()
  if (E.isLeft(made)) return made
  const opened = await env.open(info.streamId, false)
  if (E.isLeft(opened)) return opened
  const next = checkpointOf(env, info.streamId)?.next ?? from
  const appended = { streamId: info.streamId, from, next, path: opened.right.info.path }
  return E.right({ ...answer, appended })
}

const rolledBack = (turnCount: number, at: string): NewEvent => ({
  timestamp: at,
  type: 'event_msg',
  payload: { type: 'thread_rolled_back', num_turns: turnCount }
})

const rollbackPlan =
  (env: MutationEnv, turnCount: number): Plan =>
  async ({ info, at }) => {
    const counts = await estimateAfterRollback(env, info, turnCount)
    return E.right([tokenCount(counts, at), rolledBack(turnCount, at)])
  }

/** Hides the last `turnCount` turns; all of them when there are fewer. */
export const rollback = (
  env: MutationEnv,
  threadId: string,
  turnCount: number,
  options: RollbackOptions
): Answer<Written> =>
  guarded<Written>(env.index, async () => {
    if (!Number.isInteger(turnCount) || turnCount < 1)
      return E.left({ _tag: 'InvalidRequest', message: 'numTurns must be >= 1' })
    const target = await openTarget(env, threadId, options)
    if (E.isLeft(target)) return target
    const { info } = target.right
    if ((await modeOf(env, info)) === 'legacy')
      return written(env, threadId, options, rollbackPlan(env, turnCount))()
    const live = liveTurns(env, info)
    const place = Math.max(0, live.count - turnCount)
    const first = live.rows(place, place + 1)[0]
    if (first === undefined)
      return E.left(notPossible('the thread has no turns', `see "unroll show ${info.streamId}"`))
    const make = () => revertThread(env, env.writer, info, first.id, options.force === true)
    return branched(env, info, make, options)
  })

/** Brings back the turns that the last rollback hid. */
export const unrollback = (
  env: MutationEnv,
  threadId: string,
  options: RollbackOptions
): Answer<Written> =>
  guarded<Written>(env.index, async () => {
    const target = await openTarget(env, threadId, options)
    if (E.isLeft(target)) return target
    const { info } = target.right
    if ((await modeOf(env, info)) === 'legacy')
      return written(env, threadId, options, restorePlan(env))()
    const make = () => restoreThread(env, env.writer, info, options.force === true)
    return branched(env, info, make, options)
  })

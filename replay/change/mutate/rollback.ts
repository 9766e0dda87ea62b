/**
 * Rollback: hides the newest turns. In a legacy thread it is an event; a paginated thread continues in a new segment from
 * before them. Nothing is deleted, so it can be taken back until the next turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StreamId } from '../../../domain/ids.ts'
import type { Inverse } from '../../../domain/changes/operations.ts'
import { guarded } from '../../guarded.ts'
import { overOneIndex, restoreThread, revertThread } from './branch.ts'
import { tokenCount } from '../../../domain/changes/compaction.ts'
import { estimateAfterRollback } from '../../past/context/context.ts'
import { liveTurns } from '../../read/pages/turn-page.ts'
import type { MutationOptions } from '../life/life.ts'
import {
  type Written,
  expecting,
  openTarget,
  written,
  type Mutation,
  type MutationEnv,
  type MutationTarget
} from './write.ts'
import type { Appended, SegmentWriter } from '../../ports.ts'
import { recorded, requestOf } from '../life/recorded.ts'
import { checkpointOf } from '../../catch-up/project.ts'
import { restorePlan } from './restore.ts'
import { modeOf } from './turn-context.ts'
import { invalidRequest, impossible, type Answer, type Result } from '../../result.ts'

interface SegmentChange {
  readonly mutation: Pick<Mutation, 'operation' | 'arguments'>
  /** Asked for when the segment is there. */
  readonly inverse: () => Inverse
  readonly make: () => Promise<Result<StreamId>>
}

/** Runs what makes a segment instead of appending, with its records. */
const branched = async (
  env: MutationEnv,
  target: MutationTarget,
  { mutation, inverse, make }: SegmentChange,
  options: MutationOptions
): Promise<Result<Written>> => {
  const { streamId } = target.info
  const answer = { threadId: streamId, events: [] }
  if (options.dryRun === true) return E.right({ ...answer, appended: null, operationId: null })
  const from = target.checkpoint.next
  const request = requestOf(streamId, mutation.operation, mutation.arguments, options)
  return recorded(env, request, from, async (id) => {
    const made = await make()
    if (E.isLeft(made)) return made
    const opened = await env.open(streamId, false)
    if (E.isLeft(opened)) return opened
    const next = checkpointOf(env, streamId)?.next ?? from
    const appended: Appended = { streamId, from, next, path: opened.right.info.path }
    return E.right({
      answer: { ...answer, appended, operationId: id === '' ? null : id },
      after: next,
      inverse: expecting(inverse(), next.revision)
    })
  })
}

const unrollbackOf = (threadId: StreamId): Inverse => ({
  operation: 'unrollback',
  arguments: { threadId }
})

const rollbackOf = (env: MutationEnv, turnCount: number): Mutation => ({
  operation: 'rollback',
  arguments: { turns: turnCount },
  plan: async ({ info, at }) => {
    const counts = await estimateAfterRollback(env, info, turnCount)
    const payload = { type: 'thread_rolled_back', num_turns: turnCount }
    const events = [tokenCount(counts, at), { timestamp: at, type: 'event_msg', payload }]
    return E.right({ events, inverse: unrollbackOf(info.streamId) })
  }
})

const changing = (
  env: MutationEnv,
  run: (writer: SegmentWriter) => Promise<Result<Written>>
): Answer<Written> => guarded(env, () => overOneIndex(env, env.writer, run))

/** Hides the last `turnCount` turns; all of them when there are fewer. */
export const rollback = (
  env: MutationEnv,
  threadId: string,
  turnCount: number,
  options: MutationOptions
): Answer<Written> =>
  changing(env, async (writer) => {
    if (!Number.isInteger(turnCount) || turnCount < 1)
      return invalidRequest('numTurns must be >= 1')
    const target = await openTarget(env, threadId, options)
    if (E.isLeft(target)) return target
    const { info } = target.right
    if ((await modeOf(env, info)) === 'legacy')
      return written(env, threadId, options, rollbackOf(env, turnCount))()
    const live = liveTurns(env, info)
    const place = Math.max(0, live.count - turnCount)
    const first = live.rows(place, place + 1)[0]
    if (first === undefined)
      return impossible('the thread has no turns', { kind: 'see_thread', threadId: info.streamId })
    const branching = {
      mutation: { operation: 'rollback', arguments: { turns: turnCount } },
      inverse: () => unrollbackOf(info.streamId),
      make: () => revertThread(env, writer, info, first.id, options.force === true)
    }
    return branched(env, target.right, branching, options)
  })

export const unrollback = (
  env: MutationEnv,
  threadId: string,
  options: MutationOptions
): Answer<Written> =>
  changing(env, async (writer) => {
    const target = await openTarget(env, threadId, options)
    if (E.isLeft(target)) return target
    const { info } = target.right
    if ((await modeOf(env, info)) === 'legacy')
      return written(env, threadId, options, {
        operation: 'unrollback',
        arguments: {},
        plan: restorePlan(env)
      })()
    const before = liveTurns(env, info).count
    const branching: SegmentChange = {
      mutation: { operation: 'unrollback', arguments: {} },
      inverse: () => {
        const turns = liveTurns(env, info).count - before
        return { operation: 'rollback', arguments: { threadId: info.streamId, turns } }
      },
      make: () => restoreThread(env, writer, info, options.force === true)
    }
    return branched(env, target.right, branching, options)
  })

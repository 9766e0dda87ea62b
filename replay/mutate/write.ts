/**
 * How every mutation goes: catch the thread up, decide by what it holds now, append. When another writer was faster, a
 * mutation that was not told which revision to expect decides anew.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import type { NewEvent } from '../../domain/new-event.ts'
import { guarded } from '../guarded.ts'
import type { MutationOptions, Written } from './types.ts'
import type { OpenThread } from '../open-thread.ts'
import type { Appended, SegmentWriter } from '../ports.ts'
import { checkpointOf, type Checkpoint, type Env } from '../project.ts'

/** What mutations work with. */
export interface MutationEnv extends Env {
  readonly writer: SegmentWriter
  readonly open: (threadId: string, withTurns: boolean) => Promise<E.Either<StoreError, OpenThread>>
}

/** A thread about to be changed. */
export interface Target extends OpenThread {
  readonly checkpoint: Checkpoint
  /** Time of the events, RFC 3339 with milliseconds. */
  readonly at: string
}

/** The events a mutation comes to. */
export type Plan = (target: Target) => Promise<E.Either<StoreError, ReadonlyArray<NewEvent>>>

const ATTEMPTS_MAX = 3

const mismatch = (
  id: StreamId,
  expected: MutationOptions['expected'],
  actual: number
): StoreError | null => {
  if (expected === undefined || expected === 'any' || expected === 'stream_exists') return null
  return expected === actual
    ? null
    : { _tag: 'WrongExpectedRevision', streamId: id, expected, actual }
}

/** A thread, caught up and at the revision that is expected. */
export const openTarget = async (
  env: MutationEnv,
  threadId: string,
  { expected }: MutationOptions
): Promise<E.Either<StoreError, Target>> => {
  const opened = await env.open(threadId, false)
  if (E.isLeft(opened)) return opened
  const { streamId } = opened.right.info
  const checkpoint = checkpointOf(env, streamId)
  if (checkpoint === null) return E.left({ _tag: 'StreamNotFound', streamId })
  const wrong = mismatch(streamId, expected, checkpoint.next.revision)
  const at = new Date(env.writer.nowMs()).toISOString()
  return wrong === null ? E.right({ ...opened.right, checkpoint, at }) : E.left(wrong)
}

const append = (
  env: MutationEnv,
  { info, checkpoint }: Target,
  events: ReadonlyArray<NewEvent>
): Promise<E.Either<StoreError, Appended>> =>
  env.store.append(info.streamId, checkpoint.next.revision, events, checkpoint)()

/** Runs a plan and appends what it comes to. */
export const written = (
  env: MutationEnv,
  threadId: string,
  options: MutationOptions,
  plan: Plan
): TE.TaskEither<StoreError, Written> =>
  guarded<Written>(env.index, async () => {
    for (let attempt = 1; ; attempt++) {
      const target = await openTarget(env, threadId, options)
      if (E.isLeft(target)) return target
      const events = await plan(target.right)
      if (E.isLeft(events)) return events
      const answer = { threadId: target.right.info.streamId, events: events.right }
      if (options.dryRun === true || events.right.length === 0)
        return E.right({ ...answer, appended: null })
      const appended = await append(env, target.right, events.right)
      if (E.isRight(appended)) return E.right({ ...answer, appended: appended.right })
      const isRace = appended.left._tag === 'WrongExpectedRevision'
      if (!isRace || typeof options.expected === 'number' || attempt === ATTEMPTS_MAX)
        return appended
    }
  })

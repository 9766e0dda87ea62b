/**
 * Mutations of what a thread is: git facts, memory mode, goal.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import {
  changedGoal,
  goalClearedEvent,
  goalEvent,
  type Goal,
  type GoalPatch
} from '../../domain/goal.ts'
import {
  metadataEvent,
  patchedGit,
  patchRefusal,
  type GitPatch,
  type MetadataChange
} from '../../domain/metadata.ts'
import type { NewEvent } from '../../domain/new-event.ts'
import { newestMeta } from '../first-meta.ts'
import type { MutationOptions, Written } from './types.ts'
import { written, type MutationEnv, type Target } from './write.ts'

type Answer<A> = TE.TaskEither<StoreError, A>

const invalid = (message: string): StoreError => ({ _tag: 'InvalidRequest', message })

const metadataCopy = async (
  env: MutationEnv,
  { info, at }: Target,
  change: MetadataChange
): Promise<E.Either<StoreError, ReadonlyArray<NewEvent>>> => {
  const meta = await newestMeta(env, info)
  return meta === null
    ? E.left({
        _tag: 'NotPossible',
        reason: 'the thread has no readable metadata to copy',
        next: `see "unroll events ${info.streamId}" for what it holds`
      })
    : E.right([metadataEvent(meta, change, at)])
}

/** Sets or clears git facts. */
export const updateMetadata = (
  env: MutationEnv,
  threadId: string,
  patch: GitPatch,
  options: MutationOptions
): Answer<Written> => {
  const refused = patchRefusal(patch)
  if (refused !== null) return async () => E.left(invalid(refused))
  return written(env, threadId, options, async (target) => {
    const { memoryMode, own } = target.row().facts
    const git = patchedGit(own?.git ?? null, patch)
    return metadataCopy(env, target, { memoryMode, git })
  })
}

/** Says whether memories may be made from the thread. */
export const setMemoryMode = (
  env: MutationEnv,
  threadId: string,
  memoryMode: 'enabled' | 'disabled',
  options: MutationOptions
): Answer<Written> =>
  written(env, threadId, options, async (target) =>
    metadataCopy(env, target, { memoryMode, git: null })
  )

/** The goal of a thread; null when it has none. */
export const goalOfThread =
  (env: MutationEnv, threadId: string): Answer<Goal | null> =>
  async () => {
    const opened = await env.open(threadId, false)
    return E.isLeft(opened) ? opened : E.right(opened.right.row().facts.goal)
  }

/** Sets or changes the goal. */
export const setGoal =
  (env: MutationEnv, threadId: string, patch: GoalPatch, options: MutationOptions): Answer<Goal> =>
  async () => {
    let goal: Goal | null = null
    const done = await written(env, threadId, options, async ({ info, row, at }) => {
      const nowSeconds = Math.floor(Date.parse(at) / 1000)
      const changed = changedGoal(info.streamId, row().facts.goal, patch, nowSeconds)
      if (E.isLeft(changed)) return E.left(invalid(changed.left))
      goal = changed.right
      return E.right([goalEvent(goal, at)])
    })()
    if (E.isLeft(done)) return done
    return goal === null ? E.left(invalid('no goal')) : E.right(goal)
  }

/** Takes the goal away; false when there was none. */
export const clearGoal =
  (env: MutationEnv, threadId: string, options: MutationOptions): Answer<boolean> =>
  async () => {
    const done = await written(env, threadId, options, async ({ info, row, at }) =>
      E.right(row().facts.goal === null ? [] : [goalClearedEvent(info.streamId, at)])
    )()
    return E.map(({ events }: Written) => events.length > 0)(done)
  }

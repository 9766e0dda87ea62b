/**
 * Mutations of what a thread is: git facts, memory mode, goal.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  changedGoal,
  goalClearedEvent,
  goalEvent,
  type Goal,
  type GoalPatch
} from '../../../domain/changes/goal.ts'
import {
  metadataEvent,
  ownMetadataEvent,
  patchedGit,
  patchRefusal,
  type GitPatch,
  type MetadataChange
} from '../../../domain/changes/metadata.ts'
import { goalThatHolds } from '../../../domain/upkeep/codex-state/state.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { foldOperation, startOperations, type Inverse } from '../../../domain/changes/operations.ts'
import { newestMeta } from '../../read/threads/lines.ts'
import { idInMetadata, shownId } from '../../read/threads/identity.ts'
import type { OpenThread } from '../../read/threads/open-thread.ts'
import type { MutationOptions } from '../life/life.ts'
import {
  written,
  type MutationEnv,
  type MutationPlan,
  type MutationTarget,
  type Written
} from './write.ts'
import { invalidRequest, impossible, type Answer, type Result } from '../../result.ts'

const inverseOf = ({ info }: MutationTarget, given: JsonObject): JsonObject => ({
  threadId: info.streamId,
  ...given
})

/** The id that lines of a thread name: readers skip lines of another one. */
const ownId = ({ info, row }: OpenThread): string => idInMetadata(row(), info)

/** Sets the goal there was, with its usage; or takes the new one away. */
const goalBack = (target: MutationTarget, before: Goal | null): Inverse =>
  before === null
    ? { operation: 'clear-goal', arguments: inverseOf(target, {}) }
    : { operation: 'restore-goal', arguments: inverseOf(target, { goal: { ...before } }) }

/** Writes a copy of the metadata with a change. */
const metadataPlan = async (
  env: MutationEnv,
  target: MutationTarget,
  change: MetadataChange,
  inverse: Inverse
): Promise<Result<MutationPlan>> => {
  const { info, at } = target
  const meta = await newestMeta(env, info)
  if (meta === null)
    return impossible('the thread has no readable metadata to copy', {
      kind: 'see_contents',
      threadId: info.streamId
    })
  const event =
    meta['history_mode'] === 'paginated'
      ? ownMetadataEvent(ownId(target), change, at)
      : metadataEvent(withDirectory(meta, target), change, at)
  return E.right({ events: [event], inverse })
}

/** A copy of the metadata also sets the directory anew, so it names the current one. */
const withDirectory = (meta: JsonObject, { row }: MutationTarget): JsonObject => {
  const { settingsCwd } = row().facts
  return settingsCwd === null ? meta : { ...meta, cwd: settingsCwd }
}

export const updateMetadata = (
  env: MutationEnv,
  threadId: string,
  patch: GitPatch,
  options: MutationOptions
): Answer<Written> => {
  const refused = patchRefusal(patch)
  if (refused !== null) return async () => invalidRequest(refused)
  return written(env, threadId, options, {
    operation: 'metadata',
    arguments: { git: { ...patch } },
    plan: async (target) => {
      const { memoryMode, own } = target.row().facts
      const git = own?.git ?? { sha: null, branch: null, originUrl: null }
      const inverse = { operation: 'metadata', arguments: inverseOf(target, { git: { ...git } }) }
      const change = { memoryMode, git: patchedGit(git, patch) }
      return metadataPlan(env, target, change, inverse)
    }
  })
}

export const setMemoryMode = (
  env: MutationEnv,
  threadId: string,
  memoryMode: 'enabled' | 'disabled',
  options: MutationOptions
): Answer<Written> =>
  written(env, threadId, options, {
    operation: 'memory-mode',
    arguments: { memoryMode },
    plan: async (target) => {
      const before = target.row().facts.memoryMode
      const inverse = {
        operation: 'memory-mode',
        arguments: inverseOf(target, { memoryMode: before })
      }
      return metadataPlan(env, target, { memoryMode, git: null }, inverse)
    }
  })

/** The goal as logged, or as Codex's database has it where that is newer; undoing a change brings it back. */
const goalTold = async ({ remembered }: MutationEnv, target: OpenThread): Promise<Goal | null> =>
  goalThatHolds(target.row().facts, (await remembered?.goalOf(ownId(target))) ?? null)

const GOAL_OPERATIONS: ReadonlySet<string> = new Set(['goal', 'clear-goal'])

/** Whether unroll ever set or cleared the goal of a thread; assumed where no operations are recorded. */
const isGoalOurs = async ({ operations }: MutationEnv, threadId: string): Promise<boolean> => {
  if (operations === undefined) return true
  const fold = startOperations()
  for await (const record of operations.read('newest')) {
    const operation = foldOperation(fold, record)
    if (operation === null || operation.state === 'failed') continue
    const { began } = operation
    if (GOAL_OPERATIONS.has(began.operation) && began.threadIds.includes(threadId)) return true
  }
  return false
}

/**
 * The goal that answers show. Codex takes a goal only from its database, never from a log; so strict answers use the log only
 * where unroll, which has no other place for goals, wrote to it.
 */
const goalNow = async (env: MutationEnv, target: OpenThread): Promise<Goal | null> => {
  const { facts } = target.row()
  const { streamId } = target.info
  if (!env.strict || facts.goalToldAtMs === null || (await isGoalOurs(env, streamId)))
    return goalTold(env, target)
  const nothingTold = { goal: null, goalToldAtMs: null }
  return goalThatHolds(nothingTold, (await env.remembered?.goalOf(ownId(target))) ?? null)
}

const shownGoal = (env: MutationEnv, { info, row }: OpenThread, goal: Goal): Goal => ({
  ...goal,
  threadId: shownId(env, row(), info)
})

export const goalOfThread =
  (env: MutationEnv, threadId: string): Answer<Goal | null> =>
  async () => {
    const opened = await env.open(threadId, false)
    if (E.isLeft(opened)) return opened
    const goal = await goalNow(env, opened.right)
    return E.right(goal === null ? null : shownGoal(env, opened.right, goal))
  }

export const setGoal =
  (env: MutationEnv, threadId: string, patch: GoalPatch, options: MutationOptions): Answer<Goal> =>
  async () => {
    let goal: Goal | null = null
    const done = await written(env, threadId, options, {
      operation: 'goal',
      arguments: { ...patch },
      plan: async (target) => {
        const { at } = target
        const before = await goalNow(env, target)
        const nowSeconds = Math.floor(Date.parse(at) / 1000)
        const replaces = env.profile.name === '0.130'
        const changed = changedGoal(ownId(target), before, patch, { nowSeconds, replaces })
        if (E.isLeft(changed)) return invalidRequest(changed.left)
        goal = shownGoal(env, target, changed.right)
        const inverse = goalBack(target, await goalTold(env, target))
        return E.right({ events: [goalEvent(changed.right, at)], inverse })
      }
    })()
    if (E.isLeft(done)) return done
    return goal === null ? invalidRequest('no goal') : E.right(goal)
  }

export const restoreGoal = (
  env: MutationEnv,
  threadId: string,
  goal: Goal,
  options: MutationOptions
): Answer<Written> =>
  written(env, threadId, options, {
    operation: 'goal',
    arguments: { goal: { ...goal } },
    plan: async (target) => {
      const inverse = goalBack(target, await goalTold(env, target))
      const own = { ...goal, threadId: ownId(target) }
      return E.right({ events: [goalEvent(own, target.at)], inverse })
    }
  })

/** Takes the goal away; false when there was none. */
export const clearGoal =
  (env: MutationEnv, threadId: string, options: MutationOptions): Answer<boolean> =>
  async () => {
    const done = await written(env, threadId, options, {
      operation: 'clear-goal',
      arguments: {},
      plan: async (target) => {
        const before = await goalNow(env, target)
        const events = before === null ? [] : [goalClearedEvent(ownId(target), target.at)]
        return E.right({ events, inverse: goalBack(target, await goalTold(env, target)) })
      }
    })()
    return E.map(({ events }: Written) => events.length > 0)(done)
  }

/**
 * What can be done to a thread, as one function each. Every one catches the thread up, decides, and appends events;
 * what is not a line of a rollout (archive, delete, names) is in `ThreadLifecycle`.
 */
import type { Compaction } from '../../../domain/changes/compaction.ts'
import type { Goal, GoalPatch } from '../../../domain/changes/goal.ts'
import type { GitPatch } from '../../../domain/changes/metadata.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { ReviewOutput, ReviewTarget } from '../../../domain/changes/review.ts'
import { compact } from './compact.ts'
import {
  clearGoal,
  goalOfThread,
  restoreGoal,
  setGoal,
  setMemoryMode,
  updateMetadata
} from './facts.ts'
import { injectItems } from './inject.ts'
import { interrupt } from './interrupt.ts'
import { completeReview, interruptReview, startReview } from './review.ts'
import { rollback, unrollback } from './rollback.ts'
import { updateSettings } from './settings.ts'
import type { Answer } from '../../result.ts'
import type { MutationOptions, PlannedOptions } from '../life/life.ts'
import type { MutationEnv, StartedReview, Written } from './write.ts'
export type { StartedReview, Written } from './write.ts'

export interface Mutations {
  /** Hides the last turns; of a paginated thread by a new segment. Writes the recomputed token count first. */
  readonly rollback: (threadId: string, turns: number, o?: MutationOptions) => Answer<Written>
  /** Brings back the turns the last rollback hid. */
  readonly unrollback: (threadId: string, o?: MutationOptions) => Answer<Written>
  /** Sets or clears git facts; a member that is absent stays. */
  readonly updateMetadata: (threadId: string, git: GitPatch, o?: PlannedOptions) => Answer<Written>
  readonly setMemoryMode: (
    threadId: string,
    mode: 'enabled' | 'disabled',
    o?: PlannedOptions
  ) => Answer<Written>
  /** Adds to what the model is sent; nothing becomes visible. */
  readonly injectItems: (
    threadId: string,
    items: ReadonlyArray<JsonObject>,
    o?: PlannedOptions
  ) => Answer<Written>
  /** Null when there is none. */
  readonly goal: (threadId: string) => Answer<Goal | null>
  readonly setGoal: (threadId: string, patch: GoalPatch, o?: PlannedOptions) => Answer<Goal>
  /** Puts a goal back as it was, usage and all. */
  readonly restoreGoal: (threadId: string, goal: Goal, o?: PlannedOptions) => Answer<Written>
  /** False when there was none. */
  readonly clearGoal: (threadId: string, o?: PlannedOptions) => Answer<boolean>
  /** Settings of the turns to come: members of `turn_context`. */
  readonly updateSettings: (
    threadId: string,
    settings: JsonObject,
    o?: PlannedOptions
  ) => Answer<Written>
  /** Sets a review up inside a thread; a detached one is started in a fork. */
  readonly startReview: (
    threadId: string,
    target: ReviewTarget,
    o?: PlannedOptions
  ) => Answer<StartedReview>
  /** Takes what the reviewer said: JSON of a review output, or plain text; null when it failed. */
  readonly completeReview: (
    threadId: string,
    output: ReviewOutput | string | null,
    o?: PlannedOptions
  ) => Answer<Written>
  /** Stops the open review; `turnId` is the id its client knows. */
  readonly interruptReview: (
    threadId: string,
    turnId: string,
    o?: PlannedOptions
  ) => Answer<Written>
  /** Records a compaction: the summary, and the history that replaces what was before. */
  readonly compact: (
    threadId: string,
    compaction: Compaction,
    o?: PlannedOptions
  ) => Answer<Written>
  /** Ends a turn that was left open, as an interruption. */
  readonly interrupt: (threadId: string, o?: PlannedOptions) => Answer<Written>
}

/** The mutations of an engine; `defaultProvider` is the provider of threads that name none. */
export const mutationsOf = (env: MutationEnv, defaultProvider: string): Mutations => ({
  rollback: (id, turns, o = {}) => rollback(env, id, turns, o),
  unrollback: (id, o = {}) => unrollback(env, id, o),
  updateMetadata: (id, git, o = {}) => updateMetadata(env, id, git, o),
  setMemoryMode: (id, mode, o = {}) => setMemoryMode(env, id, mode, o),
  injectItems: (id, items, o = {}) => injectItems(env, id, items, o),
  goal: (id) => goalOfThread(env, id),
  setGoal: (id, patch, o = {}) => setGoal(env, id, patch, o),
  restoreGoal: (id, goal, o = {}) => restoreGoal(env, id, goal, o),
  clearGoal: (id, o = {}) => clearGoal(env, id, o),
  updateSettings: (id, settings, o = {}) => updateSettings(env, id, settings, defaultProvider, o),
  startReview: (id, target, o = {}) => startReview(env, id, target, o),
  completeReview: (id, output, o = {}) => completeReview(env, id, output, o),
  interruptReview: (id, turnId, o = {}) => interruptReview(env, id, turnId, o),
  compact: (id, compaction, o = {}) => compact(env, id, compaction, o),
  interrupt: (id, o = {}) => interrupt(env, id, o)
})

/**
 * What can be done to a thread, as one function each. Every one catches the thread up, decides, and appends events;
 * what is not a line of a rollout (archive, delete, names) stands in `EngineLifecycle`.
 */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Compaction } from '../domain/compaction.ts'
import type { StoreError } from '../domain/errors.ts'
import type { Goal, GoalPatch } from '../domain/goal.ts'
import type { GitPatch } from '../domain/metadata.ts'
import type { JsonObject } from '../domain/json.ts'
import type { NewEvent } from '../domain/new-event.ts'
import type { ReviewOutput, ReviewTarget } from '../domain/review.ts'
import type { Appended, ExpectedRevision } from './ports.ts'

type Answer<A> = TE.TaskEither<StoreError, A>

/** What every mutation may be told. */
export interface MutationOptions {
  /** Refuse when the thread is at another revision; default `any`. */
  readonly expected?: ExpectedRevision
  /** Say what would be done and write nothing. */
  readonly dryRun?: boolean
  /** Who does it, for the operation log; for instance `cli` or `app-server:my-client`. */
  readonly actor?: string
}

/** What a rollback may be told besides. */
export interface RollbackOptions extends MutationOptions {
  /** Paginated threads: also in a home with Codex's database, which goes on in the old file. */
  readonly force?: boolean
}

/** What a mutation wrote, or would write. */
export interface Written {
  readonly threadId: string
  readonly events: ReadonlyArray<NewEvent>
  /** Null after a dry run. */
  readonly appended: Appended | null
}

/** A turn a host is about to drive, or a review it is to carry out. */
export interface StartedReview extends Written {
  /** Id of the review turn as its client knows it. */
  readonly turnId: string
  /** Id of the turn the reviewer works in, which replays show. */
  readonly reviewTurnId: string
  /** What a person sees of the target: `current changes`, `commit abcdef1: title` … */
  readonly hint: string
}

/** A user's input to a turn, as the items of a Responses API message. */
export interface TurnInput {
  readonly text: string
  /** Members of `turn_context` besides those that stay as they were. */
  readonly settings?: JsonObject
}

/** The mutations that are events. */
export interface Mutations {
  /** Hides the last turns; of a paginated thread by a new segment. Writes the recomputed token count first. */
  readonly rollback: (threadId: string, turns: number, o?: RollbackOptions) => Answer<Written>
  /** Brings back the turns the last rollback hid. */
  readonly unrollback: (threadId: string, o?: RollbackOptions) => Answer<Written>
  /** Sets or clears git facts; a member that is absent stays. */
  readonly updateMetadata: (threadId: string, git: GitPatch, o?: MutationOptions) => Answer<Written>
  readonly setMemoryMode: (
    threadId: string,
    mode: 'enabled' | 'disabled',
    o?: MutationOptions
  ) => Answer<Written>
  /** Adds to what the model is sent; nothing becomes visible. */
  readonly injectItems: (
    threadId: string,
    items: ReadonlyArray<JsonObject>,
    o?: MutationOptions
  ) => Answer<Written>
  /** Null when there is none. */
  readonly goal: (threadId: string) => Answer<Goal | null>
  readonly setGoal: (threadId: string, patch: GoalPatch, o?: MutationOptions) => Answer<Goal>
  /** False when there was none. */
  readonly clearGoal: (threadId: string, o?: MutationOptions) => Answer<boolean>
  /** Settings of the turns to come: members of `turn_context`. */
  readonly updateSettings: (
    threadId: string,
    settings: JsonObject,
    o?: MutationOptions
  ) => Answer<Written>
  /** Sets a review up inside a thread; a detached one is started in a fork. */
  readonly startReview: (
    threadId: string,
    target: ReviewTarget,
    o?: MutationOptions
  ) => Answer<StartedReview>
  /** Takes what the reviewer said: JSON of a review output, or plain text; null when it failed. */
  readonly completeReview: (
    threadId: string,
    output: ReviewOutput | string | null,
    o?: MutationOptions
  ) => Answer<Written>
  /** Records a compaction: the summary, and the history that replaces what was before. */
  readonly compact: (
    threadId: string,
    compaction: Compaction,
    o?: MutationOptions
  ) => Answer<Written>
  /** Ends a turn that was left open, as an interruption. */
  readonly interrupt: (threadId: string, o?: MutationOptions) => Answer<Written>
}

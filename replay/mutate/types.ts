/**
 * What mutations are told and what they answer.
 */
import type { NewEvent } from '../../domain/changes/new-event.ts'
import type { Appended } from '../ports.ts'

export type { MutationOptions } from '../life/life.ts'

export interface Written {
  readonly threadId: string
  readonly events: ReadonlyArray<NewEvent>
  /** Null after a dry run, and when there was nothing to write. */
  readonly appended: Appended | null
  /** Under which it stands in the operation log; null where nothing was written or nothing is recorded. */
  readonly operationId: string | null
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

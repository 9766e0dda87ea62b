/**
 * What mutations are told and what they answer.
 */
import type { NewEvent } from '../../domain/new-event.ts'
import type { Appended, ExpectedRevision } from '../ports.ts'

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

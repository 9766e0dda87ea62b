/**
 * What to type after a failure. The commands in double quotes are printed as the person starts this program.
 */
import type { StoreError } from '../domain/errors.ts'

/** The next step after a failure, for a person. */
export const hint = (e: StoreError): string => {
  switch (e._tag) {
    case 'StreamNotFound':
      return 'list the threads with "unroll threads --all", archived ones with --archived'
    case 'AmbiguousThread':
      return 'use a longer prefix'
    case 'InvalidRequest':
      return 'see "unroll help"'
    case 'AnchorGone':
      return 'start again without a cursor'
    case 'UnreadableRollout':
      return 'run without --strict: unroll isolates the damaged lines and shows the rest'
    case 'NotPossible':
    case 'StoreRefused':
      return e.next
    case 'TurnNotFound':
      return `list the turns with "unroll turns ${e.streamId}"`
    case 'WrongExpectedRevision':
      return 'read the thread again, then retry with its current revision'
    case 'TailMoved':
      return `inspect the events there with "unroll events ${e.streamId} --from ${e.expected}"`
    case 'IndexUnavailable':
      return 'drop it with "unroll index drop", or choose another place with --index DIR'
    case 'IndexEmptied':
      return 'ask again: the index is rebuilt from the rollouts'
    case 'Busy':
      return 'try again in a moment'
    case 'StoreUnavailable':
      return 'check that the server runs and the connection string names it; see docs/EVENTSTORE.md'
    case 'IoFailure':
      return 'check that the path exists and may be read, and that the disk is not full'
  }
}

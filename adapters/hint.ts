/**
 * What to type after a failure. The commands in double quotes are printed as the person starts this program.
 */
import { ioHint } from './io-hint.ts'
import type { CommandHint, NextStep, StoreError } from '../domain/errors.ts'

/** Where no other command helps. */
export const HELP = 'see "unroll help"'

const commandOf = (step: CommandHint): string => {
  switch (step.kind) {
    case 'see_log':
      return 'see "unroll log"'
    case 'undo_older':
      return `the newest that can be undone is the ${step.operation} before it: "unroll undo ${step.operationId}", or "unroll undo --skip"`
    case 'see_deleted':
      return 'see what was deleted with "unroll log"'
    case 'name_other_turn':
      return 'name another turn, with --last-turn or --before-turn'
    case 'see_thread':
      return `see "unroll show ${step.threadId}"`
    case 'see_turns':
      return `see the turns with "unroll turns ${step.threadId}"`
    case 'see_own_turns':
      return `see its turns with "unroll turns ${step.threadId}"`
    case 'see_events':
      return `see it with "unroll events ${step.threadId}"`
    case 'see_contents':
      return `see "unroll events${step.threadId === null ? '' : ` ${step.threadId}`}" for what it holds`
    case 'start_review':
      return `start one with "unroll review start ${step.threadId}"`
    case 'rename':
      return `name it with "unroll rename ${step.threadId} NAME"`
    case 'see_or_delete':
      return `look at it with "unroll show ${step.threadId}", or delete it with "unroll delete ${step.threadId}"`
    case 'delete_fork':
      return `delete the fork first: "unroll delete ${step.threadId}"`
    case 'unarchive_in_codex':
      return `type "codex unarchive ${step.threadId}" first`
    case 'fork_before':
      return `fork it instead: "unroll fork ${step.threadId} --before-turn ${step.turnId}"`
    case 'move_in_codex':
      return `type "codex ${step.way} ${step.threadId}", or add --force when no Codex uses it`
    case 'or_force':
      return `${nextStep(step.instead)}; or add --force when no Codex uses this home`
  }
}

const nextStep = (step: NextStep): string => (typeof step === 'string' ? step : commandOf(step))

/** What names a point of a thread. */
const POINT =
  'write a revision such as 40, a turn, or a time such as yesterday, 2h or 2026-11-21T14:30; see "unroll help times"'

/** The next step after a failure, for a person. */
export const hint = (e: StoreError): string => {
  switch (e._tag) {
    case 'StreamNotFound':
      return 'list the threads with "unroll threads --all", archived ones with --archived'
    case 'AmbiguousThread':
      return 'use a longer prefix'
    case 'InvalidRequest':
      return e.about === 'point' ? POINT : HELP
    case 'AnchorGone':
      return 'start again without a cursor'
    case 'UnreadableRollout':
      return 'run without --strict: unroll isolates the damaged lines and shows the rest'
    case 'NotPossible':
      return nextStep(e.next)
    case 'StoreRefused':
      return e.next
    case 'TurnNotFound':
      return e.about === 'point'
        ? `${POINT}; "unroll turns ${e.streamId}" lists the turns`
        : `list the turns with "unroll turns ${e.streamId}"`
    case 'OperationNotFound':
      return 'list the operations with "unroll log"'
    case 'ItemNotFound':
      return `list the items with "unroll items ${e.streamId}${e.turnId === undefined ? '' : ` --turn ${e.turnId}`}"`
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
      return ioHint(e.path, e.cause, e.systemCode)
  }
}

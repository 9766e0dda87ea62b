/**
 * Kinds of problems: every line can be read, but together they do not make sense.
 */
import type { KindText } from '../kind.ts'

/** Problems between lines of one history. */
export const MEANING_KINDS = {
  orphan_output: {
    severity: 'warning',
    meaning: 'The output of a tool call has no call with its id before it.',
    cause: 'The line of the call was lost, or the file was assembled by hand.',
    codex: 'All three show the turn. On resume the model does not get the output.',
    unroll: 'Shows the turn without a command for this output.',
    affected: 'The model does not get this output, and no command is shown for it.',
    repair: { none: 'The call is unknown; Codex ignores the output.' }
  },
  unanswered_call: {
    severity: 'warning',
    meaning: 'A tool call has no output, although its turn has ended.',
    cause: 'The process was killed while the tool ran, or the line of the output was lost.',
    codex: 'All three show the turn. On resume the model gets the output `aborted`.',
    unroll: 'Shows the call without an end.',
    affected: 'The output of the tool is unknown.',
    repair: { none: 'The output is unknown; Codex sends `aborted` instead.' }
  },
  open_turn: {
    severity: 'warning',
    meaning: 'A turn has no end.',
    cause: 'The process was killed in the middle of the turn.',
    codex: 'All three show the turn as interrupted, without an end time.',
    unroll: 'Shows the turn as interrupted, without an end time.',
    affected: 'The time and the result of the turn are unknown.',
    repair: {
      none: 'Not repaired: every reader handles an open turn, and its real end is unknown.'
    }
  },
  duplicate_turn_id: {
    severity: 'warning',
    meaning: 'Two turns of a thread have the same id.',
    cause: 'Lines were copied into the file, or a host used an id twice.',
    codex:
      '0.130 and 0.142 show both, and paging by turn id may loop. 0.169 shows one turn in paginated threads.',
    unroll: 'Shows both; cursors name the place, not the id.',
    affected: 'Codex may skip or repeat turns when it pages through the thread.',
    repair: { none: 'Both turns are valid records, and other threads may refer to the id.' }
  },
  rollback_past_start: {
    severity: 'note',
    meaning: 'A rollback hides more turns than the thread has.',
    cause: 'A client asked for too many, or earlier turns were lost.',
    codex: 'All three hide every turn.',
    unroll: 'Hides every turn.',
    affected: 'Nothing; but if lines were lost, more turns are hidden than intended.',
    repair: { none: 'Not needed: the record is valid.' }
  }
} as const satisfies Readonly<Record<string, KindText>>

/**
 * Kinds of problems: every line can be read, but together they do not make sense.
 */
import type { KindText } from '../kind.ts'

/** Problems between lines of one history. */
export const MEANING_KINDS = {
  orphan_output: {
    severity: 'warning',
    meaning: 'The output of a tool call stands in the file, but no call of that id before it.',
    cause: 'The line of the call was lost, or the file was put together by hand.',
    codex: 'All three show the turn. On resume the output is left out of what the model is sent.',
    unroll: 'The turn is shown; the output has no call to belong to.',
    affected: 'The model does not see this output, and no command is shown for it.',
    repair: { none: 'What was called cannot be known; Codex leaves the output out by itself.' }
  },
  unanswered_call: {
    severity: 'warning',
    meaning: 'A tool call has no output, though its turn is over.',
    cause: 'The process was killed while the tool ran, or the line of the output was lost.',
    codex: 'All three show the turn. On resume the model is told that the call was aborted.',
    unroll: 'The call is shown without an end.',
    affected: 'What the tool answered is not known.',
    repair: { none: 'What the tool answered cannot be known; Codex answers "aborted" by itself.' }
  },
  open_turn: {
    severity: 'warning',
    meaning: 'A turn was begun and never ended.',
    cause: 'The process was killed in the middle of the turn.',
    codex: 'All three show the turn as interrupted, without an end time.',
    unroll: 'The same.',
    affected: 'When and how the turn ended is not known.',
    repair: { none: 'Readers agree on what it means; an end that nobody saw would be made up.' }
  },
  duplicate_turn_id: {
    severity: 'warning',
    meaning: 'Two turns of a thread have the same id.',
    cause: 'Lines were copied into the file, or a host used an id twice.',
    codex:
      '0.130 and 0.142 show both, and paging by the id of the turn may go in circles. 0.169 shows one turn in paginated threads.',
    unroll: 'Both are shown; cursors name the place, not the id.',
    affected: 'Codex may skip or repeat turns when it pages through the thread.',
    repair: { none: 'Both turns are what was written; other threads may name the id.' }
  },
  rollback_past_start: {
    severity: 'note',
    meaning: 'A rollback drops more turns than there were.',
    cause: 'A client asked for too many, or turns before it were lost.',
    codex: 'All turns are dropped.',
    unroll: 'The same.',
    affected: 'Nothing; when lines were lost, more turns are hidden than was meant.',
    repair: { none: 'It is what was written.' }
  }
} as const satisfies Readonly<Record<string, KindText>>

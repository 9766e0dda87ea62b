/**
 * Kinds of problems: what lies beside the rollouts of a home, and the index.
 */
import type { KindText } from '../kind.ts'

/** Problems of a home. */
export const HOME_KINDS = {
  stale_name: {
    severity: 'note',
    meaning: 'A name in session_index.jsonl belongs to a thread that is not in the home.',
    cause: 'The rollout was deleted by hand.',
    codex: 'Ignores the name.',
    unroll: 'Ignores the name.',
    affected: 'Nothing.',
    repair: {
      plan: 'Remove the line, and older names of the same thread, from session_index.jsonl.'
    }
  },
  damaged_name_line: {
    severity: 'warning',
    meaning: 'A line of session_index.jsonl cannot be read.',
    cause: 'A writer was killed in the middle of a write, or the file was edited.',
    codex: 'Ignores the line.',
    unroll: 'Ignores the line.',
    affected: 'A thread has an older name, or none.',
    repair: { plan: 'Remove the line from session_index.jsonl.' }
  },
  damaged_log_line: {
    severity: 'warning',
    meaning: 'A line of a log that unroll keeps in .unroll cannot be read.',
    cause: 'A process was killed in the middle of a write, or the disk is damaged.',
    codex: 'Does not read these logs.',
    unroll: 'Skips the line and reads every other record.',
    affected: 'One record of a change is lost; its operation may not be undone by its id.',
    repair: { none: 'Logs are never rewritten, and the content of the record is unknown.' }
  },
  index_drift: {
    severity: 'broken',
    meaning: 'The index disagrees with the rollouts.',
    cause: 'A defect of unroll, or a damaged disk. The index can always be rebuilt.',
    codex: 'Does not use this index.',
    unroll: 'Shows what the index holds until it is rebuilt.',
    affected: 'unroll may show outdated or wrong rows.',
    repair: { none: 'The index is not part of the home; rebuild it from the rollouts.' }
  },
  leftover_file: {
    severity: 'warning',
    meaning: 'A temporary file was left by a process that has ended.',
    cause: 'The process was killed before it could move the file to its place.',
    codex: 'Ignores it.',
    unroll: 'Ignores it.',
    affected: 'Only disk space.',
    repair: { plan: 'Move the file to quarantine.' }
  },
  stale_lock: {
    severity: 'note',
    meaning: 'A lock was left by a process that has ended.',
    cause: 'The process was killed while it wrote.',
    codex: 'Does not use these locks.',
    unroll: 'The next writer of the thread takes it over.',
    affected: 'Nothing.',
    repair: { none: 'Not needed: the next writer removes it.' }
  },
  unfinished_operation: {
    severity: 'warning',
    meaning: 'The operation log records the start of an operation, but not its end.',
    cause: 'The process was killed during the operation.',
    codex: 'Does not read this log.',
    unroll: 'The next archive, delete or restore finishes the operation first.',
    affected: 'Some files of the operation may have been moved and others not.',
    repair: { none: 'Not needed: the next operation that moves files finishes it.' }
  }
} as const satisfies Readonly<Record<string, KindText>>

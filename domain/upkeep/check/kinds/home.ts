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
    codex: 'The name is ignored.',
    unroll: 'The same.',
    affected: 'Nothing.',
    repair: {
      plan: 'The line is taken out of session_index.jsonl, with older names of the same thread.'
    }
  },
  damaged_name_line: {
    severity: 'warning',
    meaning: 'A line of session_index.jsonl cannot be read.',
    cause: 'A writer was killed in the middle of a write, or an editor.',
    codex: 'The line is ignored.',
    unroll: 'The same.',
    affected: 'A thread has an older name, or none.',
    repair: { plan: 'The line is taken out of session_index.jsonl.' }
  },
  damaged_log_line: {
    severity: 'warning',
    meaning: 'A line of a log that unroll keeps in .unroll cannot be read.',
    cause: 'A process was killed in the middle of a write, or a damaged disk.',
    codex: 'It does not look there.',
    unroll: 'The line is passed over; every other record is read.',
    affected: 'One record of who did what is not seen; an operation may not be undone by its id.',
    repair: { none: 'Logs are never changed, and what the record said is not known.' }
  },
  index_drift: {
    severity: 'broken',
    meaning: 'The index holds something else than the rollouts say.',
    cause: 'A defect, or a damaged disk. The index can always be built again.',
    codex: 'It does not know this index.',
    unroll: 'What the index says is shown until it is built again.',
    affected: 'unroll shows something else than the rollouts say.',
    repair: { none: 'The index is no part of the home; it is built again from the rollouts.' }
  },
  leftover_file: {
    severity: 'warning',
    meaning: 'A temporary file of a process that is gone.',
    cause: 'The process was killed before it could put the file into its place.',
    codex: 'It is ignored.',
    unroll: 'It is ignored.',
    affected: 'Nothing but room on the disk.',
    repair: { plan: 'The file is moved to quarantine.' }
  },
  stale_lock: {
    severity: 'note',
    meaning: 'The lock of a process that is gone.',
    cause: 'The process was killed while it wrote.',
    codex: 'It does not look there.',
    unroll: 'The next writer of the thread takes it over.',
    affected: 'Nothing.',
    repair: { none: 'The next writer removes it by itself.' }
  },
  unfinished_operation: {
    severity: 'warning',
    meaning: 'The operation log says that an operation began, and not what came of it.',
    cause: 'The process was killed in the middle of it.',
    codex: 'It does not look there.',
    unroll: 'The next archive, delete or restore finishes the work first.',
    affected: 'Some files of the operation may have moved and others not.',
    repair: { none: 'The next operation that moves files finishes it by itself.' }
  }
} as const satisfies Readonly<Record<string, KindText>>

/**
 * Kinds of problems: Codex's own database beside the rollouts. unroll only reads it.
 */
import type { KindText } from '../kind.ts'

const UNROLL = 'Lists come from the files; the database is only compared.'
const NOT_OURS = 'The database belongs to Codex and is never written by unroll.'

/** Where Codex's database and the files disagree. */
export const DATABASE_KINDS = {
  state_unreadable: {
    severity: 'broken',
    meaning: 'The database cannot be read.',
    cause: 'It is damaged, locked, or of an unknown version.',
    codex:
      'The app-server moves a damaged state_5.sqlite to db-backups and rebuilds it from the rollouts. Other commands fail to start.',
    unroll: UNROLL,
    affected:
      'Data kept only in the database is missing: names of 0.169, goals, closed agents. Codex may not start.',
    repair: { none: NOT_OURS }
  },
  state_missing: {
    severity: 'note',
    meaning: 'The home has rollouts but no database of threads.',
    cause: 'The home was copied without it, was used by an old Codex, or the database was deleted.',
    codex: 'Codex creates it from the rollouts at its next start.',
    unroll: UNROLL,
    affected: 'Nothing in the rollouts. Data kept only in the database is lost.',
    repair: { none: NOT_OURS }
  },
  state_elsewhere: {
    severity: 'broken',
    meaning: 'No row of the database leads to a file of this home.',
    cause: 'The home was moved or copied together with its database.',
    codex: '0.142 corrects the paths when it lists threads from files. 0.169 does not.',
    unroll: UNROLL,
    affected:
      'Codex 0.169 finds none of the threads here, or continues in the files of the other place.',
    repair: { none: NOT_OURS }
  },
  state_name_differs: {
    severity: 'warning',
    meaning:
      'The database has another name for the thread than session_index.jsonl, or only one of them has a name.',
    cause:
      'The database was rebuilt, session_index.jsonl was lost, or another program renamed the thread.',
    codex:
      'Shows the name of the database. 0.169 never reads session_index.jsonl for a numbered thread.',
    unroll:
      'Shows the name of session_index.jsonl. If no other thread matches, a name of the database finds the thread too.',
    affected: 'Codex shows another name than the lists of unroll.',
    repair: { none: NOT_OURS }
  },
  state_facts_differ: {
    severity: 'note',
    meaning:
      'The row of a thread differs from its log: preview, title, directory, model, git, tokens.',
    cause:
      'An older Codex wrote the row for a newer thread, a file was edited by hand, or the row is not written yet.',
    codex: 'Lists and searches use the row.',
    unroll: UNROLL,
    affected: 'Codex lists, sorts and finds the thread by outdated facts.',
    repair: { none: NOT_OURS }
  },
  state_goal_differs: {
    severity: 'note',
    meaning:
      'The database and the log have different goals for the thread, or only one of them has a goal.',
    cause:
      'Codex logs a goal only while the thread is loaded (0.130 never does), and no version logs that one was cleared.',
    codex: 'Uses the database.',
    unroll: 'Uses the newer of the two.',
    affected: 'Codex may follow another goal than the one shown.',
    repair: { none: NOT_OURS }
  },
  state_agent_differs: {
    severity: 'note',
    meaning:
      'The database and the log disagree about the parent of a thread, or about whether the agent is closed.',
    cause:
      'The database was rebuilt, which opens every agent; or the turns that closed one were reverted.',
    codex: 'Uses the database.',
    unroll: 'Uses the log.',
    affected: 'Codex may treat other agents as open.',
    repair: { none: NOT_OURS }
  },
  state_row_missing: {
    severity: 'warning',
    meaning: 'A rollout has no row in the database.',
    cause: 'The file was added after the backfill, or was unreadable then.',
    codex:
      'Lists from the database omit the thread. Listing from files, or opening the thread, creates the row.',
    unroll: UNROLL,
    affected: 'Codex may not list the thread.',
    repair: { none: NOT_OURS }
  },
  state_row_stale: {
    severity: 'warning',
    meaning: 'A row of the database names a missing rollout, and no other file holds the thread.',
    cause: 'The file was deleted by hand.',
    codex:
      '0.130 and 0.142 delete the row when they list it. 0.169 keeps it and omits it from lists.',
    unroll: UNROLL,
    affected: 'Nothing: the row has no file, and no history is lost.',
    repair: { none: NOT_OURS }
  },
  state_archived_differs: {
    severity: 'warning',
    meaning:
      'The database and the folder of the file disagree about whether the thread is archived.',
    cause: 'A process was killed between the two changes, or the database was edited.',
    codex: '0.169 follows the database. No version corrects the row by itself.',
    unroll: 'Follows the folder of the file.',
    affected: 'Codex lists the thread in the wrong list.',
    repair: { none: NOT_OURS }
  },
  state_path_differs: {
    severity: 'broken',
    meaning: 'The row of a thread names a file that does not hold the thread.',
    cause: 'The file was moved, renamed or copied by hand or by another program.',
    codex:
      '0.130 and 0.142 correct the path when they list threads from files. 0.169 does not: if the file is gone, it neither lists nor opens ' +
      'the thread, and archive, unarchive and resume fail.',
    unroll: UNROLL,
    affected: 'Codex 0.169 does not show the thread, or continues in another file.',
    repair: { none: NOT_OURS }
  },
  state_duplicate_path: {
    severity: 'warning',
    meaning: 'Two rows of the database name the same file.',
    cause: 'A file was renamed, or the database was edited.',
    codex: '0.142 corrects the paths when it lists threads from files. 0.169 does not.',
    unroll: UNROLL,
    affected: 'Codex 0.169 opens the wrong thread, or none.',
    repair: { none: NOT_OURS }
  },
  backfill_unfinished: {
    severity: 'warning',
    meaning: 'Codex has not finished reading the rollouts into its database.',
    cause: 'It was killed or is still running.',
    codex:
      'Every start waits up to 30 seconds for it, then exits. A lease older than 15 minutes is taken over.',
    unroll: UNROLL,
    affected: 'Codex may not start, and lists are incomplete.',
    repair: { none: NOT_OURS }
  }
} as const satisfies Readonly<Record<string, KindText>>

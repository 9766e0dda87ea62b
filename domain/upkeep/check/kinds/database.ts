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
    cause: 'It is damaged, locked, or of a version that is not known.',
    codex:
      'The app-server moves a damaged state_5.sqlite to db-backups and builds it again from the rollouts. Other ways to start fail.',
    unroll: UNROLL,
    affected:
      'What only the database knows is not seen: names of 0.169, goals, closed agents; Codex may not start.',
    repair: { none: NOT_OURS }
  },
  state_missing: {
    severity: 'note',
    meaning: 'The home has rollouts, and no database of threads beside them.',
    cause: 'The home was copied without it, was used by an old Codex, or the database was deleted.',
    codex: 'Codex makes it at its next start, from the rollouts.',
    unroll: UNROLL,
    affected: 'Nothing that stands in the log. What only the database knew is gone.',
    repair: { none: NOT_OURS }
  },
  state_elsewhere: {
    severity: 'broken',
    meaning: 'No row of the database leads to a file of this home.',
    cause: 'The home was moved or copied together with its database.',
    codex: '0.142 puts the paths right when a list from files meets them. 0.169 does not.',
    unroll: UNROLL,
    affected:
      'Codex 0.169 finds none of the threads here, or goes on in the files of the other place.',
    repair: { none: NOT_OURS }
  },
  state_name_differs: {
    severity: 'warning',
    meaning:
      'The database has another name for the thread than session_index.jsonl, or only one of them has a name.',
    cause:
      'The database was made anew, session_index.jsonl was lost, or the thread was renamed by a program that is not Codex.',
    codex:
      'Shows the name of the database. 0.169 never looks into session_index.jsonl for a numbered thread.',
    unroll:
      'Shows the name of session_index.jsonl. A thread is found by a name that only the database has, where no other thread is meant.',
    affected: 'Codex shows another name than unroll.',
    repair: { none: NOT_OURS }
  },
  state_facts_differ: {
    severity: 'note',
    meaning:
      'The row of a thread says other things than its log: preview, title, directory, model, git, tokens.',
    cause:
      'An older Codex wrote the row of a thread that a newer one made, a file was changed by hand, or a row is not written yet.',
    codex: 'Lists and searches go by the row.',
    unroll: UNROLL,
    affected: 'Codex shows, sorts or finds the thread by other facts than its log has.',
    repair: { none: NOT_OURS }
  },
  state_goal_differs: {
    severity: 'note',
    meaning:
      'The database has another goal for the thread than its log, or only one of them has a goal.',
    cause:
      'Codex writes a goal into the log only while the thread is loaded, 0.130 never, and no version records that one was cleared.',
    codex: 'Goes by the database.',
    unroll:
      'Goes by the database where its goal was changed after the log last told of one, else by the log.',
    affected: 'Codex works towards another goal than unroll shows.',
    repair: { none: NOT_OURS }
  },
  state_agent_differs: {
    severity: 'note',
    meaning:
      'The database and the log disagree about who spawned a thread, or about whether the agent is closed.',
    cause:
      'The database was made anew: then every agent counts as open. Or the turns in which one was closed were reverted.',
    codex: 'Goes by the database.',
    unroll: 'Goes by the log.',
    affected: 'Codex takes another set of agents for open than unroll does.',
    repair: { none: NOT_OURS }
  },
  state_row_missing: {
    severity: 'warning',
    meaning: 'A rollout has no row in the database.',
    cause: 'The file came after the backfill, or could not be read then.',
    codex:
      'Lists from the database leave the thread out; a list from files, or opening the thread, makes the row.',
    unroll: UNROLL,
    affected: 'Codex may not list the thread.',
    repair: { none: NOT_OURS }
  },
  state_row_stale: {
    severity: 'warning',
    meaning:
      'A row of the database names a rollout that is not there, and no other file has the thread.',
    cause: 'The file was deleted by hand.',
    codex: '0.130 and 0.142 drop the row when a list meets it. 0.169 keeps it; lists leave it out.',
    unroll: UNROLL,
    affected: 'A row that leads nowhere; no history is lost by it.',
    repair: { none: NOT_OURS }
  },
  state_archived_differs: {
    severity: 'warning',
    meaning:
      'The database and the place of the file disagree about whether the thread is archived.',
    cause: 'A process was killed between the two, or the database was edited.',
    codex: '0.169 lists the thread where the database says. No version mends the row by itself.',
    unroll: 'Goes by the place of the file.',
    affected: 'Codex lists the thread in the wrong place.',
    repair: { none: NOT_OURS }
  },
  state_path_differs: {
    severity: 'broken',
    meaning: 'The row of a thread names another file than the one that holds the thread.',
    cause: 'The file was moved, renamed or copied by hand, or by a program that is not Codex.',
    codex:
      '0.130 and 0.142 put the path right when a list from files meets it. 0.169 does not: where the file is gone it neither lists nor opens the ' +
      'thread, and archive, unarchive and resume fail.',
    unroll: UNROLL,
    affected: 'Codex 0.169 does not show the thread, or goes on in another file of it.',
    repair: { none: NOT_OURS }
  },
  state_duplicate_path: {
    severity: 'warning',
    meaning: 'Two rows of the database name the same file.',
    cause: 'A file was renamed, or the database was edited.',
    codex: '0.142 puts the paths right when a list from files meets them. 0.169 does not.',
    unroll: UNROLL,
    affected: 'Codex 0.169 opens another thread than the one it was asked for, or none.',
    repair: { none: NOT_OURS }
  },
  backfill_unfinished: {
    severity: 'warning',
    meaning: 'Codex has not finished reading the rollouts into its database.',
    cause: 'It was killed or is still at it.',
    codex:
      'Every start waits up to 30 seconds for it, then the process ends. A lease older than 15 minutes is taken over.',
    unroll: UNROLL,
    affected: 'Codex may not start, and lists are not complete.',
    repair: { none: NOT_OURS }
  }
} as const satisfies Readonly<Record<string, KindText>>

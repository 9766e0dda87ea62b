/**
 * What to type after a finding: the words of the command line for each kind of problem.
 */
import { BASE_REMEDY } from '../../../domain/errors.ts'
import type { Finding } from '../../../domain/upkeep/check/finding.ts'
import { KINDS, type ProblemKind } from '../../../domain/upkeep/check/kinds.ts'

const REPAIR_THREAD = 'unroll repair plan THREAD'
const RENUMBER = `none needed for unroll; for Codex 0.169: ${REPAIR_THREAD}`
const RAW_EVENTS = 'unroll events THREAD --raw'
const REBUILD_ROWS =
  'close Codex, move state_5.sqlite with its -wal and -shm away, and start Codex: it rebuilds the rows, without names'

/** The next command to type, or why there is none; `THREAD` stands for the id. */
export const REMEDIES: Readonly<Record<ProblemKind, string>> = {
  torn_tail: REPAIR_THREAD,
  torn_line: REPAIR_THREAD,
  glued_lines: REPAIR_THREAD,
  half_then_whole: REPAIR_THREAD,
  not_utf8: REPAIR_THREAD,
  nul_bytes: REPAIR_THREAD,
  not_json: REPAIR_THREAD,
  line_too_long: 'none: the line seems whole, and Codex can read it',
  not_an_event: RAW_EVENTS,
  missing_timestamp: REPAIR_THREAD,
  invalid_payload: RAW_EVENTS,
  before_envelope: 'unroll show THREAD',
  unknown_line: 'none: a newer unroll may read them',
  byte_order_mark: REPAIR_THREAD,
  crlf: 'none needed',
  no_final_newline: REPAIR_THREAD,
  ordinal_repeated: RENUMBER,
  ordinal_backward: RENUMBER,
  ordinal_gap:
    'compare with a backup; if the home was sealed before, unroll audit verify names what is missing',
  ordinal_missing: RENUMBER,
  empty_file: REPAIR_THREAD,
  no_session_meta: REPAIR_THREAD,
  late_session_meta: REPAIR_THREAD,
  foreign_session_meta: RAW_EVENTS,
  id_mismatch: REPAIR_THREAD,
  bad_filename: REPAIR_THREAD,
  wrong_folder: REPAIR_THREAD,
  duplicate_thread: REPAIR_THREAD,
  twin_compressed: REPAIR_THREAD,
  not_a_plain_file: 'move the real file to this place',
  unreadable_file: 'fix its permissions, or check the disk for errors',
  compressed_damaged: 'restore a whole copy of the file, or: unroll repair plan THREAD',
  ...BASE_REMEDY,
  orphan_output: RAW_EVENTS,
  unanswered_call: 'unroll tools THREAD',
  open_turn: 'none needed: it shows as interrupted',
  duplicate_turn_id: 'none needed: page with unroll turns THREAD',
  rollback_past_start: 'none needed; unroll unrollback THREAD restores the turns',
  stale_name: 'unroll repair plan',
  damaged_name_line: 'unroll repair plan',
  damaged_log_line: 'none: the record is lost',
  index_drift: 'unroll index rebuild',
  leftover_file: 'unroll repair plan',
  stale_lock: 'none needed: the next write removes it',
  unfinished_operation: 'unroll log',
  state_unreadable:
    'close Codex, move the database with its -wal and -shm away, and start Codex: it rebuilds the threads from the rollouts',
  state_missing: 'start Codex once',
  state_elsewhere: REBUILD_ROWS,
  state_name_differs: 'name the thread again in Codex',
  state_facts_differ: 'open the thread once in the Codex that wrote it',
  state_goal_differs: 'set the goal again, or clear it, in Codex',
  state_agent_differs: 'none needed; to correct it, close the agent again in Codex',
  state_row_missing: 'open the thread once by its id: codex resume THREAD',
  state_row_stale: 'restore the file, or remove the row: codex delete THREAD',
  state_archived_differs:
    'type codex archive THREAD; unless it should stay archived, then codex unarchive THREAD. For an archived file: codex unarchive THREAD first',
  state_path_differs: `move the file back to the path in the database; or ${REBUILD_ROWS}`,
  state_duplicate_path: REBUILD_ROWS,
  backfill_unfinished: 'start one Codex and leave it running until the lists are complete'
}

/** A finding with the next command to type, or why there is none. */
export interface AdvisedFinding extends Finding {
  readonly remedy: string
}

/** A name that only the database has is lost with it; this command writes it where it stays. */
const keepName = (name: string): string =>
  `so that it is not lost with the database: unroll rename THREAD '${name.replaceAll("'", "'\\''")}'`

const templateOf = ({ kind, facts }: Finding): string =>
  kind === 'state_name_differs' &&
  facts['sessionIndex'] === null &&
  typeof facts['database'] === 'string'
    ? keepName(facts['database'])
    : REMEDIES[kind]

/** Adds the remedy, before the facts as JSON output promises. */
export const advise = (finding: Finding): AdvisedFinding => {
  const { facts, ...rest } = finding
  const remedy = templateOf(finding).replaceAll('THREAD', finding.threadId ?? 'THREAD')
  return { ...rest, remedy, facts }
}

/** What there is to say of a kind of problem. */
export const problemText = (kind: ProblemKind) => {
  const { repair, ...text } = KINDS[kind]
  return { kind, ...text, remedy: REMEDIES[kind], repair }
}

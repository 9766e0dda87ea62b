/**
 * Known differences of tool calls.
 */
import type { JsonObject } from '../../json.ts'
import type { KnownDifference } from './compare.ts'
import {
  alone,
  differs,
  isMade,
  isMoreBy,
  isNested,
  isPosted,
  isReviewer,
  member,
  paramsOf,
  unknown,
  unseen,
  UP_TO_142,
  FROM_142,
  wasReverted,
  type When
} from './known-rows.ts'
import { KILLED } from './rollout-tools.ts'
import type { EventType } from './vocabulary.ts'

const COMMAND: ReadonlyArray<EventType> = ['codex_command_execution_event']
const COLLAB: ReadonlyArray<EventType> = ['codex_collab_agent_tool_call_event']
const DYNAMIC: ReadonlyArray<EventType> = ['codex_dynamic_tool_call_event']
const TOOLS: ReadonlyArray<EventType> = [
  'codex_command_execution_event',
  'codex_file_change_event',
  'codex_mcp_tool_call_event',
  'codex_dynamic_tool_call_event',
  'codex_control_tool_call_event',
  'codex_collab_agent_tool_call_event',
  'codex_web_search_event',
  'codex_image_generation_event'
]

/** A line follows what it records within this time. */
const LINE_LATE_MS = 1000
/** Commands that 0.142 forgets ran at least this long by their lines. */
const FORGOTTEN_MS = 150

/** The capture has a review of the item. */
const isReviewedItem: When = (sides, { captured }) => {
  const { item_id, turn_id } = paramsOf(sides)
  return (
    captured
      .inTurn('codex_review_event', paramsOf(sides))
      .some((one) => one['item_id'] === item_id) ||
    captured
      .ofType('codex_guardian_review')
      .some((one) => one['target_item_id'] === item_id && one['turn_id'] === turn_id)
  )
}

/** All the rollout shows is that the turn ended before the command did. */
const wasCutShort: When = (sides, evidence) =>
  member(sides, 'reconstructed', 'exit_code') === KILLED &&
  evidence.captured.turn(paramsOf(sides)['thread_id'], paramsOf(sides)['turn_id'])?.['status'] ===
    'interrupted'

const wasRefused: When = (sides, evidence) =>
  member(sides, 'captured', 'terminal_status') === 'rejected' &&
  member(sides, 'captured', 'failure_kind') === 'approval_denied' &&
  wasCutShort(sides, evidence) &&
  member(sides, 'captured', 'tool_name') === 'shell' &&
  member(sides, 'captured', 'command_execution_source') === 'agent'

/** Two ids of the same provider: equal length and beginning. */
const isOfForm = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' &&
  typeof b === 'string' &&
  a.length === b.length &&
  a.slice(0, 4) === b.slice(0, 4)

/** Another response of the turn: one that other events name, or none where both ids are the same. */
const isOtherAnswer: When = (sides, evidence) => {
  const { captured, reconstructed } = sides
  const names = ['originating_response_id', 'subsequent_response_id']
  const isNamed = (id: unknown) =>
    [evidence.captured, evidence.reconstructed].some(
      (side) =>
        names.filter((name) => side.withValue(name, id)).length > 0 &&
        side.all.filter(({ event_params }) => names.some((name) => event_params[name] === id))
          .length > (side === evidence.captured ? 1 : 0)
    )
  if (captured === null)
    return (
      typeof reconstructed === 'string' &&
      member(sides, 'reconstructed', 'originating_response_id') ===
        member(sides, 'reconstructed', 'subsequent_response_id')
    )
  if (reconstructed === null) return isNamed(captured)
  const compacts = evidence.captured.inTurn('codex_compaction_event', paramsOf(sides)).length > 0
  const isShifted =
    member(sides, 'captured', 'subsequent_response_id') ===
    member(sides, 'reconstructed', 'originating_response_id')
  return isShifted || (compacts && isOfForm(captured, reconstructed))
}

const FIELDS: ReadonlyArray<KnownDifference> = [
  ...differs(
    'review_count guardian_review_count user_review_count final_approval_outcome requested_additional_permissions requested_network_access',
    'No rollout tells of approvals.',
    { events: TOOLS, when: isReviewedItem }
  ),
  ...unknown(
    'review_count guardian_review_count user_review_count',
    'No rollout tells of approvals.',
    { events: TOOLS }
  ),
  ...differs(
    'started_at_ms completed_at_ms duration_ms',
    'Up to 0.142 a line is written a moment after what it tells; later only calls without a recorded item are timed by their lines.',
    { events: TOOLS, when: isMoreBy(-LINE_LATE_MS, LINE_LATE_MS) }
  ),
  ...differs(
    'execution_duration_ms',
    'Up to 0.142 the text has how long Codex waited for output, which is not the life of the process.',
    { events: COMMAND, contracts: UP_TO_142, when: isMoreBy(0, Infinity) }
  ),
  ...differs(
    'terminal_status failure_kind exit_code completed_at_ms duration_ms execution_duration_ms',
    'A process outlives its interrupted turn: no line has when it ended, nor how if it was not killed.',
    {
      events: COMMAND,
      contracts: ['0.130'],
      when: (sides, evidence) =>
        wasCutShort(sides, evidence) &&
        member(sides, 'captured', 'command_execution_source') === 'unifiedExecStartup'
    }
  ),
  ...differs('execution_duration_ms', 'An image that was looked at has no times in the rollout.', {
    events: ['codex_control_tool_call_event'],
    when: isMoreBy(0, LINE_LATE_MS)
  }),
  ...unknown(
    `command_total_action_count command_read_action_count command_list_files_action_count
      command_search_action_count command_unknown_action_count`,
    'Only a recorded item says what a command does (from 0.143 on, and not for a refused one).',
    { events: COMMAND }
  ),
  ...differs(
    'terminal_status failure_kind exit_code tool_name command_execution_source',
    'A refusal that ends the turn reads like an interruption.',
    { events: COMMAND, when: wasRefused }
  ),
  ...differs(
    'sandbox_backend',
    'Which sandbox a command ran in, or that it never started, is in no rollout.',
    {
      events: COMMAND,
      when: ({ captured, reconstructed }) =>
        [captured, reconstructed].every((one) => [null, 'none', 'seccomp'].includes(one as null)) &&
        [captured, reconstructed].includes(null)
    }
  ),
  ...unknown('reasoning_effort', 'The default effort of a model is in no rollout.', {
    events: COMMAND,
    // A turn that has another effort says so.
    when: (sides, { reconstructed }) =>
      (reconstructed.turn(paramsOf(sides)['thread_id'], paramsOf(sides)['turn_id'])?.[
        'reasoning_effort'
      ] ?? null) === null
  }),
  ...differs(
    'originating_response_id subsequent_response_id',
    'Codex does not count the answer of a compaction between two others, loses the answer of a call that its turn did not wait for, and takes equal ids for one answer.',
    { events: TOOLS, when: isOtherAnswer }
  ),
  ...unknown(
    'success execution_duration_ms terminal_status failure_kind',
    'Up to 0.142 only the text of the output is written.',
    { events: DYNAMIC, contracts: UP_TO_142 }
  ),
  ...unknown(
    'requested_model requested_reasoning_effort',
    'The call names a model only when the agent is to have another one than its parent.',
    { events: COLLAB, contracts: UP_TO_142 }
  ),
  ...unknown(
    'agent_state_count completed_agent_count failed_agent_count',
    'The output names no states.',
    { events: COLLAB, contracts: UP_TO_142 }
  ),
  ...unknown('remote_plugin_id', 'A rollout names plugins by their local id.')
]

/** The captured turn counts no more commands than the capture has, so that none was lost on the way to the file. */
const isWholeInCapture: When = (sides, { captured }) => {
  const { thread_id, turn_id } = paramsOf(sides)
  const count = captured.turn(thread_id, turn_id)?.['shell_command_count']
  const told = captured
    .inTurn('codex_command_execution_event', paramsOf(sides))
    .filter((one) => one['command_execution_source'] !== 'userShell')
  return typeof count !== 'number' || count <= told.length
}

/** A command cut off with its turn, or never run. */
const isCutOff: When = (sides, evidence) => {
  const { thread_id, turn_id, terminal_status, exit_code } = paramsOf(sides)
  if (terminal_status === 'failed' && exit_code === null) return true
  const turn = evidence.captured.turn(thread_id, turn_id)
  const isInterrupted = turn === undefined || turn['status'] === 'interrupted'
  return isInterrupted && (terminal_status === 'interrupted' || exit_code === KILLED)
}

const takesLong: When = (sides) => {
  const { duration_ms, execution_duration_ms } = paramsOf(sides)
  return Math.max(Number(duration_ms), Number(execution_duration_ms)) >= FORGOTTEN_MS
}

/** A call with the same item in a reviewer's thread. */
const isOfReviewer: When = (sides, evidence) =>
  evidence.reconstructed
    .ofItem('codex_command_execution_event', paramsOf(sides)['item_id'])
    .some(
      ({ thread_id, exit_code }) =>
        isReviewer(thread_id, evidence) && exit_code === paramsOf(sides)['exit_code']
    )

/** A `!command` of the same turn stands alone on the other side, with the same result at the same time. */
const isOtherId: When = (sides, { captured, reconstructed }) => {
  const params = paramsOf(sides)
  const others = (isMade(sides) ? captured : reconstructed).inTurn(COMMAND[0] ?? '', params)
  const twins = (isMade(sides) ? reconstructed : captured).inTurn(COMMAND[0] ?? '', params)
  const alike = (one: JsonObject) =>
    one['command_execution_source'] === 'userShell' &&
    one['exit_code'] === params['exit_code'] &&
    one['terminal_status'] === params['terminal_status'] &&
    Math.abs(Number(one['started_at_ms']) - Number(params['started_at_ms'])) <= LINE_LATE_MS
  return (
    params['command_execution_source'] === 'userShell' &&
    others.filter(alike).length === twins.filter(alike).length
  )
}

const LOST =
  'Codex loses it: a command of a reviewer or of a nested agent, one that was cut off with its turn or never ran, in 0.142 one that ran longer than about 0.2 s.'

const WHOLE: ReadonlyArray<KnownDifference> = [
  ...alone(
    COMMAND,
    'Up to 0.142 the rollout holds no id of a command that a person ran: it stands on both sides under two ids.',
    { contracts: UP_TO_142, when: isOtherId }
  ),
  ...unseen(
    COMMAND,
    'A call that was cancelled with its turn before it began is in the rollout only as an aborted output.',
    {
      contracts: ['0.169'],
      when: (sides, { captured }) => {
        const { thread_id, turn_id, terminal_status } = paramsOf(sides)
        const status = captured.turn(thread_id, turn_id)?.['status']
        return isPosted(sides) && terminal_status === 'rejected' && status === 'interrupted'
      }
    }
  ),
  ...unseen(
    COMMAND,
    'It was taken back; or it is a reviewer’s, and Codex tells it for the thread that was reviewed, the reconstruction for the reviewer’s own.',
    {
      contracts: ['0.169'],
      when: (sides, evidence) =>
        isPosted(sides) && (wasReverted(sides, evidence) || isOfReviewer(sides, evidence))
    }
  ),
  ...unseen(
    COMMAND,
    'A process that outlives its turn has no end in the rollout unless it is polled again; a command of a reviewer is reported for the reviewed thread.',
    {
      contracts: ['0.130'],
      when: (sides, evidence) => {
        const { thread_id, turn_id, completed_at_ms } = paramsOf(sides)
        const ended = evidence.captured.turn(thread_id, turn_id)?.['completed_at']
        const isLate = Math.floor(Number(completed_at_ms) / 1000) >= Number(ended)
        const isTwice =
          evidence.captured.ofItem(COMMAND[0] ?? '', paramsOf(sides)['item_id']).length > 1
        return isPosted(sides) && !isTwice && (isLate || isOfReviewer(sides, evidence))
      }
    }
  ),
  ...unseen(
    ['codex_file_change_event', 'codex_accepted_line_fingerprints'],
    'What was rolled back or deleted is in no history.',
    { contracts: ['0.169'], when: wasReverted }
  ),
  ...alone(
    ['codex_accepted_line_fingerprints'],
    'Codex looks at the files after the turn: lines that were changed back are none. The rollout has the patches.',
    {
      when: (sides, { captured }) =>
        isMade(sides) && captured.inTurn('codex_file_change_event', paramsOf(sides)).length > 0
    }
  ),
  ...alone(COMMAND, LOST, {
    when: (sides, evidence) => {
      const { thread_id } = paramsOf(sides)
      const isUntold = isReviewer(thread_id, evidence) || isNested(thread_id, evidence)
      return (
        isMade(sides) &&
        (isUntold || (isCutOff(sides, evidence) && isWholeInCapture(sides, evidence)))
      )
    }
  }),
  ...alone(COMMAND, LOST, {
    contracts: ['0.142'],
    when: (sides, evidence) =>
      isMade(sides) && takesLong(sides, evidence) && isWholeInCapture(sides, evidence)
  }),
  ...unseen(COLLAB, 'The output of a call about agents that have names tells no thread.', {
    contracts: FROM_142,
    when: (sides, { captured, reconstructed }) => {
      const { thread_id, turn_id } = paramsOf(sides)
      const [posted, made] = [captured, reconstructed].map((side) => side.turn(thread_id, turn_id))
      const name = 'subagent_tool_call_count'
      return isPosted(sides) && Number(posted?.[name]) > Number(made?.[name])
    }
  }),
  ...unseen(['codex_review_event', 'codex_guardian_review'], 'No rollout tells of approvals.')
]

export const TOOL_DIFFERENCES: ReadonlyArray<KnownDifference> = [...FIELDS, ...WHOLE]

/**
 * What no rollout tells of analytics, and where a reconstruction differs from what Codex posts although it is right.
 *
 * Rows with `notReconstructable` name fields that are null in a reconstruction, or events that are not in it. The others
 * name differences with a reason. `unroll analytics diff` and docs/ANALYTICS-AGREEMENT.md show both; a difference that
 * no row explains is a mistake.
 */
import type { JsonObject } from '../json.ts'
import type { KnownDifference, Sides } from './compare.ts'
import type { Contract, EventType } from './vocabulary.ts'

const UP_TO_142: ReadonlyArray<Contract> = ['0.130', '0.142']
const FROM_142: ReadonlyArray<Contract> = ['0.142', '0.169']

interface Where {
  readonly events?: ReadonlyArray<EventType>
  readonly contracts?: ReadonlyArray<Contract>
  readonly when?: (sides: Sides) => boolean
}

const rows = (
  fields: string | null,
  reason: string,
  where: Where,
  more: Pick<KnownDifference, 'notReconstructable'>
): ReadonlyArray<KnownDifference> => {
  const { events, contracts, when } = where
  const limits = {
    ...(contracts === undefined ? {} : { contracts }),
    ...(when === undefined ? {} : { when })
  }
  const names = fields === null ? [null] : fields.split(/\s+/)
  return (events ?? [null]).flatMap((event) =>
    names.map((field) => ({
      ...(event === null ? {} : { event }),
      ...(field === null ? {} : { field }),
      ...limits,
      ...more,
      reason
    }))
  )
}

/** Fields no rollout holds. */
const unknown = (fields: string, reason: string, where: Where = {}) =>
  rows(fields, reason, where, { notReconstructable: true })

/** Events no rollout holds. */
const unseen = (events: ReadonlyArray<EventType>, reason: string, where: Where = {}) =>
  rows(null, reason, { ...where, events }, { notReconstructable: true })

/** Fields that differ, and why. */
const differs = (fields: string, reason: string, where: Where = {}) =>
  rows(fields, reason, where, {})

/** Events that stand on one side only, and why. */
const alone = (events: ReadonlyArray<EventType>, reason: string, where: Where = {}) =>
  rows(null, reason, { ...where, events }, {})

const paramsOf = ({ capturedEvent, reconstructedEvent }: Sides): JsonObject =>
  (capturedEvent ?? reconstructedEvent)?.event_params ?? {}

const member = (sides: Sides, side: 'captured' | 'reconstructed', name: string): unknown =>
  (side === 'captured' ? sides.capturedEvent : sides.reconstructedEvent)?.event_params[name]

const COMMAND: ReadonlyArray<EventType> = ['codex_command_execution_event']
const COLLAB: ReadonlyArray<EventType> = ['codex_collab_agent_tool_call_event']
const COMPACTION: ReadonlyArray<EventType> = ['codex_compaction_event']
const DYNAMIC: ReadonlyArray<EventType> = ['codex_dynamic_tool_call_event']
const STEER: ReadonlyArray<EventType> = ['codex_turn_steer_event']
const THREAD: ReadonlyArray<EventType> = ['codex_thread_initialized']
const TURN: ReadonlyArray<EventType> = ['codex_turn_event']
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

const CLIENT: ReadonlyArray<KnownDifference> = [
  ...unknown(
    `app_server_client.client_name app_server_client.client_version app_server_client.rpc_transport
      app_server_client.experimental_api_enabled`,
    'Only a server knows its clients; a rollout names the originator.'
  ),
  ...unknown(
    'runtime.runtime_os runtime.runtime_os_version runtime.runtime_arch',
    'A rollout does not name the machine.'
  ),
  ...differs(
    'runtime.codex_rs_version',
    'A rollout names the version that began it; another one went on with it.'
  ),
  ...differs(
    'app_server_client.product_client_id',
    'A rollout names the client that began it; another one went on with it.'
  ),
  ...unknown('voice_session_id', 'Voice is in no rollout.')
]

const isInterrupted = (sides: Sides): boolean =>
  member(sides, 'captured', 'status') === 'interrupted'

const TOKENS = `input_tokens cached_input_tokens cache_write_input_tokens output_tokens
  reasoning_output_tokens total_tokens`
const COUNTS = `total_tool_call_count shell_command_count file_change_count mcp_tool_call_count
  dynamic_tool_call_count subagent_tool_call_count web_search_count image_generation_count`

const TURNS: ReadonlyArray<KnownDifference> = [
  ...unknown(
    `before_first_sampling_ms sampling_ms compaction_ms between_sampling_overhead_ms tool_blocking_ms
      after_last_sampling_ms sampling_request_count sampling_retry_count tools_change_count`,
    'The profile of a turn is measured while it runs and written nowhere.',
    { events: TURN }
  ),
  ...unknown(
    'active_plugin_ids_at_turn_start guardian_v2_enabled workspace_kind codex_turn_source usage_limit_window_minutes',
    'No line tells it.',
    { events: TURN }
  ),
  ...unknown(
    'explicit_client_interrupt_requested_at_ms',
    'When a client asked is known to the server alone; the rollout has when the turn ended.',
    { events: TURN }
  ),
  ...unknown('approvals_reviewer', 'Written with each turn from 0.143 on.', {
    events: TURN,
    contracts: UP_TO_142
  }),
  ...unknown(
    'reasoning_summary personality',
    'Up to 0.142 written with each turn, later no more.',
    {
      events: TURN,
      contracts: ['0.169']
    }
  ),
  ...differs(
    'reasoning_summary',
    'The line of a turn has the default of the model, not what the client asked for.',
    { events: TURN }
  ),
  ...differs('image_preparations', 'How an image was prepared for the model is in no rollout.', {
    events: TURN
  }),
  ...differs(
    'initialization_mode',
    'Opening a thread again writes no line: its turns keep the mode it began with.',
    { events: TURN, when: ({ captured }) => captured === 'resumed' }
  ),
  ...differs(
    TOKENS,
    'Codex tells no tokens of an interrupted turn; the rollout has what was spent.',
    { events: TURN, when: isInterrupted }
  ),
  ...differs(
    TOKENS,
    'When the context did not fit, Codex tells the rest of the window as total; the rollout has what was spent.',
    {
      events: TURN,
      when: (sides) => member(sides, 'captured', 'turn_error') === 'contextWindowExceeded'
    }
  ),
  ...differs(
    TOKENS,
    'Codex leaves the tokens of a compaction by the service out; its rollout has them.',
    {
      events: TURN,
      contracts: ['0.169'],
      when: (sides) =>
        Number(member(sides, 'reconstructed', 'total_tokens')) >
        Number(member(sides, 'captured', 'total_tokens'))
    }
  ),
  ...unknown(
    'status turn_error codex_error_kind codex_error_http_status_code',
    'Up to 0.142 the end of a failed turn is that of one without a last message.',
    { events: TURN, contracts: UP_TO_142 }
  ),
  ...unknown(
    'codex_error_kind codex_error_http_status_code',
    'The rollout names the error as clients see it; the inner name is known for a few of them.',
    { events: TURN, contracts: ['0.169'] }
  ),
  ...differs(
    COUNTS,
    '0.142 forgets commands that run longer than about 0.2 s, and those of which it hears after the turn.',
    { events: TURN, contracts: ['0.142'] }
  ),
  ...differs(
    COUNTS,
    'A call that was cancelled with its turn before it began is in the rollout only as an aborted output.',
    { events: TURN, contracts: ['0.169'] }
  )
]

const isEphemeral = (sides: Sides): boolean => paramsOf(sides)['ephemeral'] === true

const isOfSubagent = (sides: Sides): boolean =>
  typeof paramsOf(sides)['subagent_source'] === 'string'

const isPosted = ({ reconstructedEvent }: Sides): boolean => reconstructedEvent === null

const WHOLE: ReadonlyArray<KnownDifference> = [
  ...unseen([...THREAD, ...TURN], 'An ephemeral thread has no rollout.', { when: isEphemeral }),
  ...unseen(THREAD, 'Opening a thread again writes no line.', {
    when: (sides) => paramsOf(sides)['initialization_mode'] === 'resumed'
  }),
  ...alone(
    THREAD,
    'Codex posts nothing when it opens the thread of a nested agent, of a detached review or of an import.',
    { when: ({ capturedEvent }) => capturedEvent === null }
  ),
  ...alone(
    TURN,
    'Codex posts no turn of a reviewer, of a nested agent, of a guardian, and in 0.130 of any sub-agent.',
    { when: (sides) => sides.capturedEvent === null && isOfSubagent(sides) }
  ),
  ...alone(
    TURN,
    'Codex posts no turn that was made for a compaction, and none that a compaction interrupts.',
    { when: ({ capturedEvent }) => capturedEvent === null, contracts: ['0.169'] }
  ),
  ...unseen([...THREAD, ...TURN], 'What was taken back or deleted stands in no history any more.', {
    contracts: FROM_142,
    when: isPosted
  }),
  ...unseen(COMPACTION, 'A compaction that failed writes no line.', {
    when: (sides) => paramsOf(sides)['status'] === 'failed'
  }),
  ...unseen(COMPACTION, 'What was taken back or deleted stands in no history any more.', {
    contracts: ['0.169'],
    when: isPosted
  }),
  ...alone(
    COMMAND,
    'Up to 0.142 the rollout holds no id of a command that a person ran: it stands on both sides under two ids.',
    {
      contracts: UP_TO_142,
      when: (sides) => paramsOf(sides)['command_execution_source'] === 'userShell'
    }
  ),
  ...unseen(
    COMMAND,
    'A call that was cancelled with its turn before it began is in the rollout only as an aborted output.',
    {
      contracts: ['0.169'],
      when: (sides) => isPosted(sides) && paramsOf(sides)['terminal_status'] === 'rejected'
    }
  ),
  ...unseen(
    COMMAND,
    'It was taken back; or it is a reviewer’s, and Codex tells it for the thread that was reviewed, the reconstruction for the reviewer’s own.',
    { contracts: ['0.169'], when: isPosted }
  ),
  ...unseen(
    COMMAND,
    'A process that outlives its turn and is not asked for again has no end in the rollout; a command of a reviewer is told for the thread that was reviewed.',
    { contracts: ['0.130'], when: isPosted }
  ),
  ...unseen(
    ['codex_file_change_event', 'codex_accepted_line_fingerprints'],
    'What was taken back or deleted stands in no history any more.',
    { contracts: ['0.169'], when: isPosted }
  ),
  ...alone(
    ['codex_accepted_line_fingerprints'],
    'Codex looks at the files after the turn: lines that were changed back are none. The rollout has the patches.',
    { when: ({ capturedEvent }) => capturedEvent === null }
  ),
  ...differs(
    'accepted_added_lines accepted_deleted_lines',
    'Codex looks at the files after the turn: lines that were changed back are none. The rollout has the patches.',
    { events: ['codex_accepted_line_fingerprints'] }
  ),
  ...alone(
    COMMAND,
    'Codex loses it: a command of a reviewer or of a nested agent, one that was cut off with its turn, in 0.142 one that ran longer than about 0.2 s.',
    { when: ({ capturedEvent }) => capturedEvent === null }
  ),
  ...alone(TURN, 'codex exec before 0.169 is gone before its turns are posted.', {
    contracts: UP_TO_142,
    when: ({ capturedEvent }) => capturedEvent === null
  }),
  ...unseen(COLLAB, 'The output of a call about agents that have names tells no thread.', {
    contracts: FROM_142
  }),
  ...unseen(STEER, 'A refused steer changes nothing, so that no line tells of it.', {
    when: (sides) => paramsOf(sides)['result'] === 'rejected'
  }),
  ...unseen(['codex_review_event', 'codex_guardian_review'], 'No rollout tells of approvals.'),
  ...unseen(['codex_thread_archive_event'], 'A file that was moved does not tell when.'),
  ...unseen(
    [
      'codex_plugin_installed',
      'codex_plugin_uninstalled',
      'codex_plugin_enabled',
      'codex_plugin_disabled',
      'codex_plugin_install_failed'
    ],
    'Installing and switching plugins writes no rollout; see the plugin history instead.'
  ),
  ...unseen(['codex_plugin_used'], 'Up to 0.142 the mention of a plugin is not written.', {
    contracts: UP_TO_142
  }),
  ...unseen(
    ['skill_invocation'],
    'A skill that is used because a command reads it is not marked as such.'
  ),
  ...unseen(['codex_app_used', 'codex_hook_run'], 'Apps and hooks leave no line of their own.'),
  ...unseen(['codex_goal_event'], 'Goals are written when they are made and when they end.'),
  ...unseen(
    [
      'codex_onboarding_external_agent_import_complete',
      'codex_onboarding_external_agent_import_failure'
    ],
    'An import is told once for all its threads; a rollout holds one of them.'
  )
]

const THREADS: ReadonlyArray<KnownDifference> = [
  ...unknown('is_worktree', 'No line tells it.', { events: THREAD }),
  ...unknown('model', 'A thread without a turn does not name its model.', { events: THREAD }),
  ...differs(
    'created_at',
    'The server tells its own clock; the head of the rollout is made a moment before or after.',
    { events: THREAD }
  ),
  ...unknown('parent_thread_id', '0.130 does not write whose review a thread is.', {
    contracts: ['0.130']
  }),
  ...differs(
    'created_at',
    'The rollout has when the model was given the message, not when the client sent it.',
    { events: STEER }
  )
]

const TOOL_FIELDS: ReadonlyArray<KnownDifference> = [
  ...differs(
    'review_count guardian_review_count user_review_count final_approval_outcome requested_additional_permissions requested_network_access',
    'No rollout tells of approvals.',
    { events: TOOLS }
  ),
  ...differs(
    'started_at_ms completed_at_ms duration_ms',
    'Up to 0.142 a line is written a moment after what it tells; later only calls without a recorded item are timed by their lines.',
    { events: TOOLS }
  ),
  ...differs(
    'execution_duration_ms',
    'Up to 0.142 the text has how long Codex waited for output, which is not the life of the process.',
    { events: COMMAND, contracts: UP_TO_142 }
  ),
  ...differs('execution_duration_ms', 'An image that was looked at has no times in the rollout.', {
    events: ['codex_control_tool_call_event']
  }),
  ...unknown(
    `command_total_action_count command_read_action_count command_list_files_action_count
      command_search_action_count command_unknown_action_count`,
    'What a command does is told only by a recorded item (from 0.143 on, and not for one that was refused).',
    { events: COMMAND }
  ),
  ...differs(
    'terminal_status failure_kind tool_name command_execution_source',
    'A refusal that ends the turn reads like an interruption.',
    {
      events: COMMAND,
      when: (sides) => member(sides, 'captured', 'terminal_status') === 'rejected'
    }
  ),
  ...differs(
    'sandbox_backend',
    'Which sandbox a command ran in, or that it never started, is in no rollout.',
    {
      events: COMMAND
    }
  ),
  ...unknown('reasoning_effort', 'The default effort of a model is in no rollout.', {
    events: COMMAND
  }),
  ...differs(
    'originating_response_id subsequent_response_id tool_event_type',
    'Codex does not count the answer of a compaction between two others, loses the answer of a call that its turn did not wait for, and takes equal ids for one answer.',
    { events: TOOLS }
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
    {
      events: COLLAB,
      contracts: UP_TO_142
    }
  ),
  ...differs(
    'agent_state_count completed_agent_count failed_agent_count',
    'The output names no states.',
    {
      events: COLLAB,
      contracts: UP_TO_142
    }
  )
]

const OTHERS: ReadonlyArray<KnownDifference> = [
  ...unknown(
    'duration_ms started_at',
    'When a compaction began is in no rollout, unless it is a turn of its own.',
    {
      events: COMPACTION
    }
  ),
  ...unknown(
    'retained_image_count compaction_summary_tokens cached_input_tokens cache_write_input_tokens',
    'What the service says of its compaction is not written.',
    { events: COMPACTION }
  ),
  ...differs(
    'active_context_tokens_before',
    'Codex adds an estimate of what came since the last answer, and for a compaction by the service tells the size of that request.',
    { events: COMPACTION }
  ),
  ...unknown(
    'has_skills mcp_server_count mcp_server_names connector_ids',
    'What a plugin holds is in its bundle, not in the rollout.',
    {
      events: ['codex_plugin_used']
    }
  ),
  ...unknown('remote_plugin_id', 'A rollout names plugins by their local id.'),
  ...unknown('goal_id', 'A goal has no id in the rollout.', { events: ['codex_goal_event'] })
]

/** Every known difference between what Codex posts and what a rollout tells; of several that fit, the first counts. */
export const KNOWN_DIFFERENCES: ReadonlyArray<KnownDifference> = [
  ...CLIENT,
  ...TURNS,
  ...THREADS,
  ...TOOL_FIELDS,
  ...OTHERS,
  ...WHOLE
]

/** What no rollout tells, of one event type in one contract. */
export const notReconstructable = (
  event: EventType,
  contract: Contract
): ReadonlyArray<KnownDifference> =>
  KNOWN_DIFFERENCES.filter(
    (row) =>
      row.notReconstructable === true &&
      (row.event === undefined || row.event === event) &&
      (row.contracts === undefined || row.contracts.includes(contract))
  )

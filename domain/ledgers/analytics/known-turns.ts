/**
 * Known differences of threads, turns and steers.
 */
import { textIn, type Json, type JsonObject } from '../../json.ts'
import type { KnownDifference, Sides } from './compare.ts'
import type { Evidence } from './evidence.ts'
import {
  alone,
  differs,
  isMade,
  isMoreBy,
  isNested,
  isReviewer,
  member,
  paramsOf,
  subagentOf,
  unknown,
  unseen,
  UP_TO_142,
  FROM_142,
  wasDeleted,
  wasReverted,
  type When
} from './known-rows.ts'
import type { EventType } from './vocabulary.ts'

const THREAD: ReadonlyArray<EventType> = ['codex_thread_initialized']
const TURN: ReadonlyArray<EventType> = ['codex_turn_event']
const STEER: ReadonlyArray<EventType> = ['codex_turn_steer_event']

/** A client opened the thread with that value in the capture: another client, or another version. */
const isOfOpening =
  (group: string, name: string): When =>
  (sides, { captured, reconstructed }) => {
    const hasValue = (params: JsonObject, value: Json | undefined) =>
      (params[group] as JsonObject | undefined)?.[name] === value
    const openings = captured.openings(paramsOf(sides)['thread_id'])
    const alike = reconstructed.all.filter(({ event_params }) =>
      hasValue(event_params, sides.reconstructed)
    )
    return (
      sides.capturedEvent?.event_type !== 'codex_thread_initialized' &&
      openings.some((one) => hasValue(one, sides.captured)) &&
      (alike.length > 1 || /^\d+\.\d+\.\d+$/.test(textIn(sides.reconstructed)))
    )
  }

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
    'A rollout names the version that began it; another one continued it.',
    { when: isOfOpening('runtime', 'codex_rs_version') }
  ),
  ...differs(
    'app_server_client.product_client_id',
    'A rollout names the client that began it; another one continued it.',
    { when: isOfOpening('app_server_client', 'product_client_id') }
  ),
  ...unknown('voice_session_id', 'Voice is in no rollout.')
]

const bothAre =
  (name: string, value: string): When =>
  (sides) =>
    member(sides, 'captured', name) === value && member(sides, 'reconstructed', name) === value

const isSummary = (value: Json | undefined): boolean =>
  ['auto', 'concise', 'detailed', 'none'].includes(textIn(value))

const TOKENS = `input_tokens cached_input_tokens cache_write_input_tokens output_tokens
  reasoning_output_tokens total_tokens`

/** Counts of a turn, and the events they count. */
const COUNTED: Readonly<Record<string, EventType>> = {
  shell_command_count: 'codex_command_execution_event',
  file_change_count: 'codex_file_change_event',
  mcp_tool_call_count: 'codex_mcp_tool_call_event',
  dynamic_tool_call_count: 'codex_dynamic_tool_call_event',
  subagent_tool_call_count: 'codex_collab_agent_tool_call_event',
  web_search_count: 'codex_web_search_event',
  image_generation_count: 'codex_image_generation_event'
}

const items = (events: ReadonlyArray<JsonObject>): ReadonlySet<unknown> =>
  new Set(events.map(({ item_id }) => item_id))

/** Calls of a sort that only the capture has in the turn of an event, minus those that only the reconstruction has. */
const surplus = (name: string, sides: Sides, { captured, reconstructed }: Evidence): number => {
  const type = COUNTED[name] ?? ''
  const ofTurn = (side: typeof captured) =>
    side
      .inTurn(type, paramsOf(sides))
      .filter((one) => one['command_execution_source'] !== 'userShell')
  const [posted, made] = [items(ofTurn(captured)), items(ofTurn(reconstructed))]
  const only = (some: ReadonlySet<unknown>, others: ReadonlySet<unknown>) =>
    [...some].filter((id) => !others.has(id)).length
  return only(posted, made) - only(made, posted)
}

/** The count differs by exactly the calls that one side alone has. */
const countsCalls =
  (name: string): When =>
  (sides, evidence) => {
    const { captured, reconstructed } = sides
    if (typeof captured !== 'number' || typeof reconstructed !== 'number') return false
    const more = surplus(name, sides, evidence)
    // Codex counts some calls about named agents of which it tells nothing.
    const most = name === 'subagent_tool_call_count' ? more * 2 : more
    return (
      captured - reconstructed >= Math.min(more, most) &&
      captured - reconstructed <= Math.max(more, most)
    )
  }

/** The total is off by what its parts are off by. */
const countsParts: When = (sides) => {
  const off = (name: string) =>
    Number(member(sides, 'captured', name)) - Number(member(sides, 'reconstructed', name))
  const parts = Object.keys(COUNTED).reduce((all, name) => all + off(name), 0)
  return parts !== 0 && off('total_tool_call_count') === parts
}

const counts = (reason: string, contract: '0.142' | '0.169'): ReadonlyArray<KnownDifference> => [
  ...Object.keys(COUNTED).flatMap((name) =>
    differs(name, reason, { events: TURN, contracts: [contract], when: countsCalls(name) })
  ),
  ...differs('total_tool_call_count', reason, {
    events: TURN,
    contracts: [contract],
    when: countsParts
  })
]

/** Cached tokens are part of the input, those of reasoning of the output. */
const arePartsWithin = (sides: Sides): boolean => {
  const of = (name: string) => Number(member(sides, 'reconstructed', name))
  return (
    of('cached_input_tokens') <= of('input_tokens') &&
    of('reasoning_output_tokens') <= of('output_tokens') &&
    of('input_tokens') + of('output_tokens') === of('total_tokens')
  )
}

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
    {
      events: TURN,
      when: (sides) => {
        const [from, to] = ['started_at', 'completed_at'].map((name) =>
          Number(member(sides, 'captured', name))
        )
        const at = Number(sides.captured) / 1000
        const isWithin = at >= (from ?? Infinity) && at <= (to ?? 0) + 1
        return isWithin && member(sides, 'captured', 'status') === 'interrupted'
      }
    }
  ),
  ...unknown('approvals_reviewer', 'Written with each turn from 0.143 on.', {
    events: TURN,
    contracts: UP_TO_142
  }),
  ...unknown(
    'reasoning_summary personality',
    'Up to 0.142 written with each turn, later no more.',
    { events: TURN, contracts: ['0.169'] }
  ),
  ...differs(
    'reasoning_summary',
    'The line of a turn has the default of the model, not what the client asked for.',
    {
      events: TURN,
      when: ({ captured, reconstructed }) =>
        isSummary(captured) &&
        isSummary(reconstructed) &&
        [captured, reconstructed].includes('auto')
    }
  ),
  ...differs('image_preparations', 'How an image was prepared for the model is in no rollout.', {
    events: TURN,
    when: ({ captured, reconstructed }) =>
      Array.isArray(reconstructed) &&
      reconstructed.length === 0 &&
      Array.isArray(captured) &&
      captured.every((one) => typeof one === 'object' && one !== null)
  }),
  ...differs(
    'initialization_mode',
    'Opening a thread again writes no line: its turns keep the mode it began with.',
    {
      events: TURN,
      when: (sides, { captured }) =>
        sides.captured === 'resumed' &&
        captured
          .openings(member(sides, 'captured', 'thread_id'))
          .some((one) => one['initialization_mode'] === 'resumed')
    }
  ),
  ...differs(
    TOKENS,
    'Codex tells no tokens of an interrupted turn; the rollout has what was spent.',
    {
      events: TURN,
      when: (sides, evidence) =>
        sides.captured === null && bothAre('status', 'interrupted')(sides, evidence)
    }
  ),
  ...differs(
    TOKENS,
    'When the context did not fit, Codex tells the rest of the window as total; the rollout has what was spent.',
    {
      events: TURN,
      when: (sides, evidence) =>
        bothAre('turn_error', 'contextWindowExceeded')(sides, evidence) &&
        (sides.captured === 0 || sides.reconstructed === 0)
    }
  ),
  ...differs(
    TOKENS,
    'Codex leaves the tokens of a compaction by the service out; its rollout has them.',
    {
      events: TURN,
      contracts: ['0.169'],
      when: (sides, evidence) =>
        isMoreBy(-Infinity, -1)(sides, evidence) &&
        evidence.captured
          .inTurn('codex_compaction_event', paramsOf(sides))
          .some((one) => one['implementation'] !== 'responses') &&
        arePartsWithin(sides) &&
        Number(member(sides, 'captured', 'input_tokens')) +
          Number(member(sides, 'captured', 'output_tokens')) ===
          member(sides, 'captured', 'total_tokens')
    }
  ),
  ...unknown(
    'status turn_error codex_error_kind codex_error_http_status_code',
    'Up to 0.142 the end of a failed turn is that of one without a last message.',
    {
      events: TURN,
      contracts: UP_TO_142,
      // A turn without a last message may have failed or not; both sides leave the rest of the error out then.
      when: (sides) => {
        const { status, turn_error } = sides.capturedEvent?.event_params ?? {}
        const hasFailed = status === 'failed' && turn_error !== null
        const hasNot = status === 'completed' && turn_error === null
        return member(sides, 'reconstructed', 'status') === null && (hasFailed || hasNot)
      }
    }
  ),
  ...unknown(
    'codex_error_kind codex_error_http_status_code',
    'The rollout names the error as clients see it; the inner name is known for a few of them.',
    {
      events: TURN,
      contracts: ['0.169'],
      when: (sides) =>
        member(sides, 'captured', 'status') === 'failed' &&
        ['string', 'number'].includes(typeof sides.captured)
    }
  ),
  ...counts(
    '0.142 forgets commands that run longer than about 0.2 s, and those of which it hears after the turn.',
    '0.142'
  ),
  ...counts(
    'A call that was cancelled with its turn before it began is in the rollout only as an aborted output.',
    '0.169'
  )
]

const isFirstOpening = ({ initialization_mode }: JsonObject): boolean =>
  initialization_mode !== 'resumed'

/** A fork that a reviewer with its own thread works in. */
const isReviewed = (threadId: unknown, { reconstructed }: Evidence): boolean =>
  reconstructed
    .ofType('codex_thread_initialized')
    .some(
      (one) =>
        one['subagent_source'] === 'review' &&
        one['created_at'] === reconstructed.openings(threadId)[0]?.['created_at']
    )

const compactsIn: When = (sides, { captured, reconstructed }) =>
  [captured, reconstructed].some(
    (side) => side.inTurn('codex_compaction_event', paramsOf(sides)).length > 0
  )

const UNOPENED =
  'Codex posts nothing when it opens the thread of a nested agent, of a detached review or of an import.'

/** The opening of a thread that the capture lacks. */
const isOpeningOf =
  (isSuch: (threadId: unknown, evidence: Evidence) => boolean): When =>
  (sides, evidence) => {
    const { thread_id } = paramsOf(sides)
    return (
      isMade(sides) &&
      !evidence.captured.openings(thread_id).some(isFirstOpening) &&
      isSuch(thread_id, evidence)
    )
  }

const UNPOSTED =
  'Codex posts no turn of a reviewer, of a nested agent, of a guardian, and in 0.130 of any sub-agent.'

/** A turn of a sub-agent that the capture lacks. */
const isTurnOf =
  (isSuch: (source: string, isOfAgent: boolean) => boolean): When =>
  (sides, evidence) => {
    const { thread_id, turn_id } = paramsOf(sides)
    const source = subagentOf(thread_id, evidence)
    return (
      isMade(sides) &&
      source !== null &&
      evidence.captured.turn(thread_id, turn_id) === undefined &&
      isSuch(source, isNested(thread_id, evidence))
    )
  }

const WHOLE: ReadonlyArray<KnownDifference> = [
  ...unseen([...THREAD, ...TURN], 'An ephemeral thread has no rollout.', {
    when: (sides, { captured, reconstructed }) => {
      const { ephemeral, thread_id } = paramsOf(sides)
      const openings = captured.openings(thread_id)
      return (
        ephemeral === true &&
        !reconstructed.knows(thread_id) &&
        openings.length === 1 &&
        openings.every((one) => one['ephemeral'] === true)
      )
    }
  }),
  ...unseen(THREAD, 'Opening a thread again writes no line.', {
    when: (sides, { reconstructed }) => {
      const { initialization_mode, thread_id } = paramsOf(sides)
      return initialization_mode === 'resumed' && reconstructed.knows(thread_id)
    }
  }),
  ...alone(THREAD, UNOPENED, {
    when: isOpeningOf(
      (threadId, evidence) => isNested(threadId, evidence) || evidence.imports.has(String(threadId))
    )
  }),
  ...alone(THREAD, UNOPENED, {
    contracts: UP_TO_142,
    when: isOpeningOf(
      (threadId, evidence) => isReviewer(threadId, evidence) || isReviewed(threadId, evidence)
    )
  }),
  ...alone(TURN, UNPOSTED, { contracts: ['0.130'], when: isTurnOf(() => true) }),
  ...alone(TURN, UNPOSTED, {
    when: isTurnOf((source, isOfAgent) => source !== 'thread_spawn' || isOfAgent)
  }),
  ...alone(
    TURN,
    'Codex posts no turn that was made for a compaction, and none that a compaction interrupts.',
    {
      contracts: ['0.169'],
      when: (sides, evidence) => isMade(sides) && compactsIn(sides, evidence)
    }
  ),
  ...unseen([...THREAD, ...TURN], 'What was rolled back or deleted is in no history.', {
    contracts: FROM_142,
    when: (sides, evidence) => wasReverted(sides, evidence) || wasDeleted(sides, evidence)
  }),
  ...alone(TURN, 'codex exec before 0.169 is gone before its turns are posted.', {
    contracts: UP_TO_142,
    when: (sides) => {
      const client = member(sides, 'reconstructed', 'app_server_client') as JsonObject | undefined
      return isMade(sides) && client?.['product_client_id'] === 'codex_exec'
    }
  }),
  ...unseen(STEER, 'A refused steer changes nothing, so that no line tells of it.', {
    when: (sides) => {
      const { result, rejection_reason, accepted_turn_id } = paramsOf(sides)
      return result === 'rejected' && rejection_reason !== null && accepted_turn_id === null
    }
  })
]

const THREADS: ReadonlyArray<KnownDifference> = [
  ...unknown('is_worktree', 'No line tells it.', { events: THREAD }),
  ...unknown('model', 'A thread without a turn does not name its model.', {
    events: THREAD,
    when: (sides, { reconstructed }) =>
      reconstructed.events(paramsOf(sides)['thread_id']).length ===
      reconstructed.openings(paramsOf(sides)['thread_id']).length
  }),
  ...differs(
    'created_at',
    'The server tells its own clock; the head of the rollout is made a moment before or after.',
    { events: THREAD, when: isMoreBy(-2, 2) }
  ),
  ...unknown('parent_thread_id', '0.130 does not write whose review a thread is.', {
    contracts: ['0.130'],
    when: (sides, { reconstructed }) =>
      typeof member(sides, 'captured', 'subagent_source') === 'string' &&
      reconstructed.knows(sides.captured)
  }),
  ...differs(
    'created_at',
    'The rollout has when the model was given the message, not when the client sent it.',
    { events: STEER, when: isMoreBy(-60, 0) }
  )
]

export const THREAD_DIFFERENCES: ReadonlyArray<KnownDifference> = [
  ...CLIENT,
  ...TURNS,
  ...THREADS,
  ...WHOLE
]

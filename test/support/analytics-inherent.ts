/**
 * Mistakes that no comparison of a capture with rollouts can see, because only one side shows them. Judged by what was
 * changed, never by what the comparison says.
 */
import type { PostedEvent } from '../../domain/ledgers/analytics/envelope.ts'
import type { Corruption, Lists } from './analytics-corruptions.ts'

/** One sort of mistakes that stay unseen. */
export interface Inherent {
  /** What may be wrong without anybody seeing it, for the page. */
  readonly what: string
  readonly why: string
  readonly covers: (corruption: Corruption, lists: Lists) => boolean
}

const NAMES = [
  ...[
    'thread_id',
    'turn_id',
    'item_id',
    'review_id',
    'goal_id',
    'import_id',
    'initialization_mode'
  ],
  ...['result', 'plugin_name', 'skill_name', 'action', 'event_kind', 'goal_status']
]

const keyOf = ({ event_type, event_params, skill_name }: PostedEvent): string =>
  JSON.stringify([event_type, skill_name, NAMES.map((name) => event_params[name] ?? null)])

const otherSide = (side: keyof Lists): keyof Lists => (side === 'posted' ? 'made' : 'posted')

const isAlone = ({ event, side }: Corruption, lists: Lists): boolean => {
  const key = keyOf(event)
  return !lists[otherSide(side)].some((other) => keyOf(other) === key)
}

const inFields =
  (side: keyof Lists, eventType: RegExp, fields: string) =>
  (corruption: Corruption): boolean =>
    corruption.side === side &&
    eventType.test(corruption.eventType) &&
    corruption.field !== null &&
    fields.split(/\s+/).includes(corruption.field)

const TURN = /^codex_turn_event$/

/** Every sort, in the order they are asked. */
export const INHERENT: ReadonlyArray<Inherent> = [
  {
    what: 'what an event says, or that it is missing or told twice, when the other side has no such event',
    why: 'there is nothing to hold against it but the other events of its own side',
    covers: isAlone
  },
  {
    what: 'a missing event of a thread of which the capture holds nothing else',
    why: 'a capture says nothing of processes it was not selected in',
    covers: ({ side, kind, event }, { posted }) =>
      side === 'posted' &&
      (kind === 'dropped' || kind === 'turns dropped') &&
      posted.filter(
        ({ event_params }) => event_params['thread_id'] === event.event_params['thread_id']
      ).length === 1
  },
  {
    what: 'settings of a turn that only the client knows: `approvals_reviewer` (up to 0.142), `reasoning_summary` and `personality` (0.169), plugins, guardian, workspace, voice',
    why: 'no line tells them, and each turn may have its own',
    covers: inFields(
      'posted',
      /./,
      'approvals_reviewer reasoning_summary personality active_plugin_ids_at_turn_start guardian_v2_enabled workspace_kind codex_turn_source usage_limit_window_minutes voice_session_id is_worktree'
    )
  },
  {
    what: 'how often a turn asked the model, and how often again; its prepared images; when a client asked for an interruption',
    why: 'measured while the turn ran; the times of its profile must add up, these need not',
    covers: inFields(
      'posted',
      TURN,
      'sampling_request_count sampling_retry_count tools_change_count image_preparations explicit_client_interrupt_requested_at_ms'
    )
  },
  {
    what: 'the inner name and the HTTP status of an error',
    why: 'the rollout names errors as clients see them',
    covers: inFields('posted', TURN, 'codex_error_kind codex_error_http_status_code')
  },
  {
    what: 'tokens in the rollout of a turn that was interrupted, or whose context did not fit',
    why: 'Codex tells none, or the size of the window',
    covers: ({ eventType, field, event }) =>
      TURN.test(eventType) &&
      /tokens$/.test(field ?? '') &&
      (event.event_params['status'] === 'interrupted' ||
        event.event_params['turn_error'] === 'contextWindowExceeded')
  },
  {
    what: 'that nothing is left of the lines a turn changed',
    why: 'Codex looks at the files after the turn',
    covers: ({ side, kind, eventType }) =>
      side === 'posted' && kind === 'dropped' && eventType === 'codex_accepted_line_fingerprints'
  },
  {
    what: 'the numbers of a compaction by the service, what it left of the context, and when a compaction within a turn began',
    why: 'the service says them to Codex alone',
    covers: inFields(
      'posted',
      /^codex_compaction_event$/,
      'compaction_summary_tokens retained_image_count cached_input_tokens cache_write_input_tokens active_context_tokens_before started_at duration_ms'
    )
  },
  {
    what: 'what a plugin holds, model and effort that an agent is asked for, states of agents, the sandbox and the effort of a command',
    why: 'in bundles, defaults and the machine; not in the rollout',
    covers: inFields(
      'posted',
      /./,
      'has_skills mcp_server_count mcp_server_names connector_ids requested_model requested_reasoning_effort agent_state_count completed_agent_count failed_agent_count sandbox_backend reasoning_effort remote_plugin_id'
    )
  },
  {
    what: 'a value that a reconstruction loses where other rollouts hold none',
    why: 'null there says that nobody knows, which is never wrong',
    covers: ({ side, kind, field }) =>
      side === 'made' &&
      kind === 'no value' &&
      /^(status|turn_error|model|command_\w+_action_count|reasoning_effort|sandbox_backend|\w*review_count|requested_\w+|is_worktree|started_at|duration_ms|success|execution_duration_ms|approvals_reviewer|\w+_agent_count|agent_state_count)$/.test(
        field ?? ''
      )
  }
]

/** The sort of a mistake that no comparison can see; null for one that must be reported. */
export const inherentIn = (corruption: Corruption, lists: Lists): Inherent | null =>
  INHERENT.find(({ covers }) => covers(corruption, lists)) ?? null

/**
 * Known differences of compactions, plugins, goals and what else is posted.
 */
import { textIn } from '../../json.ts'
import type { KnownDifference } from './compare.ts'
import {
  differs,
  isMoreBy,
  isPosted,
  member,
  paramsOf,
  unknown,
  unseen,
  UP_TO_142,
  wasReverted,
  type When
} from './known-rows.ts'
import type { EventType } from './vocabulary.ts'

const COMPACTION: ReadonlyArray<EventType> = ['codex_compaction_event']

/** Tokens since the last answer, at most. */
const ESTIMATE_MAX = 1000

const isRemote: When = (sides) =>
  /remote|responses/.test(textIn(member(sides, 'captured', 'implementation')))

const COMPACTIONS: ReadonlyArray<KnownDifference> = [
  ...unknown(
    'duration_ms started_at',
    'When a compaction began is in no rollout, unless it is a turn of its own.',
    { events: COMPACTION }
  ),
  ...unknown(
    'retained_image_count compaction_summary_tokens cached_input_tokens cache_write_input_tokens',
    'What the service says of its compaction is not written.',
    { events: COMPACTION }
  ),
  ...differs(
    'active_context_tokens_before',
    'Codex adds an estimate of what came since the last answer, and for a compaction by the service tells the size of that request.',
    {
      events: COMPACTION,
      when: (sides, evidence) =>
        isMoreBy(1, ESTIMATE_MAX)(sides, evidence) ||
        (isRemote(sides, evidence) && isMoreBy(-Infinity, -1)(sides, evidence))
    }
  ),
  ...unseen(COMPACTION, 'A compaction that failed writes no line.', {
    when: (sides) => isPosted(sides) && paramsOf(sides)['status'] === 'failed'
  }),
  ...unseen(COMPACTION, 'What was rolled back or deleted is in no history.', {
    contracts: ['0.169'],
    when: wasReverted
  })
]

const OTHERS: ReadonlyArray<KnownDifference> = [
  ...unknown(
    'has_skills mcp_server_count mcp_server_names connector_ids',
    'What a plugin holds is in its bundle, not in the rollout.',
    { events: ['codex_plugin_used'] }
  ),
  ...unknown('goal_id', 'A goal has no id in the rollout.', { events: ['codex_goal_event'] }),
  ...unseen(['codex_thread_archive_event'], 'A file that was moved does not tell when.', {
    when: (sides) => ['archived', 'unarchived'].includes(textIn(paramsOf(sides)['action']))
  }),
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
    'A skill that is used because a command reads it is not marked as such.',
    { when: (sides) => paramsOf(sides)['invoke_type'] === 'implicit' }
  ),
  ...unknown(
    'skill_scope skill_id repo_url',
    'Which folder is the home of the user, and which repository a skill is in, is in no rollout.',
    { events: ['skill_invocation'] }
  ),
  ...unseen(['codex_app_used', 'codex_hook_run'], 'Apps and hooks leave no line of their own.'),
  ...unseen(['codex_goal_event'], 'Goals are written when they are made and when they end.'),
  ...unseen(
    [
      'codex_onboarding_external_agent_import_complete',
      'codex_onboarding_external_agent_import_failure'
    ],
    'An import is reported once for all its threads; a rollout holds one of them.'
  )
]

export const OTHER_DIFFERENCES: ReadonlyArray<KnownDifference> = [...COMPACTIONS, ...OTHERS]

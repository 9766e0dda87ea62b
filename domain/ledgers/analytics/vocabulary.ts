/**
 * The words of Codex's usage analytics: its contracts, its event types, and the closed sets of values on the wire.
 *
 * Source: payloads of 0.130.0, 0.142.5 and 0.169.0, posted by the release binaries to a local server.
 */

import type { ProfileName } from '../../log/profile.ts'

/** The Codex whose payloads are meant; keys differ from one to the next. */
export type Contract = ProfileName

export const CONTRACTS: ReadonlyArray<Contract> = ['0.130', '0.142', '0.169']

/** The contract of a Codex version; the newest for a version that cannot be read. */
export const contractOf = (version: string): Contract => {
  const [major, minor] = version.split('.', 2).map(Number)
  if (major !== 0 || minor === undefined || Number.isNaN(minor)) return '0.169'
  return minor < 142 ? '0.130' : minor < 143 ? '0.142' : '0.169'
}

export type EventType =
  | 'codex_thread_initialized'
  | 'codex_thread_archive_event'
  | 'codex_turn_event'
  | 'codex_turn_steer_event'
  | 'codex_command_execution_event'
  | 'codex_file_change_event'
  | 'codex_mcp_tool_call_event'
  | 'codex_dynamic_tool_call_event'
  | 'codex_control_tool_call_event'
  | 'codex_collab_agent_tool_call_event'
  | 'codex_web_search_event'
  | 'codex_image_generation_event'
  | 'codex_review_event'
  | 'codex_guardian_review'
  | 'codex_compaction_event'
  | 'codex_goal_event'
  | 'codex_accepted_line_fingerprints'
  | 'codex_plugin_installed'
  | 'codex_plugin_uninstalled'
  | 'codex_plugin_enabled'
  | 'codex_plugin_disabled'
  | 'codex_plugin_used'
  | 'codex_plugin_install_failed'
  | 'skill_invocation'
  | 'codex_app_mentioned'
  | 'codex_app_used'
  | 'codex_hook_run'
  | 'codex_onboarding_external_agent_import_complete'
  | 'codex_onboarding_external_agent_import_failure'

export type InitializationMode = 'new' | 'forked' | 'resumed'

export type TurnEndStatus = 'completed' | 'failed' | 'interrupted'

/** Who decided about a tool call. */
export type ApprovalOutcome =
  | 'unknown'
  | 'not_needed'
  | 'config_allowed'
  | 'policy_forbidden'
  | 'guardian_approved'
  | 'guardian_denied'
  | 'guardian_aborted'
  | 'user_approved'
  | 'user_approved_for_session'
  | 'user_denied'
  | 'user_aborted'

/** What somebody was asked to approve. */
export type ReviewSubject =
  | 'command_execution'
  | 'write_stdin'
  | 'file_change'
  | 'mcp_tool_call'
  | 'permissions'
  | 'network_access'

/** What made Codex ask. */
export type ReviewTrigger =
  | 'initial'
  | 'sandbox_denial'
  | 'network_policy_denial'
  | 'execve_intercept'

/** What the answer was. */
export type ReviewStatus = 'approved' | 'denied' | 'aborted' | 'timed_out'

/** How far an answer reaches beyond its call. */
export type ReviewResolution =
  | 'none'
  | 'session_approval'
  | 'exec_policy_amendment'
  | 'network_policy_amendment'

export type SteerRefusal =
  | 'no_active_turn'
  | 'expected_turn_mismatch'
  | 'non_steerable_review'
  | 'non_steerable_compact'
  | 'empty_input'
  | 'input_too_large'

/**
 * Codex's own tests of its app-server, thread store, recorder and thread history, by name, and what became of each here.
 *
 *   NUMBER NAME            a test of that name is here
 *   NUMBER NAME ~ WHY      it is here, and what it asserts is other on purpose or only a part
 *   NUMBER NAME - REASON   it does not apply; the reasons are below
 *   NUMBER NAME ? WHY      it would apply and is not here yet
 *
 * Names are those of Codex between 0.130 and 0.169; ` + ` joins several.
 */

/** Why a test of Codex does not apply here. */
export const REASONS = {
  account:
    'loads configuration of an account or from the cloud; only files of the home are read here',
  analytics: 'asserts facts that Codex reports about its use; nothing is reported here',
  asks: 'the server asks its client something, an approval for instance; this server asks nothing',
  import: 'sessions of other agents are not imported',
  inner: 'a part inside of Codex with no counterpart here that could be seen from outside',
  mcp: 'starts MCP servers',
  model: 'asserts what a model is sent',
  other: 'not about threads: files, processes, skills, plugins or device keys',
  project: 'reads configuration beside the project; only that of the home is read here',
  remote: 'a rule for remote clients of ChatGPT',
  stored: 'needs a store that keeps and archives threads without files',
  unwritten: 'made of events that no rollout of any version holds'
} as const

/** A reason by name. */
export type Reason = keyof typeof REASONS

/** What became of a test of Codex. */
export type Verdict =
  | { readonly kind: 'tested'; readonly note: string | null }
  | { readonly kind: 'not here'; readonly reason: Reason }
  | { readonly kind: 'open'; readonly note: string }

/** One test of Codex, or a few that belong together. */
export interface Row {
  readonly number: number
  readonly names: ReadonlyArray<string>
  readonly verdict: Verdict
}

/** The tests of a file of Codex. */
export interface Group {
  readonly title: string
  readonly rows: ReadonlyArray<Row>
}

const TABLE = `
## thread_list.rs
1 thread_list_basic_empty
2 thread_list_reports_system_error_idle_flag_after_failed_turn
3 thread_list_pagination_next_cursor_none_on_last_page
4 thread_list_respects_provider_filter
5 thread_list_respects_cwd_filters
6 thread_list_respects_search_term_filter
7 thread_search_returns_content_matches ? a test is to come
8 thread_search_matches_json_escaped_content ? a test is to come
9 thread_search_filters_by_source_kind ? a test is to come
10 thread_list_state_db_only_returns_sqlite_without_jsonl_repair ~ never so: a row is never older than its file
11 thread_list_parent_filter_reads_direct_children_from_state_db
12 thread_list_parent_filter_rejects_malformed_thread_id
13 thread_list_empty_source_kinds_defaults_to_interactive_only
14 thread_list_filters_by_source_kind_subagent_thread_spawn
15 thread_list_filters_by_subagent_variant
16 thread_list_fetches_until_limit_or_exhausted
17 thread_list_enforces_max_limit
18 thread_list_stops_when_not_enough_filtered_results_exist
19 thread_list_includes_git_info
20 thread_list_default_sorts_by_created_at
21 thread_list_sort_updated_at_orders_by_mtime
22 thread_list_updated_at_paginates_with_cursor
23 thread_list_backwards_cursor_can_seed_forward_delta_sync
24 thread_list_created_at_tie_breaks_by_uuid
25 thread_list_updated_at_tie_breaks_by_uuid
26 thread_list_updated_at_uses_mtime
27 thread_list_archived_filter
28 thread_list_invalid_cursor_returns_error
## thread_loaded_list.rs
29 thread_loaded_list_returns_loaded_thread_ids
30 thread_loaded_list_paginates
## thread_read.rs
31 thread_read_returns_summary_without_turns
32 thread_read_can_include_turns
33 thread_turns_list_can_page_backward_and_forward
34 thread_turns_list_supports_requested_items_view
35 thread_turns_list_reads_store_history_without_rollout_path ~ a store in memory
36 thread_read_loaded_include_turns_reads_store_history_without_rollout_path ~ a store in memory
37 thread_list_includes_store_thread_without_rollout_path ~ a store in memory, whose paths lead nowhere
38 thread_read_can_return_archived_threads_by_id
39 thread_resume_initial_turns_page_matches_requested_turns_list_page
40 thread_turns_list_rejects_cursor_when_anchor_turn_is_rolled_back
41 thread_read_returns_forked_from_id_for_forked_threads
42 thread_read_loaded_thread_returns_precomputed_path_before_materialization
43 thread_name_set_is_reflected_in_read_list_and_resume
44 thread_read_include_turns_rejects_unmaterialized_loaded_thread
45 thread_turns_list_rejects_unmaterialized_loaded_thread
46 thread_turns_items_list_returns_unsupported ~ where strict; else it is served
47 thread_read_reports_system_error_idle_flag_after_failed_turn
## thread_resume.rs
48 thread_resume_rejects_unmaterialized_thread
49 thread_resume_with_empty_path_uses_running_thread_id
50 thread_resume_running_thread_uses_cached_instruction_sources
51 turn_start_updates_runtime_workspace_roots_for_loaded_thread
52 thread_goal_get_rejects_unmaterialized_thread ~ 0.142.5 answers that there is none
53 thread_resume_tracks_thread_initialized_analytics - analytics
54 thread_resume_returns_rollout_history
55 thread_resume_redacts_payloads_for_chatgpt_remote_clients - remote
56 thread_resume_can_skip_turns_for_metadata_only_resume
57 thread_resume_rejects_archived_session_by_id
58 thread_resume_keeps_paused_goal_paused
59 thread_goal_set_preserves_budget_limited_same_objective
60 thread_goal_set_persists_resumable_stopped_statuses
61 thread_goal_set_edits_objective_without_resetting_usage
62 thread_goal_lifecycle_emits_analytics_and_clear_deletes_goal ~ without the facts Codex reports
63 thread_resume_emits_restored_token_usage_before_next_turn
64 thread_resume_skips_restored_token_usage_when_turns_are_excluded
65 thread_resume_token_usage_replay_ignores_stale_interrupted_tail_turn
66 thread_resume_token_usage_replay_can_belong_to_interrupted_turn
67 thread_resume_prefers_persisted_git_metadata_for_local_threads
68 thread_resume_and_read_interrupt_incomplete_rollout_turn_when_thread_is_idle
69 thread_resume_defers_updated_at_until_turn_start
70 thread_resume_keeps_in_flight_turn_streaming
71 thread_resume_rejects_history_when_thread_is_running
72 thread_resume_rejects_mismatched_path_for_running_thread_id
73 thread_resume_rejoins_running_thread_even_with_override_mismatch
74 thread_resume_can_skip_turns_when_thread_is_running
75 thread_resume_replays_pending_command_execution_request_approval - asks
76 thread_resume_replays_pending_file_change_request_approval - asks
77 thread_resume_with_overrides_defers_updated_at_until_turn_start
78 thread_resume_fails_when_required_mcp_server_fails_to_initialize - mcp
79 thread_resume_surfaces_cloud_config_bundle_load_errors - account
80 thread_resume_uses_path_over_non_running_thread_id
81 thread_resume_can_load_source_by_external_path ~ refused: only rollouts of the home are taken
82 thread_resume_supports_history_and_overrides
83 thread_resume_accepts_personality_override ~ the host that runs the turn is handed it
## thread_archive.rs, thread_delete.rs, thread_unarchive.rs
84 thread_archive_requires_materialized_rollout
85 thread_archive_archives_spawned_descendants
86 thread_archive_succeeds_when_descendant_archive_fails
87 thread_archive_succeeds_when_spawned_descendant_is_missing
88 thread_archive_clears_stale_subscriptions_before_resume ? a test is to come
89 thread_delete_deletes_spawned_descendants
90 thread_delete_handles_live_threads_before_rollout_exists
91 thread_unarchive_moves_rollout_back_into_sessions_directory
92 thread_unarchive_preserves_pathless_store_metadata - stored
## thread_fork.rs
93 thread_fork_creates_new_thread_and_emits_started
94 thread_fork_inherits_explicit_source_name_from_session_index
95 thread_fork_can_load_source_by_path
96 thread_fork_emits_restored_token_usage_before_next_turn
97 thread_fork_can_exclude_turns_and_skip_restored_token_usage
98 thread_fork_tracks_thread_initialized_analytics - analytics
99 thread_fork_rejects_unmaterialized_thread
100 thread_fork_with_empty_path_uses_thread_id
101 thread_fork_surfaces_cloud_config_bundle_load_errors - account
102 thread_fork_ephemeral_remains_pathless_and_omits_listing
103 pathless_ephemeral_thread_rejects_codex_home_path_after_reload
## thread_memory_mode_set.rs, thread_metadata_update.rs, thread_name_websocket.rs, thread_rollback.rs, thread_settings_update.rs, thread_unsubscribe.rs, thread_inject_items.rs
104 thread_memory_mode_set_updates_loaded_thread_state
105 thread_memory_mode_set_updates_stored_thread_state
106 thread_metadata_update_patches_git_branch_and_returns_updated_thread
107 thread_metadata_update_rejects_empty_git_info_patch
108 thread_metadata_update_rejects_ephemeral_thread
109 thread_metadata_update_repairs_missing_sqlite_row_for_stored_thread
110 thread_metadata_update_repairs_loaded_thread_without_resetting_summary
111 thread_metadata_update_repairs_missing_sqlite_row_for_archived_thread
112 thread_metadata_update_can_clear_stored_git_fields
113 thread_name_updated_broadcasts_for_loaded_threads
114 thread_name_updated_broadcasts_for_not_loaded_threads
115 thread_rollback_drops_last_turns_and_persists_to_rollout
116 thread_settings_update_emits_notification_and_updates_future_turns
117 thread_settings_update_cwd_retargets_default_environment
118 thread_settings_update_while_turn_is_active_emits_notification
119 thread_settings_update_null_service_tier_uses_default
120 thread_settings_update_rejects_sandbox_policy_with_permissions
121 turn_start_settings_override_emits_thread_settings_updated
122 thread_unsubscribe_keeps_thread_loaded_until_idle_timeout ? a test is to come
123 thread_unsubscribe_during_turn_keeps_turn_running ? a test is to come
124 thread_unsubscribe_preserves_cached_status_before_idle_unload ? a test is to come
125 thread_unsubscribe_reports_not_subscribed_before_idle_unload ? a test is to come
126 thread_inject_items_adds_raw_response_items_to_thread_history
## thread_start.rs, client_metadata.rs
127 thread_start_creates_thread_and_emits_started
128 thread_start_ephemeral_remains_pathless
129 thread_start_respects_project_config_from_cwd - project
130 thread_start_accepts_metrics_service_name
131 thread_start_rejects_unknown_environment_as_invalid_request
132 thread_start_rejects_relative_environment_cwd
133 thread_start_fails_when_required_mcp_server_fails_to_initialize - mcp
134 thread_start_surfaces_cloud_config_bundle_load_errors - account
135 thread_start_tracks_thread_initialized_analytics - analytics
136 thread_start_emits_mcp_server_status_updated_notifications - mcp
137 thread_start_with_nested_git_cwd_trusts_repo_root ~ never done: the configuration is the user’s
138 thread_start_with_read_only_sandbox_does_not_persist_project_trust
139 thread_start_preserves_untrusted_project_trust
140 thread_start_skips_trust_write_when_project_is_already_trusted
141 turn_start_sends_fork_lineage_in_turn_metadata… - model
142 review_start_sends_parent_lineage… - model
143 …after_cold_thread_resume_v2 - model
## review.rs
144 review_start_runs_review_turn_and_emits_code_review_item ~ how it is set up and how its result is shown; the reviewer is a model
145 review_start_exec_approval_item_id_matches_command_execution_item - asks
146 review_start_rejects_empty_base_branch
147 review_start_with_detached_delivery_returns_new_thread_id
148 review_start_rejects_empty_commit_sha
149 review_start_rejects_empty_custom_instructions
## initialize.rs, connection_handling_websocket.rs, transport, outgoing_message
150 initialize_uses_client_info_name_as_originator ? a test is to come
151 initialize_respects_originator_override_env_var ? a test is to come
152 initialize_rejects_invalid_client_name ? a test is to come
153 initialize_opt_out_notification_methods_filters_notifications ? a test is to come
154 turn_start_notify_payload_includes_initialize_client_name ? a test is to come
155 websocket_transport_routes_per_connection_handshake_and_responses
156 websocket_transport_serves_health_endpoints_on_same_listener ? a test is to come
157 websocket_transport_rejects_browser_origin_without_auth ? a test is to come
158 websocket_transport_rejects_missing_and_invalid_capability_tokens ? a test is to come
159 websocket_transport_verifies_signed_short_lived_bearer_tokens ? a test is to come
160 websocket_transport_rejects_short_signed_bearer_secret_configuration ? a test is to come
161 websocket_transport_rejects_unauthenticated_non_loopback_startup ? a test is to come
162 websocket_disconnect_keeps_last_subscribed_thread_loaded_until_idle_timeout
163 listen_off_parses_as_off_transport ? a test is to come
164 enqueue_incoming_request_returns_overload_error_when_queue_is_full ? a test is to come
165 enqueue_incoming_response_waits_instead_of_dropping_when_queue_is_full ? a test is to come
166 enqueue_incoming_request_does_not_block_when_writer_queue_is_full ? a test is to come
167 control_socket_acceptor_forwards_websocket_text_messages_and_pings ? a test is to come
168 send_response_routes_to_target_connection ? a test is to come
169 send_response_clears_registered_request_context
170 send_error_routes_to_target_connection
171 send_server_notification_to_connection_and_wait_tracks_write_completion - inner
172 connection_closed_clears_registered_request_contexts
173 notify_client_error_forwards_error_to_waiter - asks
174 pending_requests_for_thread_returns_…_in_request_id_order - asks
175 cancel_requests_for_thread_cancels_all - asks
## request_serialization, connection_rpc_gate, thread_status, thread_state, token_usage_replay
176 same_key_requests_run_fifo
177 different_keys_run_concurrently
178 closed_gate_request_is_skipped_and_following_requests_continue
179 shutdown_of_live_gate_skips_already_queued_requests
180 same_key_shared_reads_run_concurrently
181 exclusive_write_waits_for_running_shared_reads
182 later_shared_reads_do_not_jump_ahead_of_queued_write
183 run_executes_while_open
184 run_drops_future_without_polling_after_close
185 close_returns_while_started_run_remains_active
186 shutdown_waits_for_started_run_to_finish
187 shutdown_drops_late_runs_while_waiting_for_inflight_work
188 run_is_counted_before_handler_body_continues
189 loaded_status_defaults_to_not_loaded_for_untracked_threads ? a test is to come
190 tracks_non_interactive_thread_status ? a test is to come
191 status_updates_track_single_thread ? a test is to come
192 resolves_in_progress_turn_to_active_status ? a test is to come
193 active_turn_snapshot_overlays_enriched_last_error ? a test is to come
194 note_thread_settings_reports_only_effective_changes ? a test is to come
195 replay_attribution_uses_already_loaded_history ? a test is to come
196 replay_attribution_falls_back_to_rebuilt_turn_position ? a test is to come
197 fs_watch - other
## thread-store
198 thread_metadata_patch_round_trips_optional_clears
199 git_info_patch_round_trips_optional_clears
200 git_info_patch_accepts_missing_fields
201 thread_metadata_patch_merge_uses_presence_semantics
202 default_turn_pagination_methods_return_unsupported - inner
203 resume_history_keeps_derived_metadata_pending_until_applied
204 goal_update_sets_preview_without_overriding_existing_preview
205 later_user_messages_do_not_emit_existing_preview_fields
206 metadata_irrelevant_items_coalesce_updated_at_touches
207 resume_history_waits_for_append_before_flushing_metadata
208 live_writer_lifecycle_writes_and_closes
209 create_thread_rejects_missing_cwd
210 discard_thread_drops_unmaterialized_live_writer
211 create_thread_rejects_duplicate_live_writer
212 resume_thread_rejects_duplicate_live_writer
213 live_thread_observes_appended_items_into_sqlite_metadata
214 live_thread_resume_loads_history_before_observing_metadata
215 read_thread_returns_active_rollout_summary
216 read_thread_returns_rollout_path_summary
217 read_thread_by_rollout_path_prefers_sqlite_git_info
218 read_thread_returns_forked_from_id
219 read_thread_returns_archived_rollout_when_requested ~ reads find both, lists keep them apart
220 read_thread_prefers_active_rollout_over_archived
221 read_thread_uses_legacy_thread_name_when_sqlite_title_is_missing
222 read_thread_uses_sqlite_metadata_for_rollout_without_user_preview
223 read_thread_applies_sqlite_thread_name
224 read_thread_falls_back_to_sqlite_summary ~ never so: without its file a thread is not answered
225 read_thread_sqlite_fallback_respects_include_archived ~ never so: without its file a thread is not answered
226 read_thread_sqlite_fallback_loads_archived_history
227 read_thread_falls_back_to_rollout_search_when_sqlite_path_is_stale
228 read_thread_falls_back_when_sqlite_path_points_to_another_thread ~ an index made over another home
229 read_thread_uses_session_meta_for_rollout_without_user_preview_or_sqlite_metadata
230 read_thread_fails_without_rollout
231 list_threads_uses_default_provider_when_rollout_omits_provider
232 list_threads_selects_active_or_archived_collection
233 list_threads_returns_local_rollout_summary
234 list_threads_rejects_invalid_cursor
235 list_threads_preserves_sqlite_title_search_results
236 search_threads ? a test is to come
237 archive_thread_moves_rollout_to_archived_collection
238 archive_thread_updates_sqlite_metadata_when_present
239 unarchive_thread_restores_rollout_and_returns_updated_thread
240 unarchive_thread_updates_sqlite_metadata_when_present
241 update_thread_metadata_sets_name_on_active_rollout_and_indexes_name
242 update_thread_metadata_sets_memory_mode_on_active_rollout
243 update_thread_metadata_applies_combined_explicit_patch
244 metadata_patch_applies_title_over_existing_name
245 metadata_patch_…latest_preview_and_first_user_message
246 observed_metadata_normalizes_cwd_for_list_filters
247 update_thread_metadata_recreates_missing_archived_sqlite_row_as_archived
248 update_thread_metadata_keeps_archived_thread_archived_in_sqlite
249 update_thread_metadata_keeps_live_archived_thread_archived_in_sqlite
250 sqlite_failures_are_best_effort_for_legacy_rollout_compat_updates
251 sqlite_failures_are_best_effort_for_observed_metadata_updates
252 sqlite_failures_still_block_for_explicit_git_only_updates ~ they do not: git facts are lines, the index is not needed
## rollout: recorder, list, state_db
253 state_db_init_backfills_before_returning
254 try_init_waits_for_concurrent_startup_backfill
255 try_init_times_out_waiting_for_stuck_startup_backfill - inner
256 load_rollout_items_skips_legacy_ghost_snapshot_lines
257 load_rollout_items_preserves_legacy_guardian_assessment_lines
258 load_rollout_items_filters_legacy_ghost_snapshots_from_compaction_history
259 recorder_materializes_on_flush_with_pending_items
260 persist_reports_filesystem_error_and_retries_buffered_items
261 writer_state_retries_write_error_before_reporting_flush_success
262 list_threads_db_disabled_does_not_skip_paginated_items
263 list_threads_db_enabled_drops_missing_rollout_paths
264 list_threads_db_enabled_repairs_stale_rollout_paths
265 list_threads_state_db_only_skips_jsonl_repair_scan ~ never so: the files are always looked at
266 list_threads_default_filter_returns_filesystem_scan_results
267 list_threads_metadata_filter_overlays_state_db_list_metadata
268 fill_missing_thread_item_metadata_preserves_identity_and_prefers_state_git_fields
269 list_threads_search_repairs_stale_state_db_hits_before_returning
270 resume_candidate_matches_cwd_reads_latest_turn_context - inner
271 find_thread_path_falls_back_when_db_path_is_stale
272 find_thread_path_falls_back_when_db_path_points_to_another_thread ~ an index made over another home
273 find_thread_path_repairs_missing_db_row_after_filesystem_fallback
274 find_thread_path_accepts_existing_state_db_path_without_canonical_filename ~ in 0.130
275 rollout_date_parts_extracts_directory_components
276 test_list_conversations_latest_first
277 test_pagination_cursor
278 test_list_threads_scans_past_head_for_user_event
279 test_list_threads_uses_goal_objective_as_preview
280 list_threads_goal_first_thread_reads_later_user_message
281 test_get_thread_contents
282 test_base_instructions_missing_in_meta_defaults_to_null
283 test_base_instructions_present_in_meta_is_preserved
284 test_created_at_sort_uses_file_mtime_for_updated_at
285 test_updated_at_uses_file_mtime
286 test_timestamp_only_cursor_skips_same_second_filesystem_ties ~ where strict; else none is lost
287 test_source_filter_excludes_non_matching_sessions
## thread_history: from lines to turns
288 builds_multiple_turns_with_reasoning_items
289 ignores_user_message_item_lifecycle_events
290 rebuilds_sleep_item + rebuilds_extension_image_generation_item
291 redacts_command_secrets_across_live_and_replayed_upserts
292 preserves_user_message_client_id_from_legacy_event
293 preserves_agent_message_phase_in_history
294 replays_image_generation_end_events_into_turn_history
295 splits_reasoning_when_interleaved
296 marks_turn_as_interrupted_when_aborted
297 drops_last_turns_on_thread_rollback
298 uses_explicit_turn_boundaries_for_mid_turn_steering
299 reconstructs_tool_items_from_persisted_completion_events
300 reconstructs_mcp_tool_result_meta_from_persisted_completion_events
301 reconstructs_dynamic_tool_items_from_request_and_response_events
302 reconstructs_declined_exec_and_patch_items
303 reconstructs_declined_guardian_command_item - unwritten
304 reconstructs_in_progress_guardian_execve_item - unwritten
305 assigns_late_exec_completion_to_original_turn ~ where the event names its turn
306 drops_late_turn_scoped_item_for_unknown_turn_id
307 patch_apply_begin_updates_active_turn_snapshot_with_file_change - unwritten
308 apply_patch_approval_request_updates_active_turn_snapshot… - unwritten
309 late_turn_complete_does_not_close_active_turn
310 late_turn_aborted_does_not_interrupt_active_turn
311 preserves_compaction_only_turn
312 reconstructs_collab_resume_end_item + reconstructs_collab_spawn_end_item_with_model_metadata + reconstructs_interrupted_send_input_as_completed_collab_call
313 rollback_failed_error_does_not_mark_turn_failed
314 out_of_turn_error_does_not_create_or_fail_a_turn
315 error_then_turn_complete_preserves_failed_status
316 rebuilds_hook_prompt_items_from_rollout_response_items
317 canonical_hook_prompt_completion_updates_turn_history
318 ignores_plain_user_response_items_in_rollout_replay
319 changed_rollout_item_reports_new + changed_rollout_item_reports_updated_existing + changed_rollout_item_reports_streaming_item_mutation + changed_rollout_item_reports_turn_completion_metadata ? a test is to come
320 changed_rollout_items_dedupe_updated_item_snapshots + changed_rollout_items_dedupe_turn_metadata_snapshots + changed_rollout_items_drop_prior_changes_for_removed_turns ? a test is to come
## others
321 skills_changed_notification_is_emitted_after_skill_change - other
322 external_agent_config_import_* - import
323 external_agent_config_import_sends_completion_notification_after_pending_plugins_finish - import
324 thread_manager_accepts_separate_agent_graph_store_and_thread_store
325 plugin_list_uses_warmed_featured_plugin_ids_cache_on_first_request - other
326 device_key_create_rejects_empty_account_user_id + device_key_create_rejected_over_websocket + device_key_create_in_process_allows - other
327 process_exec - other
`

const verdictOf = (mark: string | undefined, rest = ''): Verdict => {
  switch (mark) {
    case undefined:
      return { kind: 'tested', note: null }
    case '~':
      return { kind: 'tested', note: rest }
    case '-':
      if (!Object.hasOwn(REASONS, rest)) throw new Error(`no such reason: ${rest}`)
      return { kind: 'not here', reason: rest as Reason }
    default:
      return { kind: 'open', note: rest }
  }
}

const rowOf = (line: string): Row => {
  const [, number = '', names = '', mark, rest] =
    /^(\d+) (\S+(?: \+ \S+)*)(?: ([~?-]) (.*))?$/.exec(line) ?? []
  if (number === '') throw new Error(`no row: ${line}`)
  return { number: Number(number), names: names.split(' + '), verdict: verdictOf(mark, rest) }
}

/** Every test of Codex that is known by name, by its files. */
export const GROUPS: ReadonlyArray<Group> = TABLE.split('\n## ')
  .slice(1)
  .map((text) => {
    const [title = '', ...lines] = text.trim().split('\n')
    return { title, rows: lines.map(rowOf) }
  })

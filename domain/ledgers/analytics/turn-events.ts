/**
 * The event of a turn, and that of the lines that were accepted in it: made when the last part of the turn was told.
 */
import type { JsonObject } from '../../json.ts'
import {
  contextMembers,
  contextOf,
  eventOf,
  NO_EVENTS,
  seconds,
  wireMembers,
  type Events,
  type Rendering,
  type AnalyticsContext
} from './context.ts'
import type { FactOf, TurnSettings } from './fact.ts'
import { repoHash } from './hashes.ts'
import type { AnalyticsState, ToolCounts, AnalyticsTurn } from './state.ts'

type WholeTurn = AnalyticsTurn & {
  readonly imageCount: number
  readonly settings: TurnSettings
  readonly ended: FactOf<'turn_ended'>
}

/** True when nothing is missing that the event waits for: images, settings, the end, and from 0.142 on the profile. */
export const isWhole = (turn: AnalyticsTurn, { contract }: Rendering): turn is WholeTurn =>
  turn.imageCount !== null &&
  turn.settings !== null &&
  turn.ended !== null &&
  (contract === '0.130' || turn.profile !== undefined)

const countMembers = (counts: ToolCounts): JsonObject => ({
  total_tool_call_count: counts.total,
  shell_command_count: counts.command,
  file_change_count: counts.file_change,
  mcp_tool_call_count: counts.mcp,
  dynamic_tool_call_count: counts.dynamic,
  subagent_tool_call_count: counts.collab,
  web_search_count: counts.web_search,
  image_generation_count: counts.image_generation
})

const turnEvent = (
  turn: WholeTurn,
  context: AnalyticsContext,
  atMs: number,
  rendering: Rendering
): Events => {
  const { settings, ended, error } = turn
  return eventOf(rendering, { atMs, threadId: ended.threadId }, 'codex_turn_event', {
    ...contextMembers(context),
    ...wireMembers(settings),
    codex_turn_source: settings.turnSource,
    active_plugin_ids_at_turn_start: settings.activePluginIds,
    service_tier: settings.serviceTier ?? 'default',
    num_input_images: turn.imageCount,
    // How an image was prepared is in no log; that none was needs no log.
    image_preparations: turn.imagePreparations ?? (turn.imageCount === 0 ? [] : null),
    explicit_client_interrupt_requested_at_ms: turn.interruptRequestedAtMs,
    steer_count: turn.steers,
    ...countMembers(turn.counts),
    ...wireMembers(turn.tokens),
    ...wireMembers(turn.profile ?? null),
    // What Codex writes where the critical path is not measured; nobody but Codex measures it.
    critical_path_status: 'disabled',
    ...wireMembers(ended),
    turn_error: ended.error,
    codex_error_kind: error?.kind ?? null,
    codex_error_http_status_code: error?.httpStatus ?? null,
    started_at: turn.startedAt ?? ended.startedAt
  })
}

const linesEvent = (turn: WholeTurn, atMs: number, rendering: Rendering): Events => {
  const { diff, repositoryUrl } = turn
  if (diff === null || (diff.added === 0 && diff.deleted === 0)) return NO_EVENTS
  const { threadId, turnId } = turn.ended
  return eventOf(rendering, { atMs, threadId }, 'codex_accepted_line_fingerprints', {
    event_type: 'codex.accepted_line_fingerprints',
    turn_id: turnId,
    thread_id: threadId,
    product_surface: 'codex',
    model_slug: turn.settings.model,
    completed_at: seconds(atMs),
    repo_hash: repositoryUrl === null ? null : repoHash(repositoryUrl, rendering.sha1),
    accepted_added_lines: diff.added,
    accepted_deleted_lines: diff.deleted,
    line_fingerprints: []
  })
}

/** The events of a complete turn; null when its thread or connection is unknown. */
export const turnEvents = (
  state: AnalyticsState,
  turn: WholeTurn,
  atMs: number,
  rendering: Rendering
): Events | null => {
  const context = contextOf(state, turn.ended.threadId, turn.connectionId)
  return context === null
    ? null
    : [...turnEvent(turn, context, atMs, rendering), ...linesEvent(turn, atMs, rendering)]
}

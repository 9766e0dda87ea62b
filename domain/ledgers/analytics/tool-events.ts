/**
 * Events of tool calls: one for each kind of tool, with the questions that were asked about it.
 */
import type { JsonObject } from '../../json.ts'
import {
  between,
  contextMembers,
  contextOf,
  eventOf,
  NO_EVENTS,
  wireMembers,
  type Events,
  type Rendering,
  type AnalyticsContext
} from './context.ts'
import type { FactOf } from './fact.ts'
import { keyOf, type AnalyticsState, type ItemReviews, type AnalyticsTurn } from './state.ts'
import type { ToolDetails } from '../tools/outcome.ts'
import type { ApprovalOutcome, EventType, ReviewResolution, ReviewStatus } from './vocabulary.ts'

const TYPES: Readonly<Record<ToolDetails['tool'], EventType>> = {
  command: 'codex_command_execution_event',
  file_change: 'codex_file_change_event',
  mcp: 'codex_mcp_tool_call_event',
  dynamic: 'codex_dynamic_tool_call_event',
  control: 'codex_control_tool_call_event',
  collab: 'codex_collab_agent_tool_call_event',
  web_search: 'codex_web_search_event',
  image_generation: 'codex_image_generation_event'
}

/** Members whose wire names differ from those of the details. */
const detailMembers = (details: ToolDetails, name: string): JsonObject => {
  switch (details.tool) {
    case 'command': {
      const { actions } = details
      return {
        command_execution_source: details.source,
        command_total_action_count:
          actions === null
            ? null
            : actions.read + actions.listFiles + actions.search + actions.unknown,
        command_read_action_count: actions?.read ?? null,
        command_list_files_action_count: actions?.listFiles ?? null,
        command_search_action_count: actions?.search ?? null,
        command_unknown_action_count: actions?.unknown ?? null
      }
    }
    case 'file_change': {
      const { adds, updates, deletes, moves } = details
      return {
        file_change_count: adds + updates + deletes + moves,
        file_add_count: adds,
        file_update_count: updates,
        file_delete_count: deletes,
        file_move_count: moves
      }
    }
    case 'mcp':
      return {
        mcp_server_name: details.server,
        mcp_tool_name: name,
        mcp_error_present: details.errorPresent
      }
    case 'dynamic': {
      const { output } = details
      return {
        dynamic_tool_name: name,
        output_content_item_count:
          output === null ? null : output.text + output.image + output.audio,
        output_text_item_count: output?.text ?? null,
        output_image_item_count: output?.image ?? null,
        output_audio_item_count: output?.audio ?? null
      }
    }
    case 'collab':
      return {
        receiver_thread_count: details.receiverThreadIds.length,
        requested_reasoning_effort: details.requestedEffort,
        agent_state_count: details.agents?.total ?? null,
        completed_agent_count: details.agents?.completed ?? null,
        failed_agent_count: details.agents?.failed ?? null
      }
    case 'web_search':
      return { web_search_action: details.action }
    case 'control':
    case 'image_generation':
      return {}
  }
}

/** A server knows its machine; a rollout does not. */
const isFromRollout = ({ connection }: AnalyticsContext): boolean => connection.runtime.os === null

const NO_REVIEWS: ItemReviews = {
  guardian: 0,
  user: 0,
  outcome: 'unknown',
  additionalPermissions: false,
  networkAccess: false
}

const reviewMembers = (reviews = NO_REVIEWS): JsonObject => ({
  review_count: reviews.guardian + reviews.user,
  guardian_review_count: reviews.guardian,
  user_review_count: reviews.user,
  final_approval_outcome: reviews.outcome,
  requested_additional_permissions: reviews.additionalPermissions,
  requested_network_access: reviews.networkAccess
})

/** No rollout holds reviews: their number is unknown, not zero. */
const UNKNOWN_REVIEWS: JsonObject = {
  ...reviewMembers(),
  review_count: null,
  guardian_review_count: null,
  user_review_count: null
}

/** The event of a call that ended; none when its beginning, its thread or its connection is unknown. */
export const toolEvent = (
  state: AnalyticsState,
  fact: FactOf<'tool_ended'>,
  turn: AnalyticsTurn,
  rendering: Rendering
): Events => {
  const { outcome, threadId, turnId, itemId, atMs } = fact
  const key = keyOf(threadId, turnId, itemId)
  const startedAtMs = state.toolsStarted.get(key)
  const context = contextOf(state, threadId)
  if (startedAtMs === undefined || context === null) return NO_EVENTS
  const { links } = outcome
  const isDirect = links.originatingResponseId !== null
  // Only 0.169 tells how long these took themselves: as long as their item.
  const isTimed = outcome.details.tool === 'collab' || outcome.details.tool === 'control'
  const wholeMs = rendering.contract === '0.169' && isTimed ? between(startedAtMs, atMs) : null
  return eventOf(rendering, fact, TYPES[outcome.details.tool], {
    ...contextMembers(context),
    ...wireMembers(outcome.details),
    ...wireMembers(links),
    turn_id: turnId,
    root_turn_id: turn.settings?.rootTurnId ?? null,
    item_id: itemId,
    tool_name: outcome.name,
    tool_event_type:
      links.parentCallId !== null ? 'inner_tool_call' : isDirect ? 'model_tool_call' : null,
    started_at_ms: startedAtMs,
    completed_at_ms: atMs,
    duration_ms: between(startedAtMs, atMs),
    execution_duration_ms: outcome.executionMs ?? wholeMs,
    ...(isFromRollout(context) ? UNKNOWN_REVIEWS : reviewMembers(state.itemReviews.get(key))),
    terminal_status: outcome.status,
    failure_kind: outcome.failure,
    sandbox_backend: outcome.sandboxBackend,
    model_slug: turn.settings?.model ?? null,
    turn_trigger: turn.settings?.turnTrigger ?? null,
    reasoning_effort: outcome.effort ?? turn.settings?.reasoningEffort ?? null,
    ...detailMembers(outcome.details, outcome.name)
  })
}

/** What a review means for its call. */
const approvalOutcome = (
  reviewer: 'user' | 'guardian',
  status: ReviewStatus,
  resolution: ReviewResolution
): ApprovalOutcome => {
  if (reviewer === 'guardian')
    return status === 'approved'
      ? 'guardian_approved'
      : status === 'denied'
        ? 'guardian_denied'
        : 'guardian_aborted'
  if (status === 'approved')
    return resolution === 'session_approval' ? 'user_approved_for_session' : 'user_approved'
  return status === 'denied' ? 'user_denied' : 'user_aborted'
}

/** The reviews of a call after one more answer. */
export const afterReview = (
  asked: FactOf<'approval_requested'>,
  answer: FactOf<'approval_answered'>,
  before = NO_REVIEWS
): ItemReviews => ({
  guardian: before.guardian + (asked.reviewer === 'guardian' ? 1 : 0),
  user: before.user + (asked.reviewer === 'user' ? 1 : 0),
  outcome: approvalOutcome(asked.reviewer, answer.status, answer.resolution),
  additionalPermissions: before.additionalPermissions || asked.additionalPermissions,
  networkAccess: before.networkAccess || asked.networkAccess
})

/** The event of a review that was answered or given up. */
export const reviewEvent = (
  state: AnalyticsState,
  asked: FactOf<'approval_requested'>,
  answer: FactOf<'approval_answered'>,
  rendering: Rendering
): Events => {
  const context = contextOf(state, asked.threadId)
  if (context === null) return NO_EVENTS
  return eventOf(rendering, { atMs: answer.atMs, threadId: asked.threadId }, 'codex_review_event', {
    ...contextMembers(context),
    ...wireMembers(asked),
    ...wireMembers(answer),
    review_id: asked.reviewer === 'user' ? `user:${asked.reviewId}` : asked.reviewId,
    subject_kind: asked.subject,
    started_at_ms: asked.atMs,
    completed_at_ms: answer.atMs,
    duration_ms: between(asked.atMs, answer.atMs)
  })
}

/**
 * Events to items (reducer A, "full"): what a person sees inside one turn.
 *
 * `itemChange` is the only place that knows which event makes which item. The turn fold applies changes to a
 * small sketch (counts, first user and last agent message); `item-list.ts` applies the same changes to the whole list.
 *
 * Ids: messages, reasoning, compactions and review marks take `item-N` from a counter over the thread; all
 * others carry their own id and replace an item of the same turn with that id in place. From 0.144 on so do review
 * marks.
 */
import { bareItem, type WithoutId } from './bare-items.ts'
import { completedItem, reviewText, withTimes } from './completed-items.ts'
import type { RolloutLine } from '../../log/event.ts'
import type { EventOf, LineOf } from '../../log/needs.ts'
import { hookPromptFragments } from './hook-prompt.ts'
import type { ITEM_NEEDS, NAMING_NEEDS, SHOWN_NEEDS, SKETCH_NEEDS } from './item-needs.ts'
import {
  appUiOf,
  citationOf,
  failureOf,
  fileUpdates,
  inputImagesOf,
  moderationOf,
  questionsOf,
  userEventParts,
  webAction
} from './item-parts.ts'
import type { Json } from '../../json.ts'
import type {
  AgentMessage,
  ExitedReviewMode,
  ImageGenerationEnd,
  McpToolCallEnd,
  SubAgentActivity,
  UserMessage
} from '../../log/payloads.ts'
import type { Profile } from '../../log/profile.ts'
import type { HistoryMode, ThreadItem } from '../../protocol.ts'
import { Message } from '../../log/response-item.ts'
import { SHOWING_EVENTS } from '../turns/showing.ts'
import { trimmed } from '../../white-space.ts'

/** An item that has not been given its `item-N` id yet. */
type UnnumberedItem = WithoutId<ThreadItem>

/** What one event does to the items of its turn. */
export type ItemChange =
  /** Append under the next `item-N`; `id` is shown instead of that number, which is used up all the same. */
  | {
      readonly op: 'number'
      readonly item: UnnumberedItem
      readonly id?: string | undefined
      readonly times?: typeof UNKNOWN_TIMES
    }
  /** Append under its own id. */
  | { readonly op: 'append'; readonly item: ThreadItem }
  /** Replace the item of this id, or append it. */
  | { readonly op: 'upsert'; readonly item: ThreadItem }
  /** Extend the reasoning item the turn ends with, or append one. */
  | {
      readonly op: 'reason'
      readonly part: 'summary' | 'content'
      readonly text: string
      readonly times?: typeof UNKNOWN_TIMES
    }

/** A change as far as the heads of lines tell it. */
export type ItemSketch =
  | Extract<ItemChange, { readonly op: 'number' }>
  | { readonly op: 'append' | 'upsert'; readonly item: { readonly id: string } }
  | { readonly op: 'reason' }

/** Times of items that legacy events make. */
export const UNKNOWN_TIMES: { readonly startedAtMs: null; readonly completedAtMs: null } = {
  startedAtMs: null,
  completedAtMs: null
}

const userItem = (e: UserMessage, profile: Profile): UnnumberedItem => {
  const content = userEventParts(e, profile)
  return profile.members142
    ? { type: 'userMessage', clientId: e.client_id ?? null, content }
    : { type: 'userMessage', content }
}

/** A moderated message (0.169) is shown under the id the model gave it. */
const agentChange = (e: AgentMessage, profile: Profile): ItemChange | null => {
  if (e.message === '') return null
  const { moderation } = e
  const text = e.message
  const phase = e.phase ?? null
  const memoryCitation = citationOf(e.memory_citation)
  if (!profile.members169)
    return { op: 'number', item: { type: 'agentMessage', text, phase, memoryCitation } }
  const item: UnnumberedItem = {
    type: 'agentMessage',
    moderation: moderationOf(moderation),
    delivery: e.delivery ?? null,
    questions: questionsOf(e.questions),
    text,
    phase,
    memoryCitation
  }
  return moderation ? { op: 'number', item, id: moderation.item_id } : { op: 'number', item }
}

const mcpItem = (e: McpToolCallEnd, profile: Profile): ThreadItem => {
  const ok = 'Ok' in e.result ? e.result.Ok : null
  const failure = 'Err' in e.result ? e.result.Err : null
  return {
    type: 'mcpToolCall',
    id: e.call_id,
    server: e.invocation.server,
    tool: e.invocation.tool,
    status: ok === null || ok.isError === true ? 'failed' : 'completed',
    arguments: (e.invocation.arguments ?? null) as Json,
    ...(profile.members142
      ? { appContext: appContext(e, profile), pluginId: e.plugin_id ?? null }
      : {}),
    ...(profile.members169
      ? { mcpAppUi: appUiOf(e.mcp_app_ui), readOnlyHint: e.read_only_hint ?? null }
      : {}),
    ...(typeof e.mcp_app_resource_uri === 'string'
      ? { mcpAppResourceUri: e.mcp_app_resource_uri }
      : {}),
    result:
      ok === null
        ? null
        : {
            content: ok.content as ReadonlyArray<Json>,
            structuredContent: (ok.structuredContent ?? null) as Json,
            _meta: (ok._meta ?? null) as Json
          },
    error: failure === null ? null : { message: failure },
    durationMs: e.duration.secs * 1000 + Math.floor(e.duration.nanos / 1e6)
  }
}

const appContext = (e: McpToolCallEnd, profile: Profile): Json =>
  typeof e.connector_id === 'string'
    ? {
        connectorId: e.connector_id,
        linkId: e.link_id ?? null,
        resourceUri: e.mcp_app_resource_uri ?? null,
        ...(profile.members169
          ? { appName: e.app_name ?? null, actionName: e.action_name ?? null }
          : {})
      }
    : null

const imageItem = (e: ImageGenerationEnd, profile: Profile): ThreadItem => ({
  type: 'imageGeneration',
  id: e.call_id,
  status: e.status,
  revisedPrompt: e.revised_prompt ?? null,
  ...(profile.members169 && typeof e.fileId === 'string'
    ? { fileId: e.fileId }
    : { result: e.result ?? '' }),
  ...(profile.members169 ? inputImagesOf(e.input_images) : {}),
  ...(profile.members169
    ? {
        transparentBackground: e.transparent_background ?? null,
        failure: failureOf(e.failure),
        generationId: e.generation_id ?? null
      }
    : {}),
  ...(typeof e.saved_path === 'string' ? { savedPath: e.saved_path } : {})
})

/** Its time is the only one that a legacy event states; 0 stands for an unknown one. */
const activityItem = (e: SubAgentActivity, profile: Profile): ThreadItem => ({
  type: 'subAgentActivity',
  ...(profile.members169
    ? {
        model: e.model ?? null,
        reasoningEffort: e.reasoning_effort ?? null,
        ...UNKNOWN_TIMES,
        completedAtMs: e.occurred_at_ms === 0 ? null : (e.occurred_at_ms ?? null)
      }
    : {}),
  id: e.event_id,
  kind: e.kind,
  agentThreadId: e.agent_thread_id,
  agentPath: e.agent_path
})

/**
 * The turn an event names, or undefined when it belongs to whatever turn is open. Patches name theirs in every
 * version, review marks from 0.144 on (together with the id of their item), MCP calls from 0.156 on.
 */
export const namedTurn = (payload: EventOf<typeof NAMING_NEEDS>): string | undefined => {
  switch (payload.type) {
    case 'item_completed':
      return payload.turn_id
    case 'patch_apply_end':
    case 'mcp_tool_call_end':
      return payload.turn_id === '' ? undefined : payload.turn_id
    case 'entered_review_mode':
    case 'exited_review_mode':
      return typeof payload.item_id === 'string' ? (payload.turn_id ?? undefined) : undefined
    default:
      return undefined
  }
}

/** A review mark takes the id it names (from 0.144 on), else the next number. */
const reviewChange = (
  type: 'enteredReviewMode' | 'exitedReviewMode',
  review: string,
  id: string | null | undefined
): ItemChange =>
  typeof id === 'string'
    ? { op: 'upsert', item: { type, id, review } }
    : { op: 'number', item: { type, review } }

/** Codex up to 0.142 shows only the overall judgement of a review. */
const exitedText = (output: ExitedReviewMode['review_output'], profile: Profile): string => {
  if (profile.members169) return reviewText(output)
  const explanation = trimmed(output?.overall_explanation ?? '')
  return explanation === '' ? 'Reviewer failed to output a response.' : explanation
}

type ShownEvent = EventOf<typeof SHOWN_NEEDS>
type ShownItem = Extract<ShownEvent, { readonly type: 'item_completed' }>['item']

/** Items of `item_completed` that legacy threads keep; the others stand beside an event that shows the same. */
const isKeptInLegacy = (item: ShownItem): boolean => {
  switch (item.type) {
    case 'Plan':
    case 'Sleep':
    case 'FunctionCallOutput':
      return true
    case 'SubAgentActivity':
      return item.kind === 'completed'
    case 'Extension':
      return item.kind === 'clock.sleep'
    default:
      return false
  }
}

const isShownInLegacy = (item: ShownItem): boolean =>
  isKeptInLegacy(item) && !(item.type === 'Plan' && item.text === '')

/** False for an item that is passed over in a legacy thread, as if its line were of an unknown kind. */
export const countsInLegacy = (line: LineOf<typeof SHOWN_NEEDS>): boolean => {
  if (line.type !== 'event_msg') return true
  const { payload } = line
  if (payload.type === 'sub_agent_activity') return payload.kind !== 'completed'
  return payload.type !== 'item_completed' || isKeptInLegacy(payload.item)
}

const toolChange = (p: EventOf<typeof ITEM_NEEDS>, profile: Profile): ItemChange | null => {
  switch (p.type) {
    case 'patch_apply_end':
      return {
        op: 'upsert',
        item: {
          type: 'fileChange',
          id: p.call_id,
          changes: fileUpdates(p.changes ?? {}),
          status: p.status
        }
      }
    case 'mcp_tool_call_end':
      return { op: 'upsert', item: mcpItem(p, profile) }
    case 'web_search_end':
      return {
        op: 'upsert',
        item: {
          type: 'webSearch',
          id: p.call_id,
          query: p.query,
          action: webAction(p.action),
          ...(profile.members169 ? { results: (p.results ?? null) as Json } : {})
        }
      }
    case 'image_generation_end':
      return { op: 'upsert', item: imageItem(p, profile) }
    case 'sub_agent_activity':
      return p.kind === 'completed' ? null : { op: 'upsert', item: activityItem(p, profile) }
    case 'item_completed': {
      const item = isShownInLegacy(p.item) ? completedItem(p.item) : null
      if (item === null) return null
      return { op: 'upsert', item: profile.members169 ? withTimes(item, p) : item }
    }
    default:
      return null
  }
}

/** True for a text that is there and empty; a reader gives no head of such an event. */
const isEmpty = (p: object, member: 'text' | 'message'): boolean =>
  (p as { readonly text?: unknown; readonly message?: unknown })[member] === ''

const showsEvent = (p: ShownEvent): boolean => {
  switch (p.type) {
    case 'agent_message':
      return !isEmpty(p, 'message')
    case 'agent_reasoning':
    case 'agent_reasoning_raw_content':
      return !isEmpty(p, 'text')
    case 'sub_agent_activity':
      return p.kind !== 'completed'
    case 'item_completed':
      return isShownInLegacy(p.item)
    default:
      return SHOWING_EVENTS.has(p.type)
  }
}

/** True for a line that changes the items of a legacy turn: `itemChange` without making the item. */
export const showsInLegacy = (line: LineOf<typeof SHOWN_NEEDS>, profile: Profile): boolean => {
  if (line.type === 'event_msg') return showsEvent(line.payload)
  if (line.type !== 'response_item') return false
  if (line.bare === true) return bareItem(line.payload, profile) !== null
  if (line.payload['role'] !== 'user' || !Message.is(line.payload)) return false
  return hookPromptFragments(line.payload) !== null
}

/** What an event does to the items of its turn in a paginated thread. */
const paginatedChange = (line: LineOf<typeof ITEM_NEEDS>): ItemChange | null => {
  if (line.type !== 'event_msg' || line.payload.type !== 'item_completed') return null
  const item = completedItem(line.payload.item)
  return item === null ? null : { op: 'upsert', item: withTimes(item, line.payload) }
}

/** Assigned and not spread, see `numberedItem`. */
const withUnknownTimes = (item: ThreadItem): ThreadItem =>
  Object.assign({ startedAtMs: null, completedAtMs: null }, item)

/** From 0.169 on every item has times; those of legacy events are not known. */
const timed = (change: ItemChange, { members169 }: Profile): ItemChange => {
  if (!members169) return change
  switch (change.op) {
    case 'reason':
      return { op: 'reason', part: change.part, text: change.text, times: UNKNOWN_TIMES }
    case 'number':
      return { op: 'number', item: change.item, id: change.id, times: UNKNOWN_TIMES }
    default:
      return { op: change.op, item: withUnknownTimes(change.item) }
  }
}

const eventChange = (p: EventOf<typeof ITEM_NEEDS>, profile: Profile): ItemChange | null => {
  switch (p.type) {
    case 'user_message':
      return { op: 'number', item: userItem(p, profile) }
    case 'agent_message':
      return agentChange(p, profile)
    case 'agent_reasoning':
      return p.text === '' ? null : { op: 'reason', part: 'summary', text: p.text }
    case 'agent_reasoning_raw_content':
      return p.text === '' ? null : { op: 'reason', part: 'content', text: p.text }
    case 'context_compacted':
      return { op: 'number', item: { type: 'contextCompaction' } }
    case 'entered_review_mode':
      return reviewChange('enteredReviewMode', p.user_facing_hint ?? 'Review requested.', p.item_id)
    case 'exited_review_mode':
      return reviewChange('exitedReviewMode', exitedText(p.review_output, profile), p.item_id)
    default:
      return toolChange(p, profile)
  }
}

type ResponseItemLine = Extract<RolloutLine, { readonly type: 'response_item' }>

const responseChange = (
  { bare, payload }: ResponseItemLine,
  profile: Profile,
  fallbackId: () => string
): Extract<ItemChange, { readonly op: 'number' | 'append' }> | null => {
  if (bare === true) {
    const item = bareItem(payload, profile)
    return item === null ? null : { op: 'number', item }
  }
  const fragments = Message.is(payload) ? hookPromptFragments(payload) : null
  if (fragments === null) return null
  const { id } = payload as { readonly id?: string | null }
  return { op: 'append', item: { type: 'hookPrompt', id: id ?? fallbackId(), fragments } }
}

/** What an event does to the items of its turn; null when it shows nothing. */
export const itemChange = (
  line: LineOf<typeof ITEM_NEEDS>,
  profile: Profile,
  fallbackId: () => string,
  mode: HistoryMode
): ItemChange | null => {
  if (mode === 'paginated') return paginatedChange(line)
  if (line.type !== 'event_msg' && line.type !== 'response_item') return null
  const change =
    line.type === 'event_msg'
      ? eventChange(line.payload, profile)
      : responseChange(line, profile, fallbackId)
  return change === null ? null : timed(change, profile)
}

const sketched = (
  p: EventOf<typeof SKETCH_NEEDS>,
  profile: Profile
): ItemChange | ItemSketch | null => {
  switch (p.type) {
    case 'agent_reasoning':
    case 'agent_reasoning_raw_content':
      return isEmpty(p, 'text') ? null : { op: 'reason' }
    case 'patch_apply_end':
    case 'mcp_tool_call_end':
      return { op: 'upsert', item: { id: p.call_id } }
    case 'item_completed':
      return isShownInLegacy(p.item) ? { op: 'upsert', item: { id: p.item.id } } : null
    default: {
      const change = eventChange(p, profile)
      return change === null ? null : timed(change, profile)
    }
  }
}

const noPlace = (): string => ''

/** `itemChange` for a line of a legacy thread of which only the head is known. */
export const itemSketch = (
  line: LineOf<typeof SKETCH_NEEDS>,
  profile: Profile
): ItemSketch | null => {
  if (line.type === 'event_msg') return sketched(line.payload, profile)
  const change = line.type === 'response_item' ? responseChange(line, profile, noPlace) : null
  return change === null ? null : timed(change, profile)
}

/**
 * Events to items (reducer A, "full"): what a person sees inside one turn.
 *
 * `itemChange` is the only place that knows which event makes which item. The turn fold applies changes to a
 * small sketch (counts, first user and last agent message); `foldItems` applies the same changes to the whole list.
 *
 * Ids: messages, reasoning, compactions and review marks take `item-N` from a counter over the thread; all
 * others carry their own id and replace an item of the same turn with that id in place.
 */
import { completedItem, withTimes } from './completed-items.ts'
import type { EventPayload, RolloutLine } from './event.ts'
import { hookPromptFragments } from './hook-prompt.ts'
import { fileUpdates, textElements, webAction } from './item-parts.ts'
import type { Json } from './json.ts'
import type { AgentMessage, McpToolCallEnd, UserMessage } from './payloads.ts'
import type { Profile } from './profile.ts'
import type { HistoryMode, ThreadItem, UserContent } from './protocol.ts'
import { Message } from './response-item.ts'

type WithoutId<I> = I extends { readonly id: string } ? Omit<I, 'id'> : never
/** An item that has not been given its `item-N` id yet. */
export type UnnumberedItem = WithoutId<ThreadItem>

/** What one event does to the items of its turn. */
export type ItemChange =
  /** Append under the next `item-N`. */
  | { readonly op: 'number'; readonly item: UnnumberedItem }
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

/** Times of items that legacy events make. */
export const UNKNOWN_TIMES: { readonly startedAtMs: null; readonly completedAtMs: null } = {
  startedAtMs: null,
  completedAtMs: null
}

const userContent = (e: UserMessage, profile: Profile): ReadonlyArray<UserContent> => {
  const content: Array<UserContent> = []
  if (e.message.trim() !== '') {
    content.push({ type: 'text', text: e.message, text_elements: textElements(e.text_elements) })
  }
  const detail = (details: ReadonlyArray<string | null | undefined> | undefined, index: number) =>
    profile.members142 ? { detail: details?.[index] ?? null } : {}
  ;(e.images ?? []).forEach((url, i) =>
    content.push({ type: 'image', url, ...detail(e.image_details, i) })
  )
  ;(e.local_images ?? []).forEach((path, i) =>
    content.push({ type: 'localImage', path, ...detail(e.local_image_details, i) })
  )
  return content
}

const userItem = (e: UserMessage, profile: Profile): UnnumberedItem => ({
  type: 'userMessage',
  ...(profile.members142 ? { clientId: e.client_id ?? null } : {}),
  content: userContent(e, profile)
})

const agentItem = (e: AgentMessage, profile: Profile): UnnumberedItem => ({
  type: 'agentMessage',
  ...(profile.members169 ? { moderation: null, delivery: null, questions: null } : {}),
  text: e.message,
  phase: e.phase ?? null,
  memoryCitation: e.memory_citation
    ? { entries: e.memory_citation.entries, threadIds: e.memory_citation.rolloutIds }
    : null
})

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
    ...(profile.members169 ? { mcpAppUi: null, readOnlyHint: null } : {}),
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
        ...(profile.members169 ? { appName: null, actionName: null } : {})
      }
    : null

/** The turn an event names, or undefined when it belongs to whatever turn is open. */
export const namedTurn = (payload: EventPayload): string | undefined => {
  if (payload.type === 'item_completed') return payload.turn_id
  return payload.type === 'patch_apply_end' && payload.turn_id !== '' ? payload.turn_id : undefined
}

const toolChange = (p: EventPayload, profile: Profile): ItemChange | null => {
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
          ...(profile.members169 ? { results: null } : {})
        }
      }
    case 'image_generation_end':
      return {
        op: 'upsert',
        item: {
          type: 'imageGeneration',
          id: p.call_id,
          status: p.status,
          revisedPrompt: p.revised_prompt ?? null,
          result: p.result,
          ...(profile.members169
            ? { transparentBackground: null, failure: null, generationId: null }
            : {}),
          ...(typeof p.saved_path === 'string' ? { savedPath: p.saved_path } : {})
        }
      }
    case 'sub_agent_activity':
      return {
        op: 'upsert',
        item: {
          type: 'subAgentActivity',
          ...(profile.members169
            ? { model: p.model ?? null, reasoningEffort: p.reasoning_effort ?? null }
            : {}),
          id: p.event_id,
          kind: p.kind,
          agentThreadId: p.agent_thread_id,
          agentPath: p.agent_path
        }
      }
    case 'item_completed': {
      if (p.item.type !== 'Plan' && p.item.type !== 'Sleep') return null
      const item = p.item.type === 'Plan' && p.item.text === '' ? null : completedItem(p.item)
      if (item === null) return null
      return { op: 'upsert', item: profile.members169 ? withTimes(item, p) : item }
    }
    default:
      return null
  }
}

/** What an event does to the items of its turn in a paginated thread. */
const paginatedChange = (line: RolloutLine): ItemChange | null => {
  if (line.type !== 'event_msg' || line.payload.type !== 'item_completed') return null
  const item = completedItem(line.payload.item)
  return item === null ? null : { op: 'upsert', item: withTimes(item, line.payload) }
}

/** From 0.169 on every item has times; those of legacy events are not known. */
const timed = (change: ItemChange | null, profile: Profile): ItemChange | null => {
  if (change === null || !profile.members169) return change
  if (change.op === 'reason') return { ...change, times: UNKNOWN_TIMES }
  return { ...change, item: { ...UNKNOWN_TIMES, ...change.item } } as ItemChange
}

/** What an event does to the items of its turn; null when it shows nothing. */
export const itemChange = (
  line: RolloutLine,
  profile: Profile,
  fallbackId: string,
  mode: HistoryMode
): ItemChange | null =>
  mode === 'paginated'
    ? paginatedChange(line)
    : timed(legacyChange(line, profile, fallbackId), profile)

const legacyChange = (
  line: RolloutLine,
  profile: Profile,
  fallbackId: string
): ItemChange | null => {
  if (line.type === 'response_item') {
    if (!Message.is(line.payload)) return null
    const fragments = hookPromptFragments(line.payload)
    return fragments === null
      ? null
      : { op: 'append', item: { type: 'hookPrompt', id: line.payload.id ?? fallbackId, fragments } }
  }
  if (line.type !== 'event_msg') return null
  const p = line.payload
  switch (p.type) {
    case 'user_message':
      return { op: 'number', item: userItem(p, profile) }
    case 'agent_message':
      return p.message === '' ? null : { op: 'number', item: agentItem(p, profile) }
    case 'agent_reasoning':
      return p.text === '' ? null : { op: 'reason', part: 'summary', text: p.text }
    case 'agent_reasoning_raw_content':
      return p.text === '' ? null : { op: 'reason', part: 'content', text: p.text }
    case 'context_compacted':
      return { op: 'number', item: { type: 'contextCompaction' } }
    case 'entered_review_mode':
      return {
        op: 'number',
        item: { type: 'enteredReviewMode', review: p.user_facing_hint ?? 'Review requested.' }
      }
    case 'exited_review_mode': {
      const explanation = p.review_output?.overall_explanation.trim() ?? ''
      const review = explanation === '' ? 'Reviewer failed to output a response.' : explanation
      return { op: 'number', item: { type: 'exitedReviewMode', review } }
    }
    default:
      return toolChange(p, profile)
  }
}

/** The items of one turn while they are folded; owned by the fold that fills it. */
export interface ItemList {
  readonly items: Array<ThreadItem>
  /** Where the item of an id stands in `items`. */
  readonly places: Map<string, number>
  /** Number of the line that made the item of an id, where lines are numbered. */
  readonly ordinals: Map<string, number>
  nextItem: number
}

/** An empty list whose first numbered item will be `item-<nextItem>`. */
export const itemList = (nextItem: number): ItemList => ({
  items: [],
  places: new Map(),
  ordinals: new Map(),
  nextItem
})

const push = (list: ItemList, item: ThreadItem): void => {
  if (!list.places.has(item.id)) list.places.set(item.id, list.items.length)
  list.items.push(item)
}

type Reason = Extract<ItemChange, { readonly op: 'reason' }>

const reason = (list: ItemList, { part, text, times }: Reason): void => {
  const last = list.items[list.items.length - 1]
  if (last?.type === 'reasoning') {
    ;(last[part] as Array<string>).push(text)
    return
  }
  const item = { type: 'reasoning' as const, id: `item-${list.nextItem}`, summary: [], content: [] }
  push(list, { ...item, [part]: [text], ...times })
  list.nextItem += 1
}

/** An item that replaces another keeps the times that were known first. */
const withEarlierTimes = (item: ThreadItem, before: ThreadItem): ThreadItem =>
  item.startedAtMs === undefined
    ? item
    : {
        ...item,
        startedAtMs: before.startedAtMs ?? item.startedAtMs,
        completedAtMs: before.completedAtMs ?? item.completedAtMs ?? null
      }

/** Applies one change to a list, in place. */
export const applyChange = (list: ItemList, change: ItemChange): void => {
  switch (change.op) {
    case 'number':
      push(list, { ...change.item, id: `item-${list.nextItem}` })
      list.nextItem += 1
      return
    case 'append':
      return push(list, change.item)
    case 'upsert': {
      const place = list.places.get(change.item.id)
      const known = place === undefined ? undefined : list.items[place]
      if (place === undefined || known === undefined) push(list, change.item)
      else list.items[place] = withEarlierTimes(change.item, known)
      return
    }
    case 'reason':
      return reason(list, change)
  }
}

/**
 * One line of a rollout, as a fact.
 *
 * Shape:  {"timestamp": string, "type": string, "payload": object}; key order is free, unknown members are kept.
 * Units:  `timestamp` is UTC with milliseconds; `revision` counts events before this one in the stream;
 *         `offset` and `bytes` are bytes in the segment file, the newline not counted.
 * Errors: a line that is not an event is data too: see `Damage`.
 */
import {
  TurnsRestored,
  type SessionMeta,
  type TokenUsageRecord,
  type AgentMessage,
  type EnteredReviewMode,
  type ExitedReviewMode,
  type ImageGenerationEnd,
  type ItemCompleted,
  type McpToolCallEnd,
  type PatchApplyEnd,
  type SubAgentActivity,
  type TaskComplete,
  type TaskStarted,
  type ThreadGoalUpdated,
  type ThreadSettingsApplied,
  type TokenCount,
  type TurnAborted,
  type UserMessage,
  type WebSearchEnd
} from './payloads.ts'
import { TurnContext } from './turn-context.ts'
import { isPersisted } from './response-item.ts'
import { DOUBLED } from './exact-json.ts'
import { isDoubled, wordIn } from './shapes/shape.ts'
import type { StreamId } from '../ids.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { OWN_EVENTS, type Profile } from './profile.ts'
import { own } from '../own.ts'
import { checkOf, hasShape, spelled, typeNamed } from './shapes/eras.ts'

/** Payload of an `event_msg` line that passed its codec, told apart by `type`. */
export type EventPayload =
  | ({ readonly type: 'task_started' } & TaskStarted)
  | ({ readonly type: 'task_complete' } & TaskComplete)
  | ({ readonly type: 'turn_aborted' } & TurnAborted)
  | ({ readonly type: 'user_message' } & UserMessage)
  | ({ readonly type: 'agent_message' } & AgentMessage)
  | { readonly type: 'agent_reasoning'; readonly text: string }
  | { readonly type: 'agent_reasoning_raw_content'; readonly text: string }
  | ({ readonly type: 'token_count' } & TokenCount)
  | { readonly type: 'context_compacted' }
  | { readonly type: 'thread_rolled_back'; readonly num_turns: number }
  | ({ readonly type: 'entered_review_mode' } & EnteredReviewMode)
  | ({ readonly type: 'exited_review_mode' } & ExitedReviewMode)
  | ({ readonly type: 'patch_apply_end' } & PatchApplyEnd)
  | ({ readonly type: 'mcp_tool_call_end' } & McpToolCallEnd)
  | ({ readonly type: 'web_search_end' } & WebSearchEnd)
  | ({ readonly type: 'image_generation_end' } & ImageGenerationEnd)
  | ({ readonly type: 'item_completed' } & ItemCompleted)
  | ({ readonly type: 'thread_goal_updated' } & ThreadGoalUpdated)
  | ({ readonly type: 'unroll_turns_restored' } & TurnsRestored)
  | ({ readonly type: 'sub_agent_activity' } & SubAgentActivity)
  | ({ readonly type: 'thread_settings_applied' } & ThreadSettingsApplied)

/** A line the folds understand, or one they pass over (`ignored`: unknown or not persisted in this era). */
export type RolloutLine = {
  readonly timestamp: string
  /** Number of the line in its history; written from 0.146 on, and free to be wrong in a damaged file. */
  readonly ordinal?: number
  /** True for a line that stands in the file without an envelope, as up to 0.31: it has no time of its own. */
  readonly bare?: true
} & (
  | { readonly type: 'session_meta'; readonly payload: SessionMeta }
  | { readonly type: 'turn_context'; readonly payload: TurnContext }
  | { readonly type: 'event_msg'; readonly payload: EventPayload }
  | { readonly type: 'response_item'; readonly payload: JsonObject }
  | { readonly type: 'compacted'; readonly payload: JsonObject }
  | { readonly type: 'inter_agent_communication'; readonly payload: JsonObject }
  | { readonly type: 'token_usage_record'; readonly payload: TokenUsageRecord }
  | { readonly type: 'ignored'; readonly kind: string; readonly payload: JsonObject }
)

/** Where an event stands in a file. */
export interface EventPlace {
  readonly streamId: StreamId
  /** Which segment of the stream's lineage holds the line. */
  readonly segment: number
  readonly offset: number
  readonly bytes: number
  /** True when the segment was written for another thread, whose history this one continues. */
  readonly inherited?: boolean
  /** True when texts of the line were left out; see `domain/thread/budget/shortened.ts`. */
  readonly shortened?: boolean
}

/** An event of a range of a file; how many stand before it is not known. */
export interface PlacedEvent<L = RolloutLine> extends EventPlace {
  readonly line: L
}

/** An event where it stands in its stream. */
export interface RecordedEvent<L = RolloutLine> extends PlacedEvent<L> {
  /** Number of non-blank lines before this one in the stream. */
  readonly revision: number
}

/** Why a line is not an event, or why the history that should be there is missing. */
export type DamageReason =
  | 'not_utf8'
  | 'not_json'
  | 'not_an_event'
  | 'invalid_payload'
  | 'line_too_long'
  | 'nul_bytes'
  | BaseReason

/** Why the history a segment continues cannot be read as its first line says. */
export type BaseReason =
  /** No file of the home is the segment it names. */
  | 'base_missing'
  /** That segment ends before the place it names. */
  | 'base_shrunk'
  /** That segment has another line at the place it names. */
  | 'base_mismatch'
  /** The segments name each other in a circle. */
  | 'base_cycle'
  /** The first line, which would name the segment, cannot be read. */
  | 'base_unknown'

/** A line of a file that is not an event. */
export interface DamagedPlace {
  readonly streamId: StreamId
  readonly segment: number
  readonly offset: number
  readonly bytes: number
  readonly reason: DamageReason
}

/** The same in its stream; it takes a revision like any other line. */
export interface DamagedLine extends DamagedPlace {
  readonly revision: number
}

const LINE_SHAPES: Readonly<Record<string, string>> = {
  session_meta: 'SessionMetaLine',
  event_msg: 'EventMsg',
  response_item: 'ResponseItem',
  compacted: 'CompactedItem',
  turn_context: 'TurnContextItem',
  token_usage_record: 'TokenUsageRecord',
  inter_agent_communication: 'InterAgentCommunication',
  inter_agent_communication_metadata: 'InterAgentCommunicationMetadataPayload',
  world_state: 'WorldStateItem',
  security_risk_score: 'SecurityRiskScore'
}

const TYPED: ReadonlySet<string> = new Set(['EventMsg', 'ResponseItem'])

const ignored = (timestamp: string, kind: string, payload: unknown): RolloutLine => ({
  timestamp,
  type: 'ignored',
  kind,
  payload: isJsonObject(payload) ? payload : {}
})

/** The name under which an event is ignored; null for one that counts. */
const ignoredName = (payload: JsonObject, kind: string, profile: Profile): string | null => {
  if (!profile.events.has(kind)) return `event_msg:${kind}`
  if (kind !== 'item_completed') return null
  const item = payload['item']
  const itemType = isJsonObject(item) ? item['type'] : undefined
  return typeof itemType === 'string' && !profile.completedItems.has(itemType)
    ? `event_msg:${kind}:${itemType}`
    : null
}

const eventLine = (
  timestamp: string,
  payload: JsonObject,
  exact: unknown,
  profile: Profile
): RolloutLine | null => {
  const kind = payload['type']
  if (typeof kind !== 'string') return null
  const name = ignoredName(payload, kind, profile)
  if (name !== null) return ignored(timestamp, name, payload)
  if (OWN_EVENTS.has(kind)) return TurnsRestored.is(payload) ? eventOf(timestamp, payload) : null
  if (!checkOf(profile, 'EventMsg')(exact)) return null
  const named = spelled(profile.name, 'EventMsg', payload)
  // The kind of an item is only known by its name.
  const nameOfItem = named === payload ? null : ignoredName(named, kind, profile)
  return nameOfItem === null ? eventOf(timestamp, named) : ignored(timestamp, nameOfItem, named)
}

const eventOf = (timestamp: string, payload: JsonObject): RolloutLine => ({
  timestamp,
  type: 'event_msg',
  payload: payload as unknown as EventPayload
})

/** A payload whose type is a number, with the name instead. */
const withName = (payload: JsonObject, shape: string, { name }: Profile): JsonObject => ({
  ...payload,
  type: typeNamed(name, shape, payload['type'])
})

const readLine = (
  timestamp: string,
  type: string,
  payload: unknown,
  exact: unknown,
  profile: Profile
): RolloutLine | DamageReason => {
  const shape = own(LINE_SHAPES, type) ?? type
  if (!profile.lineTypes.has(type)) {
    const isKnown = hasShape(profile.name, shape)
    return isKnown && !checkOf(profile, shape)(exact)
      ? 'invalid_payload'
      : ignored(timestamp, type, payload)
  }
  if (!isJsonObject(payload)) return 'invalid_payload'
  if (typeof payload['type'] === 'number' && isJsonObject(exact) && TYPED.has(shape)) {
    const [named, strict] = [payload, exact].map((one) => withName(one, shape, profile))
    return readLine(timestamp, type, named, strict, profile)
  }
  if (type === 'event_msg')
    return eventLine(timestamp, payload, exact, profile) ?? 'invalid_payload'
  const fits = checkOf(profile, shape)(exact)
  // Settings of another shape count for nothing, but ledgers may use their model and directory.
  if (!fits)
    return type === 'turn_context' && TurnContext.is(payload)
      ? ignored(timestamp, type, payload)
      : 'invalid_payload'
  if (type === 'response_item' && !isPersisted(payload, profile))
    return ignored(timestamp, type, payload)
  return { timestamp, type, payload: spelled(profile.name, shape, payload) } as RolloutLine
}

/**
 * Reads a parsed JSON value as a line of the given era: an event, an ignored line, or the reason why it is neither. Total: any
 * value has an answer. `exact` is the value as a strict reader sees it, see `exact-json.ts`.
 */
export const toRolloutLine = (
  value: unknown,
  profile: Profile,
  exact: unknown = value
): RolloutLine | DamageReason => {
  if (!isJsonObject(value) || !isJsonObject(exact)) return 'not_an_event'
  const { timestamp, ordinal, type: given, payload } = value as Readonly<Record<string, unknown>>
  const type = profile.takesTypeInObject ? wordIn(given) : given
  if (typeof timestamp !== 'string' || typeof type !== 'string') return 'not_an_event'
  if (DOUBLED in exact && isDoubled(exact, ['timestamp', 'type', 'payload'])) return 'not_an_event'
  const line = readLine(timestamp, type, payload, exact['payload'], profile)
  return typeof line === 'string' || typeof ordinal !== 'number'
    ? line
    : Object.assign({ ordinal }, line)
}

/** The turn settings in a line, even in an older shape than the era's Codex reads; null when there are none. */
export const toldSettings = (line: RolloutLine): TurnContext | null =>
  line.type === 'turn_context' ? line.payload : olderSettings(line)

/** The turn settings in a line that is ignored because their shape is older; else null. */
export const olderSettings = (line: {
  readonly type: string
  readonly kind?: string
  readonly payload?: unknown
}): TurnContext | null =>
  line.type === 'ignored' && line.kind === 'turn_context' && TurnContext.is(line.payload)
    ? line.payload
    : null

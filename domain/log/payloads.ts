/**
 * Payloads of the events that make turns, items and thread metadata, as Codex 0.130 to 0.169 persist them.
 *
 * Shape:  snake_case on disk; unknown members pass through. Which values an era accepts is data in `shapes/`: a payload that
 *         passed has the type given here. Only what is read without a shape has a codec.
 * Units:  `…_at` Unix seconds, `…_ms` milliseconds, `text_elements` byte offsets into UTF-8.
 * Errors: a payload of another shape is a damaged line: Codex skips it, and so do we.
 * Source: RolloutLine schema of 0.130.0, 0.142.5 and 0.169.0; every rule was checked against the binaries.
 */
import * as t from 'io-ts'
import { defaulted, i64, oneOf, optional, u32, u64, uuid } from './codec.ts'
import type {
  RecordedCitation,
  RecordedFileChange,
  RecordedReviewTarget,
  TextElement,
  ToolResult,
  WebSearchAction
} from './payload-parts.ts'
import type { TurnItem } from './turn-item.ts'

/** A member that may be absent or null. */
type Maybe<A> = A | null | undefined
type Unknowns = Readonly<Record<string, unknown>>

const text = optional(t.string)

/** Where in another segment the history before this one ends; written from 0.146 on for forks and reverts. */
export const HistoryBase = t.type(
  { thread_id: uuid, end_ordinal_exclusive: u64, end_byte_offset: u64 },
  'HistoryBase'
)
export type HistoryBase = t.TypeOf<typeof HistoryBase>

/** The history that metadata continue, if they do: the file of a legacy thread is whole, whatever its metadata say. */
export const baseOf = (meta: {
  readonly history_base?: unknown
  readonly history_mode?: unknown
}): HistoryBase | null => {
  const { history_base: base, history_mode: mode = 'legacy' } = meta
  return mode !== 'legacy' && HistoryBase.is(base)
    ? { ...base, thread_id: base.thread_id.toLowerCase() }
    : null
}

/** Head of a thread; copies are appended by metadata updates and carried along by forks. */
export interface SessionMeta {
  readonly id: string
  readonly timestamp: string
  readonly cwd: string
  readonly originator: string
  readonly cli_version: string
  readonly session_id?: Maybe<string>
  readonly source?: string | Unknowns | undefined
  readonly model_provider?: Maybe<string>
  readonly forked_from_id?: Maybe<string>
  readonly attached_thread?: boolean | undefined
  readonly parent_thread_id?: Maybe<string>
  readonly thread_source?: Maybe<string>
  readonly agent_nickname?: Maybe<string>
  readonly agent_role?: Maybe<string>
  readonly agent_path?: Maybe<string>
  readonly base_instructions?: Maybe<{ readonly text: string }>
  readonly dynamic_tools?: Maybe<ReadonlyArray<Unknowns>>
  readonly memory_mode?: Maybe<string>
  /** Collected when the file was created, or set later by thread/metadata/update. */
  readonly git?: Maybe<{
    readonly commit_hash?: Maybe<string>
    readonly branch?: Maybe<string>
    readonly repository_url?: Maybe<string>
  }>
  readonly history_mode?: Maybe<string>
  readonly history_base?: unknown
  readonly forked_from_ordinal_exclusive?: Maybe<number>
  readonly subagent_history_start_ordinal?: Maybe<number>
}

/** How closely the model looks at an image. */
type ImageDetails = ReadonlyArray<Maybe<'auto' | 'low' | 'high' | 'original'>>
type MediaOrder = ReadonlyArray<'inline' | 'file'>

/**
 * What a person typed. Later versions add `audio` and `local_audio` (0.146), `file_ids` and `image_order` (0.156),
 * `audio_references` and `audio_order` (0.169): the last two tell in which order both kinds were given.
 */
export interface UserMessage {
  readonly message: string
  readonly images?: Maybe<ReadonlyArray<string>>
  readonly local_images?: ReadonlyArray<string> | undefined
  readonly text_elements?: ReadonlyArray<TextElement> | undefined
  readonly client_id?: Maybe<string>
  readonly image_details?: ImageDetails | undefined
  readonly local_image_details?: ImageDetails | undefined
  readonly audio?: Maybe<ReadonlyArray<string>>
  readonly local_audio?: ReadonlyArray<string> | undefined
  readonly file_ids?: Maybe<ReadonlyArray<string>>
  readonly file_id_details?: ImageDetails | undefined
  readonly image_order?: MediaOrder | undefined
  readonly audio_references?: Maybe<
    ReadonlyArray<{ readonly audio_url: string } | { readonly file_id: string }>
  >
  readonly audio_order?: MediaOrder | undefined
}

/** What the model answered; with `delivery` (0.150), `questions` (0.156) and `moderation` (0.169). */
export interface AgentMessage {
  readonly message: string
  readonly phase?: Maybe<'commentary' | 'final_answer'>
  readonly memory_citation?: Maybe<RecordedCitation>
  readonly delivery?: Maybe<'async'>
  readonly questions?: Maybe<ReadonlyArray<Unknowns>>
  readonly moderation?: Maybe<{
    readonly item_id: string
    readonly moderated: boolean
    readonly display?: unknown
  }>
}

type TokenMember =
  | 'input_tokens'
  | 'cached_input_tokens'
  | 'output_tokens'
  | 'reasoning_output_tokens'
  | 'total_tokens'
type Usage = Readonly<Record<TokenMember, number>>

/** Token counts after a model response; `info` is null when only rate limits are known. */
export interface TokenCount {
  readonly info?: Maybe<{
    readonly total_token_usage: Usage
    readonly last_token_usage: Usage
    readonly model_context_window?: Maybe<number>
  }>
  readonly rate_limits?: Maybe<Unknowns>
}

/** Spend of one model response and what it adds up to, one line per response (0.169). */
export interface TokenUsageRecord {
  readonly thread_id: string
  readonly turn_id: string
  readonly response_id: string
  readonly thread_token_usage: Usage
}

/** Settings a client chose; they hold from the next turn on (0.169). */
export interface ThreadSettingsApplied {
  readonly thread_settings: {
    readonly model: string
    readonly model_provider_id?: Maybe<string>
    readonly reasoning_effort?: Maybe<string>
    readonly cwd?: Maybe<string>
    readonly approval_policy?: unknown
    readonly permission_profile?: unknown
  }
  readonly thread_id?: Maybe<string>
}

/** Why a turn failed; kept from 0.146 on. */
export interface TurnFailure {
  readonly message: string
  readonly codex_error_info?: unknown
}

/** A turn begins. */
export interface TaskStarted {
  readonly turn_id: string
  readonly started_at?: Maybe<number>
  readonly root_turn_id?: Maybe<string>
  readonly model_context_window?: Maybe<number>
  readonly collaboration_mode_kind?:
    | 'default'
    | 'plan'
    | 'code'
    | 'pair_programming'
    | 'execute'
    | 'custom'
    | undefined
}

interface TurnEnding {
  readonly completed_at?: Maybe<number>
  readonly duration_ms?: Maybe<number>
  readonly started_at?: Maybe<number>
  readonly root_turn_id?: Maybe<string>
  readonly error?: Maybe<TurnFailure>
}

/** A turn ends by itself. */
export interface TaskComplete extends TurnEnding {
  readonly turn_id: string
  readonly last_agent_message?: Maybe<string>
}

/** A turn was cut short. */
export interface TurnAborted extends TurnEnding {
  readonly reason: 'interrupted' | 'replaced' | 'review_ended' | 'budget_limited'
  readonly turn_id?: Maybe<string>
}

/**
 * unroll's own: the next `lines` lines are copies of those that the last rollback hid, and the turns they make take the
 * place of the hidden ones. A reader that does not know it sees the copies as new turns, which is the same but for
 * counted ids: `next_item` and `index` are the counters as they were before the hidden lines.
 */
export const TurnsRestored = t.intersection(
  [t.type({ num_turns: u32, lines: u64, next_item: u64 }), t.partial({ index: optional(u64) })],
  'TurnsRestored'
)
export type TurnsRestored = t.TypeOf<typeof TurnsRestored>

/** A patch was applied, refused or failed. */
export interface PatchApplyEnd {
  readonly call_id: string
  readonly stdout: string
  readonly stderr: string
  readonly success: boolean
  readonly status: 'completed' | 'failed' | 'declined'
  readonly turn_id?: string | undefined
  readonly changes?: Readonly<Record<string, RecordedFileChange>> | undefined
}

/**
 * An MCP tool call ended; with the names of its app (0.143), `read_only_hint` (0.148), `mcp_app_ui` and the turn it
 * belongs to (0.156).
 */
export interface McpToolCallEnd {
  readonly call_id: string
  readonly invocation: {
    readonly server: string
    readonly tool: string
    readonly arguments?: unknown
  }
  readonly duration: { readonly secs: number; readonly nanos: number }
  readonly result: { readonly Ok: ToolResult } | { readonly Err: string }
  readonly mcp_app_resource_uri?: Maybe<string>
  readonly connector_id?: Maybe<string>
  readonly link_id?: Maybe<string>
  readonly plugin_id?: Maybe<string>
  readonly app_name?: Maybe<string>
  readonly action_name?: Maybe<string>
  readonly read_only_hint?: Maybe<boolean>
  readonly mcp_app_ui?: Maybe<Unknowns>
  readonly turn_id?: string | undefined
}

/** A web search ended; an action of an unknown type reads as `other`. What it found is there from 0.146 on. */
export interface WebSearchEnd {
  readonly call_id: string
  readonly query: string
  readonly action: WebSearchAction
  readonly results?: Maybe<ReadonlyArray<unknown>>
}

/** An image was generated; `result` is base64. */
export interface ImageGenerationEnd {
  readonly call_id: string
  readonly status: string
  readonly result?: string
  readonly fileId?: string
  readonly input_images?: ReadonlyArray<Unknowns>
  readonly revised_prompt?: Maybe<string>
  readonly saved_path?: Maybe<string>
  readonly transparent_background?: Maybe<boolean>
  readonly failure?: Maybe<Unknowns>
  readonly generation_id?: Maybe<string>
}

/** A review begins; from 0.144 on it says which turn and item it makes. */
export interface EnteredReviewMode {
  readonly target: RecordedReviewTarget
  readonly user_facing_hint?: Maybe<string>
  readonly turn_id?: Maybe<string>
  readonly item_id?: Maybe<string>
}

/** A review ends; `review_output` is null when the reviewer failed. Turn and item are named from 0.144 on. */
export interface ExitedReviewMode {
  readonly review_output?: Maybe<{
    readonly findings: ReadonlyArray<Unknowns>
    readonly overall_correctness: string
    readonly overall_explanation: string
    readonly overall_confidence_score: number
  }>
  readonly turn_id?: Maybe<string>
  readonly item_id?: Maybe<string>
}

/** A goal was set or changed (0.142); members are camelCase on disk. An era that ignores the event does not check it, hence the codec. */
export const ThreadGoalUpdated = t.intersection(
  [
    t.type({
      threadId: uuid,
      goal: t.intersection([
        t.type({
          threadId: uuid,
          objective: t.string,
          status: oneOf('active', 'paused', 'blocked', 'usageLimited', 'budgetLimited', 'complete')
        }),
        t.partial({
          tokenBudget: optional(i64),
          tokensUsed: i64,
          timeUsedSeconds: i64,
          createdAt: i64,
          updatedAt: i64
        })
      ])
    }),
    t.partial({ turnId: text })
  ],
  'ThreadGoalUpdated'
)
export type ThreadGoalUpdated = t.TypeOf<typeof ThreadGoalUpdated>

interface ItemCompletedOf<I extends TurnItem> {
  readonly thread_id: string
  readonly turn_id: string
  readonly item: I
  readonly started_at_ms?: Maybe<number>
  readonly completed_at_ms?: number | undefined
}

/** An item ended. Up to 0.142 only Plan and Sleep reach the file, later every kind does. */
export type ItemCompleted = TurnItem extends infer I
  ? I extends TurnItem
    ? ItemCompletedOf<I>
    : never
  : never

/** A sub-agent was started, spoken to or interrupted (0.142). */
export interface SubAgentActivity {
  readonly event_id: string
  readonly agent_thread_id: string
  readonly agent_path: string
  readonly kind: 'started' | 'interacted' | 'interrupted' | 'completed'
  readonly occurred_at_ms?: number | undefined
  readonly model?: Maybe<string>
  readonly reasoning_effort?: Maybe<string>
}

/** A message between agents (0.142); the text of an assistant message may be one, spelled as JSON. */
export const InterAgentCommunication = t.intersection(
  [
    t.type({ author: t.string, recipient: t.string, content: t.string, trigger_turn: t.boolean }),
    t.partial({ other_recipients: defaulted(t.array(t.string)), encrypted_content: text })
  ],
  'InterAgentCommunication'
)

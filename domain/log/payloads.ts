/**
 * Payloads of the events that make turns, items and thread metadata, as Codex 0.130 to 0.169 persist them.
 *
 * Shape:  snake_case on disk; unknown members pass through.
 * Units:  `…_at` Unix seconds, `…_ms` milliseconds, `text_elements` byte offsets into UTF-8.
 * Errors: a payload that does not match its codec is a damaged line: Codex skips it, and so do we.
 * Source: RolloutLine schema of 0.130.0, 0.142.5 and 0.169.0; every rule was checked against the binaries.
 */
import * as t from 'io-ts'
import { defaulted, i64, oneOf, optional, u32, u64, uuid } from './codec.ts'
import {
  FileChange,
  ImageDetail,
  MemoryCitation,
  ReviewTarget,
  TextElement,
  ToolResult,
  WebSearchAction
} from './payload-parts.ts'
import { isTurnItemType, TURN_ITEMS, type TurnItem } from './turn-item.ts'

const text = optional(t.string)
const strings = t.array(t.string)

/** Git facts collected when the file was created or set later by thread/metadata/update. */
export const GitFacts = t.partial(
  { commit_hash: text, branch: text, repository_url: text },
  'GitFacts'
)
export type GitFacts = t.TypeOf<typeof GitFacts>

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
export const SessionMeta = t.intersection(
  [
    t.type({
      id: uuid,
      timestamp: t.string,
      cwd: t.string,
      originator: t.string,
      cli_version: t.string
    }),
    t.partial({
      session_id: optional(uuid),
      source: defaulted(t.union([t.string, t.UnknownRecord])),
      model_provider: text,
      forked_from_id: optional(uuid),
      attached_thread: defaulted(t.boolean),
      parent_thread_id: optional(uuid),
      thread_source: text,
      agent_nickname: text,
      agent_role: text,
      agent_path: text,
      base_instructions: optional(t.type({ text: t.string })),
      dynamic_tools: optional(t.array(t.UnknownRecord)),
      memory_mode: text,
      git: optional(GitFacts),
      history_mode: text,
      history_base: t.unknown,
      forked_from_ordinal_exclusive: optional(u64),
      subagent_history_start_ordinal: optional(u64)
    })
  ],
  'SessionMeta'
)
export type SessionMeta = t.TypeOf<typeof SessionMeta>

const MediaKind = oneOf('inline', 'file')
const AudioReference = t.union([t.type({ audio_url: t.string }), t.type({ file_id: t.string })])

/**
 * What a person typed. Later versions add `audio` and `local_audio` (0.146), `file_ids` and `image_order` (0.156),
 * `audio_references` and `audio_order` (0.169): the last two tell in which order both kinds were given.
 */
export const UserMessage = t.intersection(
  [
    t.type({ message: t.string }),
    t.partial({
      images: optional(strings),
      local_images: defaulted(strings),
      text_elements: defaulted(t.array(TextElement)),
      client_id: text,
      image_details: defaulted(t.array(optional(ImageDetail))),
      local_image_details: defaulted(t.array(optional(ImageDetail))),
      audio: optional(strings),
      local_audio: defaulted(strings),
      file_ids: optional(strings),
      file_id_details: defaulted(t.array(optional(ImageDetail))),
      image_order: defaulted(t.array(MediaKind)),
      audio_references: optional(t.array(AudioReference)),
      audio_order: defaulted(t.array(MediaKind))
    })
  ],
  'UserMessage'
)
export type UserMessage = t.TypeOf<typeof UserMessage>

/** What the model answered; with `delivery` (0.150), `questions` (0.156) and `moderation` (0.169). */
export const AgentMessage = t.intersection(
  [
    t.type({ message: t.string }),
    t.partial({
      phase: optional(oneOf('commentary', 'final_answer')),
      memory_citation: optional(MemoryCitation),
      delivery: optional(oneOf('async')),
      questions: optional(t.array(t.UnknownRecord)),
      moderation: optional(
        t.intersection([
          t.type({ item_id: t.string, moderated: t.boolean }),
          t.partial({ display: t.unknown })
        ])
      )
    })
  ],
  'AgentMessage'
)
export type AgentMessage = t.TypeOf<typeof AgentMessage>

/** One part of the model's reasoning (summary or raw, by event type). */
export const Reasoning = t.type({ text: t.string }, 'Reasoning')

const Usage = t.type({
  input_tokens: i64,
  cached_input_tokens: i64,
  output_tokens: i64,
  reasoning_output_tokens: i64,
  total_tokens: i64
})

/** Token counts after a model response; `info` is null when only rate limits are known. */
export const TokenCount = t.partial(
  {
    info: optional(
      t.intersection([
        t.type({ total_token_usage: Usage, last_token_usage: Usage }),
        t.partial({ model_context_window: optional(i64) })
      ])
    ),
    rate_limits: optional(t.UnknownRecord)
  },
  'TokenCount'
)
export type TokenCount = t.TypeOf<typeof TokenCount>

/** Spend of one model response and what it adds up to, one line per response (0.169). */
export const TokenUsageRecord = t.type(
  { thread_id: t.string, turn_id: t.string, response_id: t.string, thread_token_usage: Usage },
  'TokenUsageRecord'
)
export type TokenUsageRecord = t.TypeOf<typeof TokenUsageRecord>

/** Settings a client chose; they hold from the next turn on (0.169). */
export const ThreadSettingsApplied = t.intersection(
  [
    t.type({
      thread_settings: t.intersection([
        t.type({ model: t.string }),
        t.partial({
          model_provider_id: text,
          reasoning_effort: text,
          cwd: text,
          approval_policy: t.unknown,
          permission_profile: t.unknown
        })
      ])
    }),
    t.partial({ thread_id: text })
  ],
  'ThreadSettingsApplied'
)
export type ThreadSettingsApplied = t.TypeOf<typeof ThreadSettingsApplied>

/** Why a turn failed; kept from 0.146 on. */
export const TurnFailure = t.intersection(
  [t.type({ message: t.string }), t.partial({ codex_error_info: t.unknown })],
  'TurnFailure'
)
export type TurnFailure = t.TypeOf<typeof TurnFailure>

/** A turn begins. */
export const TaskStarted = t.intersection(
  [
    t.type({ turn_id: t.string }),
    t.partial({
      started_at: optional(i64),
      root_turn_id: text,
      model_context_window: optional(i64),
      collaboration_mode_kind: defaulted(
        oneOf('default', 'plan', 'code', 'pair_programming', 'execute', 'custom')
      )
    })
  ],
  'TaskStarted'
)
export type TaskStarted = t.TypeOf<typeof TaskStarted>

/** A turn ends by itself. */
export const TaskComplete = t.intersection(
  [
    t.type({ turn_id: t.string }),
    t.partial({
      last_agent_message: text,
      completed_at: optional(i64),
      duration_ms: optional(i64),
      started_at: optional(i64),
      root_turn_id: text,
      error: optional(TurnFailure)
    })
  ],
  'TaskComplete'
)
export type TaskComplete = t.TypeOf<typeof TaskComplete>

/** A turn was cut short. */
export const TurnAborted = t.intersection(
  [
    t.type({ reason: oneOf('interrupted', 'replaced', 'review_ended', 'budget_limited') }),
    t.partial({
      turn_id: text,
      completed_at: optional(i64),
      duration_ms: optional(i64),
      started_at: optional(i64),
      root_turn_id: text,
      error: optional(TurnFailure)
    })
  ],
  'TurnAborted'
)
export type TurnAborted = t.TypeOf<typeof TurnAborted>

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

/** Hides the last `num_turns` turns. */
export const ThreadRolledBack = t.type({ num_turns: u32 }, 'ThreadRolledBack')

/** A patch was applied, refused or failed. */
export const PatchApplyEnd = t.intersection(
  [
    t.type({
      call_id: t.string,
      stdout: t.string,
      stderr: t.string,
      success: t.boolean,
      status: oneOf('completed', 'failed', 'declined')
    }),
    t.partial({ turn_id: defaulted(t.string), changes: defaulted(t.record(t.string, FileChange)) })
  ],
  'PatchApplyEnd'
)
export type PatchApplyEnd = t.TypeOf<typeof PatchApplyEnd>

/**
 * An MCP tool call ended; with the names of its app (0.143), `read_only_hint` (0.148), `mcp_app_ui` and the turn it
 * belongs to (0.156).
 */
export const McpToolCallEnd = t.intersection(
  [
    t.type({
      call_id: t.string,
      invocation: t.intersection([
        t.type({ server: t.string, tool: t.string }),
        t.partial({ arguments: t.unknown })
      ]),
      duration: t.type({ secs: u64, nanos: u32 }),
      result: t.union([t.type({ Ok: ToolResult }), t.type({ Err: t.string })])
    }),
    t.partial({
      mcp_app_resource_uri: text,
      connector_id: text,
      link_id: text,
      plugin_id: text,
      app_name: text,
      action_name: text,
      read_only_hint: optional(t.boolean),
      mcp_app_ui: optional(t.UnknownRecord),
      turn_id: defaulted(t.string)
    })
  ],
  'McpToolCallEnd'
)
export type McpToolCallEnd = t.TypeOf<typeof McpToolCallEnd>

/** A web search ended; an action of an unknown type reads as `other`. What it found is there from 0.146 on. */
export const WebSearchEnd = t.intersection(
  [
    t.type({ call_id: t.string, query: t.string, action: WebSearchAction }),
    t.partial({ results: optional(t.array(t.unknown)) })
  ],
  'WebSearchEnd'
)
export type WebSearchEnd = t.TypeOf<typeof WebSearchEnd>

/** An image was generated; `result` is base64. */
export const ImageGenerationEnd = t.intersection(
  [
    t.type({ call_id: t.string, status: t.string }),
    t.partial({
      result: t.string,
      fileId: t.string,
      input_images: t.array(t.UnknownRecord),
      revised_prompt: text,
      saved_path: text,
      transparent_background: optional(t.boolean),
      failure: optional(t.UnknownRecord),
      generation_id: text
    })
  ],
  'ImageGenerationEnd'
)
export type ImageGenerationEnd = t.TypeOf<typeof ImageGenerationEnd>

/** A review begins; from 0.144 on it says which turn and item it makes. */
export const EnteredReviewMode = t.intersection(
  [
    t.type({ target: ReviewTarget }),
    t.partial({ user_facing_hint: text, turn_id: text, item_id: text })
  ],
  'EnteredReviewMode'
)
export type EnteredReviewMode = t.TypeOf<typeof EnteredReviewMode>

/** A review ends; `review_output` is null when the reviewer failed. Turn and item are named from 0.144 on. */
export const ExitedReviewMode = t.partial(
  {
    review_output: optional(
      t.type({
        findings: t.array(t.UnknownRecord),
        overall_correctness: t.string,
        overall_explanation: t.string,
        overall_confidence_score: t.number
      })
    ),
    turn_id: text,
    item_id: text
  },
  'ExitedReviewMode'
)
export type ExitedReviewMode = t.TypeOf<typeof ExitedReviewMode>

/** A goal was set or changed (0.142); members are camelCase on disk. */
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

const ItemHead = t.intersection([
  t.type({ thread_id: uuid, turn_id: t.string, item: t.type({ type: t.string }) }),
  t.partial({ started_at_ms: optional(i64), completed_at_ms: defaulted(i64) })
])

interface ItemCompletedOf<I extends TurnItem> {
  readonly thread_id: string
  readonly turn_id: string
  readonly item: I
  readonly started_at_ms?: number | null | undefined
  readonly completed_at_ms?: number | undefined
}

/** An item ended. Up to 0.142 only Plan and Sleep reach the file, later every kind does. */
export type ItemCompleted = TurnItem extends infer I
  ? I extends TurnItem
    ? ItemCompletedOf<I>
    : never
  : never

/** Codec of `item_completed`: the item is checked by the codec of its own kind. */
export const ItemCompleted: t.Type<ItemCompleted> = new t.Type(
  'ItemCompleted',
  (u): u is ItemCompleted =>
    ItemHead.is(u) && isTurnItemType(u.item.type) && TURN_ITEMS[u.item.type].is(u.item),
  (u, c) => (ItemCompleted.is(u) ? t.success(u) : t.failure(u, c)),
  t.identity
)

/** A sub-agent was started, spoken to or interrupted (0.142). */
export const SubAgentActivity = t.intersection(
  [
    t.type({
      event_id: t.string,
      agent_thread_id: uuid,
      agent_path: t.string,
      kind: oneOf('started', 'interacted', 'interrupted', 'completed')
    }),
    t.partial({ occurred_at_ms: defaulted(i64), model: text, reasoning_effort: text })
  ],
  'SubAgentActivity'
)
export type SubAgentActivity = t.TypeOf<typeof SubAgentActivity>

/** A message between agents (0.142). */
export const InterAgentCommunication = t.intersection(
  [
    t.type({ author: t.string, recipient: t.string, content: t.string, trigger_turn: t.boolean }),
    t.partial({ other_recipients: defaulted(strings), encrypted_content: text })
  ],
  'InterAgentCommunication'
)

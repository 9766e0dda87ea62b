/**
 * Payloads of the events that make turns, items and thread metadata, as Codex 0.130 and 0.142 persist them.
 *
 * Shape:  snake_case on disk; unknown members pass through.
 * Units:  `…_at` Unix seconds, `…_ms` milliseconds, `text_elements` byte offsets into UTF-8.
 * Errors: a payload that does not match its codec is a damaged line: Codex skips it, and so do we.
 * Source: RolloutLine schema of 0.130.0 and 0.142.5; every rule was checked against both binaries.
 */
import * as t from 'io-ts'
import { defaulted, i64, oneOf, optional, u32, u64, uuid } from './codec.ts'

const text = optional(t.string)
const strings = t.array(t.string)

/** Git facts collected when the file was created or set later by thread/metadata/update. */
export const GitFacts = t.partial(
  { commit_hash: text, branch: text, repository_url: text },
  'GitFacts'
)
export type GitFacts = t.TypeOf<typeof GitFacts>

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
      parent_thread_id: optional(uuid),
      thread_source: text,
      agent_nickname: text,
      agent_role: text,
      agent_path: text,
      base_instructions: optional(t.type({ text: t.string })),
      dynamic_tools: optional(t.array(t.UnknownRecord)),
      memory_mode: text,
      git: optional(GitFacts)
    })
  ],
  'SessionMeta'
)
export type SessionMeta = t.TypeOf<typeof SessionMeta>

/** Settings of the turn that follows. */
export const TurnContext = t.intersection(
  [
    t.type({
      cwd: t.string,
      approval_policy: t.union([t.string, t.UnknownRecord]),
      sandbox_policy: t.UnknownRecord,
      model: t.string,
      summary: t.unknown
    }),
    t.partial({ turn_id: text, effort: text, permission_profile: optional(t.UnknownRecord) })
  ],
  'TurnContext'
)
export type TurnContext = t.TypeOf<typeof TurnContext>

const ByteRange = t.type({ start: u64, end: u64 })
const TextElement = t.intersection([
  t.type({ byte_range: ByteRange }),
  t.partial({ placeholder: text })
])
const ImageDetail = oneOf('auto', 'low', 'high', 'original')

/** What a person typed. */
export const UserMessage = t.intersection(
  [
    t.type({ message: t.string }),
    t.partial({
      images: optional(strings),
      local_images: defaulted(strings),
      text_elements: defaulted(t.array(TextElement)),
      client_id: text,
      image_details: defaulted(t.array(optional(ImageDetail))),
      local_image_details: defaulted(t.array(optional(ImageDetail)))
    })
  ],
  'UserMessage'
)
export type UserMessage = t.TypeOf<typeof UserMessage>

const MemoryCitation = t.type({
  entries: t.array(t.type({ path: t.string, lineStart: u32, lineEnd: u32, note: t.string })),
  rolloutIds: strings
})

/** What the model answered. */
export const AgentMessage = t.intersection(
  [
    t.type({ message: t.string }),
    t.partial({
      phase: optional(oneOf('commentary', 'final_answer')),
      memory_citation: optional(MemoryCitation)
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

/** A turn begins. */
export const TaskStarted = t.intersection(
  [
    t.type({ turn_id: t.string }),
    t.partial({
      started_at: optional(i64),
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
    t.partial({ last_agent_message: text, completed_at: optional(i64), duration_ms: optional(i64) })
  ],
  'TaskComplete'
)
export type TaskComplete = t.TypeOf<typeof TaskComplete>

/** A turn was cut short. */
export const TurnAborted = t.intersection(
  [
    t.type({ reason: oneOf('interrupted', 'replaced', 'review_ended', 'budget_limited') }),
    t.partial({ turn_id: text, completed_at: optional(i64), duration_ms: optional(i64) })
  ],
  'TurnAborted'
)
export type TurnAborted = t.TypeOf<typeof TurnAborted>

/** Hides the last `num_turns` turns. */
export const ThreadRolledBack = t.type({ num_turns: u32 }, 'ThreadRolledBack')

const FileChange = t.union([
  t.type({ type: t.literal('add'), content: t.string }),
  t.type({ type: t.literal('delete'), content: t.string }),
  t.intersection([
    t.type({ type: t.literal('update'), unified_diff: t.string }),
    t.partial({ move_path: text })
  ])
])

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

const ToolResult = t.intersection([
  t.type({ content: t.array(t.unknown) }),
  t.partial({ structuredContent: t.unknown, isError: optional(t.boolean), _meta: t.unknown })
])

/** An MCP tool call ended. */
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
    t.partial({ mcp_app_resource_uri: text, connector_id: text, link_id: text, plugin_id: text })
  ],
  'McpToolCallEnd'
)
export type McpToolCallEnd = t.TypeOf<typeof McpToolCallEnd>

const WebSearchAction = t.union([
  t.intersection([
    t.type({ type: t.literal('search') }),
    t.partial({ query: text, queries: optional(strings) })
  ]),
  t.intersection([t.type({ type: t.literal('open_page') }), t.partial({ url: text })]),
  t.intersection([
    t.type({ type: t.literal('find_in_page') }),
    t.partial({ url: text, pattern: text })
  ]),
  t.type({ type: t.string })
])

/** A web search ended; an action of an unknown type reads as `other`. */
export const WebSearchEnd = t.type(
  { call_id: t.string, query: t.string, action: WebSearchAction },
  'WebSearchEnd'
)
export type WebSearchEnd = t.TypeOf<typeof WebSearchEnd>

/** An image was generated; `result` is base64. */
export const ImageGenerationEnd = t.intersection(
  [
    t.type({ call_id: t.string, status: t.string, result: t.string }),
    t.partial({ revised_prompt: text, saved_path: text })
  ],
  'ImageGenerationEnd'
)
export type ImageGenerationEnd = t.TypeOf<typeof ImageGenerationEnd>

const ReviewTarget = t.union([
  t.type({ type: t.literal('uncommittedChanges') }),
  t.type({ type: t.literal('baseBranch'), branch: t.string }),
  t.intersection([
    t.type({ type: t.literal('commit'), sha: t.string }),
    t.partial({ title: text })
  ]),
  t.type({ type: t.literal('custom'), instructions: t.string })
])

/** A review begins. */
export const EnteredReviewMode = t.intersection(
  [t.type({ target: ReviewTarget }), t.partial({ user_facing_hint: text })],
  'EnteredReviewMode'
)
export type EnteredReviewMode = t.TypeOf<typeof EnteredReviewMode>

/** A review ends; `review_output` is null when the reviewer failed. */
export const ExitedReviewMode = t.partial(
  {
    review_output: optional(
      t.type({
        findings: t.array(t.UnknownRecord),
        overall_correctness: t.string,
        overall_explanation: t.string,
        overall_confidence_score: t.number
      })
    )
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
        t.partial({ tokenBudget: optional(i64), tokensUsed: i64, timeUsedSeconds: i64 })
      ])
    }),
    t.partial({ turnId: text })
  ],
  'ThreadGoalUpdated'
)
export type ThreadGoalUpdated = t.TypeOf<typeof ThreadGoalUpdated>

/** An item ended; only Plan (and Sleep from 0.142) reach the file in these eras. */
export const ItemCompleted = t.intersection(
  [
    t.type({
      thread_id: uuid,
      turn_id: t.string,
      item: t.union([
        t.type({ type: t.literal('Plan'), id: t.string, text: t.string }),
        t.type({ type: t.literal('Sleep'), id: t.string, duration_ms: u64 })
      ])
    }),
    t.partial({ completed_at_ms: defaulted(i64) })
  ],
  'ItemCompleted'
)
export type ItemCompleted = t.TypeOf<typeof ItemCompleted>

/** A sub-agent was started, spoken to or interrupted (0.142). */
export const SubAgentActivity = t.intersection(
  [
    t.type({
      event_id: t.string,
      agent_thread_id: uuid,
      agent_path: t.string,
      kind: oneOf('started', 'interacted', 'interrupted')
    }),
    t.partial({ occurred_at_ms: defaulted(i64) })
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

/** Codec of every event kind that makes turns, items or metadata, by its name on disk. */
export const EVENT_PAYLOADS: Readonly<Record<string, t.Mixed>> = {
  task_started: TaskStarted,
  task_complete: TaskComplete,
  turn_aborted: TurnAborted,
  user_message: UserMessage,
  agent_message: AgentMessage,
  agent_reasoning: Reasoning,
  agent_reasoning_raw_content: Reasoning,
  token_count: TokenCount,
  context_compacted: t.UnknownRecord,
  thread_rolled_back: ThreadRolledBack,
  entered_review_mode: EnteredReviewMode,
  exited_review_mode: ExitedReviewMode,
  patch_apply_end: PatchApplyEnd,
  mcp_tool_call_end: McpToolCallEnd,
  web_search_end: WebSearchEnd,
  image_generation_end: ImageGenerationEnd,
  item_completed: ItemCompleted,
  thread_goal_updated: ThreadGoalUpdated,
  sub_agent_activity: SubAgentActivity
}

/**
 * Items as Codex 0.143–0.169 writes them: `item_completed` carries the whole item, whatever its kind.
 *
 * Shape:  `type` is PascalCase, members are snake_case except in McpToolCall; unknown members pass through.
 * Units:  `duration` is {secs, nanos}; paths are `file://` URLs from 0.169 on and plain paths before.
 * Errors: an item whose members do not match is a damaged line; one of an unknown type is kept and passed over.
 * Source: TurnItem of the RolloutLine schema that 0.169.0 generates, and homes written by 0.169.0.
 */
import * as t from 'io-ts'
import { defaulted, guarded, i64, oneOf, optional, u32, u64 } from './codec.ts'
import {
  RecordedCitation,
  RecordedFileChange,
  RecordedReviewTarget,
  TextElement,
  ToolResult,
  WebSearchAction
} from './payload-parts.ts'

const text = optional(t.string)
const strings = t.array(t.string)
const duration = optional(t.type({ secs: u64, nanos: u32 }))

/** Parts that later versions add; a text whose members are of the wrong type is none of them. */
const OtherInput = guarded(
  'OtherInput',
  (u): u is { readonly type: string } => t.type({ type: t.string }).is(u) && u.type !== 'text'
)

const UserInput = t.union([
  t.intersection([
    t.type({ type: t.literal('text'), text: t.string }),
    t.partial({ text_elements: defaulted(t.array(TextElement)) })
  ]),
  t.intersection([
    t.type({ type: t.literal('local_image'), path: t.string }),
    t.partial({ detail: text })
  ]),
  t.intersection([
    t.type({ type: t.literal('image') }),
    t.partial({ image_url: t.string, file_id: t.string, detail: text })
  ]),
  OtherInput
])

const ParsedCommand = t.intersection([
  t.type({ type: t.string, cmd: t.string }),
  t.partial({ name: text, path: text, query: text })
])

const item = <K extends string, R extends t.Props, O extends t.Props>(
  type: K,
  required: R,
  others: O
) =>
  t.intersection([
    t.type({ type: t.literal(type) }),
    t.intersection([t.type({ id: t.string, ...required }), t.partial(others)])
  ])

/** Codec of every kind of item, by its `type` on disk. */
export const TURN_ITEMS = {
  UserMessage: item('UserMessage', { content: t.array(UserInput) }, { client_id: text }),
  FunctionCallOutput: item(
    'FunctionCallOutput',
    { name: t.string, output: t.unknown },
    { namespace: text }
  ),
  HookPrompt: item(
    'HookPrompt',
    { fragments: t.array(t.type({ text: t.string, hookRunId: t.string })) },
    {}
  ),
  AgentMessage: item(
    'AgentMessage',
    { content: t.array(t.type({ type: t.literal('Text'), text: t.string })) },
    {
      phase: text,
      memory_citation: optional(RecordedCitation),
      moderation: t.unknown,
      delivery: text,
      questions: t.unknown
    }
  ),
  Plan: item('Plan', { text: t.string }, {}),
  Reasoning: item('Reasoning', { summary_text: strings }, { raw_content: defaulted(strings) }),
  CommandExecution: item(
    'CommandExecution',
    {
      command: strings,
      cwd: t.string,
      parsed_cmd: t.array(ParsedCommand),
      source: t.string,
      status: t.string
    },
    {
      process_id: text,
      aggregated_output: text,
      exit_code: optional(i64),
      duration,
      plugin_id: text,
      script_path: text
    }
  ),
  DynamicToolCall: item(
    'DynamicToolCall',
    { tool: t.string, status: t.string },
    {
      arguments: t.unknown,
      namespace: text,
      content_items: optional(t.array(t.UnknownRecord)),
      success: optional(t.boolean),
      error: text,
      duration
    }
  ),
  CollabAgentToolCall: item(
    'CollabAgentToolCall',
    { tool: t.string, status: t.string, sender_thread_id: t.string },
    {
      receiver_thread_ids: defaulted(strings),
      prompt: text,
      model: text,
      reasoning_effort: text,
      agents_states: defaulted(t.record(t.string, t.unknown))
    }
  ),
  SubAgentActivity: item(
    'SubAgentActivity',
    { agent_thread_id: t.string, agent_path: t.string, kind: t.string },
    { model: text, reasoning_effort: text }
  ),
  WebSearch: item(
    'WebSearch',
    { query: t.string, action: WebSearchAction },
    { results: t.unknown }
  ),
  ImageView: item('ImageView', { path: t.string }, {}),
  Sleep: item('Sleep', { duration_ms: u64 }, {}),
  ImageGeneration: item(
    'ImageGeneration',
    { status: t.string, result: t.string },
    { revised_prompt: text, saved_path: text }
  ),
  EnteredReviewMode: item(
    'EnteredReviewMode',
    { target: RecordedReviewTarget },
    { user_facing_hint: text }
  ),
  ExitedReviewMode: item(
    'ExitedReviewMode',
    {},
    {
      review_output: optional(
        t.type({ findings: t.array(t.UnknownRecord), overall_explanation: t.string })
      )
    }
  ),
  FileChange: item(
    'FileChange',
    { changes: t.record(t.string, RecordedFileChange) },
    { status: optional(oneOf('completed', 'failed', 'declined')) }
  ),
  McpToolCall: item(
    'McpToolCall',
    { server: t.string, tool: t.string, status: t.string },
    {
      arguments: t.unknown,
      pluginId: text,
      connectorId: text,
      linkId: text,
      appName: text,
      actionName: text,
      mcpAppResourceUri: text,
      mcpAppUi: t.unknown,
      readOnlyHint: optional(t.boolean),
      result: optional(ToolResult),
      error: optional(t.type({ message: t.string })),
      duration
    }
  ),
  ContextCompaction: item('ContextCompaction', {}, {}),
  Extension: item(
    'Extension',
    { kind: t.string },
    {
      durationMs: u64,
      query: t.string,
      action: t.unknown,
      results: t.unknown,
      status: t.string,
      result: t.string,
      fileId: t.string,
      revisedPrompt: text,
      savedPath: text,
      inputImages: t.unknown,
      transparentBackground: optional(t.boolean),
      failure: t.unknown,
      generationId: text
    }
  )
} as const

/** An item as it stands in an `item_completed` event. */
export type TurnItem = t.TypeOf<(typeof TURN_ITEMS)[keyof typeof TURN_ITEMS]>
/** The items of some kinds. */
export type TurnItemOf<K extends TurnItem['type']> = Extract<TurnItem, { readonly type: K }>

/** True for a kind of item this build can read. */
export const isTurnItemType = (type: string): type is keyof typeof TURN_ITEMS => type in TURN_ITEMS

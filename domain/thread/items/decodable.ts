/**
 * Items as clients of an era decode them. A client that meets a word, a number or a path it cannot decode drops the whole
 * answer, and some clients exit; what a rollout holds may be newer than the client, damaged, or hostile.
 *
 * Shape:  what a client can do without becomes null or is left out, a path becomes absolute, and an item in a state it has no
 *         word for is not shown, as in Codex, which passes over such lines.
 * Source: ThreadItem of the schemas that 0.130.0, 0.142.5 and 0.169.0 generate (`test/fixtures/schema`).
 */
import * as t from 'io-ts'
import { effortOf } from '../../client-words.ts'
import { i32, i64, oneOf, optional } from '../../log/codec.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import type { ThreadItem, ThreadItemOf } from '../../protocol.ts'

/** What an era's clients know, and how a path becomes absolute. */
export interface Decoder {
  readonly profile: Profile
  readonly absolute: (path: string) => string
}

const text = optional(t.string)
const texts = optional(t.array(t.string))

/** A value that decodes, or null. */
const orNull = <A>(codec: t.Type<A, unknown>, value: Json | undefined): Json =>
  codec.is(value) ? (value as Json) : null

const milliseconds = (value: number | null): number | null => (i64.is(value) ? value : null)

const CommandStatus = oneOf('inProgress', 'completed', 'failed', 'declined')
/** Who runs a command. */
export const CommandSource = oneOf(
  'agent',
  'userShell',
  'unifiedExecStartup',
  'unifiedExecInteraction'
)
export type CommandSource = t.TypeOf<typeof CommandSource>
const CallStatus = oneOf('inProgress', 'completed', 'failed')

const isRead = (action: Json): action is JsonObject & { readonly path: string } =>
  isJsonObject(action) && action['type'] === 'read' && typeof action['path'] === 'string'

const command = (
  item: ThreadItemOf<'commandExecution'>,
  { profile, absolute }: Decoder
): ThreadItem | null => {
  if (!CommandStatus.is(item.status) || !CommandSource.is(item.source)) return null
  const { members142, members169 } = profile
  return {
    ...item,
    cwd: members142 ? item.cwd : absolute(item.cwd),
    commandActions: item.commandActions.map((action) =>
      isRead(action) && !members169 ? { ...action, path: absolute(action.path) } : action
    ),
    exitCode: i32.is(item.exitCode) ? item.exitCode : null,
    durationMs: milliseconds(item.durationMs)
  }
}

const CONTENT = [
  t.type({ type: t.literal('inputText'), text: t.string }),
  t.type({ type: t.literal('inputImage'), imageUrl: t.string }),
  t.type({ type: t.literal('inputAudio'), audioUrl: t.string })
] as const

const dynamicTool = (
  item: ThreadItemOf<'dynamicToolCall'>,
  { profile }: Decoder
): ThreadItem | null => {
  if (!CallStatus.is(item.status)) return null
  const known = profile.members169 ? CONTENT : CONTENT.slice(0, 2)
  const parts = item.contentItems as ReadonlyArray<Json> | null
  return {
    ...item,
    contentItems: parts?.filter((part) => known.some((codec) => codec.is(part))) ?? null,
    durationMs: milliseconds(item.durationMs)
  }
}

const McpAppUi = t.type({
  resourceUri: t.string,
  preferredModelDisplayMode: oneOf('inline', 'fullscreen')
})

const mcpTool = (item: ThreadItemOf<'mcpToolCall'>): ThreadItem | null =>
  CallStatus.is(item.status)
    ? {
        ...item,
        ...(item.mcpAppUi === undefined ? {} : { mcpAppUi: orNull(McpAppUi, item.mcpAppUi) }),
        durationMs: milliseconds(item.durationMs)
      }
    : null

const AGENT_TOOLS = ['spawnAgent', 'sendInput', 'resumeAgent', 'wait', 'closeAgent'] as const
const AgentTool = oneOf(...AGENT_TOOLS)
const AgentTool169 = oneOf(
  ...AGENT_TOOLS,
  'sendMessage',
  'followupTask',
  'interruptAgent',
  'listAgents'
)
const AgentCallStatus169 = oneOf('inProgress', 'completed', 'failed', 'interrupted')
const AgentStatus = oneOf(
  'pendingInit',
  'running',
  'interrupted',
  'completed',
  'errored',
  'shutdown',
  'notFound'
)
const AgentState = t.intersection([t.type({ status: AgentStatus }), t.partial({ message: text })])

const agentCall = (
  item: ThreadItemOf<'collabAgentToolCall'>,
  { profile }: Decoder
): ThreadItem | null => {
  const { members169 } = profile
  const isKnown = members169
    ? AgentTool169.is(item.tool) && AgentCallStatus169.is(item.status)
    : AgentTool.is(item.tool) && CallStatus.is(item.status)
  if (!isKnown) return null
  const states = Object.entries(item.agentsStates).filter(([, state]) => AgentState.is(state))
  return {
    ...item,
    reasoningEffort: effortOf(item.reasoningEffort, profile),
    agentsStates: Object.fromEntries(states)
  }
}

const WebAction = t.union([
  t.intersection([
    t.type({ type: t.literal('search') }),
    t.partial({ query: text, queries: texts })
  ]),
  t.intersection([t.type({ type: t.literal('openPage') }), t.partial({ url: text })]),
  t.intersection([
    t.type({ type: t.literal('findInPage') }),
    t.partial({ url: text, pattern: text })
  ]),
  t.type({ type: t.literal('other') })
])

const image = (item: ThreadItemOf<'imageGeneration'>): ThreadItem => {
  const { savedPath, ...rest } = item
  return savedPath === undefined || savedPath.startsWith('/') ? item : rest
}

const OutputPart = t.union([
  t.type({ type: t.literal('input_text'), text: t.string }),
  t.type({ type: t.literal('input_image'), image_url: t.string }),
  t.type({ type: t.literal('input_image'), file_id: t.string }),
  t.type({ type: t.literal('input_audio'), audio_url: t.string }),
  t.type({ type: t.literal('input_audio'), file_id: t.string }),
  t.type({ type: t.literal('encrypted_content'), encrypted_content: t.string })
])
const Output = t.union([t.string, t.array(OutputPart)])

const ActivityKind = oneOf('started', 'interacted', 'interrupted')

const activity = (
  item: ThreadItemOf<'subAgentActivity'>,
  { profile }: Decoder
): ThreadItem | null => {
  const { members169 } = profile
  return ActivityKind.is(item.kind) || (members169 && item.kind === 'completed') ? item : null
}

const Questions = t.array(
  t.intersection([t.type({ title: t.string }), t.partial({ options: texts })])
)
const Phase = oneOf('commentary', 'final_answer')

const message = (item: ThreadItemOf<'agentMessage'>, { profile }: Decoder): ThreadItem => {
  const { members169 } = profile
  const { phase, questions } = item
  const isPhase = phase === null || Phase.is(phase) || (members169 && phase === 'partial_answer')
  // Nearly always: nothing has to be copied.
  if (isPhase && (questions === undefined || questions === null)) return item
  return {
    ...item,
    phase: isPhase ? phase : null,
    ...(questions === undefined ? {} : { questions: orNull(Questions, questions) })
  }
}

/** An item as clients of an era decode it; null when they have no word for it. */
export const decodable = (item: ThreadItem, decoder: Decoder): ThreadItem | null => {
  switch (item.type) {
    case 'commandExecution':
      return command(item, decoder)
    case 'dynamicToolCall':
      return dynamicTool(item, decoder)
    case 'mcpToolCall':
      return mcpTool(item)
    case 'collabAgentToolCall':
      return agentCall(item, decoder)
    case 'webSearch':
      return { ...item, action: orNull(WebAction, item.action) }
    case 'imageView':
      return decoder.profile.members169 ? item : { ...item, path: decoder.absolute(item.path) }
    case 'imageGeneration':
      return image(item)
    case 'functionCallOutput':
      return Output.is(item.output) ? item : null
    case 'subAgentActivity':
      return activity(item, decoder)
    case 'agentMessage':
      return message(item, decoder)
    default:
      return item
  }
}

/**
 * Items of `item_completed` to the items a client sees: Codex 0.143–0.169, where the log holds every kind.
 *
 * Members the log does not state are null. Source: answers of 0.169.0 about rollouts written by it and by hand.
 */
import { withoutSecrets } from './redact.ts'
import { absoluteIn, pathOfUrl } from './file-url.ts'
import {
  fileUpdates,
  userParts,
  webAction,
  appUiOf,
  citationOf,
  contentOf,
  extensionAction,
  failureOf,
  inputImagesOf,
  moderationOf,
  questionsOf
} from './item-parts.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { ThreadItem } from '../../protocol.ts'
import { joinWords } from './shell-words.ts'
import type { ExitedReviewMode } from '../../log/payloads.ts'
import type { TurnItem, TurnItemOf } from '../../log/turn-item.ts'
import { trimmed } from '../../white-space.ts'

/** `in_progress` as the wire spells it: `inProgress`. */
export const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

const milliseconds = (
  duration: { readonly secs: number; readonly nanos: number } | null | undefined
): number | null => (duration ? duration.secs * 1000 + Math.floor(duration.nanos / 1e6) : null)

const orNull = (value: unknown): Json => (value ?? null) as Json

const commandAction = (
  parsed: TurnItemOf<'CommandExecution'>['parsed_cmd'][number],
  cwd: string
): JsonObject => {
  const { type } = parsed
  const command = withoutSecrets(parsed.cmd)
  const path = parsed.path ?? null
  switch (type) {
    case 'read':
      return { type, command, name: parsed.name ?? '', path: absoluteIn(cwd, path ?? '') }
    case 'list_files':
      return { type: 'listFiles', command, path }
    case 'search':
      return {
        type,
        command,
        query: typeof parsed.query === 'string' ? withoutSecrets(parsed.query) : null,
        path
      }
    default:
      return { type: 'unknown', command }
  }
}

const commandItem = (item: TurnItemOf<'CommandExecution'>): ThreadItem => {
  const cwd = pathOfUrl(item.cwd)
  return {
    type: 'commandExecution',
    id: item.id,
    pluginId: item.plugin_id ?? null,
    scriptPath: item.script_path ?? null,
    command: withoutSecrets(joinWords(item.command)),
    cwd,
    processId: item.process_id ?? null,
    source: camel(item.source),
    status: camel(item.status),
    commandActions: item.parsed_cmd.map((parsed) => commandAction(parsed, cwd)),
    aggregatedOutput: item.aggregated_output === '' ? null : (item.aggregated_output ?? null),
    exitCode: item.exit_code ?? null,
    durationMs: milliseconds(item.duration)
  }
}

const mcpItem = (item: TurnItemOf<'McpToolCall'>): ThreadItem => {
  const { result, connectorId, mcpAppResourceUri } = item
  return {
    type: 'mcpToolCall',
    id: item.id,
    server: item.server,
    tool: item.tool,
    status: item.status,
    arguments: orNull(item.arguments),
    appContext:
      typeof connectorId === 'string'
        ? {
            connectorId,
            linkId: item.linkId ?? null,
            resourceUri: mcpAppResourceUri ?? null,
            appName: item.appName ?? null,
            actionName: item.actionName ?? null
          }
        : null,
    ...(typeof mcpAppResourceUri === 'string' ? { mcpAppResourceUri } : {}),
    mcpAppUi: appUiOf(item.mcpAppUi),
    pluginId: item.pluginId ?? null,
    readOnlyHint: item.readOnlyHint ?? null,
    result: result
      ? {
          content: result.content as ReadonlyArray<Json>,
          structuredContent: orNull(result.structuredContent),
          _meta: orNull(result._meta)
        }
      : null,
    error: item.error ? { message: item.error.message } : null,
    durationMs: milliseconds(item.duration)
  }
}

const agentState = (state: unknown): Json => {
  if (typeof state === 'string') return { status: camel(state), message: null }
  const [status, message] = isJsonObject(state) ? (Object.entries(state)[0] ?? []) : []
  return {
    status: status ?? 'notFound',
    message: typeof message === 'string' ? message : null
  }
}

const collabItem = (item: TurnItemOf<'CollabAgentToolCall'>): ThreadItem => ({
  type: 'collabAgentToolCall',
  id: item.id,
  tool: camel(item.tool),
  status: camel(item.status),
  senderThreadId: item.sender_thread_id,
  receiverThreadIds: item.receiver_thread_ids ?? [],
  prompt: item.prompt ?? null,
  model: item.model ?? null,
  reasoningEffort: item.reasoning_effort ?? null,
  agentsStates: Object.fromEntries(
    Object.entries(item.agents_states ?? {}).map(([id, state]) => [id, agentState(state)])
  )
})

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** One finding of a review as text: title, place, and the body set in by two spaces. */
const findingText = (finding: Readonly<Record<string, unknown>>): string => {
  const place = finding['code_location'] as
    | {
        readonly absolute_file_path?: unknown
        readonly line_range?: { readonly start?: unknown; readonly end?: unknown }
      }
    | undefined
  const where = `${String(place?.absolute_file_path)}:${String(place?.line_range?.start)}-${String(place?.line_range?.end)}`
  const body = textOf(finding['body'])
    .split('\n')
    .map((line) => `  ${line}`)
  return [`- ${textOf(finding['title'])} — ${where}`, ...body].join('\n')
}

/** A review as text: the overall judgement, then the findings. Up to 0.142 the findings are left out. */
export const reviewText = (
  output:
    | Pick<NonNullable<ExitedReviewMode['review_output']>, 'findings' | 'overall_explanation'>
    | null
    | undefined
): string => {
  const explanation = trimmed(output?.overall_explanation ?? '')
  const findings = (output?.findings ?? []).map(findingText)
  const heading = findings.length === 1 ? 'Review comment:' : 'Full review comments:'
  const comments = findings.length === 0 ? '' : [heading, ...findings].join('\n\n')
  const text = [explanation, comments].filter((part) => part !== '').join('\n\n')
  return text === '' ? 'Reviewer failed to output a response.' : text
}

const imageItem = (item: TurnItemOf<'ImageGeneration'>): ThreadItem => ({
  type: 'imageGeneration',
  id: item.id,
  status: item.status,
  revisedPrompt: item.revised_prompt ?? null,
  result: item.result,
  transparentBackground: null,
  failure: null,
  ...(typeof item.saved_path === 'string' ? { savedPath: item.saved_path } : {}),
  generationId: null
})

const pictureItem = (item: TurnItemOf<'Extension'>): ThreadItem => ({
  type: 'imageGeneration',
  id: item.id,
  status: item.status ?? '',
  revisedPrompt: item.revisedPrompt ?? null,
  ...(item.fileId === undefined ? { result: item.result ?? '' } : { fileId: item.fileId }),
  ...inputImagesOf(item.inputImages),
  transparentBackground: item.transparentBackground ?? null,
  failure: failureOf(item.failure),
  ...(typeof item.savedPath === 'string' ? { savedPath: item.savedPath } : {}),
  generationId: item.generationId ?? null
})

const extensionItem = (item: TurnItemOf<'Extension'>): ThreadItem | null => {
  const { id } = item
  switch (item.kind) {
    case 'clock.sleep':
      return { type: 'sleep', id, durationMs: item.durationMs ?? 0 }
    case 'web.search':
      return {
        type: 'webSearch',
        id,
        query: item.query ?? '',
        action: extensionAction(item.action),
        results: orNull(item.results)
      }
    case 'image_gen.generation':
      return pictureItem(item)
    default:
      return null
  }
}

const messageItem = (item: TurnItemOf<'AgentMessage'>): ThreadItem => ({
  type: 'agentMessage',
  moderation: moderationOf(item.moderation),
  id: item.id,
  text: item.content.map((part) => part.text).join(''),
  phase: item.phase ?? null,
  memoryCitation: citationOf(item.memory_citation),
  delivery: item.delivery ?? null,
  questions: questionsOf(item.questions)
})

const fileItem = (item: TurnItemOf<'FileChange'>): ThreadItem => ({
  type: 'fileChange',
  id: item.id,
  changes: fileUpdates(item.changes),
  status: item.status ?? 'inProgress'
})

const dynamicItem = (item: TurnItemOf<'DynamicToolCall'>): ThreadItem => ({
  type: 'dynamicToolCall',
  id: item.id,
  namespace: item.namespace ?? null,
  tool: item.tool,
  arguments: orNull(item.arguments),
  status: camel(item.status),
  contentItems: contentOf(item.content_items as ReadonlyArray<JsonObject> | null | undefined),
  success: item.success ?? null,
  durationMs: milliseconds(item.duration)
})

/** The item a client sees, without its times; null for an extension this build does not know. */
export const completedItem = (item: TurnItem): ThreadItem | null => {
  const { id } = item
  switch (item.type) {
    case 'UserMessage':
      return {
        type: 'userMessage',
        id,
        clientId: item.client_id ?? null,
        content: userParts(item.content)
      }
    case 'AgentMessage':
      return messageItem(item)
    case 'Reasoning':
      return {
        type: 'reasoning',
        id,
        summary: item.summary_text,
        content: item.raw_content ?? []
      }
    case 'CommandExecution':
      return commandItem(item)
    case 'FileChange':
      return fileItem(item)
    case 'McpToolCall':
      return mcpItem(item)
    case 'DynamicToolCall':
      return dynamicItem(item)
    case 'CollabAgentToolCall':
      return collabItem(item)
    case 'WebSearch':
      return {
        type: 'webSearch',
        id,
        query: item.query,
        action: webAction(item.action),
        results: orNull(item.results)
      }
    default:
      return plainItem(item)
  }
}

const plainItem = (
  item: Exclude<
    TurnItem,
    TurnItemOf<
      | 'UserMessage'
      | 'AgentMessage'
      | 'Reasoning'
      | 'CommandExecution'
      | 'FileChange'
      | 'McpToolCall'
      | 'DynamicToolCall'
      | 'CollabAgentToolCall'
      | 'WebSearch'
    >
  >
): ThreadItem | null => {
  const { id } = item
  switch (item.type) {
    case 'FunctionCallOutput':
      return {
        type: 'functionCallOutput',
        id,
        name: item.name,
        namespace: item.namespace ?? null,
        output: orNull(item.output)
      }
    case 'HookPrompt':
      return { type: 'hookPrompt', id, fragments: item.fragments }
    case 'Plan':
      return { type: 'plan', id, text: item.text }
    case 'Sleep':
      return { type: 'sleep', id, durationMs: item.duration_ms }
    case 'SubAgentActivity':
      return {
        type: 'subAgentActivity',
        model: item.model ?? null,
        reasoningEffort: item.reasoning_effort ?? null,
        id,
        kind: item.kind,
        agentThreadId: item.agent_thread_id,
        agentPath: item.agent_path
      }
    case 'ImageView':
      return { type: 'imageView', id, path: pathOfUrl(item.path) }
    case 'ImageGeneration':
      return imageItem(item)
    case 'EnteredReviewMode':
      return {
        type: 'enteredReviewMode',
        id,
        review: item.user_facing_hint ?? 'Review requested.'
      }
    case 'ExitedReviewMode':
      return { type: 'exitedReviewMode', id, review: reviewText(item.review_output) }
    case 'ContextCompaction':
      return { type: 'contextCompaction', id }
    case 'Extension':
      return extensionItem(item)
  }
}

interface Times {
  readonly started_at_ms?: number | null | undefined
  readonly completed_at_ms?: number | undefined
}

/** An item with the times its event states; 0 stands for an unknown end. */
export const withTimes = (item: ThreadItem, e: Times): ThreadItem => {
  const startedAtMs = e.started_at_ms ?? null
  const completedAtMs = e.completed_at_ms === 0 ? null : (e.completed_at_ms ?? null)
  return Object.assign({ type: item.type, id: item.id, startedAtMs, completedAtMs }, item)
}

/**
 * Dynamic tools and image views: from the model's calls and their outputs, and from recorded events.
 *
 * Dynamic tools are those the client declared (`dynamic_tools` of the session_meta). Where the declaration was not
 * read, a call counts as one when its name is no tool of Codex and it has no namespace; that is inferred.
 *
 * Shape:  arguments are JSON in a string; outputs are a string or parts {type input_text|input_image, …}.
 * Source: tools-130, tools-142 and tools-169 of the corpus; events by the schemas of 0.130.0 and 0.142.5.
 */
import { absoluteIn, pathOfUrl } from '../items/file-url.ts'
import type { Json } from '../../json.ts'
import type { ItemCertainty } from '../../protocol.ts'
import type { DynamicToolCall, ImageView, RichContext } from './types.ts'
import { durationMs, outputText, reader, type Reader } from './values.ts'

/** Names Codex itself answers to, of all versions we know; a client's tool cannot have them. */
const CODEX_TOOLS: ReadonlySet<string> = new Set(
  `shell container.exec local_shell shell_command exec_command write_stdin unified_exec exec apply_patch
  update_plan view_image spawn_agent send_input wait wait_agent close_agent resume_agent send_message followup_task
  assign_task list_agents interrupt_agent spawn_agents_on_csv report_agent_job_result request_user_input
  request_permissions list_mcp_resources list_mcp_resource_templates read_mcp_resource tool_search tool_suggest
  request_plugin_install list_available_plugins_to_install js_repl js_repl_reset list_dir grep_files read_file
  get_memory get_goal create_goal update_goal web_search image_generation artifacts test_sync_tool sleep clock
  current_time new_context get_context_remaining`.split(/\s+/)
)

/** The tools a session_meta declares, as `namespace/name`. */
export const declaredTools = (tools: ReadonlyArray<Json>): ReadonlySet<string> => {
  const names: Array<string> = []
  for (const json of tools) {
    const tool = reader(json)
    const name = tool.text('name')
    if (name === null) continue
    const inner = tool.list('tools')
    if (inner === null) names.push(`${tool.text('namespace') ?? ''}/${name}`)
    else for (const one of declaredTools(inner)) names.push(`${name}${one}`)
  }
  return new Set(names)
}

const dynamicCertainty = (
  name: string,
  namespace: string | null,
  { dynamicTools }: RichContext
): ItemCertainty | null => {
  if (name.startsWith('mcp__') || namespace?.startsWith('mcp__') === true) return null
  if (dynamicTools !== null)
    return dynamicTools.has(`${namespace ?? ''}/${name}`) ? 'derived' : null
  return namespace === null && !CODEX_TOOLS.has(name) ? 'inferred' : null
}

/** A call of a client's tool, still in progress; null when it is a call of something else. */
export const calledDynamicTool = (
  id: string,
  name: string,
  namespace: string | null,
  args: Json,
  context: RichContext
): DynamicToolCall | null => {
  const certainty = dynamicCertainty(name, namespace, context)
  return certainty === null
    ? null
    : {
        type: 'dynamicToolCall',
        id,
        namespace,
        tool: name,
        arguments: args,
        status: 'inProgress',
        contentItems: null,
        success: null,
        durationMs: null,
        certainty
      }
}

type DynamicContent =
  | { readonly type: 'inputText'; readonly text: string }
  | { readonly type: 'inputImage'; readonly imageUrl: string }

const contentOf = (output: Json): ReadonlyArray<DynamicContent> => {
  if (typeof output === 'string') return [{ type: 'inputText', text: output }]
  const parts = Array.isArray(output) ? (output as ReadonlyArray<Json>) : []
  return parts.flatMap((json): ReadonlyArray<DynamicContent> => {
    const part = reader(json)
    const text = part.text('text')
    if (text !== null) return [{ type: 'inputText', text }]
    const imageUrl = part.text('image_url') ?? part.text('imageUrl')
    return imageUrl === null ? [] : [{ type: 'inputImage', imageUrl }]
  })
}

const NOT_ANSWERED =
  /^(?:aborted by user after [\d.]+s|dynamic tool (?:call was cancelled|request failed))/

/**
 * A dynamic tool call after its output; null when the output says that there is no such tool. The output
 * does not say whether the tool succeeded: it counts as completed, inferred.
 */
export const afterDynamicOutput = (call: DynamicToolCall, output: Json): DynamicToolCall | null => {
  if (call.status !== 'inProgress') return call
  const text = typeof output === 'string' ? output : ''
  if (text === `unsupported call: ${call.tool}`) return null
  if (NOT_ANSWERED.test(text)) return { ...call, status: 'failed', certainty: 'inferred' }
  return { ...call, status: 'completed', contentItems: contentOf(output), certainty: 'inferred' }
}

/** A dynamic tool call as an event recorded it, asked or answered; null when the event lacks its id or tool. */
export const recordedDynamicTool = (
  event: Reader,
  phase: 'begin' | 'end'
): DynamicToolCall | null => {
  const id = event.text('call_id') ?? event.text('callId')
  const tool = event.text('tool')
  if (id === null || tool === null) return null
  const success = phase === 'end' ? event.flag('success') : null
  const ended = success === true ? 'completed' : 'failed'
  const content = event.list('content_items')
  return {
    type: 'dynamicToolCall',
    id,
    namespace: event.text('namespace'),
    tool,
    arguments: event.json('arguments'),
    status: phase === 'begin' ? 'inProgress' : ended,
    contentItems: phase === 'begin' || content === null ? null : contentOf(content),
    success,
    durationMs: phase === 'end' ? durationMs(event.object('duration')) : null,
    certainty: 'recorded'
  }
}

/** The image a view_image call asks for; null when the call names none. */
export const calledImage = (id: string, call: Reader, context: RichContext): ImageView | null => {
  const path = call.text('path')
  return path === null
    ? null
    : { type: 'imageView', id, path: absoluteIn(context.cwd, path), certainty: 'inferred' }
}

/** An image view after its output; null when the output holds no image, so that nothing was viewed. */
export const afterImageOutput = (view: ImageView, output: Json): ImageView | null => {
  const seen =
    contentOf(output).some(({ type }) => type === 'inputImage') ||
    outputText(output) === 'attached local image path'
  if (view.certainty === 'recorded') return view
  return seen ? { ...view, certainty: 'derived' } : null
}

/** An image view as an event recorded it; null when the event lacks its id or path. */
export const recordedImage = (id: string | null, event: Reader): ImageView | null => {
  const path = event.text('path')
  return id === null || path === null
    ? null
    : { type: 'imageView', id, path: pathOfUrl(path), certainty: 'recorded' }
}

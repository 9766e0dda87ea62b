/**
 * Tool calls as the model asks for them: response items, before anything came of them.
 *
 * function_call, custom_tool_call, local_shell_call, tool_search_call; web searches and images, which the model's side runs,
 * are records at once: see `recorded.ts`.
 *
 * Shape:  a member of the wrong type reads as absent; a call without an id or a name is none.
 */
import { withoutSecrets } from '../../thread/items/redact.ts'
import type { CommandSource } from '../../thread/items/decodable.ts'
import type { JsonObject } from '../../json.ts'
import { calledAgent, collabTool } from '../../thread/rich/collab.ts'
import { calledCommand, localShellCommand } from '../../thread/rich/commands.ts'
import { calledDynamicTool, calledImage } from '../../thread/rich/tools.ts'
import type { CommandExecution, RichContext } from '../../thread/rich/types.ts'
import {
  outputText,
  parseJson,
  parseObject,
  reader,
  type Reader
} from '../../thread/rich/values.ts'
import { askedTouches } from './file-touches.ts'
import { bounded, type FileTouch, type ToolKind } from './tool-call.ts'

/** What a call asks for. */
export interface AskedCall {
  readonly callId: string
  readonly kind: ToolKind
  readonly name: string
  readonly namespace: string | null
  readonly server: string | null
  readonly source: CommandSource | null
  readonly subject: string | null
  /** The arguments, as they were written. */
  readonly args: string
  /** Files a patch would touch. */
  readonly touches: ReadonlyArray<FileTouch> | null
  readonly agents: ReadonlyArray<string> | null
  /** The process a call feeds or awaits. */
  readonly feeds: string | null
}

const MCP = 'mcp__'

/** The MCP server in the namespace or the name of a call; null for another tool. */
const mcpServer = (name: string, namespace: string | null): string | null => {
  const text = namespace ?? name
  if (!text.startsWith(MCP)) return null
  const rest = text.slice(MCP.length)
  const end = rest.indexOf('__')
  return bounded(end < 0 ? rest : rest.slice(0, end))
}

/** Tools of agents that have paths; `collab.ts` of the rich items knows those with thread ids. */
const AGENT_TOOLS: ReadonlySet<string> = new Set([
  'send_message',
  'followup_task',
  'assign_task',
  'list_agents',
  'interrupt_agent',
  'spawn_agents_on_csv',
  'report_agent_job_result'
])

/** Namespace of the tools of agents from 0.169 on, where these are enabled. */
const AGENTS = 'collaboration'

/** Only this much of a text is searched for secrets. */
const SUBJECT_READ_MAX = 2048

/** A text in one short line without secrets; null for an empty one. */
export const subjectOf = (text: string | null): string | null => {
  if (text === null || text.trim() === '') return null
  return bounded(withoutSecrets(text.slice(0, SUBJECT_READ_MAX)))
}

const scriptIn = ({ command, commandActions: [action] }: CommandExecution): string => {
  const script = (action as JsonObject | undefined)?.['command']
  return typeof script === 'string' ? script : command
}

const call = (
  callId: string,
  name: string,
  args: string,
  members: Partial<AskedCall> = {}
): AskedCall => ({
  callId,
  kind: 'other',
  name: bounded(name),
  namespace: null,
  server: null,
  source: null,
  subject: null,
  args,
  touches: null,
  agents: null,
  feeds: null,
  ...members
})

const patch = (text: string, context: RichContext): Partial<AskedCall> => {
  const touches = askedTouches(text, context.cwd)
  return { kind: 'patch', touches, subject: subjectOf(touches[0]?.path ?? null) }
}

/** The id of a code-mode script that goes on, distinct from the numbers of processes. */
export const cellProcess = (cellId: string): string => `cell-${bounded(cellId)}`

const functionMembers = (
  callId: string,
  name: string,
  namespace: string | null,
  text: string,
  context: RichContext
): Partial<AskedCall> => {
  const args = parseObject(text) ?? reader({})
  const server = mcpServer(name, namespace)
  if (server !== null) return { kind: 'mcp', server }
  const cell = name === 'wait' && namespace === null ? args.text('cell_id') : null
  if (cell !== null) return { feeds: cellProcess(cell) }
  const agentTool = collabTool(name, namespace)
  if (agentTool !== null) {
    const agent = calledAgent(callId, agentTool, args, context)
    const subject = subjectOf(agent?.prompt ?? null)
    return { kind: 'collab', agents: agent?.receiverThreadIds ?? null, subject }
  }
  if (namespace === null) {
    if (name === 'apply_patch')
      return patch(args.text('input') ?? args.text('patch') ?? '', context)
    if (name === 'view_image') {
      const subject = subjectOf(calledImage(callId, args, context)?.path ?? null)
      return { kind: 'imageView', subject }
    }
    if (name === 'write_stdin') {
      const session = args.integer('session_id')
      const source = 'unifiedExecInteraction'
      return { kind: 'command', source, feeds: session === null ? null : String(session) }
    }
    const command = calledCommand(callId, name, args, context)
    if (command !== null) {
      const source = command.source as CommandSource
      return { kind: 'command', source, subject: subjectOf(scriptIn(command)) }
    }
  }
  if (AGENT_TOOLS.has(name) || namespace === AGENTS) return { kind: 'collab' }
  return calledDynamicTool(callId, name, namespace, parseJson(text), context) === null
    ? {}
    : { kind: 'dynamic' }
}

const functionCall = (item: Reader, context: RichContext): AskedCall | null => {
  const id = item.text('call_id')
  const name = item.text('name')
  const args = item.text('arguments')
  if (id === null || name === null || args === null) return null
  const namespace = item.text('namespace')
  const members = functionMembers(id, name, namespace, args, context)
  return call(id, name, args, {
    ...members,
    namespace: namespace === null ? null : bounded(namespace)
  })
}

const customCall = (item: Reader, context: RichContext): AskedCall | null => {
  const id = item.text('call_id')
  const name = item.text('name')
  const input = item.text('input')
  if (id === null || name === null || input === null) return null
  if (name === 'exec') return call(id, name, input, { subject: subjectOf(input) })
  return call(id, name, input, name === 'apply_patch' ? patch(input, context) : {})
}

const shellCall = (item: Reader, context: RichContext): AskedCall | null => {
  const command = localShellCommand(item, context)
  if (command === null) return null
  const subject = subjectOf(scriptIn(command))
  const args = JSON.stringify(item.json('action'))
  return call(command.id, 'local_shell', args, { kind: 'command', source: 'agent', subject })
}

const searchCall = (item: Reader): AskedCall | null => {
  const id = item.text('call_id') ?? item.text('id')
  return id === null ? null : call(id, 'tool_search', JSON.stringify(item.json('arguments')))
}

/** The call a response item asks for; null for an item of another kind. */
export const askedCall = (payload: JsonObject, context: RichContext): AskedCall | null => {
  const item = reader(payload)
  switch (item.text('type')) {
    case 'function_call':
      return functionCall(item, context)
    case 'custom_tool_call':
      return customCall(item, context)
    case 'local_shell_call':
      return shellCall(item, context)
    case 'tool_search_call':
      return searchCall(item)
    default:
      return null
  }
}

export interface CallAnswer {
  readonly callId: string
  readonly output: ReturnType<Reader['json']>
  readonly text: string
}

const ANSWERS: ReadonlySet<string | null> = new Set([
  'function_call_output',
  'custom_tool_call_output',
  'tool_search_output'
])

/** The answer a response item is; null for an item of another kind, or an answer to no call. */
export const answerOf = (payload: JsonObject): CallAnswer | null => {
  const item = reader(payload)
  const callId = item.text('call_id')
  if (callId === null || !ANSWERS.has(item.text('type'))) return null
  const output = item.json('output')
  return { callId, output, text: outputText(output) }
}

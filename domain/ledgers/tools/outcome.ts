/**
 * What a finished item says about the tool call it shows, without its texts: all that a tool event tells.
 *
 * Items that no event tells of (messages, plans, reasoning, reviews, compactions, activity) have no
 * outcome.
 */
import { isJsonObject, textIn, type Json, type JsonObject } from '../../json.ts'
import type { ThreadItem, ThreadItemOf } from '../../protocol.ts'
import { own } from '../../own.ts'

/** How a tool call ended, in the words of Codex's analytics. */
export type TerminalStatus = 'completed' | 'failed' | 'rejected' | 'interrupted'

/** Why a tool call did not complete, in the same words. */
export type FailureKind =
  | 'tool_error'
  | 'approval_denied'
  | 'approval_aborted'
  | 'sandbox_denied'
  | 'policy_forbidden'

/** What one kind of tool has of its own. */
export type ToolDetails =
  | {
      readonly tool: 'command'
      readonly source: string
      readonly exitCode: number | null
      /** What the command does, by kind; null where only its text is known. */
      readonly actions: {
        readonly read: number
        readonly listFiles: number
        readonly search: number
        readonly unknown: number
      } | null
      readonly pluginId: string | null
      readonly scriptPath: string | null
    }
  | {
      readonly tool: 'file_change'
      readonly adds: number
      readonly updates: number
      readonly deletes: number
      readonly moves: number
    }
  | {
      readonly tool: 'mcp'
      readonly server: string
      readonly errorPresent: boolean
      readonly pluginId: string | null
      readonly connectorId: string | null
    }
  | {
      readonly tool: 'dynamic'
      readonly success: boolean | null
      /** Parts of the output by kind; null when there is no output. */
      readonly output: {
        readonly text: number
        readonly image: number
        readonly audio: number
      } | null
    }
  | { readonly tool: 'control'; readonly success: boolean }
  | {
      readonly tool: 'collab'
      readonly senderThreadId: string
      readonly receiverThreadIds: ReadonlyArray<string>
      readonly requestedModel: string | null
      readonly requestedEffort: string | null
      /** States of agents, null when none was told. */
      readonly agents: {
        readonly total: number
        readonly completed: number
        readonly failed: number
      } | null
    }
  | {
      readonly tool: 'web_search'
      readonly action: 'search' | 'open_page' | 'find_in_page' | 'other' | null
      readonly queryPresent: boolean
      readonly queryCount: number | null
    }
  | {
      readonly tool: 'image_generation'
      readonly revisedPromptPresent: boolean
      readonly savedPathPresent: boolean
    }

/** Where a call stands in the exchange with the model (0.169). */
export interface ToolLinks {
  readonly originatingResponseId: string | null
  readonly subsequentResponseId: string | null
  readonly cellId: string | null
  readonly parentCallId: string | null
}

export interface ToolOutcome {
  /** `tool_name` of the event. */
  readonly name: string
  /** Null where the log cannot tell: the success of a dynamic tool before 0.143. */
  readonly status: TerminalStatus | null
  readonly failure: FailureKind | null
  /** What the tool itself took, in milliseconds; null where Codex does not measure it. */
  readonly executionMs: number | null
  readonly details: ToolDetails
  readonly links: ToolLinks
  /** The effort the model made, where the settings of the turn leave it open; null when nobody knows. */
  readonly effort: string | null
  /** `none`, or the name of the sandbox the command ran in; null when nothing ran or nobody knows. */
  readonly sandboxBackend: string | null
}

export const NO_LINKS: ToolLinks = {
  originatingResponseId: null,
  subsequentResponseId: null,
  cellId: null,
  parentCallId: null
}

type OutcomeEnding = Pick<ToolOutcome, 'status' | 'failure'>

const COMPLETED: OutcomeEnding = { status: 'completed', failure: null }
const FAILED: OutcomeEnding = { status: 'failed', failure: 'tool_error' }
const REJECTED: OutcomeEnding = { status: 'rejected', failure: 'approval_denied' }

const ending = (status: string): OutcomeEnding | null => {
  switch (status) {
    case 'inProgress':
      return null
    case 'failed':
    case 'error':
      return FAILED
    case 'declined':
      return REJECTED
    default:
      return COMPLETED
  }
}

const kindOf = (json: Json): string => (isJsonObject(json) ? textIn(json['type']) : '')

const count = (list: ReadonlyArray<Json>, kind: string): number =>
  list.filter((json) => kindOf(json) === kind).length

const COMMAND_NAMES: Readonly<Record<string, string>> = {
  agent: 'shell',
  userShell: 'user_shell',
  unifiedExecStartup: 'unified_exec',
  unifiedExecInteraction: 'unified_exec'
}

type OutcomeFacts = Pick<ToolOutcome, 'name' | 'executionMs' | 'details'>

const command = (item: ThreadItemOf<'commandExecution'>): OutcomeFacts => {
  const { commandActions } = item
  const known = {
    read: count(commandActions, 'read'),
    listFiles: count(commandActions, 'listFiles'),
    search: count(commandActions, 'search')
  }
  const unknown = commandActions.length - known.read - known.listFiles - known.search
  return {
    name: own(COMMAND_NAMES, item.source) ?? 'shell',
    executionMs: item.durationMs,
    details: {
      tool: 'command',
      source: item.source,
      exitCode: item.exitCode,
      actions: { ...known, unknown },
      pluginId: item.pluginId,
      scriptPath: item.scriptPath
    }
  }
}

const fileChange = ({ changes }: ThreadItemOf<'fileChange'>): OutcomeFacts => {
  const moves = changes.filter(
    ({ kind }) => kind.type === 'update' && kind.move_path !== null
  ).length
  const of = (type: string) => changes.filter(({ kind }) => kind.type === type).length
  return {
    name: 'apply_patch',
    executionMs: null,
    details: {
      tool: 'file_change',
      adds: of('add'),
      updates: of('update') - moves,
      deletes: of('delete'),
      moves
    }
  }
}

const mcp = (item: ThreadItemOf<'mcpToolCall'>): OutcomeFacts => {
  const connectorId = isJsonObject(item.appContext) ? item.appContext['connectorId'] : null
  return {
    name: item.tool,
    executionMs: item.durationMs,
    details: {
      tool: 'mcp',
      server: item.server,
      errorPresent: item.error !== null,
      pluginId: item.pluginId ?? null,
      connectorId: typeof connectorId === 'string' ? connectorId : null
    }
  }
}

const dynamic = ({
  tool,
  success,
  durationMs,
  contentItems
}: ThreadItemOf<'dynamicToolCall'>): OutcomeFacts => {
  const items = Array.isArray(contentItems) ? (contentItems as ReadonlyArray<Json>) : null
  return {
    name: tool,
    executionMs: durationMs,
    details: {
      tool: 'dynamic',
      success,
      output:
        items === null
          ? null
          : {
              text: count(items, 'inputText'),
              image: count(items, 'inputImage'),
              audio: count(items, 'inputAudio')
            }
    }
  }
}

const COLLAB_NAMES: Readonly<Record<string, string>> = {
  spawnAgent: 'spawn_agent',
  sendInput: 'send_input',
  resumeAgent: 'resume_agent',
  wait: 'wait_agent',
  closeAgent: 'close_agent'
}

const FAILED_AGENTS: ReadonlySet<string> = new Set(['errored', 'shutdown', 'notFound'])

type AgentCounts = Extract<ToolDetails, { readonly tool: 'collab' }>['agents']

/** A new agent has neither completed nor failed; of others nothing is known without states. */
const agentCounts = (
  { tool, receiverThreadIds }: ThreadItemOf<'collabAgentToolCall'>,
  statuses: ReadonlyArray<string>
): AgentCounts => {
  const isUntold = statuses.length === 0 && receiverThreadIds.length > 0
  if (isUntold && tool !== 'spawnAgent') return null
  return {
    total: isUntold ? receiverThreadIds.length : statuses.length,
    completed: statuses.filter((status) => status === 'completed').length,
    failed: statuses.filter((status) => FAILED_AGENTS.has(status)).length
  }
}

const collab = (item: ThreadItemOf<'collabAgentToolCall'>): OutcomeFacts => {
  const statuses = Object.values(item.agentsStates).map((state) =>
    isJsonObject(state) ? textIn(state['status']) : ''
  )
  return {
    name: own(COLLAB_NAMES, item.tool) ?? item.tool,
    executionMs: null,
    details: {
      tool: 'collab',
      senderThreadId: item.senderThreadId,
      receiverThreadIds: item.receiverThreadIds,
      requestedModel: item.model,
      requestedEffort: item.reasoningEffort,
      agents: agentCounts(item, statuses)
    }
  }
}

const WEB_ACTIONS: ReadonlyMap<string, 'search' | 'open_page' | 'find_in_page'> = new Map([
  ['search', 'search'],
  ['openPage', 'open_page'],
  ['findInPage', 'find_in_page']
])

const webSearch = ({ query, action }: ThreadItemOf<'webSearch'>): OutcomeFacts => {
  const isPresent = query.trim() !== ''
  const { query: single, queries } = isJsonObject(action) ? action : ({} as JsonObject)
  const kind = kindOf(action)
  const searched = Array.isArray(queries) ? queries.length : typeof single === 'string' ? 1 : null
  return {
    name: 'web_search',
    executionMs: null,
    details: {
      tool: 'web_search',
      action: action === null ? null : (WEB_ACTIONS.get(kind) ?? 'other'),
      queryPresent: isPresent,
      queryCount: action === null ? (isPresent ? 1 : null) : kind === 'search' ? searched : null
    }
  }
}

const image = ({ revisedPrompt, savedPath }: ThreadItemOf<'imageGeneration'>): OutcomeFacts => ({
  name: 'image_generation',
  executionMs: null,
  details: {
    tool: 'image_generation',
    revisedPromptPresent: revisedPrompt !== null,
    savedPathPresent: savedPath !== undefined
  }
})

/** Looking at an image; later versions count it among the tools that control the agent itself. */
const CONTROL: OutcomeFacts = {
  name: 'view_image',
  executionMs: null,
  details: { tool: 'control', success: true }
}

const factsAndEnding = (item: ThreadItem): readonly [OutcomeFacts, OutcomeEnding | null] | null => {
  switch (item.type) {
    case 'commandExecution':
      return [command(item), ending(item.status)]
    case 'fileChange':
      return [fileChange(item), ending(item.status)]
    case 'mcpToolCall':
      return [mcp(item), ending(item.status)]
    case 'dynamicToolCall':
      return [dynamic(item), ending(item.status)]
    case 'collabAgentToolCall':
      return [collab(item), ending(item.status)]
    case 'imageView':
      return [CONTROL, COMPLETED]
    case 'webSearch':
      return [webSearch(item), COMPLETED]
    case 'imageGeneration':
      return [image(item), ending(item.status)]
    default:
      return null
  }
}

/** Without what only Codex knows, for an item made from the texts of a call and its output. */
const fromText = (what: OutcomeFacts, end: OutcomeEnding): OutcomeFacts & OutcomeEnding => {
  const { details } = what
  if (details.tool === 'command') return { ...what, ...end, details: { ...details, actions: null } }
  const isUntold = details.tool === 'dynamic' && details.success === null && end === COMPLETED
  return isUntold ? { ...what, status: null, failure: null } : { ...what, ...end }
}

/** The outcome of an item as the app-server shows it; null for an unfinished item, or one that is no tool call. */
export const toolOutcome = (item: ThreadItem): ToolOutcome | null => {
  const [what, end] = factsAndEnding(item) ?? [null, null]
  if (what === null || end === null) return null
  const isRecorded = item.certainty === undefined || item.certainty === 'recorded'
  const ended = isRecorded ? { ...what, ...end } : fromText(what, end)
  return { ...ended, links: NO_LINKS, effort: null, sandboxBackend: null }
}

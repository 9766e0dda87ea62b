/**
 * Lines that record how a tool call ended: items (0.143 on), `…_end` events (before), what the model's side ran, and the
 * messages that tell the model of a `!command`.
 *
 * Shape:  a recorded item is first made the item a client sees; what that says about the call is the same for the ledger and
 *         for analytics (`toolOutcome`).
 */
import { toolOutcome, type ToolOutcome } from './outcome.ts'
import type { EventPayload, RolloutLine } from '../../log/event.ts'
import { completedItem } from '../../thread/items/completed-items.ts'
import { itemChange, namedTurn } from '../../thread/items/items.ts'
import type { CommandSource } from '../../thread/items/decodable.ts'
import { isJsonObject, type JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import type { ThreadItem, ThreadItemOf } from '../../protocol.ts'
import { userShellCommand } from '../../thread/rich/commands.ts'
import { richChange, richTurn } from '../../thread/rich/items.ts'
import type { RichContext } from '../../thread/rich/types.ts'
import { outputText, reader, type Reader } from '../../thread/rich/values.ts'
import { ending, exitEnding, UNKNOWN_ENDING, type CallEnding } from './answered.ts'
import { subjectOf } from './asked.ts'
import { recordedTouches } from './file-touches.ts'
import { bounded, type FileTouch, type ToolKind } from './tool-call.ts'

export interface RecordedCall {
  /** Null for a web search of old versions, which has no id. */
  readonly callId: string | null
  /** The turn the line names. */
  readonly turnId: string | null
  readonly kind: ToolKind
  readonly name: string
  readonly server: string | null
  readonly source: CommandSource | null
  readonly subject: string | null
  readonly touches: ReadonlyArray<FileTouch> | null
  /** Why a patch failed while it was applied; null for any other record. */
  readonly patchError: string | null
  readonly ending: CallEnding
  readonly startedAtMs: number | null
  readonly completedAtMs: number | null
  readonly outputBytes: number | null
  /** The line stands for a call that another line may record too, without sharing an id with it. */
  readonly twin: 'none' | 'activity' | 'web_event' | 'web_item' | 'shell_record' | 'shell_message'
  /** True when the model asked for it with this line. */
  readonly isAsked: boolean
}

const NO_RECORD: RecordedCall = {
  callId: null,
  turnId: null,
  kind: 'other',
  name: '',
  server: null,
  source: null,
  subject: null,
  touches: null,
  patchError: null,
  ending: UNKNOWN_ENDING,
  startedAtMs: null,
  completedAtMs: null,
  outputBytes: null,
  twin: 'none',
  isAsked: false
}

const KINDS: Readonly<Record<ToolOutcome['details']['tool'], ToolKind>> = {
  command: 'command',
  file_change: 'patch',
  mcp: 'mcp',
  dynamic: 'dynamic',
  control: 'imageView',
  collab: 'collab',
  web_search: 'webSearch',
  image_generation: 'imageGeneration'
}

const USER_REJECTED = 'user rejected MCP tool call'
const USER_CANCELLED = 'user cancelled MCP tool call'

/** An MCP call that was refused is recorded as failed, with a text that says so. */
const mcpRefusal = (item: ThreadItem): CallEnding | null => {
  if (item.type !== 'mcpToolCall' || !isJsonObject(item.error)) return null
  const { message } = item.error
  if (message === USER_REJECTED) return ending('rejected', 'derived', 'approval_denied')
  return message === USER_CANCELLED ? ending('rejected', 'derived', 'approval_aborted') : null
}

const outcomeEnding = ({ status, failure, executionMs, details }: ToolOutcome): CallEnding => {
  const exitCode = details.tool === 'command' ? details.exitCode : null
  return {
    ...ending(status ?? 'unknown', 'recorded', failure),
    exitCode,
    exitSource: exitCode === null ? 'none' : 'item',
    execMs: executionMs,
    execSource: executionMs === null ? 'none' : 'item',
    agents: details.tool === 'collab' ? details.receiverThreadIds : null
  }
}

const scriptOf = ({ commandActions, command }: ThreadItemOf<'commandExecution'>) => {
  const [action] = commandActions
  const script = commandActions.length === 1 && isJsonObject(action) ? action['command'] : null
  return typeof script === 'string' ? script : command
}

const about = (item: ThreadItem): string | null => {
  switch (item.type) {
    case 'commandExecution':
      return scriptOf(item)
    case 'fileChange':
      return item.changes[0]?.path ?? null
    case 'collabAgentToolCall':
      return item.prompt
    case 'webSearch':
      return item.query
    case 'imageGeneration':
      return item.revisedPrompt
    case 'imageView':
      return item.path
    default:
      return null
  }
}

const recorded = (
  item: ThreadItem,
  turnId: string | null,
  members: Partial<RecordedCall> = {}
): RecordedCall | null => {
  const outcome = toolOutcome(item)
  if (outcome === null) return null
  const source = item.type === 'commandExecution' ? (item.source as CommandSource) : null
  return {
    ...NO_RECORD,
    callId: item.id,
    turnId,
    kind: KINDS[outcome.details.tool],
    name: bounded(outcome.name),
    server: outcome.details.tool === 'mcp' ? bounded(outcome.details.server) : null,
    source,
    subject: subjectOf(about(item)),
    ending: mcpRefusal(item) ?? outcomeEnding(outcome),
    twin: source === 'userShell' ? 'shell_record' : 'none',
    isAsked: item.type === 'webSearch' || item.type === 'imageGeneration',
    ...members
  }
}

/** Activity names the agent of the call with the same id, and says nothing of its end. */
const activity = (callId: string, agent: string): RecordedCall => ({
  ...NO_RECORD,
  callId,
  kind: 'collab',
  ending: { ...UNKNOWN_ENDING, agents: [agent] },
  twin: 'activity'
})

/** Kinds of items that are tool calls. */
const TOOL_ITEMS: ReadonlySet<string> = new Set([
  'CommandExecution',
  'FileChange',
  'McpToolCall',
  'DynamicToolCall',
  'CollabAgentToolCall',
  'WebSearch',
  'ImageView',
  'ImageGeneration',
  'Extension'
])

/** 0 means unknown. */
const time = (ms: number | null | undefined): number | null => (ms ?? 0) || null

const patchError = (patch: object): string | null => {
  const { status, stderr } = patch as { readonly status?: unknown; readonly stderr?: unknown }
  if (status !== 'failed') return null
  return typeof stderr === 'string' ? stderr : ''
}

const ofEvent = (payload: EventPayload, line: RolloutLine, profile: Profile) => {
  const turnId = namedTurn(payload) ?? null
  switch (payload.type) {
    case 'item_completed': {
      const { item: raw } = payload
      if (raw.type === 'SubAgentActivity') return activity(raw.id, raw.agent_thread_id)
      const item = TOOL_ITEMS.has(raw.type) ? completedItem(raw) : null
      if (item === null) return null
      return recorded(item, turnId, {
        touches: raw.type === 'FileChange' ? recordedTouches(raw.changes) : null,
        patchError: raw.type === 'FileChange' ? patchError(raw) : null,
        startedAtMs: time(payload.started_at_ms),
        completedAtMs: time(payload.completed_at_ms)
      })
    }
    case 'sub_agent_activity':
      return activity(payload.event_id, payload.agent_thread_id)
    case 'patch_apply_end':
    case 'mcp_tool_call_end':
    case 'web_search_end':
    case 'image_generation_end': {
      const change = itemChange(line, profile, () => '', 'legacy')
      if (change?.op !== 'upsert') return null
      return recorded(change.item, turnId, {
        touches: payload.type === 'patch_apply_end' ? recordedTouches(payload.changes ?? {}) : null,
        patchError: payload.type === 'patch_apply_end' ? patchError(payload) : null,
        ...(payload.type === 'web_search_end' ? { twin: 'web_event' } : {})
      })
    }
    default:
      return null
  }
}

const webSearch = (item: Reader): RecordedCall | null => {
  const action = item.object('action')
  const query = action?.text('query') ?? action?.text('url') ?? ''
  const id = item.text('id')
  const shown: ThreadItem = { type: 'webSearch', id: id ?? '', query, action: null }
  return recorded(shown, null, { callId: id, twin: 'web_item' })
}

const image = (item: Reader): RecordedCall | null => {
  const id = item.text('id')
  if (id === null) return null
  return recorded(
    {
      type: 'imageGeneration',
      id,
      status: item.text('status') ?? '',
      revisedPrompt: item.text('revised_prompt'),
      result: ''
    },
    null
  )
}

const shellMessage = (
  item: Reader,
  timestamp: string,
  context: RichContext
): RecordedCall | null => {
  const parts = item.list('content') ?? []
  if (item.text('role') !== 'user' || parts.length !== 1) return null
  const id = item.text('id') ?? `user-shell-${timestamp}`
  const command = userShellCommand(id, outputText(parts), context)
  if (command === null) return null
  const { exitCode, durationMs, aggregatedOutput } = command
  const end =
    exitCode === null
      ? UNKNOWN_ENDING
      : {
          ...exitEnding(exitCode),
          exitCode,
          exitSource: 'output_text' as const,
          execMs: durationMs,
          execSource: durationMs === null ? ('none' as const) : ('output_text' as const)
        }
  return recorded({ ...command, status: 'completed' }, null, {
    ending: end,
    outputBytes: Buffer.byteLength(aggregatedOutput ?? ''),
    twin: 'shell_message'
  })
}

const ofResponseItem = (
  payload: JsonObject,
  timestamp: string,
  context: RichContext
): RecordedCall | null => {
  const item = reader(payload)
  switch (item.text('type')) {
    case 'web_search_call':
      return webSearch(item)
    case 'image_generation_call':
      return image(item)
    case 'message':
      return shellMessage(item, timestamp, context)
    default:
      return null
  }
}

/** What a line records about a tool call; null when it records none. */
export const recordedCall = (
  line: RolloutLine,
  context: RichContext,
  profile: Profile
): RecordedCall | null => {
  switch (line.type) {
    case 'event_msg':
      return ofEvent(line.payload, line, profile)
    case 'response_item':
      return ofResponseItem(line.payload, line.timestamp, context)
    case 'ignored': {
      const change = richChange(line, context)
      return change?.op === 'put' ? recorded(change.item, richTurn(line) ?? null) : null
    }
    default:
      return null
  }
}

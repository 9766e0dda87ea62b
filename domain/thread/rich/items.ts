/**
 * Lines to rich items: commands, dynamic tools, image views and sub-agent calls, which Codex up to 0.142 does not show
 * when it reads a thread back although the file knows them.
 *
 * A call makes an item in progress, its output completes it, an event that recorded the same call replaces both. Calls
 * that other lines show already (patches, MCP, web searches, plans) make nothing here.
 *
 * Shape:  one line in, at most one change out; the list the changes go to is folded elsewhere, turn by turn. Ids are
 *         call ids; a `!command`, which has none, takes its message's id or else `user-shell-<timestamp>`.
 * Errors: lines are hostile: a member of the wrong type reads as absent, and a call without what its item needs makes
 *         no item.
 */
import { completedItem, withTimes } from '../items/completed-items.ts'
import { toldSettings, type RolloutLine } from '../../log/event.ts'
import type { DeliveredLine, LineOf, Needs } from '../../log/needs.ts'
import { isJsonObject, type Json } from '../../json.ts'
import type { ItemCertainty, ThreadItem, TurnError } from '../../protocol.ts'
import { afterAgentOutput, calledAgent, collabTool, recordedAgentEvent } from './collab.ts'
import {
  afterCommandOutput,
  calledCommand,
  localShellCommand,
  recordedCommand,
  userShellCommand
} from './commands.ts'
import {
  afterDynamicOutput,
  afterImageOutput,
  calledDynamicTool,
  calledImage,
  declaredTools,
  recordedDynamicTool,
  recordedImage
} from './tools.ts'
import { NO_CONTEXT, type CommandExecution, type RichContext, type RichItem } from './types.ts'
import { outputText, parseJson, parseObject, reader, type Reader } from './values.ts'
import { turnError } from '../turns/turn-error.ts'
import { isTurnItemType, TURN_ITEMS } from '../../log/turn-item.ts'

/** What a line adds or changes beyond the items every era shows. */
export type RichChange =
  /** Append, unless an item with this id is there or one of which `unless` is true. */
  | {
      readonly op: 'begin'
      readonly item: RichItem
      readonly unless?: (item: ThreadItem) => boolean
    }
  /** Replace the item of this id, or append: an event recorded it. */
  | { readonly op: 'put'; readonly item: RichItem }
  /** Change the item of this id, or drop it when the update answers null; nothing when it is not there. */
  | {
      readonly op: 'finish'
      readonly id: string
      readonly update: (item: ThreadItem) => ThreadItem | null
    }
  /** A later `finish` of this id is about the newest command with this processId; nothing when there is none. */
  | { readonly op: 'follow'; readonly id: string; readonly processId: string }

const begin = (item: RichItem | null): RichChange | null =>
  item === null ? null : { op: 'begin', item }
const put = (item: RichItem | null): RichChange | null =>
  item === null ? null : { op: 'put', item }

const isRich = (item: ThreadItem): item is RichItem => item.certainty !== undefined

/** What an output makes of the item of its call; an item of another source stays as it is. */
const afterOutput =
  (output: Json) =>
  (item: ThreadItem): ThreadItem | null => {
    if (!isRich(item)) return item
    switch (item.type) {
      case 'commandExecution':
        return afterCommandOutput(item, outputText(output))
      case 'collabAgentToolCall':
        return afterAgentOutput(item, outputText(output))
      case 'dynamicToolCall':
        return afterDynamicOutput(item, output)
      case 'imageView':
        return afterImageOutput(item, output)
      default:
        return item
    }
  }

const functionCall = (call: Reader, context: RichContext): RichChange | null => {
  const id = call.text('call_id')
  const name = call.text('name')
  const text = call.text('arguments')
  if (id === null || name === null || text === null) return null
  const namespace = call.text('namespace')
  const args = parseObject(text) ?? reader({})
  const tool = collabTool(name, namespace)
  if (tool !== null) return begin(calledAgent(id, tool, args, context))
  if (namespace === null && name === 'write_stdin') {
    const session = args.integer('session_id')
    return session === null ? null : { op: 'follow', id, processId: String(session) }
  }
  if (namespace === null && name === 'view_image') return begin(calledImage(id, args, context))
  const command = namespace === null ? calledCommand(id, name, args, context) : null
  return begin(command ?? calledDynamicTool(id, name, namespace, parseJson(text), context))
}

const ranScript = ({ command, commandActions }: CommandExecution, script: string): boolean =>
  command === script ||
  commandActions.some((action) => isJsonObject(action) && action['command'] === script)

const userShell = (message: Reader, timestamp: string, context: RichContext): RichChange | null => {
  const parts = message.list('content') ?? []
  if (message.text('role') !== 'user' || parts.length !== 1) return null
  const id = message.text('id') ?? `user-shell-${timestamp}`
  const item = userShellCommand(id, outputText(parts), context)
  if (item === null) return null
  // Old files hold the event of the same run as well; it comes first and knows more.
  const unless = (other: ThreadItem): boolean =>
    isRich(other) &&
    other.type === 'commandExecution' &&
    other.certainty === 'recorded' &&
    other.source === 'userShell' &&
    other.exitCode === item.exitCode &&
    ranScript(other, item.command)
  return { op: 'begin', item, unless }
}

const responseItem = (item: Reader, timestamp: string, context: RichContext): RichChange | null => {
  switch (item.text('type')) {
    case 'function_call':
      return functionCall(item, context)
    case 'local_shell_call':
      return begin(localShellCommand(item, context))
    case 'function_call_output': {
      const id = item.text('call_id')
      return id === null ? null : { op: 'finish', id, update: afterOutput(item.json('output')) }
    }
    case 'message':
      return userShell(item, timestamp, context)
    default:
      return null
  }
}

const RICH_KINDS: ReadonlySet<string> = new Set([
  'CommandExecution',
  'DynamicToolCall',
  'CollabAgentToolCall',
  'ImageView'
])

const recordedItem = (kind: string, event: Reader): RichChange | null => {
  const item: unknown = event.json('item')
  if (!RICH_KINDS.has(kind) || !isTurnItemType(kind) || !TURN_ITEMS[kind].is(item)) return null
  const shown = completedItem(item)
  if (shown === null) return null
  const timed = withTimes(shown, {
    started_at_ms: event.integer('started_at_ms'),
    completed_at_ms: event.integer('completed_at_ms') ?? undefined
  })
  return { op: 'put', item: { ...timed, certainty: 'recorded' } as RichItem }
}

const EVENT = 'event_msg:'
const COMPLETED = 'event_msg:item_completed:'

const ignoredEvent = (kind: string, event: Reader): RichChange | null => {
  if (kind.startsWith(COMPLETED)) return recordedItem(kind.slice(COMPLETED.length), event)
  switch (kind.slice(EVENT.length)) {
    case 'exec_command_begin':
      return begin(recordedCommand(event.text('call_id'), event, 'begin'))
    case 'exec_command_end':
      return put(recordedCommand(event.text('call_id'), event, 'end'))
    case 'view_image_tool_call':
      return put(recordedImage(event.text('call_id'), event))
    case 'dynamic_tool_call_request':
      return begin(recordedDynamicTool(event, 'begin'))
    case 'dynamic_tool_call_response':
      return put(recordedDynamicTool(event, 'end'))
    default: {
      const call = recordedAgentEvent(kind.slice(EVENT.length), event)
      return call?.status === 'inProgress' ? begin(call) : put(call)
    }
  }
}

/** What a line adds or changes in rich mode; null when it shows nothing more. Pure and total. */
export const richChange = (
  line: RolloutLine,
  context: RichContext = NO_CONTEXT
): RichChange | null => {
  if (line.type === 'response_item')
    return responseItem(reader(line.payload), line.timestamp, context)
  if (line.type === 'ignored' && line.kind.startsWith(EVENT))
    return ignoredEvent(line.kind, reader(line.payload))
  return null
}

/**
 * What is known after a line: the thread's id and declared tools come from its first session_meta, the working
 * directory from the newest turn_context.
 */
export const richContext = (context: RichContext, line: RolloutLine): RichContext => {
  const settings = toldSettings(line)
  if (settings !== null) return { ...context, cwd: settings.cwd }
  if (line.type !== 'session_meta' || context.threadId !== '') return context
  const { id, cwd, dynamic_tools } = line.payload
  return {
    threadId: id,
    cwd,
    dynamicTools: declaredTools((dynamic_tools ?? []) as ReadonlyArray<Json>)
  }
}

/** The turn a rich line names, or undefined when it belongs to whatever turn is open. */
export const richTurn = (line: DeliveredLine): string | undefined => {
  if (line.type !== 'ignored' || !line.kind.startsWith(EVENT)) return undefined
  const event = reader(line.payload)
  const turn = event.text('turn_id') ?? event.text('turnId')
  return turn === null || turn === '' ? undefined : turn
}

/** What may state a failure. */
export const FAILURE_NEEDS = {
  task_complete: 'whole',
  turn_aborted: 'whole',
  'ignored:event_msg:error': 'whole'
} as const satisfies Needs

/** The error in a line; null when it is of another kind. */
const errorOf = (line: LineOf<typeof FAILURE_NEEDS>): Reader | null => {
  if (line.type === 'ignored') return line.kind === `${EVENT}error` ? reader(line.payload) : null
  if (line.type !== 'event_msg') return null
  const { type } = line.payload
  return type === 'task_complete' || type === 'turn_aborted'
    ? reader(line.payload).object('error')
    : null
}

/**
 * The failure a line states about its turn: an `error` event of old files, or the error 0.169 keeps in the turn's end.
 * Null for errors that leave the turn as it is (a refused rollback, a refused steer) and for all other lines.
 */
export const richFailure = (
  line: LineOf<typeof FAILURE_NEEDS>
): (TurnError & { readonly certainty: ItemCertainty }) | null => {
  const error = errorOf(line)
  const message = error?.text('message') ?? null
  if (error === null || message === null) return null
  const info = error.json('codex_error_info')
  const harmless =
    info === 'thread_rollback_failed' ||
    (isJsonObject(info) && Object.hasOwn(info, 'active_turn_not_steerable'))
  const failure = harmless ? null : turnError({ message, codex_error_info: info })
  return failure === null ? null : { ...failure, certainty: 'recorded' }
}

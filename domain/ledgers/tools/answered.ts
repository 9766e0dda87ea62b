/**
 * What the text of an output tells about the end of a call.
 *
 * Only commands and patches answer in formats that tell how they ended. What MCP servers and clients answer is theirs: the
 * text of a failure looks like any other, so their calls stay `unknown` until a line records the end.
 */
import type { Certainty } from '../../certainty.ts'
import type { Json } from '../../json.ts'
import { afterAgentOutput, collabTool } from '../../thread/rich/collab.ts'
import {
  isAborted,
  isNoCell,
  isUnsupported,
  readCommandReport,
  readScriptReport,
  type CommandReport,
  type ScriptReport
} from '../../thread/rich/shell.ts'
import { afterImageOutput } from '../../thread/rich/tools.ts'
import { parseObject } from '../../thread/rich/values.ts'
import { cellProcess } from './asked.ts'
import type { ExecSource, ExitSource, ToolCall, ToolFailure, ToolStatus } from './tool-call.ts'

/** How a call ended, by one line. */
export interface CallEnding {
  readonly status: ToolStatus
  readonly failureKind: ToolFailure | null
  readonly certainty: Certainty
  readonly exitCode: number | null
  readonly exitSource: ExitSource
  readonly execMs: number | null
  readonly execSource: ExecSource
  /** The process that goes on. */
  readonly processId: string | null
  /** Agents the answer names; null when it names none. */
  readonly agents: ReadonlyArray<string> | null
}

/** An ending known by its status alone. */
export const ending = (
  status: ToolStatus,
  certainty: Certainty,
  failureKind: ToolFailure | null = null
): CallEnding => ({
  status,
  failureKind,
  certainty,
  exitCode: null,
  exitSource: 'none',
  execMs: null,
  execSource: 'none',
  processId: null,
  agents: null
})

/** No line tells how it ended. */
export const UNKNOWN_ENDING: CallEnding = ending('unknown', 'unknown')

export const exitEnding = (exitCode: number): CallEnding =>
  exitCode === 0 ? ending('completed', 'derived') : ending('failed', 'derived', 'tool_error')

const SANDBOX = 'Command denied by sandbox: '

const failure = (text: string): ToolFailure => {
  if (text.startsWith('unsupported ')) return 'unsupported_call'
  return text.includes(SANDBOX) ? 'sandbox_denied' : 'tool_error'
}

const ranEnding = (report: Extract<CommandReport, { readonly kind: 'ran' }>): CallEnding => {
  const { exitCode, durationMs, isJson, processId } = report
  const timed = {
    execMs: durationMs,
    execSource: durationMs === null ? 'none' : isJson ? 'json_metadata' : 'wall_time'
  } as const
  if (exitCode === null) return { ...UNKNOWN_ENDING, ...timed, processId }
  const exitSource = isJson ? 'json_metadata' : 'output_text'
  return { ...exitEnding(exitCode), ...timed, exitCode, exitSource }
}

const reportEnding = (text: string): CallEnding => {
  const report = readCommandReport(text)
  switch (report.kind) {
    case 'ran':
      return ranEnding(report)
    case 'declined': {
      const why = report.by === 'asked' ? 'approval_denied' : 'policy_forbidden'
      return ending('rejected', 'derived', why)
    }
    case 'failed':
      return ending('failed', 'derived', failure(text))
    case 'aborted':
      return ending('interrupted', 'derived')
    case 'unknown':
      return UNKNOWN_ENDING
  }
}

/** Feeding a process succeeds whatever becomes of the process. */
const feedEnding = (text: string): CallEnding => {
  const report = readCommandReport(text)
  return report.kind === 'ran'
    ? { ...ending('completed', 'derived'), execMs: report.durationMs, execSource: 'wall_time' }
    : reportEnding(text)
}

type KnownCall = Pick<ToolCall, 'kind' | 'name' | 'namespace' | 'callId' | 'agents'>

const agentEnding = (call: KnownCall, text: string): CallEnding => {
  const tool = collabTool(call.name, call.namespace)
  if (tool === null) return ending('completed', 'inferred')
  // Agents that are named by paths, not by thread ids.
  if (parseObject(text)?.has('task_name') === true) return ending('completed', 'derived')
  const after = afterAgentOutput(
    {
      type: 'collabAgentToolCall',
      id: call.callId,
      tool,
      status: 'inProgress',
      senderThreadId: '',
      receiverThreadIds: call.agents ?? [],
      prompt: null,
      model: null,
      reasoningEffort: null,
      agentsStates: {},
      certainty: 'derived'
    },
    text
  )
  const failed = after.status === 'failed'
  return {
    ...ending(failed ? 'failed' : 'completed', after.certainty, failed ? 'tool_error' : null),
    agents: after.receiverThreadIds
  }
}

const imageEnding = (call: KnownCall, output: Json): CallEnding => {
  const view = { type: 'imageView', id: call.callId, path: '', certainty: 'inferred' } as const
  return afterImageOutput(view, output) === null
    ? ending('failed', 'derived', 'tool_error')
    : ending('completed', 'derived')
}

/** How a script ended; going on in a cell is no end. */
const scriptEnding = ({ kind, cellId, waitedMs }: ScriptReport): CallEnding => {
  const timed = { execMs: waitedMs, execSource: waitedMs === null ? 'none' : 'wall_time' } as const
  switch (kind) {
    case 'completed':
      return { ...ending('completed', 'derived'), ...timed }
    case 'failed':
      return { ...ending('failed', 'derived', 'tool_error'), ...timed }
    case 'terminated':
      return { ...ending('interrupted', 'derived'), ...timed }
    case 'running': {
      const processId = cellId === null ? null : cellProcess(cellId)
      return { ...UNKNOWN_ENDING, ...timed, processId }
    }
  }
}

/** Waiting for a script succeeds whatever becomes of the script, unless there is none. */
const waitEnding = (text: string, report: ScriptReport): CallEnding => ({
  ...scriptEnding(report),
  ...(isNoCell(text) ? {} : { ...ENDED_WELL, processId: null })
})

const ENDED_WELL = { status: 'completed', certainty: 'derived', failureKind: null } as const

/** The tools of code mode. */
const SCRIPT_TOOLS: ReadonlySet<string> = new Set(['exec', 'wait'])
const BAD_ARGUMENTS = 'failed to parse function arguments: '

/** How a call ended by what it answered. Total: an answer that does not tell leaves it unknown. */
export const answeredEnding = (call: KnownCall, output: Json, text: string): CallEnding => {
  if (isUnsupported(text, call.name)) return ending('failed', 'derived', 'unsupported_call')
  if (isAborted(text)) return ending('interrupted', 'derived')
  switch (call.kind) {
    case 'command':
      return call.name === 'write_stdin' ? feedEnding(text) : reportEnding(text)
    case 'patch':
      return reportEnding(text)
    case 'collab':
      return agentEnding(call, text)
    case 'imageView':
      return imageEnding(call, output)
    case 'mcp':
    case 'dynamic':
      return UNKNOWN_ENDING
    default: {
      if (text.startsWith(BAD_ARGUMENTS)) return ending('failed', 'derived', 'tool_error')
      const script = SCRIPT_TOOLS.has(call.name) ? readScriptReport(text) : null
      if (script === null) return ending('completed', 'inferred')
      return call.name === 'wait' ? waitEnding(text, script) : scriptEnding(script)
    }
  }
}

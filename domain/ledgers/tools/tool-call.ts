/**
 * One tool call, as the ledger keeps it: what was asked of which tool, what came of it, and which lines say so.
 *
 * Units:  `…Ms` milliseconds, times since 1970; `outputBytes` bytes of UTF-8.
 * Shape:  what no line tells is null, and never guessed; `docs/TOOLS.md` tells for each era where a value comes from.
 */
import type { LedgerPlace } from '../place.ts'
import type { FailureKind, TerminalStatus } from './outcome.ts'
import type { Certainty } from '../../certainty.ts'
import type { CommandSource } from '../../thread/items/decodable.ts'

export const TOOL_KINDS = [
  'command',
  'patch',
  'mcp',
  'dynamic',
  'collab',
  'webSearch',
  'imageGeneration',
  'imageView',
  'other'
] as const
export type ToolKind = (typeof TOOL_KINDS)[number]

export const TOOL_STATUSES = ['completed', 'failed', 'rejected', 'interrupted', 'unknown'] as const
/** How a call ended; `unknown` when no line says, also while it runs. */
export type ToolStatus = TerminalStatus | 'unknown'

/** Why it did not complete: in the words of Codex's analytics, or because the tool does not exist. */
export type ToolFailure = FailureKind | 'unsupported_call'

/** Where the exit code is from: a recorded item or event, the text of the output, or JSON in it. */
export type ExitSource = 'item' | 'output_text' | 'json_metadata' | 'none'

/** Where the duration is from; `wall_time` is how long Codex waited for output, at most the life of the process. */
export type ExecSource = 'item' | 'output_text' | 'json_metadata' | 'wall_time' | 'none'

/** The strongest line about the end of a call: none, the end of its turn, its output, or a record of it. */
export type ToolEvidence = 'call' | 'turn_end' | 'output' | 'item'

/** Files of a patch by operation; a moved file is not counted as an update too. */
export interface PatchCounts {
  readonly adds: number
  readonly updates: number
  readonly deletes: number
  readonly moves: number
}

/** One call of a tool. */
export interface ToolCall {
  readonly threadId: string
  /** The turn it belongs to, also when a later turn was open when it ended; null between turns. */
  readonly turnId: string | null
  readonly callId: string
  readonly kind: ToolKind
  readonly name: string
  readonly namespace: string | null
  /** Name of an MCP server. */
  readonly server: string | null
  /** Of commands. */
  readonly source: CommandSource | null
  /** In a few words what it is about: a script, a path, a query. */
  readonly subject: string | null
  /** SHA-256 of the arguments as the model wrote them. */
  readonly argsDigest: string | null
  readonly status: ToolStatus
  readonly failureKind: ToolFailure | null
  readonly exitCode: number | null
  readonly exitSource: ExitSource
  /** Time of the first line about it. */
  readonly atMs: number
  /** When it began, where a record states it. */
  readonly startedAtMs: number | null
  /** Time of the line, or the time a record states, at which it was over. */
  readonly endedAtMs: number | null
  /** From the line of the call to the line of its output: never shorter than the call took. */
  readonly observedMs: number | null
  readonly execMs: number | null
  readonly execSource: ExecSource
  /** Of patches. */
  readonly files: PatchCounts | null
  readonly linesAdded: number | null
  readonly linesDeleted: number | null
  /** Text of the output as the model got it. */
  readonly outputBytes: number | null
  /** The model's answer that asked for it (0.169). */
  readonly responseId: string | null
  /** The process a command left running, or `cell-N` for a script of code mode. */
  readonly processId: string | null
  /** The command whose process this call feeds or awaits. */
  readonly parentCallId: string | null
  /** Agents it is about. */
  readonly agents: ReadonlyArray<string> | null
  readonly rolledBack: boolean
  readonly certainty: Certainty
  readonly evidence: ToolEvidence
  readonly place: LedgerPlace
  /** The line that decided the status. */
  readonly settledAt: LedgerPlace | null
}

/** A call of which nothing is known, its members in the order they are shown. */
export const UNKNOWN_CALL: Omit<ToolCall, 'threadId'> = {
  turnId: null,
  callId: '',
  kind: 'other',
  name: '',
  namespace: null,
  server: null,
  source: null,
  subject: null,
  argsDigest: null,
  status: 'unknown',
  failureKind: null,
  exitCode: null,
  exitSource: 'none',
  atMs: 0,
  startedAtMs: null,
  endedAtMs: null,
  observedMs: null,
  execMs: null,
  execSource: 'none',
  files: null,
  linesAdded: null,
  linesDeleted: null,
  outputBytes: null,
  responseId: null,
  processId: null,
  parentCallId: null,
  agents: null,
  rolledBack: false,
  certainty: 'unknown',
  evidence: 'call',
  place: { revision: 0, segment: 0, offsetBytes: 0 },
  settledAt: null
}

export type FileOperation = 'add' | 'update' | 'delete' | 'move'

/** A change of one file by a patch; a line count is null where the change lacks the lines. */
export interface FileTouch {
  readonly path: string
  readonly operation: FileOperation
  /** Where a moved file goes to. */
  readonly movedTo: string | null
  readonly linesAdded: number | null
  readonly linesDeleted: number | null
  /** Present in a patch that failed while it was applied: whether it got to this file; null when no line tells. */
  readonly applied?: boolean | null
}

const TEXT_MAX = 256

/** Names come from files and may be anything: a longer one is cut. */
export const bounded = (text: string): string =>
  text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX).replace(/[\ud800-\udbff]$/, '')}…`

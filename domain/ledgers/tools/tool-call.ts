/**
 * One tool call, as the ledger keeps it: what was asked of which tool, what came of it, and which lines say so.
 *
 * Units:  `…Ms` milliseconds, times since 1970; `outputBytes` bytes of UTF-8.
 * Shape:  what no line tells is null, and never guessed; `docs/TOOLS.md` tells for each era where a value comes from.
 */
import type { FailureKind, TerminalStatus } from '../analytics/vocabulary.ts'
import type { Certainty } from '../../certainty.ts'
import type { RecordedEvent } from '../../log/event.ts'

/** Every sort of tool. */
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
/** What sort of tool it is. */
export type ToolKind = (typeof TOOL_KINDS)[number]

/** Every way a call ends. */
export const TOOL_STATUSES = ['completed', 'failed', 'rejected', 'interrupted', 'unknown'] as const
/** How a call ended; `unknown` when no line tells, also while it runs. */
export type ToolStatus = TerminalStatus | 'unknown'

/** Why it did not complete: as Codex's analytics call it, or that nobody answers to the name of the tool. */
export type ToolFailure = FailureKind | 'unsupported_call'

/** Where an exit code stands: in a recorded item or event, in the text of the output, or in JSON in it. */
export type ExitSource = 'item' | 'output_text' | 'json_metadata' | 'none'

/** Where the time it took stands; `wall_time` is how long Codex waited for output, at most the life of a process. */
export type ExecSource = 'item' | 'output_text' | 'json_metadata' | 'wall_time' | 'none'

/** The strongest line about the end of a call: none, the end of its turn, its output, or a record of it. */
export type ToolEvidence = 'call' | 'turn_end' | 'output' | 'item'

/** Who runs a command. */
export type CommandSource = 'agent' | 'userShell' | 'unifiedExecStartup' | 'unifiedExecInteraction'

/** Where a line stands. */
export interface ToolPlace {
  /** Number of non-blank lines before it in the stream; below 0 in a file that a revert left behind. */
  readonly revision: number
  /** Which segment of the stream's lineage; -1 in a file that a revert left behind. */
  readonly segment: number
  /** Bytes before the line in its file. */
  readonly offsetBytes: number
}

/** Files of a patch, by what happens to them; a moved file is not counted as an update too. */
export interface PatchCounts {
  readonly adds: number
  readonly updates: number
  readonly deletes: number
  readonly moves: number
}

/** One tool call. */
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
  readonly place: ToolPlace
  /** The line that decided the status. */
  readonly settledAt: ToolPlace | null
}

/** A call of which nothing is known, with its members in the order in which they are shown. */
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

/** What happens to a file. */
export type FileOperation = 'add' | 'update' | 'delete' | 'move'

/** A change of one file by a patch; a line count is null where the change does not hold the lines. */
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

/** Where an event stands. */
export const placeOf = ({ revision, segment, offset }: RecordedEvent): ToolPlace => ({
  revision,
  segment,
  offsetBytes: offset
})

const TEXT_MAX = 256

/** Names come from files and may be anything: a longer one is cut. */
export const bounded = (text: string): string =>
  text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX).replace(/[\ud800-\udbff]$/, '')}…`

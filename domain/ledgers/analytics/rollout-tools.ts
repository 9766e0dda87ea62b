/**
 * Tool calls of a rollout: from the lines of a call, its output and the record of it to when it began and how it ended.
 *
 * Where Codex recorded the item of a call (an event up to 0.142 for patches, MCP calls, searches and images; every item
 * later) that record counts. Otherwise the texts of call and output tell, as `domain/thread/rich` reads them. A call that was
 * refused is never recorded, so that its output tells in every version.
 */
import type { RolloutLine } from '../../log/event.ts'
import { namedTurn, type ItemChange } from '../../thread/items/items.ts'
import type { HistoryMode, ThreadItem } from '../../protocol.ts'
import { richChange, type RichChange } from '../../thread/rich/items.ts'
import { isUnsupported, readCommandReport } from '../../thread/rich/shell.ts'
import type { RichContext } from '../../thread/rich/types.ts'
import { outputText, reader } from '../../thread/rich/values.ts'
import { toolOutcome, type ToolOutcome } from '../tools/outcome.ts'

export interface OpenCall {
  readonly callId: string
  readonly turnId: string
  readonly atMs: number
  /** What is known of it; null for a call whose end another line will record. */
  readonly item: ThreadItem | null
  /** The call whose process this one feeds or awaits. */
  readonly follows: string | null
  /** It was asked for with full access: then there is no sandbox. */
  readonly isFree: boolean
}

export interface EndedCall {
  readonly callId: string
  readonly turnId: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly outcome: ToolOutcome
}

interface CallStep {
  readonly open: ReadonlyArray<OpenCall>
  readonly ended: EndedCall | null
}

interface CallReading {
  readonly line: RolloutLine
  /** What the line shows as an item in every era. */
  readonly shown: ItemChange | null
  readonly atMs: number
  /** The turn that is open, or that the line names; null when there is none. */
  readonly turnId: string | null
  readonly mode: HistoryMode
  readonly context: RichContext
  /** The turn has full access. */
  readonly isFree: boolean
}

const OPEN_MAX = 256

/** The exit code that Codex gives a process it killed. */
export const KILLED = -1

/** Texts can be long and are not needed any more. */
const light = (item: ThreadItem): ThreadItem => {
  switch (item.type) {
    case 'commandExecution':
      return { ...item, aggregatedOutput: null }
    case 'dynamicToolCall':
      return { ...item, arguments: null }
    case 'collabAgentToolCall':
      return { ...item, prompt: null }
    default:
      return item
  }
}

const keep = (open: ReadonlyArray<OpenCall>, call: OpenCall): ReadonlyArray<OpenCall> =>
  [...open.filter(({ callId }) => callId !== call.callId), call].slice(-OPEN_MAX)

const without = (open: ReadonlyArray<OpenCall>, callId: string): ReadonlyArray<OpenCall> =>
  open.filter((call) => call.callId !== callId)

/** The id of the call that a line begins, of any tool; null for other lines. */
export const calledId = (line: RolloutLine): string | null => {
  if (line.type !== 'response_item') return null
  const item = reader(line.payload)
  const type = item.text('type')
  return type === 'function_call' || type === 'custom_tool_call' ? item.text('call_id') : null
}

/** A command with full access ran in no sandbox; otherwise which one depends on the system. */
const placedIn = (outcome: ToolOutcome, isFree: boolean): ToolOutcome =>
  isFree && outcome.details.tool === 'command' && outcome.status !== 'rejected'
    ? { ...outcome, sandboxBackend: 'none' }
    : outcome

const recordedDuration = (item: ThreadItem): number | null =>
  item.type === 'mcpToolCall' ? item.durationMs : null

/** The end of a call by its record. */
const recorded = (
  open: ReadonlyArray<OpenCall>,
  item: ThreadItem,
  { line, atMs, turnId, isFree }: CallReading
): CallStep => {
  const outcome = toolOutcome(item)
  if (outcome === null) return { open, ended: null }
  const call = open.find(({ callId }) => callId === item.id)
  const named = line.type === 'event_msg' ? namedTurn(line.payload) : undefined
  const turn = named ?? call?.turnId ?? turnId
  const rest = without(open, item.id)
  if (turn === null) return { open: rest, ended: null }
  const endedAtMs = item.completedAtMs ?? atMs
  const lasted = recordedDuration(item)
  const begun = lasted === null ? (call?.atMs ?? endedAtMs) : endedAtMs - lasted
  const startedAtMs = item.startedAtMs ?? begun
  return {
    open: rest,
    ended: {
      callId: item.id,
      turnId: turn,
      startedAtMs,
      endedAtMs,
      outcome: placedIn(outcome, call?.isFree ?? isFree)
    }
  }
}

/** Where paginated threads record a call in every version, the record decides. */
const isTold = (item: ThreadItem, mode: HistoryMode): boolean => {
  if (mode === 'legacy' || item.type !== 'commandExecution') return mode === 'legacy'
  const neverRan = item.exitCode === null && item.aggregatedOutput !== null
  return item.status === 'declined' || (item.status === 'failed' && neverRan)
}

/**
 * How a call ends with its turn. A process of its own outlives the turn and is killed with the server at the latest: Codex
 * tells it as a failed command, never as an interrupted one.
 */
const cutShort = (outcome: ToolOutcome): ToolOutcome => {
  const { details } = outcome
  return details.tool === 'command' && details.source === 'unifiedExecStartup'
    ? {
        ...outcome,
        status: 'failed',
        failure: 'tool_error',
        details: { ...details, exitCode: KILLED }
      }
    : { ...outcome, status: 'interrupted', failure: null }
}

/** The output of a call, or of one that feeds its process. */
const answered = (
  open: ReadonlyArray<OpenCall>,
  id: string,
  update: (item: ThreadItem) => ThreadItem | null,
  reading: CallReading
): CallStep => {
  const given = open.find(({ callId }) => callId === id)
  const call = given?.follows == null ? given : open.find(({ callId }) => callId === given.follows)
  const rest = given?.follows == null ? open : without(open, id)
  if (call?.item == null) return { open: without(rest, id), ended: null }
  const { line, atMs } = reading
  const text = line.type === 'response_item' ? outputText(reader(line.payload).json('output')) : ''
  const isNobodys = call.item.type === 'collabAgentToolCall' && isUnsupported(text, '')
  const next = isNobodys ? null : update(call.item)
  if (next === null) return { open: without(rest, call.callId), ended: null }
  const outcome = toolOutcome(next)
  if (outcome === null || !isTold(next, reading.mode))
    return { open: keep(rest, { ...call, item: light(next) }), ended: null }
  const isCut = readCommandReport(text).kind === 'aborted'
  return {
    open: without(rest, call.callId),
    ended: {
      callId: call.callId,
      turnId: call.turnId,
      startedAtMs: call.atMs,
      endedAtMs: atMs,
      outcome: placedIn(isCut ? cutShort(outcome) : outcome, call.isFree)
    }
  }
}

const begun = (open: ReadonlyArray<OpenCall>, item: ThreadItem, reading: CallReading): CallStep => {
  const { atMs, turnId, mode, isFree } = reading
  const outcome = toolOutcome(item)
  if (turnId === null) return { open, ended: null }
  // A command of a person is told in one message, when it is over; paginated threads record it too.
  if (outcome !== null) {
    if (mode === 'paginated') return { open, ended: null }
    const startedAtMs = atMs - (outcome.executionMs ?? 0)
    const whole = placedIn(outcome, isFree)
    return {
      open,
      ended: { callId: item.id, turnId, startedAtMs, endedAtMs: atMs, outcome: whole }
    }
  }
  const call = { callId: item.id, turnId, atMs, item: light(item), follows: null, isFree }
  return { open: keep(open, call), ended: null }
}

const rich = (
  open: ReadonlyArray<OpenCall>,
  change: RichChange,
  reading: CallReading
): CallStep => {
  switch (change.op) {
    case 'begin':
      return begun(open, change.item, reading)
    case 'put':
      return recorded(open, change.item, reading)
    case 'finish':
      return answered(open, change.id, change.update, reading)
    case 'follow': {
      const { atMs, turnId } = reading
      const started = open.findLast(
        ({ item }) => item?.type === 'commandExecution' && item.processId === change.processId
      )
      if (started === undefined || turnId === null) return { open, ended: null }
      const call = {
        callId: change.id,
        turnId,
        atMs,
        item: null,
        follows: started.callId,
        isFree: false
      }
      return { open: keep(open, call), ended: null }
    }
  }
}

/** What a line does to the calls of a thread. Total: a line about no call changes nothing. */
export const evolveCalls = (open: ReadonlyArray<OpenCall>, reading: CallReading): CallStep => {
  const { line, shown, context, atMs, turnId, isFree } = reading
  if (shown?.op === 'upsert') return recorded(open, shown.item, reading)
  const change = richChange(line, context)
  if (change !== null) return rich(open, change, reading)
  const callId = calledId(line)
  return callId === null || turnId === null
    ? { open, ended: null }
    : { open: keep(open, { callId, turnId, atMs, item: null, follows: null, isFree }), ended: null }
}

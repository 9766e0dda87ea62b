/**
 * What a line makes of the row of its call.
 *
 * The strongest line decides how a call ended: a record, else the output, else the end of its turn. Weaker lines add
 * only what is not known yet, in whatever order they come: an item may be recorded after its turn ended, and after the next
 * one did.
 */
import { sha256Hex } from '../../digest.ts'
import type { RecordedEvent } from '../../log/event.ts'
import { ledgerPlace } from '../place.ts'
import { UNKNOWN_ENDING, type CallEnding } from './answered.ts'
import type { CallAnswer, AskedCall } from './asked.ts'
import { fileCounts, lineTotals } from './file-touches.ts'
import type { RecordedCall } from './recorded.ts'
import {
  bounded,
  UNKNOWN_CALL,
  type FileTouch,
  type ToolCall,
  type ToolEvidence
} from './tool-call.ts'

const ID_MAX = 128

/** An id as the ledger keeps it: ids come from files and may be anything; a long one is kept as its digest. */
export const idOf = (id: string): string => (id.length <= ID_MAX ? id : `sha256:${sha256Hex(id)}`)

/** Time of the line in milliseconds; 0 when it is invalid. */
export const lineMs = ({ line }: RecordedEvent): number => {
  const ms = Date.parse(line.timestamp)
  return Number.isNaN(ms) ? 0 : ms
}

const blank = (event: RecordedEvent, callId: string, turnId: string | null): ToolCall => ({
  threadId: event.streamId,
  ...UNKNOWN_CALL,
  turnId,
  callId,
  atMs: lineMs(event),
  place: ledgerPlace(event)
})

const AGENTS_MAX = 64

/** Ids of agents as a row keeps them. */
export const agentsOf = (agents: ReadonlyArray<string> | null): ReadonlyArray<string> | null =>
  agents === null ? null : agents.slice(0, AGENTS_MAX).map(bounded)

const withTouches = (row: ToolCall, touches: ReadonlyArray<FileTouch> | null): ToolCall =>
  touches === null ? row : { ...row, files: fileCounts(touches), ...lineTotals(touches) }

/** The row of a call the model asked for. */
export const begun = (call: AskedCall, event: RecordedEvent, turnId: string | null): ToolCall => {
  const { kind, name, namespace, server, source, subject } = call
  const row = {
    ...blank(event, idOf(call.callId), turnId),
    ...{ kind, name, namespace, server, source, subject },
    argsDigest: sha256Hex(call.args),
    agents: agentsOf(call.agents)
  }
  return withTouches(row, call.touches)
}

/** A row made by a record, after its call turned up. */
export const askedLater = (row: ToolCall, call: AskedCall): ToolCall => ({
  ...row,
  name: row.kind === call.kind ? call.name : row.name,
  namespace: call.namespace,
  argsDigest: sha256Hex(call.args)
})

const RANK: Readonly<Record<ToolEvidence, number>> = { call: 0, turn_end: 1, output: 2, item: 3 }

/** Members an ending sets: all of them when it decides, else those still unknown. */
const ended = (
  row: ToolCall,
  end: CallEnding,
  evidence: ToolEvidence,
  event: RecordedEvent
): ToolCall => {
  const decides = RANK[evidence] >= RANK[row.evidence]
  const setsExit = end.exitCode !== null && (decides || row.exitCode === null)
  const setsTime = end.execMs !== null && (decides || row.execMs === null)
  const { status, failureKind, certainty } = decides ? end : row
  return {
    ...row,
    status,
    failureKind,
    certainty,
    ...(setsExit ? { exitCode: end.exitCode, exitSource: end.exitSource } : {}),
    ...(setsTime ? { execMs: end.execMs, execSource: end.execSource } : {}),
    processId: end.processId ?? row.processId,
    agents: end.agents === null || end.agents.length === 0 ? row.agents : agentsOf(end.agents),
    ...(decides ? { evidence, settledAt: ledgerPlace(event) } : {})
  }
}

export const answered = (
  row: ToolCall,
  { text }: CallAnswer,
  end: CallEnding,
  event: RecordedEvent
): ToolCall => {
  const atMs = lineMs(event)
  const next = ended(row, end, 'output', event)
  return {
    ...next,
    // Codex never knew which way a refused command would have run.
    source: next.kind === 'command' && next.status === 'rejected' ? 'agent' : next.source,
    observedMs: row.argsDigest === null ? null : Math.max(0, atMs - row.atMs),
    outputBytes: Buffer.byteLength(text),
    endedAtMs: end.processId === null ? (row.endedAtMs ?? atMs) : row.endedAtMs
  }
}

/** A command after more output of the process it left running. */
export const fed = (row: ToolCall, end: CallEnding, event: RecordedEvent): ToolCall => {
  const waitedMs = end.execMs === null ? row.execMs : (row.execMs ?? 0) + end.execMs
  const next = ended(row, { ...end, execMs: waitedMs }, 'output', event)
  const atMs = lineMs(event)
  const seen = { ...next, observedMs: Math.max(row.observedMs ?? 0, atMs - row.atMs) }
  return end.status === 'unknown' ? seen : { ...seen, endedAtMs: row.endedAtMs ?? atMs }
}

/** The item of a sub-agent call lacks its duration, but has beginning and end. */
const timed = ({ kind, ending, startedAtMs, completedAtMs }: RecordedCall): CallEnding =>
  kind === 'collab' && startedAtMs !== null && completedAtMs !== null
    ? { ...ending, execMs: Math.max(0, completedAtMs - startedAtMs), execSource: 'item' }
    : ending

export const recordedIn = (
  before: ToolCall | null,
  call: RecordedCall,
  callId: string,
  event: RecordedEvent,
  turnId: string | null
): ToolCall => {
  const row = before ?? blank(event, callId, turnId)
  const same = row.argsDigest !== null && row.kind === call.kind
  const named = {
    ...row,
    turnId: call.turnId === null ? row.turnId : idOf(call.turnId),
    kind: call.kind,
    name: same ? row.name : call.name,
    server: call.server ?? row.server,
    source: call.source,
    subject: call.subject ?? row.subject,
    startedAtMs: call.startedAtMs ?? row.startedAtMs,
    outputBytes: call.outputBytes ?? row.outputBytes
  }
  const touched = withTouches(named, call.touches)
  const end = timed(call)
  if (call.ending === UNKNOWN_ENDING) return touched
  const evidence = call.twin === 'shell_message' ? 'output' : 'item'
  return {
    ...ended(touched, end, evidence, event),
    endedAtMs: call.completedAtMs ?? (row.evidence === 'item' ? row.endedAtMs : lineMs(event))
  }
}

/** A call without any outcome when its turn was cut short. */
export const cutShort = (row: ToolCall, event: RecordedEvent): ToolCall =>
  row.evidence === 'call'
    ? {
        ...row,
        status: 'interrupted',
        certainty: 'inferred',
        evidence: 'turn_end',
        endedAtMs: lineMs(event),
        settledAt: ledgerPlace(event)
      }
    : row

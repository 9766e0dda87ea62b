/**
 * Approvals a rollout tells of, and how each is shown. No Codex records who was asked what: only that a call was refused can be read, from its
 * status, from the words Codex answers the model with, or from the assessment of a guardian in files that kept one. A call
 * without a row here is `unknown`: it may have been approved, or may never have needed it.
 *
 * Source: outputs of 0.130.0, 0.142.5 and 0.169.0 after an approval was declined by a person or a guardian. What a command printed never counts: it
 *         comes behind a head of its own.
 */
import type { Certainty } from '../../certainty.ts'
import type { RolloutLine } from '../../log/event.ts'
import { isJsonObject, type JsonObject } from '../../json.ts'
import { outputText } from '../../thread/rich/values.ts'
import type { SituatedEvent } from '../../thread/turns/situate.ts'
import type { DecisionStatus } from '../../questions/decision.ts'
import { shortText } from './row.ts'
import { own } from '../../own.ts'

export type ApprovalSubject =
  | 'command_execution'
  | 'file_change'
  | 'permissions'
  | 'mcp_tool_call'
  | 'unknown'

export interface Approval {
  readonly turnId: string | null
  readonly callId: string
  readonly at: string
  readonly reviewer: 'user' | 'guardian'
  readonly subject: ApprovalSubject
  readonly status: DecisionStatus
  /** Where it was read: the status of an item, the words of an output, the event of an assessment, the answer to unroll. */
  readonly source: 'status' | 'text' | 'event' | 'question'
  readonly certainty: Certainty
  readonly offset: number
  readonly bytes: number
}

type FoundApproval = Pick<
  Approval,
  'callId' | 'reviewer' | 'subject' | 'status' | 'source' | 'certainty'
> & { readonly turnId?: string | null }

/** How the answer to a command that was not run begins. */
const NOT_RUN =
  /^(exec_command|shell|local_shell|container\.exec)\b[^\n]*? failed[^\n]*? \{ message: "Rejected\(\\?"/
const BY_USER = 'rejected by user'
const BY_GUARDIAN = 'This action was rejected due to unacceptable risk.'

const WORDS: Readonly<Record<string, ApprovalSubject>> = {
  'patch rejected by user': 'file_change',
  'exec command rejected by user': 'command_execution',
  'rejected by user': 'unknown',
  'user rejected MCP tool call': 'mcp_tool_call'
}

/** Who refused what, by the text a model is answered with; null for any other text. */
const refusalIn = (text: string): Pick<Approval, 'reviewer' | 'subject'> | null => {
  const words = text.trim()
  const subject = own(WORDS, words)
  if (subject !== undefined) return { reviewer: 'user', subject }
  if (words.startsWith(BY_GUARDIAN)) return { reviewer: 'guardian', subject: 'unknown' }
  const head = NOT_RUN.exec(words)?.[0]
  if (head === undefined || !words.endsWith('}')) return null
  const why = words.slice(head.length)
  if (why.startsWith(BY_USER)) return { reviewer: 'user', subject: 'command_execution' }
  return why.startsWith(BY_GUARDIAN) ? { reviewer: 'guardian', subject: 'command_execution' } : null
}

const denied = (
  callId: string,
  subject: ApprovalSubject,
  source: 'status' | 'text'
): FoundApproval => ({
  callId,
  reviewer: 'user',
  subject,
  status: 'denied',
  source,
  certainty: source === 'status' ? 'derived' : 'inferred'
})

const inOutput = (payload: JsonObject): FoundApproval | null => {
  const { type, call_id: callId, output } = payload
  if (type !== 'function_call_output' && type !== 'custom_tool_call_output') return null
  const refusal = refusalIn(outputText(output ?? null))
  return refusal === null || typeof callId !== 'string'
    ? null
    : { ...denied(callId, refusal.subject, 'text'), reviewer: refusal.reviewer }
}

const ITEMS: Readonly<Record<string, ApprovalSubject>> = {
  CommandExecution: 'command_execution',
  FileChange: 'file_change',
  McpToolCall: 'mcp_tool_call'
}

const inEvent = (line: RolloutLine & { readonly type: 'event_msg' }): FoundApproval | null => {
  const p = line.payload
  if (p.type === 'patch_apply_end')
    return p.status === 'declined' ? denied(p.call_id, 'file_change', 'status') : null
  if (p.type === 'mcp_tool_call_end')
    return 'Err' in p.result && refusalIn(p.result.Err)?.subject === 'mcp_tool_call'
      ? denied(p.call_id, 'mcp_tool_call', 'text')
      : null
  if (p.type !== 'item_completed') return null
  const { item } = p
  const subject = own(ITEMS, item.type)
  const isDeclined = 'status' in item && item.status === 'declined'
  return subject === undefined || !isDeclined
    ? null
    : { ...denied(item.id, subject, 'status'), turnId: p.turn_id }
}

const STATUSES: ReadonlyArray<DecisionStatus> = ['approved', 'denied', 'aborted', 'timed_out']

const SUBJECTS: Readonly<Record<string, ApprovalSubject>> = {
  command: 'command_execution',
  shell: 'command_execution',
  unified_exec: 'command_execution',
  execve: 'command_execution',
  apply_patch: 'file_change',
  mcp_tool_call: 'mcp_tool_call'
}

/** Kinds that no era reads, but that files of 0.98 to 0.129 may hold. */
const inOldEvent = (kind: string, payload: JsonObject): FoundApproval | null => {
  if (kind === 'event_msg:exec_command_end') {
    const { call_id: callId, status } = payload
    return status === 'declined' && typeof callId === 'string'
      ? denied(callId, 'command_execution', 'status')
      : null
  }
  if (kind !== 'event_msg:guardian_assessment') return null
  const { id, target_item_id, status, action, turn_id } = payload
  const decided = STATUSES.find((one) => one === status)
  const callId = shortText(target_item_id) ?? shortText(id)
  if (decided === undefined || callId === null) return null
  const type = isJsonObject(action) ? shortText(action['type'] ?? action['tool']) : null
  return {
    callId,
    turnId: shortText(turn_id),
    reviewer: 'guardian',
    subject: own(SUBJECTS, type ?? '') ?? 'unknown',
    status: decided,
    source: 'event',
    certainty: 'recorded'
  }
}

const foundIn = (line: RolloutLine): FoundApproval | null => {
  if (line.type === 'response_item') return inOutput(line.payload)
  if (line.type === 'event_msg') return inEvent(line)
  return line.type === 'ignored' ? inOldEvent(line.kind, line.payload) : null
}

/** The decision a line holds; null when there is none. Pure and total. */
export const approvalIn = (event: SituatedEvent): Approval | null => {
  const found = event.origin === 'inherited' ? null : foundIn(event.line)
  if (found === null) return null
  const turnId = found.turnId ?? event.namedTurnId ?? event.turn?.id ?? null
  const { offset, bytes, line } = event
  return { ...found, turnId, at: line.timestamp, offset, bytes }
}

const RANK: Readonly<Record<Certainty, number>> = {
  recorded: 3,
  derived: 2,
  inferred: 1,
  unknown: 0
}

/** The more certain of two rows about one call; the earlier when equal. */
export const surer = (first: Approval, second: Approval): Approval =>
  RANK[second.certainty] > RANK[first.certainty] ? second : first

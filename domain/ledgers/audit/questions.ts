/**
 * What unroll asked its clients while it was the server, as rows of the trail: one for each question, one for what came of it. A
 * decision about a call is an approval too.
 */
import type { KeptQuestion, QuestionRecord } from '../../questions/record.ts'
import { APPROVAL_METHODS, statusOfDecision } from '../../questions/decision.ts'
import { own } from '../../own.ts'
import type { Approval, ApprovalSubject } from './approvals.ts'
import type { TimedRow } from './operations.ts'
import { NOBODY } from './row.ts'

/** A server asks for itself; who answers is the client. */
const clientOf = (record: QuestionRecord): string | null => {
  if (record.record === 'asked') return 'app-server'
  return record.client === null ? null : `app-server:${record.client}`
}

/** The row of a record. */
export const questionRow = (threadId: string, record: QuestionRecord): TimedRow => {
  const { id, at, request, method, turnId, itemId, by } = record
  const what = { method, itemId, request }
  return [
    Date.parse(at),
    {
      ...{ threadId, at, turnId },
      action: record.record,
      actor: { ...NOBODY, process: by, client: clientOf(record) },
      before: null,
      after:
        record.record === 'asked'
          ? { ...what, clients: record.clients }
          : { outcome: record.outcome, decision: record.decision, ...what },
      evidence: { kind: 'question', questionId: id },
      certainty: 'recorded'
    }
  ]
}

const SUBJECTS: Readonly<Record<string, ApprovalSubject>> = {
  [APPROVAL_METHODS.command]: 'command_execution',
  [APPROVAL_METHODS.fileChange]: 'file_change',
  [APPROVAL_METHODS.permissions]: 'permissions',
  execCommandApproval: 'command_execution',
  applyPatchApproval: 'file_change'
}

/** The approval or refusal that a record holds; null for a question, for what is no approval, and where nobody decided. */
export const recordedApproval = ({ record, offset, bytes }: KeptQuestion): Approval | null => {
  const subject = own(SUBJECTS, record.method)
  if (record.record === 'asked' || record.decision === null || subject === undefined) return null
  const { turnId, itemId, at, decision } = record
  return {
    ...{ turnId, callId: itemId ?? '', at, reviewer: 'user', subject },
    ...{ status: statusOfDecision(decision), source: 'question', certainty: 'recorded' },
    ...{ offset, bytes }
  }
}

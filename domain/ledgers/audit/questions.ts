/**
 * What unroll asked its clients while it was the server, as rows of the trail: one for each question, one for what came of it.
 */
import type { QuestionRecord } from '../../questions/record.ts'
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

/**
 * Questions to clients as facts: one for each client that is asked, one for what came of it, and reviews where an approval is
 * asked for.
 */
import { approvalAnswered, approvalRequested } from '../../../domain/ledgers/analytics/approvals.ts'
import type { Fact } from '../../../domain/ledgers/analytics/fact.ts'
import { decisionOf } from '../../../domain/questions/decision.ts'
import type { QuestionEvent } from '../threads/questions.ts'

const one = (fact: Fact | null): ReadonlyArray<Fact> => (fact === null ? [] : [fact])

/** The facts of something that happened to a question. A review begins once, whoever is asked again. */
export const questionFacts = (event: QuestionEvent, atMs: number): ReadonlyArray<Fact> => {
  const { threadId, question } = event
  const { requestId, method } = question
  if (event.kind === 'sent')
    return [
      ...(event.resent ? [] : one(approvalRequested(question, atMs))),
      ...event.to.map(({ connectionId }): Fact => {
        const { resent } = event
        return { kind: 'server_request', requestId, connectionId, threadId, method, atMs, resent }
      })
    ]
  const { outcome, by } = event
  const result = outcome.kind === 'result' ? outcome.result : null
  const decision = decisionOf(method, result)
  return [
    ...one(approvalAnswered(question, result, atMs)),
    {
      kind: 'server_response',
      requestId,
      connectionId: by?.connectionId ?? null,
      outcome: outcome.kind === 'result' ? 'answered' : outcome.kind,
      atMs,
      ...(decision === null ? {} : { decision })
    }
  ]
}

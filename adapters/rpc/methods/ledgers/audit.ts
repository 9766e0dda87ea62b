/**
 * `unroll/audit/list`, `unroll/approvals/list` and `unroll/reviews/list`: what happened to threads, who decided what, and what
 * reviewers said.
 */
import * as t from 'io-ts'
import { AUDIT_ACTIONS, type AuditRow } from '../../../../domain/audit/row.ts'
import type { ApprovalRow, ReviewRow } from '../../../../replay/ledgers/audit.ts'
import { i64, list, oneOf, option, text, u32 } from '../../wire/serde.ts'
import { allRows, given, question, rows } from './question.ts'

const auditFields = {
  threadId: option(text),
  sinceMs: option(i64),
  untilMs: option(i64),
  actor: option(text),
  actions: option(list(oneOf(...AUDIT_ACTIONS))),
  cursor: option(text),
  limit: option(u32)
}

/** The row of `unroll/audit/list`. */
export const auditList = question({
  name: 'unroll/audit/list',
  params: 'AuditListParams',
  fields: auditFields,
  result: t.type({ ...rows<AuditRow>('AuditRow'), nextCursor: t.union([t.string, t.null]) }),
  asked: (engine, params, thread) =>
    engine.auditTrail({
      ...thread,
      ...given(params, 'sinceMs', 'untilMs', 'actor', 'actions', 'cursor', 'limit')
    })
})

const threadFields = { threadId: option(text) }

/** The row of `unroll/approvals/list`. */
export const approvalsList = question({
  name: 'unroll/approvals/list',
  params: 'ApprovalsListParams',
  fields: threadFields,
  result: t.type(rows<ApprovalRow>('Approval')),
  asked: (engine, _params, { threadId }) => allRows(engine.approvals(threadId))
})

/** The row of `unroll/reviews/list`. */
export const reviewsList = question({
  name: 'unroll/reviews/list',
  params: 'ReviewsListParams',
  fields: threadFields,
  result: t.type(rows<ReviewRow>('Review')),
  asked: (engine, _params, { threadId }) => allRows(engine.reviews(threadId))
})

/**
 * `unroll/audit/list`, `unroll/approvals/list` and `unroll/reviews/list`: what happened to threads, who decided what, and what
 * reviewers said.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { AUDIT_ACTIONS, type AuditRow } from '../../../../domain/audit/row.ts'
import type { ApprovalRow, AuditPage, ReviewRow } from '../../../../replay/ledgers/audit.ts'
import { noKey } from '../../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, type Method } from '../../method.ts'
import { i64, list, oneOf, option, struct, text, u32, type ValueOf } from '../../wire/serde.ts'
import { chosenThread, given, rows, type Rows } from './scope.ts'

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
export const auditList: Method<ValueOf<typeof auditFields>, AuditPage> = {
  name: 'unroll/audit/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('AuditListParams', auditFields),
  result: t.type({ ...rows<AuditRow>('AuditRow'), nextCursor: t.union([t.string, t.null]) }),
  key: noKey,
  handler: (params, call) => async () => {
    const thread = chosenThread(params.threadId)
    if (E.isLeft(thread)) return thread
    const request = {
      ...thread.right,
      ...given(params, 'sinceMs', 'untilMs', 'actor', 'actions', 'cursor', 'limit')
    }
    const page = await ask(call, (engine) => engine.auditTrail(request))
    return E.map((found: AuditPage) => answer(found))(page)
  }
}

const threadFields = { threadId: option(text) }

/** The row of `unroll/approvals/list`. */
export const approvalsList: Method<ValueOf<typeof threadFields>, Rows<ApprovalRow>> = {
  name: 'unroll/approvals/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('ApprovalsListParams', threadFields),
  result: t.type(rows<ApprovalRow>('Approval')),
  key: noKey,
  handler: (params, call) => async () => {
    const thread = chosenThread(params.threadId)
    if (E.isLeft(thread)) return thread
    const found = await ask(call, (engine) => engine.approvals(thread.right.threadId))
    return E.map((data: ReadonlyArray<ApprovalRow>) => answer({ data }))(found)
  }
}

/** The row of `unroll/reviews/list`. */
export const reviewsList: Method<ValueOf<typeof threadFields>, Rows<ReviewRow>> = {
  name: 'unroll/reviews/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('ReviewsListParams', threadFields),
  result: t.type(rows<ReviewRow>('Review')),
  key: noKey,
  handler: (params, call) => async () => {
    const thread = chosenThread(params.threadId)
    if (E.isLeft(thread)) return thread
    const found = await ask(call, (engine) => engine.reviews(thread.right.threadId))
    return E.map((data: ReadonlyArray<ReviewRow>) => answer({ data }))(found)
  }
}

/**
 * Rows of the audit trail as people and scripts read them.
 */
import { isUuid } from '../../../../domain/ids.ts'
import type { AuditEvidence, AuditRow } from '../../../../domain/ledgers/audit/row.ts'
import { textIn, type JsonObject } from '../../../../domain/json.ts'
import { own } from '../../../../domain/own.ts'
import type { ApprovalRow, ReviewRow } from '../../../../replay/ledgers/audit.ts'
import { shortCells } from '../../naming/threads.ts'
import { column, timeColumn, shown, type Columns } from '../../text/rows.ts'
import { plural } from '../../text/text.ts'

const msOf = (at: string | null): number | null => (at === null ? null : Date.parse(at))

const actorOf = ({ actor }: AuditRow): string => {
  const { process, client, originator, cliVersion, subagent } = actor
  if (process !== null) return `${process.user} ${client ?? ''}`
  if (subagent !== null) return `${subagent.kind} agent`
  return [originator, cliVersion].filter((part) => part !== null).join(' ')
}

const SHORT_ID = 13

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (isUuid(text)) return text.slice(0, SHORT_ID)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const QUESTIONS: Readonly<Record<string, string>> = {
  'item/commandExecution/requestApproval': 'a command',
  'item/fileChange/requestApproval': 'a patch',
  'item/permissions/requestApproval': 'permissions'
}

/** The word of the decision first, or else what came of it: the rest may not fit. */
const questionDetails = ({ after, turnId }: AuditRow): string => {
  const { method, outcome, decision, itemId, clients } = after ?? {}
  const what = textIn(method)
  const came = textIn(decision) || textIn(outcome)
  return [
    `${came === '' ? '' : `${came}: `}${own(QUESTIONS, what) ?? what}`,
    ...(textIn(itemId) === '' ? [] : [short(itemId)]),
    ...(typeof clients === 'number' ? [plural(clients, 'client')] : []),
    ...(turnId === null ? [] : [`turn ${short(turnId)}`])
  ].join(', ')
}

const detailsOf = (row: AuditRow): string => {
  if (row.evidence.kind === 'question') return questionDetails(row)
  const { before, after, turnId, certainty } = row
  return [
    ...(certainty === 'recorded' ? [] : [certainty]),
    ...(turnId === null ? [] : [`turn ${short(turnId)}`]),
    ...Object.entries(after ?? {})
      .filter(([, value]) => value !== null && value !== undefined && !Array.isArray(value))
      .map(([name, value]) => {
        const was = before?.[name]
        const from = was === undefined || was === null ? '' : `${short(was)} → `
        return `${name} ${from}${short(value)}`
      })
  ].join(', ')
}

/** What an evidence names: a file, an operation, or the time of an entry. */
const evidenceOf = (evidence: AuditEvidence): string => {
  switch (evidence.kind) {
    case 'line':
    case 'place':
      return evidence.file
    case 'operation':
      return evidence.operationId
    case 'name':
      return evidence.updatedAt
    case 'question':
      return evidence.questionId
    case 'import':
      return String(evidence.importedAt)
  }
}

const json = (value: JsonObject | null): string => (value === null ? '' : JSON.stringify(value))

export const TRAIL: Columns<AuditRow> = [
  timeColumn(
    'at',
    ({ at }) => at,
    ({ at }) => msOf(at),
    { head: 'TIME', precision: 'ms' }
  ),
  column('action', ({ action }) => action, { head: 'WHAT', max: 16 }),
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    drop: 1,
    cells: shortCells(({ threadId }) => threadId)
  }),
  column('turnId', ({ turnId }) => turnId),
  column('certainty', ({ certainty }) => certainty),
  column('originator', ({ actor }) => actor.originator),
  column('cliVersion', ({ actor }) => actor.cliVersion),
  column('client', ({ actor }) => actor.client),
  column('user', ({ actor }) => actor.process?.user ?? null),
  column('pid', ({ actor }) => actor.process?.pid ?? null),
  column('account', ({ actor }) => actor.account),
  column('agentKind', ({ actor }) => actor.subagent?.kind ?? null),
  column('before', ({ before }) => json(before)),
  column('after', ({ after }) => json(after)),
  column('evidence', ({ evidence }) => evidence.kind),
  column('evidenceOf', ({ evidence }) => evidenceOf(evidence)),
  column('offset', ({ evidence }) => (evidence.kind === 'line' ? evidence.offset : null)),
  column('bytes', ({ evidence }) => (evidence.kind === 'line' ? evidence.bytes : null)),
  shown({ head: 'BY', max: 24, drop: 2, cell: actorOf }),
  shown({ head: 'DETAILS', flex: 18, cell: detailsOf })
]

export const APPROVALS: Columns<ApprovalRow> = [
  timeColumn(
    'at',
    ({ at }) => at,
    ({ at }) => msOf(at),
    { head: 'TIME', precision: 'ms' }
  ),
  shown({ head: 'WHAT', max: 20, cell: ({ status, reviewer }) => `${status} by ${reviewer}` }),
  shown({ head: 'CALL', flex: 16, cell: ({ subject, callId }) => `${subject} ${callId}` }),
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    drop: 1,
    cells: shortCells(({ threadId }) => threadId)
  }),
  column('turnId', ({ turnId }) => turnId),
  column('callId', ({ callId }) => callId),
  column('subject', ({ subject }) => subject),
  column('reviewer', ({ reviewer }) => reviewer),
  column('status', ({ status }) => status),
  column('source', ({ source }) => source, { head: 'READ FROM', max: 24, drop: 2 }),
  column('certainty', ({ certainty }) => certainty)
]

const resultOf = ({ finished, endedAt, findings, verdict }: ReviewRow): string => {
  if (!finished) return endedAt === null ? 'not finished' : 'no result'
  return `${plural(findings, 'finding')}${verdict === null ? '' : `, ${verdict}`}`
}

const targetOf = ({ target: { type, branch, sha } }: ReviewRow): string =>
  [type, branch, sha].filter((part) => typeof part === 'string').join(' ')

export const REVIEWS: Columns<ReviewRow> = [
  timeColumn(
    'startedAt',
    ({ startedAt }) => startedAt,
    ({ startedAt }) => msOf(startedAt),
    { head: 'TIME', precision: 'ms' }
  ),
  shown({ head: 'TARGET', max: 24, cell: targetOf }),
  shown({ head: 'CAME TO', flex: 16, cell: resultOf }),
  column('endedAt', ({ endedAt }) => endedAt),
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    drop: 1,
    cells: shortCells(({ threadId }) => threadId)
  }),
  column('reviewerThreadId', ({ reviewerThreadId }) => reviewerThreadId),
  column('delivery', ({ delivery }) => delivery, { head: 'HOW', max: 12, drop: 2 }),
  column('target', ({ target }) => JSON.stringify(target)),
  column('findings', ({ findings }) => findings),
  column('verdict', ({ verdict }) => verdict),
  column('confidence', ({ confidence }) => confidence)
]

/**
 * Rows of the audit trail as people and scripts read them.
 */
import type { AuditEvidence, AuditRow } from '../../../domain/audit/row.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { ApprovalRow, ReviewRow } from '../../../replay/ledgers/audit.ts'
import type { CsvField } from './csv.ts'
import type { Column } from './style.ts'
import { oneLine } from './text.ts'

/** Columns of a report for people. */
export const AUDIT_COLUMNS: ReadonlyArray<Column> = [
  { head: 'TIME', max: 23 },
  { head: 'WHAT', max: 16 },
  { head: 'THREAD', max: 36 },
  { head: 'BY', max: 24, from: 110 },
  { head: 'DETAILS', max: 0, from: 90 }
]

const timeOf = (at: string | null): string =>
  at === null ? 'unknown' : oneLine(at).replace('T', ' ').slice(0, 23).replace(/Z$/, '')

const whoOf = ({ actor }: AuditRow): string => {
  const { process, client, originator, cliVersion, subagent } = actor
  if (process !== null) return `${process.user} ${client ?? ''}`
  if (subagent !== null) return `${subagent.kind} agent`
  return [originator, cliVersion].filter((part) => part !== null).join(' ')
}

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const detailsOf = ({ before, after, turnId, certainty }: AuditRow): string =>
  [
    ...(certainty === 'recorded' ? [] : [certainty]),
    ...(turnId === null ? [] : [`turn ${turnId}`]),
    ...Object.entries(after ?? {})
      .filter(([, value]) => value !== null && value !== undefined && !Array.isArray(value))
      .map(([name, value]) => {
        const was = before?.[name]
        const from = was === undefined || was === null ? '' : `${short(was)} -> `
        return `${name} ${from}${short(value)}`
      })
  ].join(', ')

/** A row for people. */
export const auditCells = (row: AuditRow): ReadonlyArray<string> =>
  [timeOf(row.at), row.action, row.threadId, whoOf(row), detailsOf(row)].map(oneLine)

const placeOf = (evidence: AuditEvidence): readonly [string, number | null, number | null] => {
  switch (evidence.kind) {
    case 'line':
      return [evidence.file, evidence.offset, evidence.bytes]
    case 'operation':
      return [evidence.operationId, null, null]
    case 'name':
      return [evidence.updatedAt, null, null]
    case 'place':
      return [evidence.file, null, null]
    case 'import':
      return [String(evidence.importedAt), null, null]
  }
}

const json = (value: JsonObject | null): string => (value === null ? '' : JSON.stringify(value))

/** Names of the fields below. */
export const AUDIT_FIELDS = [
  'at',
  'action',
  'thread_id',
  'turn_id',
  'certainty',
  'originator',
  'cli_version',
  'client',
  'user',
  'pid',
  'account',
  'agent_kind',
  'before',
  'after',
  'evidence',
  'evidence_of',
  'offset',
  'bytes'
]

/** A row for programs. */
export const auditFields = (row: AuditRow): ReadonlyArray<CsvField> => {
  const { at, action, threadId, turnId, certainty, actor, before, after, evidence } = row
  const { originator, cliVersion, client, process, account, subagent } = actor
  return [
    at,
    action,
    threadId,
    turnId,
    certainty,
    originator,
    cliVersion,
    client,
    process?.user ?? null,
    process?.pid ?? null,
    account,
    subagent?.kind ?? null,
    json(before),
    json(after),
    evidence.kind,
    ...placeOf(evidence)
  ]
}

/** A decision for programs. */
export const approvalFields = (row: ApprovalRow): ReadonlyArray<CsvField> => [
  row.at,
  row.threadId,
  row.turnId,
  row.callId,
  row.subject,
  row.reviewer,
  row.status,
  row.source,
  row.certainty
]

/** Columns of decisions for people. */
export const APPROVAL_COLUMNS: ReadonlyArray<Column> = [
  { head: 'TIME', max: 23 },
  { head: 'WHAT', max: 20 },
  { head: 'CALL', max: 32 },
  { head: 'THREAD', max: 36, from: 100 },
  { head: 'READ FROM', max: 0, from: 120 }
]

/** A decision for people. */
export const approvalCells = (row: ApprovalRow): ReadonlyArray<string> =>
  [
    timeOf(row.at),
    `${row.status} by ${row.reviewer}`,
    `${row.subject} ${row.callId}`,
    row.threadId,
    row.source
  ].map(oneLine)

/** A review for programs. */
export const reviewFields = (row: ReviewRow): ReadonlyArray<CsvField> => [
  row.startedAt,
  row.endedAt,
  row.threadId,
  row.reviewerThreadId,
  row.delivery,
  JSON.stringify(row.target),
  row.findings,
  row.verdict,
  row.confidence
]

/** Columns of reviews for people. */
export const REVIEW_COLUMNS: ReadonlyArray<Column> = [
  { head: 'TIME', max: 23 },
  { head: 'TARGET', max: 24 },
  { head: 'CAME TO', max: 40 },
  { head: 'THREAD', max: 36, from: 110 },
  { head: 'HOW', max: 0, from: 130 }
]

const outcomeOf = ({ finished, endedAt, findings, verdict }: ReviewRow): string => {
  if (!finished) return endedAt === null ? 'not finished' : 'no result'
  return `${findings} ${findings === 1 ? 'finding' : 'findings'}${verdict === null ? '' : `, ${verdict}`}`
}

/** A review for people. */
export const reviewCells = (row: ReviewRow): ReadonlyArray<string> => {
  const { type, branch, sha } = row.target
  const target = [type, branch, sha].filter((part) => typeof part === 'string').join(' ')
  return [timeOf(row.startedAt), target, outcomeOf(row), row.threadId, row.delivery].map(oneLine)
}

/**
 * Operations of unroll as the trail sees them: who did what to which thread, and which lines that wrote.
 */
import type { Began, Ended, OperationPlace } from '../../changes/operations.ts'
import { isJsonObject, textIn, type JsonObject } from '../../json.ts'
import { NOBODY, shortText, type AuditAction, type AuditActor, type AuditRow } from './row.ts'
import { own } from '../../own.ts'

/** Both records of an operation, as far as the trail needs them. */
export interface OperationFact {
  readonly id: string
  readonly operation: string
  readonly beganAt: string
  /** Null while it is not finished. */
  readonly endedAt: string | null
  readonly outcome: 'done' | 'failed' | null
  readonly threadIds: ReadonlyArray<string>
  readonly actor: Pick<AuditActor, 'process' | 'client'>
  readonly arguments: JsonObject
  readonly undoes: string | null
  readonly before: OperationPlace | null
  readonly after: OperationPlace | null
  /** Thread that a fork made. */
  readonly madeThreadId: string | null
  /** Threads whose file lies in the archive afterwards; null when it moves no files. */
  readonly archives: boolean | null
}

const archivesOf = (began: Began): boolean | null => {
  const move = began.relocation?.moves[0]
  if (move === undefined || began.operation === 'delete') return null
  return textIn(move.to).startsWith('archived_sessions/')
}

export const begunFact = (began: Began): OperationFact => ({
  id: began.id,
  operation: began.operation,
  beganAt: began.at,
  endedAt: null,
  outcome: null,
  threadIds: began.threadIds.filter((id) => typeof id === 'string').map((id) => id.toLowerCase()),
  actor: {
    process: {
      pid: typeof began.by.pid === 'number' ? began.by.pid : 0,
      user: shortText(began.by.user) ?? ''
    },
    client: shortText(began.by.actor)
  },
  arguments: isJsonObject(began.arguments) ? began.arguments : {},
  undoes: shortText(began.undoes),
  before: placeIn(began.before),
  after: null,
  madeThreadId: null,
  archives: archivesOf(began)
})

const placeIn = (value: unknown): OperationPlace | null =>
  isJsonObject(value) && typeof value['offset'] === 'number' && typeof value['segment'] === 'number'
    ? (value as unknown as OperationPlace)
    : null

export const endedFact = (fact: OperationFact, ended: Ended): OperationFact => {
  const given = isJsonObject(ended.inverse) ? ended.inverse.arguments : {}
  const made = fact.operation === 'fork' && isJsonObject(given) ? given['threadId'] : null
  return {
    ...fact,
    endedAt: ended.at,
    outcome: ended.outcome === 'done' ? 'done' : 'failed',
    after: placeIn(ended.after),
    madeThreadId: shortText(made)?.toLowerCase() ?? null
  }
}

/** True for an operation that happened or was cut off midway. */
export const stands = ({ outcome }: OperationFact): boolean => outcome !== 'failed'

const SLACK_MS = 5000

const isInTime = ({ beganAt, endedAt }: OperationFact, ms: number): boolean =>
  ms >= Date.parse(beganAt) - SLACK_MS && ms <= Date.parse(endedAt ?? beganAt) + SLACK_MS

/** True for a line that an operation wrote: its place and time are those of the operation. */
export const wrote = (
  fact: OperationFact,
  row: { readonly orderMs: number; readonly offset: number }
): boolean => {
  const { before, after } = fact
  if (before === null || after === null || !stands(fact)) return false
  return isInTime(fact, row.orderMs) && row.offset >= before.offset && row.offset < after.offset
}

/** True for the first line of a file that a fork or a revert of this thread made. */
export const made = (
  fact: OperationFact,
  threadId: string,
  row: { readonly action: AuditAction; readonly orderMs: number }
): boolean => {
  if (!stands(fact)) return false
  if (row.action === 'forked') return fact.operation === 'fork' && fact.madeThreadId === threadId
  return row.action === 'reverted' && REVERTS.has(fact.operation) && isInTime(fact, row.orderMs)
}

/** Operations that may make a file in which a thread continues. */
const REVERTS: ReadonlySet<string> = new Set(['revert', 'rollback', 'unrollback'])

const ACTIONS: Readonly<Record<string, AuditAction>> = {
  archive: 'archived',
  unarchive: 'unarchived',
  delete: 'deleted',
  restore: 'restored',
  rename: 'renamed',
  revert: 'reverted',
  repair: 'repaired'
}

/** Operations whose lines make rows, so that they make none themselves. */
const IN_LINES: ReadonlySet<string> = new Set([
  'rollback',
  'unrollback',
  'turn',
  'turn-events',
  'interrupt',
  'compact',
  'review',
  'review-complete',
  'review-interrupt',
  'goal',
  'clear-goal',
  'restore-goal',
  'metadata',
  'memory-mode',
  'settings'
])

/** The actor of an operation; who made the thread is not who changed it. */
export const actorOf = (fact: OperationFact): AuditActor => ({ ...NOBODY, ...fact.actor })

const detailsOf = (fact: OperationFact, action: AuditAction): JsonObject => {
  const { undoes, operation, outcome, threadIds } = fact
  const name = shortText(fact.arguments['name'])
  const permanent = fact.arguments['permanent']
  return {
    ...(action === 'changed' ? { operation } : {}),
    ...(action === 'renamed' ? { name } : {}),
    ...(permanent === true ? { permanent } : {}),
    ...(threadIds.length > 1 && threadIds[0] !== undefined ? { alongWith: threadIds[0] } : {}),
    ...(undoes === null ? {} : { undoes }),
    ...(outcome === null ? { outcome: 'unfinished' } : {})
  }
}

/** A row with the time that sorts it. */
export type TimedRow = readonly [orderMs: number, row: AuditRow]

/** The row an operation makes in the trail of a thread; null when its lines make it, or when it came to nothing. */
export const operationRow = (fact: OperationFact, threadId: string): TimedRow | null => {
  if (!stands(fact) || IN_LINES.has(fact.operation)) return null
  const isMade = fact.operation === 'fork'
  if (isMade && fact.madeThreadId !== threadId) return null
  const action = isMade ? 'forked' : (own(ACTIONS, fact.operation) ?? 'changed')
  const at = fact.endedAt ?? fact.beganAt
  const forkedFrom = isMade ? { forkedFrom: fact.threadIds[0] ?? null } : {}
  return [
    Date.parse(at) || 0,
    {
      threadId,
      at,
      action,
      turnId: null,
      actor: actorOf(fact),
      before: null,
      after: { ...detailsOf(fact, action), ...forkedFrom },
      evidence: { kind: 'operation', operationId: fact.id },
      certainty: fact.outcome === null ? 'unknown' : 'recorded'
    }
  ]
}

/**
 * The audit trail, as it is asked: what happened in a home, when and by whom; approvals and reviews; and exports that prove
 * they were not edited.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Approval } from '../../domain/ledgers/audit/approvals.ts'
import { recordedApproval } from '../../domain/ledgers/audit/questions.ts'
import { startChain } from '../../domain/ledgers/audit/chain.ts'
import type { TimedRow } from '../../domain/ledgers/audit/operations.ts'
import type { Review } from '../../domain/ledgers/audit/reviews.ts'
import type { StoreError } from '../../domain/errors.ts'
import { approvals, approvalsPrefix } from '../../projections/approvals.ts'
import { AUDIT } from '../../projections/ledgers.ts'
import { reviewerPrefix, reviews, reviewsPrefix } from '../../projections/reviews.ts'
import { afterPrefix, rowsUnder } from '../catch-up/overlay.ts'
import {
  allFiles,
  filesOf,
  lastMsOf,
  rowsByTime,
  rowsOfFile,
  type AuditFile
} from './audit-files.ts'
import { operationsIn } from './audit-operations.ts'
import type { AuditHome } from '../home-ports.ts'
import { trailsOf, type Trails } from './audit-outside.ts'
import {
  auditPageOf,
  FIRST_PAGE,
  merged,
  parseAuditCursor,
  type AuditCursor,
  type AuditPage,
  type AuditRequest,
  type Merged
} from './audit-page.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import { invalidRequest, type Answer, type Result } from '../result.ts'

export type { AuditPage, AuditRequest } from './audit-page.ts'

/** One decision, and whose. A call without one is `unknown`: no rollout says whether anybody was asked, only a server that asked. */
export type ApprovalRow = Omit<Approval, 'offset' | 'bytes'> & {
  readonly threadId: string
  readonly evidence: { readonly file: string; readonly offset: number; readonly bytes: number }
}

/** One review of a thread. */
export type ReviewRow = Omit<Review, 'offset' | 'bytes'> & {
  /** The thread that shows it. */
  readonly threadId: string
  /** The thread of the reviewer; null when it is not in the home. */
  readonly reviewerThreadId: string | null
  readonly evidence: { readonly file: string; readonly offset: number; readonly bytes: number }
}

export interface AuditLedger {
  readonly auditTrail: (request: AuditRequest) => Answer<AuditPage>
  /** The lines of an export, of a home or of one thread, without newlines; `domain/ledgers/audit/chain.ts` has their form. */
  readonly auditExport: (threadId?: string) => Answer<AsyncIterable<string>>
  /** Oldest first, thread by thread. */
  readonly approvals: (threadId?: string) => Answer<ReadonlyArray<ApprovalRow>>
  /** Oldest first, thread by thread. */
  readonly reviews: (threadId?: string) => Answer<ReadonlyArray<ReviewRow>>
}

/** A home with nothing beside its rollouts and logs. */
const BARE: Omit<AuditHome, 'sha256'> = {
  names: async () => [],
  imports: async () => [],
  sources: async () => [],
  questions: async () => new Map()
}

interface AuditParts {
  readonly given: LedgerParts
  readonly ledger: Ledger
}

export const open = (given: LedgerParts): AuditParts => ({ given, ledger: ledgerOf(given, AUDIT) })

const filesFor = (
  { given, ledger }: AuditParts,
  threadId: string | undefined
): Promise<Result<ReadonlyArray<AuditFile>>> =>
  threadId === undefined
    ? allFiles(ledger)
    : filesOf(ledger, given.ledgerSource?.store ?? given.store, threadId)

const gather = async (parts: AuditParts, threadId: string | undefined): Promise<Result<Trails>> => {
  const { given, ledger } = parts
  const files = await filesFor(parts, threadId)
  if (E.isLeft(files)) return files
  const operations = await operationsIn(given.index, given.homeLogs?.('operations'))
  if (E.isLeft(operations)) return operations
  const home = given.auditHome ?? BARE
  const trails = await trailsOf(files.right, operations.right, home, threadId, (file) =>
    lastMsOf(ledger, file)
  )
  const isKnown = threadId === undefined || trails.threadIds().includes(threadId)
  return isKnown ? E.right(trails) : E.left({ _tag: 'StreamNotFound', streamId: threadId })
}

const ofThread = (
  { ledger }: AuditParts,
  trails: Trails,
  threadId: string,
  from: AuditCursor
): Iterable<Merged> => {
  const files = trails
    .filesOf(threadId)
    .map(({ id }) => rowsOfFile(ledger, id, from.files[id] ?? 0))
  return merged(files, trails.outside(threadId), from, trails.row)
}

const byTime = ([a, x]: TimedRow, [b, y]: TimedRow): number =>
  a - b || (x.threadId < y.threadId ? -1 : x.threadId > y.threadId ? 1 : 0)

const ofHome = (
  { ledger }: AuditParts,
  trails: Trails,
  { cursor, sinceMs }: AuditRequest,
  from: AuditCursor
): Iterable<Merged> => {
  const outside = trails.threadIds().flatMap((threadId) => trails.outside(threadId))
  const start = from.time ?? [sinceMs ?? 0, '', -1]
  const rows = rowsByTime(ledger, start)
  const place = { ...from, time: start, outside: cursor == null ? 0 : from.outside }
  return merged([rows], outside.sort(byTime), place, trails.row)
}

export const auditTrail = async (
  parts: AuditParts,
  request: AuditRequest
): Promise<Result<AuditPage>> => {
  const { threadId, cursor = null } = request
  const from = cursor === null ? FIRST_PAGE : parseAuditCursor(cursor)
  if (from === null) return invalidRequest(`invalid cursor: ${cursor ?? ''}`)
  const trails = await gather(parts, threadId)
  if (E.isLeft(trails)) return trails
  const rows =
    threadId === undefined
      ? ofHome(parts, trails.right, request, from)
      : ofThread(parts, trails.right, threadId, from)
  return E.right(auditPageOf(rows, request))
}

async function* exported(
  parts: AuditParts,
  trails: Trails,
  threadIds: ReadonlyArray<string>,
  { sha256 }: AuditHome
): AsyncIterable<string> {
  const chain = startChain(sha256)
  for (const threadId of threadIds) {
    const rows = [...ofThread(parts, trails, threadId, FIRST_PAGE)].map(({ row }) => row())
    yield* chain.thread(rows)
    // Other work of the process gets its turn between threads.
    await Promise.resolve()
  }
  yield chain.end()
}

const NO_HASHES: StoreError = {
  _tag: 'NotPossible',
  reason: 'this engine was made without a way to compute hashes',
  next: 'open the home with openEngine'
}

export const auditExport = async (
  parts: AuditParts,
  threadId?: string
): Promise<Result<AsyncIterable<string>>> => {
  const { auditHome } = parts.given
  if (auditHome === undefined) return E.left(NO_HASHES)
  const trails = await gather(parts, threadId)
  return E.map((found: Trails) =>
    exported(parts, found, threadId === undefined ? found.threadIds() : [threadId], auditHome)
  )(trails)
}

const byFile = (a: AuditFile, b: AuditFile): number =>
  a.threadId === b.threadId ? (a.name < b.name ? -1 : 1) : a.threadId < b.threadId ? -1 : 1

const rowsOf = async <A>(
  parts: AuditParts,
  threadId: string | undefined,
  read: (file: AuditFile) => ReadonlyArray<A>
): Promise<Result<ReadonlyArray<A>>> => {
  const files = await filesFor(parts, threadId)
  if (E.isLeft(files)) return files
  if (threadId !== undefined && files.right.length === 0)
    return E.left({ _tag: 'StreamNotFound', streamId: threadId })
  return E.right([...files.right].sort(byFile).flatMap(read))
}

const withEvidence = (
  threadId: string,
  file: string,
  { offset, bytes, ...row }: Approval
): ApprovalRow => ({ threadId, ...row, evidence: { file, offset, bytes } })

const byThreadAndTime = (a: ApprovalRow, b: ApprovalRow): number =>
  a.threadId === b.threadId ? Date.parse(a.at) - Date.parse(b.at) : a.threadId < b.threadId ? -1 : 1

/** Decisions that rollouts tell of, and those this server was told itself, which say more of the same call. */
export const approvalRows = async (
  parts: AuditParts,
  threadId?: string
): Promise<Result<ReadonlyArray<ApprovalRow>>> => {
  const { ledger, given } = parts
  const kept = await (given.auditHome ?? BARE).questions(threadId)
  const recorded = [...kept].flatMap(([owner, questions]) =>
    questions.flatMap((one) => {
      const approval = recordedApproval(one)
      return approval === null ? [] : [withEvidence(owner, one.file, approval)]
    })
  )
  const idOf = (row: ApprovalRow): string => `${row.threadId}/${row.callId}`
  const known = new Set(recorded.map(idOf))
  const read = await rowsOf(parts, threadId, ({ id, name, threadId: owner }) =>
    rowsUnder(ledger.env.index, approvalsPrefix(ledger.table(approvals), id))
      .map(([, value]) => value as Approval)
      .sort((a, b) => a.offset - b.offset)
      .map((approval) => withEvidence(owner, name, approval))
      .filter((row) => !known.has(idOf(row)))
  )
  if (E.isLeft(read) || recorded.length === 0) return read
  return E.right([...read.right, ...recorded].sort(byThreadAndTime))
}

const reviewerOf = ({ env, table }: Ledger, turnId: string | null): string | null => {
  if (turnId === null) return null
  const prefix = reviewerPrefix(table(reviews), turnId)
  const [first] = env.index.keys(prefix, afterPrefix(prefix))
  return first === undefined ? null : String(first[2])
}

export const reviewRows = async (
  parts: AuditParts,
  threadId?: string
): Promise<Result<ReadonlyArray<ReviewRow>>> => {
  const { ledger } = parts
  // The reviewer is another thread, whichever is asked for.
  const everything = await ledger.everything()
  if (E.isLeft(everything)) return everything
  return rowsOf(parts, threadId, ({ id, name, threadId: owner }) => {
    const rows = rowsUnder(ledger.env.index, reviewsPrefix(ledger.table(reviews), id))
    return rows.map(([, value]): ReviewRow => {
      const { offset, bytes, ...row } = value as Review
      const reviewerThreadId = reviewerOf(ledger, row.reviewerTurnId)
      const evidence = { file: name, offset, bytes }
      return { threadId: owner, ...row, reviewerThreadId, evidence }
    })
  })
}

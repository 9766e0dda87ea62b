/**
 * The usage ledger, as it is asked: who spent how many tokens, on what, when.
 *
 * Most questions are answered from sums of quarters of an hour, a few rows per thread. Spends themselves are read where a
 * question is finer: by turn, or for a time that cuts such a quarter.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { UsageBy } from '../../domain/ledgers/usage/by.ts'
import { calendarOf, mondayOf, type Calendar } from '../../domain/ledgers/usage/calendar.ts'
import {
  addTo,
  groupOf,
  groupsOf,
  newGroup,
  type OpenGroup,
  type UsageGroup
} from '../../domain/ledgers/usage/groups.ts'
import { importedSpends } from '../../domain/ledgers/usage/imported.ts'
import { shownSpend, type Spend } from '../../domain/ledgers/usage/spend.ts'
import { agentKeyOf } from '../../domain/ledgers/usage/spender.ts'
import { QUARTER_MS, quarterOf, sumOf, type UsageSum } from '../../domain/ledgers/usage/sums.ts'
import { USAGE } from '../../projections/ledgers.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import { leftBehind } from './usage-left.ts'
import { scopeOf, type Scope, type Spending } from './usage-scope.ts'
import { spendsOf, sumsOfAll, sumsOfEach, type SumsOf, type UsageRow } from './usage-rows.ts'
import { UTC, zoneNamed, type Zone } from '../../domain/time/zone.ts'
import { invalidRequest, type Answer, type Result } from '../result.ts'

export type { ModelUsage, UsageGroup } from '../../domain/ledgers/usage/groups.ts'
export type { UsageBy } from '../../domain/ledgers/usage/by.ts'
export type { UsageRow } from './usage-rows.ts'

export interface UsageRequest {
  readonly by: UsageBy
  readonly threadId?: string
  /** With `threadId`: and every thread below it. By thread, without: each thread with all below it as one. */
  readonly tree?: boolean
  /** Without `threadId`: only threads whose file was modified since; the others are not even caught up. */
  readonly modifiedSinceMs?: number
  readonly sinceMs?: number
  readonly untilMs?: number
  /** And what the sources of imported threads say that they spent; left out by default, because their agents count it too. */
  readonly imported?: boolean
  /** Of spends: only those of the group with this key. */
  readonly key?: string
  /** The zone whose days, weeks and months count, or its IANA name; UTC when absent. */
  readonly timeZone?: string | Zone
}

/** Why a number is a lower bound. */
export interface UsageReason {
  readonly kind: 'compaction_unrecorded' | 'answer_unrecorded'
  readonly threadId: string
  readonly text: string
}

/** A report; the groups are in the order of their keys, and add up to the total. */
export interface UsageReport {
  readonly groups: ReadonlyArray<UsageGroup>
  readonly total: UsageGroup
  readonly reasons: ReadonlyArray<UsageReason>
}

export interface UsageLedger {
  readonly usage: (request: UsageRequest) => Answer<UsageReport>
  /** Every spend of a request, thread by thread, oldest first. */
  readonly usageRows: (request: UsageRequest) => Answer<AsyncIterable<UsageRow>>
}

interface UsageQuestion {
  readonly by: UsageBy
  readonly key: string | null
  readonly sinceMs: number
  readonly untilMs: number
  readonly calendar: Calendar
}

const questionOf = (request: UsageRequest): Result<UsageQuestion> => {
  const { by, key = null, sinceMs = -Infinity, untilMs = Infinity, timeZone = UTC } = request
  const named = typeof timeZone === 'string' ? timeZone : ''
  const zone = typeof timeZone === 'string' ? zoneNamed(timeZone) : timeZone
  return zone === null
    ? invalidRequest(`unknown time zone: ${named}`)
    : E.right({ by, key, sinceMs, untilMs, calendar: calendarOf(zone) })
}

const isIn = ({ sinceMs, untilMs }: UsageQuestion, atMs: number): boolean =>
  sinceMs <= atMs && atMs < untilMs

/** What begins and ends at midnight. */
const BY_DAYS: ReadonlySet<UsageBy> = new Set(['day', 'week', 'month'])

/** True for a sum that must be taken apart: its time is cut, or lies in two days. */
const isCut = (
  { by, sinceMs, untilMs, calendar }: UsageQuestion,
  { fromMs }: UsageSum
): boolean => {
  const endMs = fromMs + QUARTER_MS
  const isPart = (fromMs < sinceMs && sinceMs < endMs) || (fromMs < untilMs && untilMs < endMs)
  return isPart || (BY_DAYS.has(by) && calendar.isSplit(fromMs))
}

type SpendPiece = UsageSum & { readonly turnId?: string | null }

const pieceOf = (spend: Spend): SpendPiece => ({
  ...sumOf(spend),
  fromMs: spend.occurredAtMs,
  turnId: spend.turnId
})

const piecesOf = (
  ledger: Ledger,
  { threadId }: Spending,
  left: ReadonlyArray<Spend>,
  sumsOf: SumsOf,
  question: UsageQuestion
): ReadonlyArray<SpendPiece> => {
  const pieces: Array<SpendPiece> = []
  const addIf = (isWanted: (atMs: number) => boolean, spends: Iterable<Spend>): void => {
    for (const spend of spends) {
      const { occurredAtMs } = spend
      if (isIn(question, occurredAtMs) && isWanted(occurredAtMs)) pieces.push(pieceOf(spend))
    }
  }
  addIf(() => true, left)
  if (question.by === 'turn') {
    addIf(() => true, spendsOf(ledger, threadId))
    return pieces
  }
  const cut = new Set<number>()
  for (const sum of sumsOf(threadId)) {
    if (isCut(question, sum)) cut.add(sum.fromMs)
    else if (isIn(question, sum.fromMs)) pieces.push(sum)
  }
  if (cut.size > 0) addIf((atMs) => cut.has(quarterOf(atMs)), spendsOf(ledger, threadId))
  return pieces
}

const keyOf = (
  { by, calendar }: UsageQuestion,
  { threadId, root, spender }: Spending,
  { fromMs, model, provider, turnId }: SpendPiece
): string => {
  switch (by) {
    case 'total':
      return 'total'
    case 'day':
      return calendar.dayOf(fromMs)
    case 'week':
      return mondayOf(calendar.dayOf(fromMs))
    case 'month':
      return calendar.dayOf(fromMs).slice(0, -3)
    case 'thread':
      return root
    case 'turn':
      return `${threadId}/${turnId ?? '-'}`
    case 'model':
      return model ?? 'unknown'
    case 'provider':
      return provider ?? 'unknown'
    case 'agent':
      return agentKeyOf(spender)
  }
}

/** What to say of spends of unknown size: of one, and of several. */
const WORDS: Readonly<Record<UsageReason['kind'], readonly [string, string]>> = {
  compaction_unrecorded: [
    'no line tells what a compaction cost',
    'no line tells what # compactions cost'
  ],
  answer_unrecorded: [
    'no line tells what an answer cost: its turn was cut off before, or still runs',
    'no line tells what # answers cost: their turns were cut off before, or still run'
  ]
}

const UNRECORDED = ['compaction_unrecorded', 'answer_unrecorded'] as const

const reasonsOf = (
  ledger: Ledger,
  { threadId }: Spending,
  left: ReadonlyArray<Spend>,
  question: UsageQuestion
): ReadonlyArray<UsageReason> => {
  const spends = [...spendsOf(ledger, threadId), ...left].filter((spend) =>
    isIn(question, spend.occurredAtMs)
  )
  return UNRECORDED.flatMap((kind) => {
    const count = spends.filter((spend) => spend.kind === kind).length
    const [one, several] = WORDS[kind]
    const text = count === 1 ? one : several.replace('#', String(count))
    return count === 0 ? [] : [{ kind, threadId, text }]
  })
}

/** Gives what the source of a thread says that it spent; every answer once, for the first thread that has it. */
type SpentBefore = (spending: Spending) => ReadonlyArray<UsageRow>

const spentBefore = async (
  home: LedgerParts['auditHome'],
  { imported = false }: UsageRequest
): Promise<SpentBefore> => {
  if (!imported) return () => []
  const sources = (await home?.sources()) ?? []
  const byThread = new Map(sources.map((source) => [source.threadId, source]))
  const counted = new Set<string>()
  return ({ threadId, spends }) => {
    const source = byThread.get(threadId)
    if (source === undefined) return []
    const path = source.sourcePath
    return importedSpends(source, counted, spends).map((spend) => ({ ...spend, path }))
  }
}

/** Spends that are not among the rows of a thread. */
const outside = async (
  ledger: Ledger,
  spending: Spending,
  before: SpentBefore
): Promise<ReadonlyArray<UsageRow>> => {
  const { threadId, info, spends, uncounted } = spending
  const own = uncounted === null ? [] : [shownSpend(threadId, { ...uncounted, sequence: spends })]
  const left = spending.hasOlderFiles ? await leftBehind(ledger, spending) : []
  return [...own.map((spend) => ({ ...spend, path: info.path })), ...left, ...before(spending)]
}

const report = async (
  ledger: Ledger,
  scope: Scope,
  question: UsageQuestion,
  before: SpentBefore
): Promise<UsageReport> => {
  const groups = new Map<string, OpenGroup>()
  const total = newGroup('total')
  const reasons: Array<UsageReason> = []
  const sumsOf = scope.isWhole ? sumsOfAll(ledger) : sumsOfEach(ledger)
  for (const spending of scope.threads) {
    const left = await outside(ledger, spending, before)
    let unrecorded = 0
    for (const piece of piecesOf(ledger, spending, left, sumsOf, question)) {
      const key = keyOf(question, spending, piece)
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = newGroup(key)))
      addTo(group, piece)
      addTo(total, piece)
      unrecorded += piece.unrecorded
    }
    if (unrecorded > 0) reasons.push(...reasonsOf(ledger, spending, left, question))
  }
  return { groups: groupsOf(groups.values()), total: groupOf(total), reasons }
}

/** Decides whether a spend belongs to the group that is asked for. */
const inGroup =
  (question: UsageQuestion, spending: Spending) =>
  (spend: Spend): boolean =>
    isIn(question, spend.occurredAtMs) &&
    (question.key === null || keyOf(question, spending, pieceOf(spend)) === question.key)

async function* rowsOf(
  ledger: Ledger,
  scope: Scope,
  question: UsageQuestion,
  before: SpentBefore
): AsyncGenerator<UsageRow> {
  for (const spending of scope.threads) {
    const { threadId, info } = spending
    const isWanted = inGroup(question, spending)
    const lineage = spending.spends === 0 ? [] : ledger.env.store.lineage(info)
    for (const spend of spendsOf(ledger, threadId))
      if (isWanted(spend)) yield { ...spend, path: lineage[spend.place.segment]?.path ?? info.path }
    for (const spend of await outside(ledger, spending, before)) if (isWanted(spend)) yield spend
  }
}

interface UsageParts {
  readonly ledger: Ledger
  readonly home: LedgerParts['auditHome']
}

export const open = (parts: LedgerParts): UsageParts => ({
  ledger: ledgerOf(parts, USAGE),
  home: parts.auditHome
})

const asked =
  <A>(answer: (ledger: Ledger, scope: Scope, question: UsageQuestion, before: SpentBefore) => A) =>
  async ({ ledger, home }: UsageParts, request: UsageRequest): Promise<Result<Awaited<A>>> => {
    const question = questionOf(request)
    if (E.isLeft(question)) return question
    const scope = await scopeOf(ledger, request)
    if (E.isLeft(scope)) return scope
    const before = await spentBefore(home, request)
    return E.right(await answer(ledger, scope.right, question.right, before))
  }

export const usageReport = asked(report)
export const usageRows = asked(rowsOf)

/**
 * Read model `usage`: what each thread spent, spend by spend and added up.
 *
 *   [usage, streamId]                        -> UsageThread    who spends, and what is known of the whole; once per catch-up
 *   [usage.spend, streamId, n]               -> SpendRow       spends n*32 to n*32+31 of the thread, oldest first
 *   [usage.answer, streamId, answer]         -> sequence       a recorded answer counts once
 *   [usage.sum, streamId, day]               -> UsageSum[]     the same added up: a quarter of an hour, a model, a provider;
 *                                                              `day` counts days since 1970 in UTC
 *
 * A report over a home reads the sums, which are few; the days and months of every time zone of today are whole quarters
 * of an hour.
 */
import { isSegmentPath } from '../domain/ids.ts'
import type { InheritanceRule } from '../domain/log/inherited.ts'
import { NO_SPENDS, unpacked, withPacked, type SpendRow } from '../domain/ledgers/usage/packed.ts'
import type { KeptSpend } from '../domain/ledgers/usage/spend.ts'
import {
  evolveUsage,
  uncountedSpend,
  USAGE_NEEDS,
  type SpendLookup
} from '../domain/ledgers/usage/usage.ts'
import {
  MAIN,
  NO_USAGE,
  type Spender,
  type UsageState
} from '../domain/ledgers/usage/usage-state.ts'
import { withSpend, type UsageSum } from '../domain/ledgers/usage/sums.ts'
import { DAY_MS } from '../domain/time/zone.ts'
import {
  deletesUnder,
  NO_WRITES,
  perStream,
  type LedgerProjection,
  type RowKey,
  type Rows,
  type RowWrite,
  type Surroundings
} from './projection.ts'
import { turnIdKey } from './turns.ts'

/** What is known of a thread that spends. */
export interface UsageThread {
  readonly spender: Spender
  readonly spends: number
  /** Spends of unknown size. */
  readonly unrecorded: number
  /** The answer of the newest turn that no count has shown yet; null for none. */
  readonly uncounted: KeptSpend | null
  /** The first rule by which a line was found to be inherited; null where none was. */
  readonly inheritedBy: InheritanceRule | null
  /** True when the newest file is not the thread's first: what a revert left behind stands in the others. */
  readonly hasOlderFiles: boolean
}

/** Spends in a row. */
export const SPENDS_PER_ROW = 32

const usageThreadKey = (table: string, streamId: string): RowKey => [table, streamId]

/** Key of the spends around one. */
export const spendsKey = (table: string, streamId: string, sequence: number): RowKey => [
  `${table}.spend`,
  streamId,
  Math.floor(sequence / SPENDS_PER_ROW)
]

/** Keys of the sums of a thread begin with this. */
export const sumsPrefix = (table: string, streamId: string): RowKey => [`${table}.sum`, streamId]

const answerKey = (table: string, streamId: string, answer: string): RowKey => [
  `${table}.answer`,
  streamId,
  turnIdKey(answer)
]

const spendsAt = (rows: Rows, table: string, streamId: string, sequence: number): SpendRow =>
  (rows.get(spendsKey(table, streamId, sequence)) as SpendRow | undefined) ?? NO_SPENDS

/** One spend of a thread; null when it has not so many. */
export const spendAt = (
  rows: Rows,
  table: string,
  streamId: string,
  sequence: number
): KeptSpend | null =>
  sequence < 0
    ? null
    : unpacked(spendsAt(rows, table, streamId, sequence), sequence % SPENDS_PER_ROW, sequence)

/** Odd ids share a key by their hash: the spend tells whether it is the one. */
const isCounted = (rows: Rows, table: string, streamId: string, answer: string): boolean => {
  const known = rows.get(answerKey(table, streamId, answer))
  return typeof known === 'number' && spendAt(rows, table, streamId, known)?.answer === answer
}

/** The rows of spends that are new or changed, each row once. */
const spendWrites = (
  rows: Rows,
  table: string,
  streamId: string,
  spends: ReadonlyArray<KeptSpend>
): ReadonlyArray<RowWrite> => {
  const changed = new Map<number, SpendRow>()
  for (const spend of spends) {
    const { sequence } = spend
    const place = Math.floor(sequence / SPENDS_PER_ROW)
    const row = changed.get(place) ?? spendsAt(rows, table, streamId, sequence)
    changed.set(place, withPacked(row, sequence % SPENDS_PER_ROW, spend))
  }
  return [...changed].map(([place, value]) => ({ key: [`${table}.spend`, streamId, place], value }))
}

/** The sums of a day with a new spend; a changed one has the same size, model and time as before. */
const sumWrite = (rows: Rows, table: string, streamId: string, spend: KeptSpend): RowWrite => {
  const key = [...sumsPrefix(table, streamId), Math.floor(spend.occurredAtMs / DAY_MS)]
  const sums = (rows.get(key) as ReadonlyArray<UsageSum> | undefined) ?? []
  return { key, value: withSpend(sums, spend) }
}

const lookupOf = perStream(({ rows, table }: Surroundings, streamId): SpendLookup => ({
  spendAt: (sequence) => spendAt(rows, table, streamId, sequence),
  isCounted: (answer) => isCounted(rows, table, streamId, answer)
}))

const TABLES = ['', '.spend', '.answer', '.sum']

/** The usage of a thread. */
export const usage: LedgerProjection<UsageState, typeof USAGE_NEEDS> = {
  name: 'usage',
  version: 3,
  needs: USAGE_NEEDS,
  initial: () => NO_USAGE,
  evolve: (state, event, around) => {
    const { streamId } = event
    const { rows, table } = around
    const [next, spends] = evolveUsage(state, event, lookupOf(around, streamId))
    if (spends.length === 0) return [next, NO_WRITES]
    const writes = [...spendWrites(rows, table, streamId, spends)]
    for (const spend of spends) {
      if (spend.answer !== null)
        writes.push({ key: answerKey(table, streamId, spend.answer), value: spend.sequence })
      if (spend.sequence >= state.spends) writes.push(sumWrite(rows, table, streamId, spend))
    }
    return [next, writes]
  },
  settle: (state, { streamId, path }, { table }) => [
    {
      key: usageThreadKey(table, streamId),
      value: {
        spender: state.spender ?? MAIN,
        spends: state.spends,
        unrecorded: state.unrecorded,
        uncounted: uncountedSpend(state),
        inheritedBy: state.inheritedBy,
        hasOlderFiles: isSegmentPath(path)
      } satisfies UsageThread
    }
  ],
  forget: (streamId, { rows, table }) =>
    deletesUnder(rows, ...TABLES.map((part) => [`${table}${part}`, streamId])),
  needsEveryEvent: (state) => state.needsEveryEvent
}

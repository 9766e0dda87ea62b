/**
 * The rows of the usage ledger, thread by thread.
 */
import { shownSpend, type KeptSpend, type Spend } from '../../domain/usage/spend.ts'
import type { UsageSum } from '../../domain/usage/sums.ts'
import {
  SPENDS_PER_ROW,
  spendsKey,
  sumsPrefix,
  usage,
  type UsageThread
} from '../../projections/usage.ts'
import { afterPrefix } from '../catch-up/overlay.ts'
import type { Ledger } from './ledger.ts'

/** One spend, with the file its line stands in. */
export type UsageRow = Spend & { readonly path: string }

/** Rows that are read at once. */
const ROWS_AT_ONCE = 256

/** What is known of every thread that was folded, by id. */
export function* usageThreads({ env, table }: Ledger): Generator<readonly [string, UsageThread]> {
  const name = table(usage)
  const until = afterPrefix([name])
  for (let from: ReadonlyArray<string | number> = [name]; ;) {
    const rows = env.index.range(from, until, ROWS_AT_ONCE, false)
    for (const [key, value] of rows) yield [key[1] as string, value as UsageThread]
    const last = rows.at(-1)
    if (last === undefined || rows.length < ROWS_AT_ONCE) return
    from = [...last[0], '']
  }
}

/** What is known of one thread. */
export const usageThread = ({ env, table }: Ledger, threadId: string): UsageThread | null =>
  (env.index.get([table(usage), threadId]) as UsageThread | undefined) ?? null

/** The sums of a thread, oldest day first. */
export function* sumsOf({ env, table }: Ledger, threadId: string): Generator<UsageSum> {
  const prefix = sumsPrefix(table(usage), threadId)
  const rows = env.index.range(prefix, afterPrefix(prefix), Infinity, false)
  for (const [, sums] of rows) yield* sums as ReadonlyArray<UsageSum>
}

/** The spends of a thread, oldest first. */
export function* spendsOf({ env, table }: Ledger, threadId: string): Generator<Spend> {
  for (let first = 0; ; first += SPENDS_PER_ROW) {
    const row = env.index.get(spendsKey(table(usage), threadId, first))
    if (row === undefined) return
    for (const spend of row as ReadonlyArray<KeptSpend>) yield shownSpend(threadId, spend)
  }
}

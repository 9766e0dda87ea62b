/**
 * The rows of the usage ledger, thread by thread.
 */
import { unpacked, type SpendRow } from '../../domain/ledgers/usage/packed.ts'
import { shownSpend, type Spend } from '../../domain/ledgers/usage/spend.ts'
import type { UsageSum } from '../../domain/ledgers/usage/sums.ts'
import {
  SPENDS_PER_ROW,
  spendsKey,
  sumsPrefix,
  usage,
  type UsageThread
} from '../../projections/usage.ts'
import type { RowKey } from '../../projections/projection.ts'
import { afterPrefix, rowsUnder } from '../catch-up/overlay.ts'
import type { Ledger } from './ledger.ts'

export type UsageRow = Spend & { readonly path: string }

const ROWS_AT_ONCE = 256

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

export const usageThread = ({ env, table }: Ledger, threadId: string): UsageThread | null =>
  (env.index.get([table(usage), threadId]) as UsageThread | undefined) ?? null

/** Gives the sums of a thread, oldest day first. */
export type SumsOf = (threadId: string) => Iterable<UsageSum>

export const sumsOfEach =
  ({ env, table }: Ledger): SumsOf =>
  (threadId) => {
    const rows = rowsUnder(env.index, sumsPrefix(table(usage), threadId))
    return rows.flatMap(([, sums]) => sums as ReadonlyArray<UsageSum>)
  }

/**
 * Sums of many threads, which are asked for in the order of their ids: rows are read ahead, many at once, because a look
 * into the index for each thread takes several times as long.
 */
export const sumsOfAll = ({ env, table }: Ledger): SumsOf => {
  const [name = ''] = sumsPrefix(table(usage), '')
  const until = afterPrefix([name])
  let from: RowKey = [name]
  let rows: ReadonlyArray<readonly [RowKey, unknown]> = []
  let at = 0
  const ahead = (): readonly [RowKey, unknown] | undefined => {
    if (at < rows.length) return rows[at]
    rows = env.index.range(from, until, ROWS_AT_ONCE, false)
    at = 0
    const last = rows.at(-1)
    if (last !== undefined) from = [...last[0], '']
    return rows[0]
  }
  return function* (threadId) {
    for (let next = ahead(); next !== undefined; next = ahead()) {
      const [[, id], sums] = next
      if (String(id) > threadId) return
      at += 1
      if (id === threadId) yield* sums as ReadonlyArray<UsageSum>
    }
  }
}

export function* spendsOf({ env, table }: Ledger, threadId: string): Generator<Spend> {
  for (let first = 0; ; first += SPENDS_PER_ROW) {
    const row = env.index.get(spendsKey(table(usage), threadId, first)) as SpendRow | undefined
    if (row === undefined) return
    for (let at = 0; at < row.spends.length; at++) {
      const spend = unpacked(row, at, first + at)
      if (spend !== null) yield shownSpend(threadId, spend)
    }
  }
}

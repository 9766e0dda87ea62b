/**
 * Spends added up by quarter of an hour, model and provider: the smallest sums of which the days of every time zone of
 * today are made.
 */
import type { Spend } from './spend.ts'
import { NO_TOKENS, plus, type Tokens } from './tokens.ts'

export const QUARTER_MS = 900_000

/** What was spent in one quarter of an hour on one model. */
export interface UsageSum {
  /** When the quarter of an hour begins, in milliseconds since 1970. */
  readonly fromMs: number
  readonly model: string | null
  readonly provider: string | null
  readonly tokens: Tokens
  /** Number of spends. */
  readonly spends: number
  /** Of these, how many of unknown size. */
  readonly unrecorded: number
}

type Summed = Pick<Spend, 'occurredAtMs' | 'model' | 'provider' | 'tokens'>

/** The quarter of an hour a time is in. */
export const quarterOf = (atMs: number): number => Math.floor(atMs / QUARTER_MS) * QUARTER_MS

export const sumOf = ({ occurredAtMs, model, provider, tokens }: Summed): UsageSum => ({
  fromMs: quarterOf(occurredAtMs),
  model,
  provider,
  tokens: tokens ?? NO_TOKENS,
  spends: 1,
  unrecorded: tokens === null ? 1 : 0
})

const addSums = (a: UsageSum, b: UsageSum): UsageSum => ({
  ...a,
  tokens: plus(a.tokens, b.tokens),
  spends: a.spends + b.spends,
  unrecorded: a.unrecorded + b.unrecorded
})

const isSameSum = (a: UsageSum, b: UsageSum): boolean =>
  a.fromMs === b.fromMs && a.model === b.model && a.provider === b.provider

export const withSpend = (
  sums: ReadonlyArray<UsageSum>,
  spend: Summed
): ReadonlyArray<UsageSum> => {
  const one = sumOf(spend)
  const at = sums.findLastIndex((sum) => isSameSum(sum, one))
  const known = sums[at]
  return known === undefined ? [...sums, one] : sums.with(at, addSums(known, one))
}

/**
 * What a running count tells: every `token_count` of Codex says how much its thread spent in all. A spend is what one
 * has more than the one before.
 *
 * Rules:  the same count again is a repeat. Less of any part: the count began anew, and all it says is new; so it is after
 *         the context window overflowed, when Codex sets every part to nothing. A count that continues an older one (what
 *         it had before its newest answer was seen, but is not the newest) is that of a second process that writes to
 *         the same thread: its newest answer is new, no more.
 */
import { isNothing, minus, NO_TOKENS, sameTokens, type Tokens } from './tokens.ts'

/** The newest count of a thread, and a few before it. */
export interface RunningCounts {
  /** Null before the first. */
  readonly newest: Tokens | null
  readonly older: ReadonlyArray<Tokens>
}

export const NO_COUNTS: RunningCounts = { newest: null, older: [] }

/** A spend as the difference of counts. */
export interface Growth {
  readonly tokens: Tokens
  readonly rule: 'delta' | 'reset'
  /** `inferred` where two processes wrote. */
  readonly certainty: 'derived' | 'inferred'
}

const OLDER_MAX = 8

export const withCount = ({ newest, older }: RunningCounts, total: Tokens): RunningCounts => {
  if (newest === null || sameTokens(newest, total)) return { newest: total, older }
  const others = older.filter((one) => !sameTokens(one, total))
  return { newest: total, older: [newest, ...others].slice(0, OLDER_MAX) }
}

const isKnown = ({ older }: RunningCounts, total: Tokens): boolean =>
  older.some((one) => sameTokens(one, total))

/**
 * What was spent between the newest count and `total`; null for nothing. `last` is the part of the newest answer.
 * `continues`: a thread that was given a history counts on from that, so that its first count is not all its own.
 */
export const growthOf = (
  counts: RunningCounts,
  total: Tokens,
  last: Tokens,
  continues: boolean
): Growth | null => {
  const { newest } = counts
  const before = minus(total, last)
  if (newest === null) {
    const given = continues && before !== null ? before : NO_TOKENS
    const tokens = minus(total, given)
    return tokens === null || isNothing(tokens)
      ? null
      : { tokens, rule: 'delta', certainty: 'derived' }
  }
  if (sameTokens(newest, total)) return null
  if (before !== null && sameTokens(before, newest) && !isNothing(last))
    return { tokens: last, rule: 'delta', certainty: 'derived' }
  if (before !== null && !isNothing(before) && !isNothing(last) && isKnown(counts, before))
    return isKnown(counts, total) ? null : { tokens: last, rule: 'delta', certainty: 'inferred' }
  const tokens = minus(total, newest)
  if (tokens !== null) return { tokens, rule: 'delta', certainty: 'derived' }
  if (isNothing(total)) return null
  return { tokens: total, rule: 'reset', certainty: 'derived' }
}

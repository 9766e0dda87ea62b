/**
 * Facts of a rollout joined with what the usage ledger says: the tokens of a turn, told just before it ends.
 *
 * A turn without a spend has tokens of 0, as Codex tells it; spends of unknown size are no part of the sum.
 */
import type { Spend } from '../usage/spend.ts'
import { NO_TOKENS, plus } from '../usage/tokens.ts'
import type { Fact, FactOf, TurnTokens } from './fact.ts'

type TokensOfTurns = ReadonlyMap<string, TurnTokens>

const NOTHING: TurnTokens = { ...NO_TOKENS, cacheWriteInputTokens: 0 }

const withSpend = (sum: TurnTokens, { tokens, cacheWriteInputTokens }: Spend): TurnTokens =>
  tokens === null
    ? sum
    : {
        ...plus(sum, tokens),
        cacheWriteInputTokens:
          sum.cacheWriteInputTokens === null || cacheWriteInputTokens === null
            ? null
            : sum.cacheWriteInputTokens + cacheWriteInputTokens
      }

export const tokensOfTurns = (spends: Iterable<Spend>): TokensOfTurns => {
  const sums = new Map<string, TurnTokens>()
  for (const spend of spends)
    if (spend.turnId !== null)
      sums.set(spend.turnId, withSpend(sums.get(spend.turnId) ?? NOTHING, spend))
  return sums
}

/** The tokens of a turn, at the moment it ended. */
export const tokensFact = (
  { atMs, threadId, turnId }: FactOf<'turn_ended'>,
  tokens: TokensOfTurns
): Fact => ({
  kind: 'turn_tokens',
  atMs,
  threadId,
  turnId,
  tokens: tokens.get(turnId) ?? NOTHING
})

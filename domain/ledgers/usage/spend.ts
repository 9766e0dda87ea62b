/**
 * One spend: what one answer of a model cost, and why the ledger says so.
 */
import type { Certainty } from '../../certainty.ts'
import type { LedgerPlace } from '../place.ts'
import type { Tokens } from './tokens.ts'

/**
 * What the tokens were spent on; the two that are unrecorded are spends that no line tells the size of. What is imported was spent by
 * another agent.
 */
export type SpendKind =
  | 'sampling'
  | 'compaction'
  | 'review'
  | 'compaction_unrecorded'
  | 'answer_unrecorded'
  | 'imported'

/**
 * How the size was found: the record of the answer itself, the growth of the thread's running count, a running count that
 * began anew, or what the source of an imported thread says.
 */
export type SpendRule = 'record' | 'delta' | 'reset' | 'source'

export interface Spend {
  readonly threadId: string
  /** Counts the spends of a thread from 0. */
  readonly sequence: number
  readonly kind: SpendKind
  /** Null for a spend of unknown size. */
  readonly rule: SpendRule | null
  readonly certainty: Certainty
  /** Null when no line tells. */
  readonly tokens: Tokens | null
  /** Part of the input that was written to the cache; null where Codex did not record it (before 0.169). */
  readonly cacheWriteInputTokens: number | null
  /** The turn that was open, or that the record names; null between turns. */
  readonly turnId: string | null
  readonly responseId: string | null
  readonly model: string | null
  readonly provider: string | null
  readonly effort: string | null
  readonly serviceTier: string | null
  readonly occurredAtMs: number
  /** The turn was rolled back or reverted later; the tokens are spent all the same. */
  readonly rolledBack: boolean
  /** The turn was interrupted. */
  readonly aborted: boolean
  readonly place: LedgerPlace
}

/** A spend as its thread keeps it. */
export type KeptSpend = Omit<Spend, 'threadId'> & {
  /** Place of its turn among the live ones when it happened. */
  readonly turnPlace: number
  /** What tells a recorded answer from all others of the thread. */
  readonly answer: string | null
}

/** A spend as it is shown. */
export const shownSpend = (
  threadId: string,
  { turnPlace: _place, answer: _answer, ...spend }: KeptSpend
): Spend => ({ threadId, ...spend })

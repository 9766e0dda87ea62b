/**
 * What the methods answer that only this page asks.
 */
import type { Page, Thread, Turn } from '../../domain/protocol.ts'

export type ThreadPage = Page<Thread>

/** A turn with its place in the thread, counted from 0. */
export type NumberedTurn = Turn & {
  readonly n: number
  /** It was taken back. */
  readonly rolledBack?: true
}

export interface TurnRangeAnswer {
  readonly total: number
  readonly revision: number
  readonly data: ReadonlyArray<NumberedTurn>
}

/** A message that a search found. */
export interface FoundPlace {
  readonly turnId: string
  readonly itemId: string
  readonly snippet: string
  readonly snippetMatchRange: { readonly start: number; readonly end: number }
}

/** Tokens of a group: of a day, a model, a thread … */
export interface UsageGroupAnswer {
  readonly key: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  /** Share of the input, from 0 to 1. */
  readonly cacheHitRate: number | null
  /** True where lines that would tell more are missing. */
  readonly lowerBound: boolean
}

export interface UsageAnswer {
  readonly groups: ReadonlyArray<UsageGroupAnswer>
  readonly total: UsageGroupAnswer
  readonly reasons: ReadonlyArray<{ readonly threadId: string; readonly text: string }>
}

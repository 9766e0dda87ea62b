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
  /** Where it is, when parts were asked for: in an output, a diff … */
  readonly part?: string
}

export interface TokenCounts {
  readonly inputTokens: number
  /** Part of the input. */
  readonly cachedInputTokens: number
  readonly outputTokens: number
  /** Part of the output. */
  readonly reasoningOutputTokens: number
  readonly totalTokens: number
}

/** Decimals as texts; what is not known is null, and `known` is what is. */
export interface CostAnswer {
  readonly currency: string
  readonly amount: string | null
  readonly known: string
  readonly unpriced: ReadonlyArray<string | null>
}

/** Tokens of a group: of a day, a model, a thread … */
export interface UsageGroupAnswer extends TokenCounts {
  readonly key: string
  /** How many spends. */
  readonly rows: number
  /** Share of the input, from 0 to 1. */
  readonly cacheHitRate: number | null
  /** True where lines that would tell more are missing. */
  readonly lowerBound: boolean
  readonly byModel: ReadonlyArray<
    TokenCounts & { readonly model: string | null; readonly provider: string | null }
  >
  /** Of threads. */
  readonly name?: string | null
  readonly preview?: string
  /** Only where the server was given prices. */
  readonly cost?: CostAnswer
}

/** One answer of a model, and the line that tells what it cost. */
export interface SpendAnswer {
  readonly threadId: string
  readonly kind: string
  /** Null for a spend of unknown size. */
  readonly rule: 'record' | 'delta' | 'reset' | 'source' | null
  readonly certainty: string
  readonly tokens: TokenCounts | null
  readonly turnId: string | null
  readonly model: string | null
  readonly occurredAtMs: number
  readonly rolledBack: boolean
  readonly aborted: boolean
  readonly path: string
  readonly place: { readonly revision: number | null; readonly offsetBytes: number }
  readonly cost?: CostAnswer
}

export interface SpendPage {
  readonly data: ReadonlyArray<SpendAnswer>
  readonly nextCursor: string | null
}

export interface UsageAnswer {
  readonly groups: ReadonlyArray<UsageGroupAnswer>
  readonly total: UsageGroupAnswer
  readonly reasons: ReadonlyArray<{ readonly threadId: string; readonly text: string }>
}

/**
 * Counts of tokens, and sums of them.
 *
 * `cachedInputTokens` is a part of `inputTokens` and `reasoningOutputTokens` a part of `outputTokens`; the total is
 * input and output. Codex's own `total_tokens` is never used: after a compaction it is an estimate of the context.
 */

export interface Tokens {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly reasoningOutputTokens: number
  /** `inputTokens` and `outputTokens`. */
  readonly totalTokens: number
}

export const NO_TOKENS: Tokens = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0,
  totalTokens: 0
}

/** The part of a usage that every Codex writes. */
export interface RecordedUsage {
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly reasoning_output_tokens: number
}

const tokens = (
  inputTokens: number,
  cachedInputTokens: number,
  outputTokens: number,
  reasoningOutputTokens: number
): Tokens => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningOutputTokens,
  totalTokens: inputTokens + outputTokens
})

/** Reads a usage as Codex writes it; what is negative counts as nothing. */
export const tokensOf = (usage: RecordedUsage): Tokens =>
  tokens(
    Math.max(0, usage.input_tokens),
    Math.max(0, usage.cached_input_tokens),
    Math.max(0, usage.output_tokens),
    Math.max(0, usage.reasoning_output_tokens)
  )

export const plus = (a: Tokens, b: Tokens): Tokens =>
  tokens(
    a.inputTokens + b.inputTokens,
    a.cachedInputTokens + b.cachedInputTokens,
    a.outputTokens + b.outputTokens,
    a.reasoningOutputTokens + b.reasoningOutputTokens
  )

/** `a` less `b`, part by part; null when any would be negative. */
export const minus = (a: Tokens, b: Tokens): Tokens | null => {
  const rest = tokens(
    a.inputTokens - b.inputTokens,
    a.cachedInputTokens - b.cachedInputTokens,
    a.outputTokens - b.outputTokens,
    a.reasoningOutputTokens - b.reasoningOutputTokens
  )
  const isLess =
    rest.inputTokens < 0 ||
    rest.cachedInputTokens < 0 ||
    rest.outputTokens < 0 ||
    rest.reasoningOutputTokens < 0
  return isLess ? null : rest
}

export const sameTokens = (a: Tokens, b: Tokens): boolean =>
  a.inputTokens === b.inputTokens &&
  a.cachedInputTokens === b.cachedInputTokens &&
  a.outputTokens === b.outputTokens &&
  a.reasoningOutputTokens === b.reasoningOutputTokens

export const isNothing = (count: Tokens): boolean => sameTokens(count, NO_TOKENS)

/** The share of the input that came from the cache, 0 to 1; null when there was no input. */
export const cacheHitRate = ({ inputTokens, cachedInputTokens }: Tokens): number | null =>
  inputTokens === 0 ? null : cachedInputTokens / inputTokens

/**
 * Sums of spends, group by group.
 */
import type { UsageSum } from './sums.ts'
import { cacheHitRate, NO_TOKENS, plus, type Tokens } from './tokens.ts'

/** What one model cost in a group. */
export type ModelUsage = Tokens & {
  readonly model: string | null
  readonly provider: string | null
  /** Number of spends. */
  readonly rows: number
}

/** Spends that belong together. */
export type UsageGroup = Tokens & {
  /**
   * Day `2026-11-21`, week (its Monday), month `2026-11`, thread id, `THREAD/TURN` (`THREAD/-` between turns), model, provider or agent;
   * `total` for a whole.
   */
  readonly key: string
  /** True when more was spent than the lines tell; see the reasons. */
  readonly lowerBound: boolean
  /** Number of spends, those of unknown size among them. */
  readonly rows: number
  /** @fraction Share of the input that came from the cache, 0 to 1; null without input. */
  readonly cacheHitRate: number | null
  /** Greatest first. */
  readonly byModel: ReadonlyArray<ModelUsage>
}

interface ModelPart {
  readonly model: string | null
  readonly provider: string | null
  tokens: Tokens
  rows: number
}

export interface OpenGroup {
  readonly key: string
  readonly parts: Map<string, ModelPart>
  unrecorded: number
}

export const newGroup = (key: string): OpenGroup => ({ key, parts: new Map(), unrecorded: 0 })

/** Adds a sum in place. */
export const addTo = (
  group: OpenGroup,
  { model, provider, tokens, spends, unrecorded }: UsageSum
) => {
  const name = JSON.stringify([model, provider])
  let part = group.parts.get(name)
  if (part === undefined)
    group.parts.set(name, (part = { model, provider, tokens: NO_TOKENS, rows: 0 }))
  part.tokens = plus(part.tokens, tokens)
  part.rows += spends
  group.unrecorded += unrecorded
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byTokens = (a: ModelUsage, b: ModelUsage): number =>
  b.totalTokens - a.totalTokens ||
  byText(a.model ?? '', b.model ?? '') ||
  byText(a.provider ?? '', b.provider ?? '')

export const groupOf = ({ key, parts, unrecorded }: OpenGroup): UsageGroup => {
  const models = [...parts.values()]
  const tokens = models.reduce((sum, part) => plus(sum, part.tokens), NO_TOKENS)
  return {
    key,
    ...tokens,
    lowerBound: unrecorded > 0,
    rows: models.reduce((sum, { rows }) => sum + rows, 0),
    cacheHitRate: cacheHitRate(tokens),
    byModel: models
      .map((part) => ({
        model: part.model,
        provider: part.provider,
        ...part.tokens,
        rows: part.rows
      }))
      .sort(byTokens)
  }
}

export const groupsOf = (groups: Iterable<OpenGroup>): ReadonlyArray<UsageGroup> =>
  [...groups].map(groupOf).sort((a, b) => byText(a.key, b.key))

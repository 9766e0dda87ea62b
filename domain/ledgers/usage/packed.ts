/**
 * Spends as a row of the index: a list each, with what many have in common beside them.
 */
import type { Certainty } from '../../certainty.ts'
import type { KeptSpend, SpendKind, SpendRule } from './spend.ts'
import { tokensOf } from './tokens.ts'

/** Model, provider, effort and service tier. */
type PackedSettings = readonly [string | null, string | null, string | null, string | null]

type PackedCounts = readonly [number, number, number, number]

/** Tokens written to the cache, response id, and answer; only records have them. */
type PackedAnswer = readonly [number | null, string | null, string]

/**
 * Kind, rule, certainty, flags (1 rolled back, 2 interrupted), settings, turn (-1 for none), place of the turn, milliseconds,
 * revision, segment, offset, the counts, and the answer.
 */
type PackedSpend = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  PackedCounts | null,
  ...(readonly [] | PackedAnswer)
]

/** A row of spends. */
export interface SpendRow {
  readonly settings: ReadonlyArray<PackedSettings>
  readonly turns: ReadonlyArray<string>
  readonly spends: ReadonlyArray<PackedSpend>
}

export const NO_SPENDS: SpendRow = { settings: [], turns: [], spends: [] }

const KINDS: ReadonlyArray<SpendKind> = [
  'sampling',
  'compaction',
  'review',
  'compaction_unrecorded',
  'answer_unrecorded'
]
const RULES: ReadonlyArray<SpendRule | null> = [null, 'record', 'delta', 'reset']
const CERTAINTIES: ReadonlyArray<Certainty> = ['recorded', 'derived', 'inferred', 'unknown']

/** The list with a value, and the index of the value. */
const placed = <A>(
  list: ReadonlyArray<A>,
  value: A,
  isSame: (a: A, b: A) => boolean
): readonly [ReadonlyArray<A>, number] => {
  const at = list.findLastIndex((one) => isSame(one, value))
  return at === -1 ? [[...list, value], list.length] : [list, at]
}

const sameSettings = (a: PackedSettings, b: PackedSettings): boolean =>
  a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3]

/** A row with a spend at an index. */
export const withPacked = (row: SpendRow, at: number, spend: KeptSpend): SpendRow => {
  const { model, provider, effort, serviceTier, tokens, place, answer } = spend
  const own: PackedSettings = [model, provider, effort, serviceTier]
  const [settings, setting] = placed(row.settings, own, sameSettings)
  const [turns, turn] =
    spend.turnId === null ? [row.turns, -1] : placed(row.turns, spend.turnId, (a, b) => a === b)
  const packed: PackedSpend = [
    KINDS.indexOf(spend.kind),
    RULES.indexOf(spend.rule),
    CERTAINTIES.indexOf(spend.certainty),
    (spend.rolledBack ? 1 : 0) + (spend.aborted ? 2 : 0),
    setting,
    turn,
    spend.turnPlace,
    spend.occurredAtMs,
    place.revision,
    place.segment,
    place.offsetBytes,
    tokens === null
      ? null
      : [
          tokens.inputTokens,
          tokens.cachedInputTokens,
          tokens.outputTokens,
          tokens.reasoningOutputTokens
        ],
    ...(answer === null
      ? ([] as const)
      : ([spend.cacheWriteInputTokens, spend.responseId, answer] as const))
  ]
  const spends = [...row.spends]
  spends[at] = packed
  return { settings, turns, spends }
}

/** The spend at an index of a row; null when there is none. */
export const unpacked = (row: SpendRow, at: number, sequence: number): KeptSpend | null => {
  const packed = row.spends[at]
  if (packed === undefined) return null
  const [kind, rule, certainty, flags, setting, turn, turnPlace, occurredAtMs] = packed
  const [, , , , , , , , revision, segment, offsetBytes, counts] = packed
  const [, , , , , , , , , , , , cacheWrite, responseId, answer] = packed
  const [model, provider, effort, serviceTier] = row.settings[setting] ?? [null, null, null, null]
  return {
    sequence,
    kind: KINDS[kind] ?? 'sampling',
    rule: RULES[rule] ?? null,
    certainty: CERTAINTIES[certainty] ?? 'unknown',
    tokens:
      counts === null
        ? null
        : tokensOf({
            input_tokens: counts[0],
            cached_input_tokens: counts[1],
            output_tokens: counts[2],
            reasoning_output_tokens: counts[3]
          }),
    cacheWriteInputTokens: cacheWrite ?? null,
    turnId: row.turns[turn] ?? null,
    responseId: responseId ?? null,
    model,
    provider,
    effort,
    serviceTier,
    occurredAtMs,
    rolledBack: (flags & 1) !== 0,
    aborted: (flags & 2) !== 0,
    place: { revision, segment, offsetBytes },
    turnPlace,
    answer: answer ?? null
  }
}

/**
 * The usage ledger over runs whose true spend is known: a scripted service set the size of each answer, and the run was
 * recorded from outside.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { NO_TOKENS, plus, tokensOf, type Tokens } from '../../domain/ledgers/usage/tokens.ts'
import type { Engine } from '../../replay/engine.ts'
import type { UsageGroup } from '../../replay/ledgers/usage.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, readJson } from '../support/fixture-home.ts'

const FOLDERS = ['ledger', 'totals'].map((name) => join(FIXTURES, name))

interface Call {
  readonly thread_id: string
  readonly turn_id: string | null
  /** Null when the service was cut off, or failed. */
  readonly tokens: Readonly<Record<'input' | 'cached' | 'output' | 'reasoning', number>> | null
  readonly unrecorded: string | null
}

interface Truth {
  readonly true_total_tokens: number
  readonly recorded_total_tokens?: number
  readonly per_call?: ReadonlyArray<Call>
}

/** Folders of the runs. */
const RUNS: ReadonlyArray<string> = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((run) => existsSync(join(run, 'truth.json')))
    .sort()
)

const truthOf = (run: string): Truth => readJson(join(run, 'truth.json')) as Truth

const over = <A>(run: string, use: (engine: Engine) => Promise<A>): Promise<A> =>
  withEngine({ home: join(run, 'home') }, use)

/** Tokens that the service spent on compactions and that are in no line. */
const COMPACTED_UNSEEN: Readonly<Record<string, number>> = {
  'ledger/h9-142-OpenAI': 787
}

const tokensIn = ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningOutputTokens,
  totalTokens
}: Tokens): Tokens => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningOutputTokens,
  totalTokens
})

const callTokens = ({ tokens }: Call): Tokens =>
  tokens === null
    ? NO_TOKENS
    : tokensOf({
        input_tokens: tokens.input,
        cached_input_tokens: tokens.cached,
        output_tokens: tokens.output,
        reasoning_output_tokens: tokens.reasoning
      })

/** Why a call is in no line, where the lines show that there was one. */
const REASONS: Readonly<Record<string, string>> = {
  'compacted by the provider': 'compaction_unrecorded',
  'killed before it was written': 'answer_unrecorded'
}

const reasonOf = ({ unrecorded }: Call): ReadonlyArray<string> => {
  const reason = REASONS[unrecorded ?? '']
  return reason === undefined ? [] : [reason]
}

/** Sums by thread and turn, without empty ones. */
const byTurn = (
  parts: ReadonlyArray<readonly [string, Tokens]>
): Readonly<Record<string, Tokens>> => {
  const sums = new Map<string, Tokens>()
  for (const [key, tokens] of parts)
    if (tokens.totalTokens > 0) sums.set(key, plus(sums.get(key) ?? NO_TOKENS, tokens))
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const shown = (groups: ReadonlyArray<UsageGroup>): Readonly<Record<string, Tokens>> =>
  byTurn(groups.map((group) => [group.key, tokensIn(group)]))

describe('usage: true spends', () => {
  for (const run of RUNS) {
    const truth = truthOf(run)
    const name = relative(FIXTURES, run)
    it(`${name}: the total is what was spent, or a lower bound for a reason`, async () => {
      const unseen = name in COMPACTED_UNSEEN ? ['compaction_unrecorded'] : []
      const why = new Set([...unseen, ...(truth.per_call ?? []).flatMap(reasonOf)])
      const known = truth.recorded_total_tokens ?? truth.true_total_tokens
      const { total, reasons } = await over(run, (engine) => right(engine.usage({ by: 'total' })))
      assert.deepEqual(
        {
          tokens: total.totalTokens,
          lowerBound: total.lowerBound,
          reasons: [...new Set(reasons.map(({ kind }) => kind))]
        },
        {
          tokens: known - (COMPACTED_UNSEEN[name] ?? 0),
          lowerBound: why.size > 0,
          reasons: [...why]
        }
      )
    })
    const calls = truth.per_call
    if (calls === undefined) continue
    it(`${name}: every turn spent what the service counted for it`, async () => {
      const { groups } = await over(run, (engine) => right(engine.usage({ by: 'turn' })))
      const told = calls.filter(({ unrecorded }) => unrecorded === null)
      assert.deepEqual(
        shown(groups),
        byTurn(told.map((call) => [`${call.thread_id}/${call.turn_id ?? '-'}`, callTokens(call)]))
      )
    })
  }
})

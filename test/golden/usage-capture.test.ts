/**
 * The tokens of each turn beside those that Codex itself reported about the same turn while it ran. Where they differ, the
 * report is wrong or absent for a reason that is named here; what was spent is known from the service.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Spend } from '../../domain/ledgers/usage/spend.ts'
import { NO_TOKENS, plus, type Tokens } from '../../domain/ledgers/usage/tokens.ts'
import type { UsageRow } from '../../replay/ledgers/usage.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, readJson } from '../support/fixture-home.ts'

const LEDGER = join(FIXTURES, 'ledger')

const RUNS: ReadonlyArray<string> = readdirSync(LEDGER)
  .filter((name) => existsSync(join(LEDGER, name, 'analytics.jsonl')))
  .sort()

interface Reported {
  readonly status: string | null
  readonly tokens: Tokens | null
}

/** One turn, as both report it. */
interface Turn {
  readonly run: string
  /** Null when Codex reported nothing. */
  readonly reported: Reported | null
  /** Empty when the ledger has no spend of it. */
  readonly rows: ReadonlyArray<Spend>
  /** Who spent: `main`, `review`, or the name of an agent. */
  readonly agent: string
  readonly isNested: boolean
}

const sum = (rows: ReadonlyArray<Spend>): Tokens =>
  rows.reduce((total, { tokens }) => (tokens === null ? total : plus(total, tokens)), NO_TOKENS)

const isCompaction = ({ kind }: Spend): boolean => kind.startsWith('compaction')

/** Why a report may differ, each with the sign of it. */
const NAMED: Readonly<Record<string, (turn: Turn) => boolean>> = {
  'the tokens of an interrupted turn are not reported': ({ reported }) =>
    reported?.status === 'interrupted' && reported.tokens === null,
  'an overflow of the context window is reported as tokens, and what was spent before it is not': ({
    reported
  }) => reported?.status === 'failed' && reported.tokens?.inputTokens === 0,
  'a compaction that somebody asked for is not reported': ({ reported, rows }) =>
    reported === null && rows.length > 0 && rows.every(isCompaction),
  'the service’s compaction is left out of the report of its turn': ({ reported, rows }) =>
    rows.some(isCompaction) &&
    assertSame(reported?.tokens ?? null, sum(rows.filter((row) => !isCompaction(row)))),
  'a thread that a detached review made reports nothing, not even a turn after the review': ({
    run,
    reported
  }) => reported === null && run.startsWith('review-detached-'),
  'what a reviewer spends is not reported': ({ reported, agent }) =>
    reported === null && agent === 'review',
  'what an automatic reviewer spends is not reported': ({ reported, agent }) =>
    reported === null && agent === 'guardian',
  '0.130 does not report what agents spend': ({ run, reported, agent }) =>
    reported === null && agent !== 'main' && run.includes('-130'),
  'what the agent of an agent spends is not reported': ({ reported, isNested }) =>
    reported === null && isNested,
  'a process that is killed reports nothing': ({ run, reported }) =>
    reported === null && run.startsWith('crashed-'),
  'before 0.169, `codex exec` ends before it reports its turns': ({ run, reported }) =>
    reported === null && /^executed-1[34]/.test(run),
  'a thread without a file is in no ledger': ({ run, rows }) =>
    rows.length === 0 && /^(ephemeral|names)-/.test(run)
}

const assertSame = (a: Tokens | null, b: Tokens): boolean =>
  a !== null && JSON.stringify(a) === JSON.stringify(b)

interface TurnEvent {
  readonly event_type: string
  readonly event_params: Readonly<Record<string, unknown>>
}

const reportedTokens = (params: TurnEvent['event_params']): Tokens | null => {
  const count = (name: string): number => Number(params[name])
  return params['total_tokens'] === null
    ? null
    : {
        inputTokens: count('input_tokens'),
        cachedInputTokens: count('cached_input_tokens'),
        outputTokens: count('output_tokens'),
        reasoningOutputTokens: count('reasoning_output_tokens'),
        totalTokens: count('total_tokens')
      }
}

const reportsOf = (run: string): ReadonlyMap<string, Reported> => {
  const reports = new Map<string, Reported>()
  for (const line of readFileSync(join(LEDGER, run, 'analytics.jsonl'), 'utf8').split('\n')) {
    if (line === '') continue
    for (const event of (JSON.parse(line) as { events: ReadonlyArray<TurnEvent> }).events) {
      if (event.event_type !== 'codex_turn_event') continue
      const { thread_id, turn_id, status } = event.event_params
      const tokens = reportedTokens(event.event_params)
      reports.set(`${String(thread_id)}/${String(turn_id)}`, { status: status as string, tokens })
    }
  }
  return reports
}

const spendsOf = (run: string) =>
  withEngine({ home: join(LEDGER, run, 'home') }, async (engine) => {
    const rows: Array<UsageRow> = []
    for await (const row of await right(engine.usageRows({ by: 'turn' }))) rows.push(row)
    const agents = new Map<string, string>()
    const threads = new Set(rows.map(({ threadId }) => threadId))
    for (const threadId of threads) {
      const report = await right(engine.usage({ by: 'agent', threadId }))
      agents.set(threadId, report.groups[0]?.key ?? 'main')
    }
    return { rows, agents }
  })

const isNestedAgent = (run: string, threadId: string): boolean => {
  const edges = (readJson(join(LEDGER, run, 'truth.json')) as { codex_spawn_edges?: unknown })
    .codex_spawn_edges as ReadonlyArray<Record<string, string>> | undefined
  const parent = edges?.find((edge) => edge['child_thread_id'] === threadId)?.['parent_thread_id']
  return edges?.some((edge) => edge['child_thread_id'] === parent) === true
}

describe('usage: beside what Codex reported', () => {
  for (const run of RUNS) {
    it(`${run}: every turn has the tokens of its report, or differs for a named reason`, async () => {
      const reports = reportsOf(run)
      const { rows, agents } = await spendsOf(run)
      const turns = new Map<string, Array<Spend>>()
      for (const key of reports.keys()) turns.set(key, [])
      for (const row of rows) {
        const key = `${row.threadId}/${row.turnId ?? '-'}`
        turns.set(key, [...(turns.get(key) ?? []), row])
      }
      const unnamed = [...turns].flatMap(([key, spends]) => {
        const [threadId = ''] = key.split('/')
        const reported = reports.get(key) ?? null
        if (assertSame(reported?.tokens ?? null, sum(spends))) return []
        const turn: Turn = {
          run,
          reported,
          rows: spends,
          agent: agents.get(threadId) ?? 'main',
          isNested: isNestedAgent(run, threadId)
        }
        const isNamed = Object.values(NAMED).some((tells) => tells(turn))
        return isNamed ? [] : [{ key, reported, spent: sum(spends), agent: turn.agent }]
      })
      assert.deepEqual(unnamed, [])
    })
  }
})

/**
 * Homes with spends at given times, written as Codex 0.142 writes its running count.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './fixture-home.ts'

/** One answer of a model: when, and input, cached input, output and reasoning. */
export type MadeSpend = readonly [at: string, ...parts: readonly [number, number, number, number]]

/** A thread, each of whose spends has a turn of its own. */
export interface MadeThread {
  readonly id: string
  readonly model: string
  readonly provider?: string
  readonly spends: ReadonlyArray<MadeSpend>
}

const usageOf = ([input, cached, output, reasoning]: ReadonlyArray<number>) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_output_tokens: reasoning,
  total_tokens: (input ?? 0) + (output ?? 0)
})

const SETTINGS = {
  cwd: '/w',
  approval_policy: 'never',
  sandbox_policy: { type: 'danger-full-access' },
  summary: 'auto'
}

export const turnIdOf = (threadId: string, at: number): string =>
  `${threadId.slice(0, -4)}${String(at + 1).padStart(4, '0')}`

const linesOf = ({ id, model, provider = 'mock', spends }: MadeThread): ReadonlyArray<string> => {
  const [first = '2026-01-01T00:00:00.000Z'] = spends[0] ?? []
  const total = [0, 0, 0, 0]
  const line = (timestamp: string, type: string, payload: object) =>
    JSON.stringify({ timestamp, type, payload })
  const meta = { id, timestamp: first, cwd: '/w', originator: 'codex', cli_version: '0.142.5' }
  return [
    line(first, 'session_meta', { ...meta, source: 'cli', model_provider: provider }),
    ...spends.flatMap(([at, ...parts], number) => {
      const turn_id = turnIdOf(id, number)
      parts.forEach((part, index) => (total[index] = (total[index] ?? 0) + part))
      const info = { total_token_usage: usageOf(total), last_token_usage: usageOf(parts) }
      return [
        line(at, 'event_msg', { type: 'task_started', turn_id }),
        line(at, 'turn_context', { turn_id, ...SETTINGS, model }),
        line(at, 'event_msg', { type: 'user_message', message: `question ${number + 1}` }),
        line(at, 'event_msg', { type: 'token_count', info, rate_limits: null }),
        line(at, 'event_msg', { type: 'task_complete', turn_id, last_agent_message: 'done' })
      ]
    })
  ]
}

export const spendHome = (threads: ReadonlyArray<MadeThread>): string => {
  const home = temporaryFolder()
  const folder = join(home, 'sessions', '2026', '01', '01')
  mkdirSync(folder, { recursive: true })
  for (const thread of threads) {
    const lines = linesOf(thread).map((line) => `${line}\n`)
    writeFileSync(join(folder, `rollout-2026-01-01T00-00-00-${thread.id}.jsonl`), lines.join(''))
  }
  return home
}

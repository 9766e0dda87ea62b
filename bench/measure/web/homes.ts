/**
 * Small homes that rows of their own need: a year of usage, and a thread that is written to.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { uuid7, randomFrom } from '../../home/random.ts'

const DAY_MS = 86_400_000
const DAYS = 365
const MODELS = 8

const line = (ms: number, type: string, payload: object): string =>
  `${JSON.stringify({ timestamp: new Date(ms).toISOString(), type, payload })}\n`

const head = (ms: number, id: string): string => {
  const meta = {
    id,
    timestamp: new Date(ms).toISOString(),
    cwd: '/home/dev',
    originator: 'codex_cli_rs'
  }
  return line(ms, 'session_meta', {
    ...meta,
    cli_version: '0.142.5',
    source: 'cli',
    model_provider: 'mock'
  })
}

const turn = (
  ms: number,
  turnId: string,
  model: string,
  asked: string,
  answered: string
): string => {
  const context = { turn_id: turnId, cwd: '/home/dev', model, approval_policy: 'never' }
  return [
    line(ms, 'event_msg', { type: 'task_started', turn_id: turnId, model_context_window: 100_000 }),
    line(ms, 'turn_context', {
      ...context,
      sandbox_policy: { type: 'danger-full-access' },
      summary: 'auto'
    }),
    line(ms, 'event_msg', { type: 'user_message', message: asked, images: [] }),
    line(ms + 1, 'event_msg', { type: 'agent_message', message: answered }),
    line(ms + 2, 'event_msg', {
      type: 'task_complete',
      turn_id: turnId,
      last_agent_message: answered
    })
  ].join('')
}

const count = (ms: number, sum: number, last: number): string => {
  const usage = (n: number) => ({
    ...{ input_tokens: n, cached_input_tokens: 0, output_tokens: 0 },
    ...{ reasoning_output_tokens: 0, total_tokens: n }
  })
  const info = {
    total_token_usage: usage(sum),
    last_token_usage: usage(last),
    model_context_window: 100_000
  }
  return line(ms, 'event_msg', { type: 'token_count', info })
}

/** One thread a day up to a time, each with a spend of every model. */
export const writeYear = (home: string, untilMs: number): void => {
  const random = randomFrom('a year')
  for (let day = 0; day < DAYS; day += 1) {
    const ms = untilMs - day * DAY_MS
    const id = uuid7(random, ms)
    const lines = [head(ms, id)]
    for (let model = 0; model < MODELS; model += 1) {
      const atMs = ms + model * 1000
      lines.push(turn(atMs, uuid7(random, atMs), `model-${model}`, `Question ${model}`, 'Answer'))
      lines.push(count(atMs + 3, 1000 * (model + 1), 1000))
    }
    write(home, ms, id, lines.join(''))
  }
}

const write = (home: string, ms: number, id: string, text: string): string => {
  const time = new Date(ms).toISOString()
  const folder = join(home, 'sessions', time.slice(0, 4), time.slice(5, 7), time.slice(8, 10))
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `rollout-${time.slice(0, 19).replaceAll(':', '-')}-${id}.jsonl`)
  writeFileSync(path, text)
  return path
}

export interface WrittenThread {
  readonly id: string
  /** Writes a further turn that answers with this text. */
  readonly say: (text: string) => void
}

/** A thread of one turn that grows. */
export const writeLive = (home: string, ms: number): WrittenThread => {
  const random = randomFrom('live')
  const id = uuid7(random, ms)
  let atMs = ms
  const next = (text: string): string =>
    turn((atMs += 10), uuid7(random, atMs), 'model-0', 'Say it', text)
  const path = write(home, ms, id, head(ms, id) + next('Begun'))
  return { id, say: (text) => appendFileSync(path, next(text)) }
}

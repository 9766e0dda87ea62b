/**
 * Random rollouts for property tests: legal, odd and damaged lines in any order, written as Codex writes them.
 */
import fc from 'fast-check'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './fixture-home.ts'

const AT = '2026-05-01T10:00:00.000Z'
const line = (type: string, payload: unknown): string =>
  JSON.stringify({ timestamp: AT, type, payload })
const event = (payload: unknown): string => line('event_msg', payload)

const turnId = fc.constantFrom('t1', 't2', 't3', 't4')
const callId = fc.constantFrom('c1', 'c2', 'item-2')
const text = fc.constantFrom('', ' ', 'a', 'grüße', '日本', '"quoted"\n')
const tokens = {
  input_tokens: 1,
  cached_input_tokens: 0,
  output_tokens: 1,
  reasoning_output_tokens: 0
}
const usage = { ...tokens, total_tokens: 2 }

/** One line of a rollout, mostly well formed. */
export const rolloutLine: fc.Arbitrary<string> = fc.oneof(
  {
    arbitrary: turnId.map((id) => event({ type: 'task_started', turn_id: id, started_at: 5 })),
    weight: 4
  },
  {
    arbitrary: turnId.map((id) =>
      event({ type: 'task_complete', turn_id: id, completed_at: 6, duration_ms: 7 })
    ),
    weight: 4
  },
  { arbitrary: text.map((message) => event({ type: 'user_message', message })), weight: 4 },
  { arbitrary: text.map((message) => event({ type: 'agent_message', message })), weight: 4 },
  { arbitrary: text.map((t) => event({ type: 'agent_reasoning', text: t })), weight: 3 },
  text.map((t) => event({ type: 'agent_reasoning_raw_content', text: t })),
  fc
    .option(turnId, { nil: undefined })
    .map((id) => event({ type: 'turn_aborted', turn_id: id, reason: 'interrupted' })),
  fc.nat(4).map((n) => event({ type: 'thread_rolled_back', num_turns: n })),
  fc.tuple(callId, turnId).map(([call, turn]) =>
    event({
      type: 'patch_apply_end',
      call_id: call,
      turn_id: turn,
      stdout: 'x',
      stderr: '',
      success: true,
      changes: {},
      status: 'completed'
    })
  ),
  callId.map((call) =>
    event({
      type: 'mcp_tool_call_end',
      call_id: call,
      invocation: { server: 's', tool: 't' },
      duration: { secs: 1, nanos: 5 },
      result: { Ok: { content: [] } }
    })
  ),
  callId.map((call) =>
    event({ type: 'web_search_end', call_id: call, query: 'q', action: { type: 'other' } })
  ),
  fc.constant(event({ type: 'context_compacted' })),
  fc.constant(line('compacted', { message: 'm' })),
  fc.constant(event({ type: 'entered_review_mode', target: { type: 'uncommittedChanges' } })),
  fc.constant(
    event({
      type: 'token_count',
      info: { total_token_usage: usage, last_token_usage: usage },
      rate_limits: null
    })
  ),
  fc.constant(
    line('response_item', { type: 'function_call', name: 'n', arguments: '{}', call_id: 'c' })
  ),
  fc.constant(
    line('response_item', {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: '<hook_prompt hook_run_id="h">x</hook_prompt>' }]
    })
  ),
  fc.constant(
    line('turn_context', {
      cwd: '/w',
      approval_policy: 'never',
      sandbox_policy: { type: 'read-only' },
      model: 'm',
      summary: 'auto'
    })
  ),
  fc.constantFrom(
    '',
    '  ',
    '{"timestamp":"2026',
    'null',
    '[]',
    line('mystery', {}),
    event({ type: 'mystery' })
  )
)

/** The id of the thread every random rollout belongs to. */
export const THREAD = '01960001-0000-7000-8000-000000000001'

/** The id of the n-th thread of a made home. */
export const idOf = (n: number): string => `01960001-0000-7000-8000-${String(n).padStart(12, '0')}`

export const metaLine = (id: string, extra: Readonly<Record<string, unknown>> = {}): string =>
  line('session_meta', {
    id,
    timestamp: AT,
    cwd: '/work',
    originator: 'o',
    cli_version: '1',
    source: 'cli',
    model_provider: 'mock',
    ...extra
  })

export const userLine = (message: string): string => event({ type: 'user_message', message })

/** Every line has a time of its own. */
const timed = (text: string, second: number): string =>
  text.replace(AT, new Date(Date.parse(AT) + second * 1000).toISOString())

/** Random lines behind a head. */
export const rollout: fc.Arbitrary<ReadonlyArray<string>> = fc
  .array(rolloutLine, { maxLength: 40 })
  .map((lines) => [metaLine(THREAD), ...lines].map(timed))

/** Where a thread's rollout stands in a home. */
export const rolloutPath = (home: string, id: string, second = 0): string =>
  join(
    home,
    'sessions',
    '2026',
    '05',
    '01',
    `rollout-2026-05-01T10-00-${String(second).padStart(2, '0')}-${id}.jsonl`
  )

/** Writes a rollout of these bytes. */
export const writeRollout = (path: string, bytes: string | Buffer): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/** Appends to a rollout, as another process would. */
export const appendRollout = (path: string, bytes: string | Buffer): void =>
  appendFileSync(path, bytes)

/** A fresh home whose threads without a provider belong to `mock`. */
export const emptyHome = (): string => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.toml'), 'model_provider = "mock"\n')
  return home
}

/** Lines as bytes, each with its newline. */
export const linesOf = (lines: ReadonlyArray<string>): string =>
  lines.map((one) => `${one}\n`).join('')

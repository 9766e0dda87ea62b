/**
 * Random rollouts that spend: running counts that grow, repeat, begin anew and come from two writers, records, turns,
 * rollbacks, compactions, and damaged lines between, written as Codex writes them.
 */
import fc from 'fast-check'
import { THREAD } from './rollouts.ts'

const at = (index: number): string => new Date(1_777_777_000_000 + index * 400_000).toISOString()

type Payload = Readonly<Record<string, unknown>>
type Line = (index: number) => string

const line =
  (type: string, payload: Payload): Line =>
  (index) =>
    JSON.stringify({ timestamp: at(index), type, payload })

const event = (payload: Payload): Line => line('event_msg', payload)

const usage = fc
  .record({ input: fc.nat(40), cached: fc.nat(10), output: fc.nat(20), reasoning: fc.nat(5) })
  .map(({ input, cached, output, reasoning }) => ({
    input_tokens: input + cached,
    cached_input_tokens: cached,
    output_tokens: output + reasoning,
    reasoning_output_tokens: reasoning,
    total_tokens: input + cached + output + reasoning
  }))

const turnId = fc.constantFrom('t1', 't2', 't3')

const count = fc.tuple(usage, usage).map(([total_token_usage, last_token_usage]) =>
  event({
    type: 'token_count',
    info: { total_token_usage, last_token_usage, model_context_window: 1 },
    rate_limits: null
  })
)

const record = fc
  .tuple(usage, usage, turnId, fc.constantFrom('r1', 'r2', 'r3', 'an "odd" id'), fc.boolean())
  .map(([own, total, turn_id, response_id, isOwn]) =>
    line('token_usage_record', {
      session_id: THREAD,
      root_turn_id: 't1',
      thread_id: isOwn ? THREAD : '01a1fcb9-0e9a-74e2-9471-8b149bb322ee',
      turn_id,
      response_id,
      usage: own,
      turn_token_usage: own,
      thread_token_usage: total
    })
  )

const context = fc.constantFrom('m1', 'm2').map((model) =>
  line('turn_context', {
    turn_id: 't1',
    cwd: '/work',
    approval_policy: 'never',
    sandbox_policy: { type: 'read-only' },
    model,
    summary: 'auto'
  })
)

const anyLine: fc.Arbitrary<Line> = fc.oneof(
  { arbitrary: count, weight: 8 },
  { arbitrary: record, weight: 4 },
  turnId.map((turn_id) => event({ type: 'task_started', turn_id })),
  turnId.map((turn_id) => event({ type: 'task_complete', turn_id })),
  turnId.map((turn_id) => event({ type: 'turn_aborted', turn_id, reason: 'interrupted' })),
  fc.constantFrom(0, 1, 2, 9).map((num_turns) => event({ type: 'thread_rolled_back', num_turns })),
  fc.constantFrom('', 'summary').map((message) => line('compacted', { message })),
  fc.constant(event({ type: 'user_message', message: 'said' })),
  fc.constantFrom('', 'said').map((message) => event({ type: 'agent_message', message })),
  context,
  fc.constant<Line>(() => '{"torn'),
  fc.constant<Line>(() => '')
)

const head: Line = line('session_meta', {
  id: THREAD,
  timestamp: at(0),
  cwd: '/work',
  originator: 'test',
  cli_version: '0.142.5',
  model_provider: 'mock'
})

export const usageRollout: fc.Arbitrary<ReadonlyArray<string>> = fc
  .array(anyLine, { maxLength: 80 })
  .map((lines) => [head, ...lines].map((one, index) => one(index)))

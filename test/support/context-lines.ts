/**
 * Lines of which a model context is made, and what an engine knows of them.
 */
import { textIn, type JsonObject } from '../../domain/json.ts'
import type { ContextPoint, Engine, ThreadContext } from '../../replay/engine.ts'
import { right, withEngine } from './engines.ts'
import { inEmptyHome } from './paginated.ts'
import { linesOf, metaLine, rolloutPath, THREAD, writeRollout } from './rollouts.ts'

const AT = '2026-05-01T10:00:00.000Z'
const line = (type: string, payload: unknown): string =>
  JSON.stringify({ timestamp: AT, type, payload })

export const event = (type: string, members: object = {}): string =>
  line('event_msg', { type, ...members })

/** A message as the model knows it. */
export const message = (role: string, text: string): JsonObject => ({
  type: 'message',
  role,
  content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }]
})

export const item = (payload: object): string => line('response_item', payload)

export const settings = (turnId: string, members: object = {}): string =>
  line('turn_context', {
    ...{ turn_id: turnId, cwd: '/work', approval_policy: 'never' },
    ...{ sandbox_policy: { type: 'read-only' }, model: 'm', summary: 'auto' },
    ...members
  })

/** A whole turn: what was asked, and what was answered. */
export const turn = (
  id: string,
  asked: string,
  answered: string,
  members: object = {}
): ReadonlyArray<string> => [
  event('task_started', { turn_id: id, started_at: 1 }),
  settings(id, members),
  item(message('user', asked)),
  event('user_message', { message: asked }),
  event('agent_message', { message: answered }),
  item(message('assistant', answered)),
  event('task_complete', { turn_id: id, completed_at: 2 })
]

/** A turn that puts something in place of everything before it. */
export const compaction = (id: string, ...kept: ReadonlyArray<string>): ReadonlyArray<string> => [
  event('task_started', { turn_id: id, started_at: 1 }),
  line('compacted', {
    message: kept[kept.length - 1] ?? '',
    replacement_history: kept.map((text) => message('user', text))
  }),
  event('context_compacted'),
  event('task_complete', { turn_id: id, completed_at: 2 })
]

/** The last turns are rolled back. */
export const rollback = (turns: number): string => event('thread_rolled_back', { num_turns: turns })

export const tokens = (total: number, last: number): string => {
  const usage = (count: number) => ({
    ...{ input_tokens: count, cached_input_tokens: 0, output_tokens: 0 },
    ...{ reasoning_output_tokens: 0, total_tokens: count }
  })
  return event('token_count', {
    info: {
      total_token_usage: usage(total),
      last_token_usage: usage(last),
      model_context_window: 1000
    },
    rate_limits: null
  })
}

/** Texts of messages, kinds of other items. */
export const texts = ({ items }: ThreadContext): ReadonlyArray<string> =>
  items.map((one) => {
    const [part] = (one['content'] ?? []) as ReadonlyArray<JsonObject>
    return textIn(part?.['text'] ?? one['type'])
  })

/** Runs with an engine over a home with one thread of these lines behind its metadata. */
export const withThread = <A>(
  lines: ReadonlyArray<string>,
  use: (engine: Engine, path: string) => Promise<A>
): Promise<A> =>
  inEmptyHome((home) => {
    const path = rolloutPath(home, THREAD)
    writeRollout(path, linesOf([metaLine(THREAD), ...lines]))
    return withEngine({ home }, (engine) => use(engine, path))
  })

/** The context of a thread of these lines. */
export const contextOf = (
  lines: ReadonlyArray<string>,
  at?: ContextPoint
): Promise<ThreadContext> => withThread(lines, (engine) => right(engine.context(THREAD, at)))

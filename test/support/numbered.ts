/**
 * Lines as Codex 0.143–0.169 writes them: each has a number, and items say which turn they belong to.
 */
import { THREAD } from './rollouts.ts'

const AT = '2026-05-01T10:00:00.000Z'

/** A line before it has its number. */
export interface Unnumbered {
  readonly type: string
  readonly payload: object
}

/** A line with its number where Codex writes it. */
export const numberedLine = (ordinal: number, { type, payload }: Unnumbered): string =>
  JSON.stringify({ timestamp: AT, ordinal, type, payload })

export const numberedLines = (lines: ReadonlyArray<Unnumbered>, from = 0): ReadonlyArray<string> =>
  lines.map((line, i) => numberedLine(from + i, line))

export const meta = (id: string, members: object = {}): Unnumbered => ({
  type: 'session_meta',
  payload: {
    ...{ id, timestamp: AT, cwd: '/work', originator: 'o', cli_version: '0.169.0' },
    ...{ source: 'cli', model_provider: 'mock', history_mode: 'paginated' },
    ...members
  }
})

export const event = (type: string, members: object = {}): Unnumbered => ({
  type: 'event_msg',
  payload: { type, ...members }
})

/** A turn begins, at second 10 unless told otherwise. */
export const start = (turn: string, members: object = {}): Unnumbered =>
  event('task_started', { turn_id: turn, started_at: 10, ...members })

/** A turn ends. */
export const done = (turn: string, members: object = {}): Unnumbered =>
  event('task_complete', {
    ...{ turn_id: turn, started_at: 10, completed_at: 20, duration_ms: 30 },
    ...members
  })

/** A turn is cut short. */
export const aborted = (turn: string | null, members: object = {}): Unnumbered =>
  event('turn_aborted', { turn_id: turn, reason: 'interrupted', ...members })

/** An item of a turn ended. */
export const item = (turn: string, shape: object, times: object = {}): Unnumbered =>
  event('item_completed', { thread_id: THREAD, turn_id: turn, item: shape, ...times })

/** A person said something. */
export const user = (turn: string, id: string, text = id): Unnumbered =>
  item(turn, { type: 'UserMessage', id, content: [{ type: 'text', text, text_elements: [] }] })

/** The model said something. */
export const agent = (turn: string, id: string, members: object = {}): Unnumbered =>
  item(turn, { type: 'AgentMessage', id, content: [{ type: 'Text', text: id }], ...members })

/** The model made a plan. */
export const plan = (turn: string, id: string, text = id, times: object = {}): Unnumbered =>
  item(turn, { type: 'Plan', id, text }, times)

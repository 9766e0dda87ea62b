/**
 * Literal lines of legacy threads, as Codex up to 0.142 writes them, and what a thread of them shows.
 */
import type { Turn } from '../../domain/protocol.ts'
import { removeFolder } from './fixture-home.ts'
import { right, turnsOf, withEngine } from './engines.ts'
import { emptyHome, linesOf, metaLine, rolloutPath, THREAD, writeRollout } from './rollouts.ts'
import type { EngineOptions } from '../../adapters/library.ts'

export const line = (type: string, payload: unknown): string =>
  JSON.stringify({ timestamp: '2026-05-01T10:00:00.000Z', type, payload })
export const event = (type: string, members: object = {}): string =>
  line('event_msg', { type, ...members })
export const start = (id: string): string => event('task_started', { turn_id: id, started_at: 10 })
export const done = (id: string, members: object = {}): string =>
  event('task_complete', { turn_id: id, completed_at: 20, duration_ms: 30, ...members })
/** A person says something. */
export const user = (message: string, members: object = {}): string =>
  event('user_message', { message, ...members })
/** The model says something. */
export const agent = (message: string, members: object = {}): string =>
  event('agent_message', { message, ...members })
export const think = (text: string): string => event('agent_reasoning', { text })
export const search = (id: string, query: string): string =>
  event('web_search_end', { call_id: id, query, action: { type: 'other' } })
/** A patch, which names its turn. */
export const patch = (
  id: string,
  turn: string,
  status = 'completed',
  changes: object = {}
): string =>
  event('patch_apply_end', {
    call_id: id,
    turn_id: turn,
    stdout: '',
    stderr: '',
    success: status === 'completed',
    changes,
    status
  })
/** The last turns are rolled back. */
export const rollback = (turns: number): string => event('thread_rolled_back', { num_turns: turns })
/** A plan, which names its turn. */
export const plan = (turn: string, text: string): string =>
  completed(turn, { type: 'Plan', id: `${turn}-plan`, text })
/** An item of any kind, which names its turn. */
export const completed = (turn: string, item: object): string =>
  event('item_completed', { thread_id: THREAD, turn_id: turn, item })

/** A turn in a few words. */
export const words = (turn: Turn): string =>
  `${turn.id}: ${turn.items.map(({ id, type }) => `${id} ${type}`).join(', ')}`

/** Runs with what an engine shows of a thread of these lines: its turns whole, and its summaries. */
export const given = async <A>(
  lines: ReadonlyArray<string>,
  then: (turns: ReadonlyArray<Turn>, summaries: ReadonlyArray<Turn>) => A,
  options: Partial<EngineOptions> = { profile: '0.142', rich: false }
): Promise<A> => {
  const home = emptyHome()
  writeRollout(rolloutPath(home, THREAD), linesOf([metaLine(THREAD), ...lines]))
  try {
    return await withEngine({ home, ...options }, async (engine) => {
      const page = await right(
        engine.listTurns(THREAD, { sortDirection: 'asc', itemsView: 'summary' })
      )
      return then(await turnsOf(engine, THREAD), page.data)
    })
  } finally {
    removeFolder(home)
  }
}

/**
 * Threads that each hold one changed line among others that tell whether it counted.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_ID, type Mutation } from './mutated-lines.ts'

/** How a thread is kept: `legacy` as up to 0.142, `paginated` as from 0.151 on. */
export type Mode = 'legacy' | 'paginated'

const DAY = '2026/11/21'
const AT = '2026-11-21T07:09:43'
const WRITTEN_SECONDS = 1795245000

/** Id of the thread of a changed line. */
export const threadIdOf = (at: number): string =>
  `01a1fcde-0000-7000-8000-${at.toString(16).padStart(12, '0')}`

const member = (value: unknown): string => JSON.stringify(value).slice(1, -1)
const event = (payload: object): string => member({ type: 'event_msg', payload })

const metaOf = (id: string, mode: Mode): string =>
  member({
    type: 'session_meta',
    payload: {
      ...{ session_id: id, id, timestamp: `${AT}.000Z`, cwd: '/workspace/demo', originator: 'lab' },
      ...{ cli_version: '0.142.5', source: 'vscode', model_provider: 'mock' },
      ...(mode === 'paginated' ? { history_mode: mode } : {})
    }
  })

const said = (
  thread_id: string,
  id: string,
  mode: Mode,
  type: 'user' | 'agent',
  text: string
): string => {
  if (mode === 'legacy') return event({ type: `${type}_message`, message: text })
  const content = [
    {
      type: type === 'user' ? 'text' : 'Text',
      text,
      ...(type === 'user' ? { text_elements: [] } : {})
    }
  ]
  const item = { type: type === 'user' ? 'UserMessage' : 'AgentMessage', id, content }
  return event({ type: 'item_completed', thread_id, turn_id: 'text', item, completed_at_ms: 1 })
}

/** The members of the lines of a thread, without their times and numbers. */
const linesOf = (id: string, { type, text }: Mutation, mode: Mode): ReadonlyArray<string> => {
  const own = text.replaceAll(OWN_ID, id)
  const isMeta = type === 'session_meta'
  return [
    isMeta ? own : metaOf(id, mode),
    event({ type: 'task_started', turn_id: 'text', started_at: 1795244983 }),
    said(id, 'first', mode, 'user', 'one'),
    ...(isMeta ? [] : [own]),
    said(id, 'second', mode, 'agent', 'two'),
    event({ type: 'task_complete', turn_id: 'text', completed_at: 1795244984, duration_ms: 1000 }),
    ...(mode === 'legacy'
      ? [said(id, 'third', mode, 'user', 'three')]
      : [
          event({ type: 'task_started', turn_id: 'next', started_at: 1795244985 }),
          event({ type: 'task_complete', turn_id: 'next', completed_at: 1795244986 })
        ])
  ]
}

/** Writes the thread of one changed line into a home. */
export const writeThread = (home: string, at: number, mutation: Mutation, mode: Mode): void => {
  const id = threadIdOf(at)
  const folder = join(home, 'sessions', DAY)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `rollout-2026-11-21T07-09-43-${id}.jsonl`)
  const lines = linesOf(id, mutation, mode).map((text, ordinal) => {
    const number = mode === 'paginated' ? `"ordinal":${ordinal},` : ''
    return `{"timestamp":"${AT}.00${ordinal}Z",${number}${text}}\n`
  })
  writeFileSync(path, lines.join(''))
  utimesSync(path, WRITTEN_SECONDS, WRITTEN_SECONDS)
}

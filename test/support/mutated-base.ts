/**
 * A thread that others continue.
 */
const ID = '01a1fcde-0001-7000-8000-000000000000'
const AT = '2026-11-21T07:09:42'

const item = (turn_id: string, id: string, type: string, text: string): object => ({
  type: 'event_msg',
  payload: {
    ...{ type: 'item_completed', thread_id: ID, turn_id, completed_at_ms: 1 },
    item: { type, id, content: [{ type: type === 'UserMessage' ? 'text' : 'Text', text }] }
  }
})

const started = (turn_id: string): object => ({
  type: 'event_msg',
  payload: { type: 'task_started', turn_id, started_at: 1795244982 }
})

const completed = (turn_id: string): object => ({
  type: 'event_msg',
  payload: { type: 'task_complete', turn_id, completed_at: 1795244983 }
})

const LINES: ReadonlyArray<object> = [
  {
    type: 'session_meta',
    payload: {
      ...{ session_id: ID, id: ID, timestamp: `${AT}.000Z`, cwd: '/workspace/demo' },
      ...{ originator: 'lab', cli_version: '0.169.0', source: 'vscode', model_provider: 'mock' },
      history_mode: 'paginated'
    }
  },
  started('one'),
  item('one', 'asked', 'UserMessage', 'zero'),
  item('one', 'answered', 'AgentMessage', 'nought'),
  completed('one'),
  started('two'),
  item('two', 'again', 'UserMessage', 'nil'),
  completed('two')
].map((line, ordinal) => ({ timestamp: `${AT}.00${ordinal}Z`, ordinal, ...line }))

/** The thread, with its lines and the text of its file. */
export const BASE = {
  id: ID,
  file: `rollout-2026-11-21T07-09-42-${ID}.jsonl`,
  lines: LINES,
  text: LINES.map((line) => `${JSON.stringify(line)}\n`).join('')
}

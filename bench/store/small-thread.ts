/**
 * Threads as small as they come: their number is what is measured, not their content.
 */
import { printEvent, type NewEvent } from '../../domain/changes/new-event.ts'

const AT = '2026-05-01T10:00:00.000Z'

/** The id of a thread by its number. */
export const smallId = (n: number): string =>
  `0196${(n >>> 16).toString(16).padStart(4, '0')}-${(n & 0xffff).toString(16).padStart(4, '0')}-7000-8000-${n.toString(16).padStart(12, '0')}`

/** Where its rollout would be. */
export const smallPath = (n: number): string =>
  `sessions/2026/05/01/rollout-2026-05-01T10-00-00-${smallId(n)}.jsonl`

/** Its rollout: metadata, a question, an answer. */
export const smallRollout = (n: number): Buffer => {
  const id = smallId(n)
  const events: ReadonlyArray<NewEvent> = [
    {
      timestamp: AT,
      type: 'session_meta',
      payload: {
        ...{ id, timestamp: AT, cwd: '/work', originator: 'bench', cli_version: '0.142.5' },
        ...{ source: 'cli', model_provider: 'mock' }
      }
    },
    {
      timestamp: AT,
      type: 'event_msg',
      payload: { type: 'user_message', message: `question ${n}: what is there to do here?` }
    },
    {
      timestamp: AT,
      type: 'event_msg',
      payload: { type: 'agent_message', message: `answer ${n}: nothing that was not done before.` }
    }
  ]
  return Buffer.from(events.map((event) => `${printEvent(event, null)}\n`).join(''))
}

// A turn that another process writes, event by event.
import type { NewEvent } from '../../domain/changes/new-event.ts'

export const TURN = '01a1ffff-0000-7000-8000-000000000001'
const AT = '2026-11-21T09:00:00.000Z'
export const AT_MS = Date.parse(AT)

export const event = (payload: NewEvent['payload']): NewEvent => ({
  timestamp: AT,
  type: 'event_msg',
  payload
})
export const begun = event({ type: 'task_started', turn_id: TURN, started_at: 1795251600 })
export const said = (message: string): NewEvent => event({ type: 'agent_message', message })
export const asked = (message: string): NewEvent => event({ type: 'user_message', message })
export const done = event({
  type: 'task_complete',
  turn_id: TURN,
  last_agent_message: 'Yes.',
  completed_at: 1795251601,
  duration_ms: 900
})

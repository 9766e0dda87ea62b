/**
 * The threads of the home all trials begin with, and what is said in them. The worker that is killed needs no more of the
 * operations than this, and starts the sooner.
 */
import type { NewEvent } from '../../domain/changes/new-event.ts'

/** A thread of 0.142. */
export const OLD = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
/** Another one, which is moved about. */
export const MOVED = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
/** A thread of 0.169. */
export const PAGED = '01a1fd04-6a2b-7862-91d1-5af381f25378'
/** Another one, which is reverted. */
export const REVERTED = '01a1fd04-6dfa-7a33-87cf-0c6af6b51bf7'
/** A thread that begins. */
export const BEGUN = '01a1fd04-7000-7000-8000-000000000001'

/** When everything is said. */
export const AT = '2026-05-01T10:00:00.000Z'

/** What a person says. */
export const said = (message: string): NewEvent => ({
  timestamp: AT,
  type: 'event_msg',
  payload: { type: 'user_message', message }
})

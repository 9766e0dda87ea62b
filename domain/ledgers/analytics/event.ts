/**
 * Analytics events: what is on the wire, and where it came from.
 *
 * Shape:  one request carries {"events":[…]}; an event is {event_type, event_params}, with `skill_id` and `skill_name`
 *         beside them for `skill_invocation`. Which keys the parameters have, and in which order: `shapes.ts`.
 */
import type { JsonObject } from '../../json.ts'
import type { EventType } from './vocabulary.ts'

export interface AnalyticsPayload {
  readonly event_type: EventType
  readonly skill_id?: string
  readonly skill_name?: string
  readonly event_params: JsonObject
}

/** An event with what a reader needs to place it. */
export interface AnalyticsEvent {
  /** When the fact was seen that completed the event, Unix milliseconds. */
  readonly atMs: number
  /** Null for an event about no thread, such as an installed plugin. */
  readonly threadId: string | null
  readonly payload: AnalyticsPayload
}

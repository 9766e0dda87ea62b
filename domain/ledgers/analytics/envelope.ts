/**
 * Analytics events: where they came from, how Codex posts them, and the lines of a capture file: one request payload each.
 *
 * Shape:  one request carries {"events":[…]}; an event is {event_type, event_params}, with `skill_id` and `skill_name`
 *         beside them for `skill_invocation`; the id is left out where it is not known. Which keys the parameters have, and in which order: `shapes.ts`.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, parsedJson, type Json, type JsonObject } from '../../json.ts'
import type { EventType } from './vocabulary.ts'

/** An event as it is made. */
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

/** An event as it is read, whatever its type and the ids beside it. */
export interface PostedEvent {
  readonly event_type: string
  readonly event_params: JsonObject
  readonly skill_id?: Json
  readonly skill_name?: Json
}

export interface RequestPayload {
  readonly events: ReadonlyArray<PostedEvent>
}

/** Events that are sent alone, and so split the batch they stand in. */
const ALONE: ReadonlySet<string> = new Set(['codex_accepted_line_fingerprints'])

/** The payloads in which the events of one fact are sent, in order. */
export const payloadsOf = (events: ReadonlyArray<PostedEvent>): ReadonlyArray<RequestPayload> => {
  const batches: Array<Array<PostedEvent>> = []
  let open: Array<PostedEvent> | null = null
  for (const event of events) {
    const isAlone = ALONE.has(event.event_type)
    if (isAlone || open === null) batches.push((open = []))
    open.push(event)
    if (isAlone) open = null
  }
  return batches.map((batch) => ({ events: batch }))
}

/** A payload as one line of a capture file, with its newline. */
export const captureLine = (payload: RequestPayload): string => `${JSON.stringify(payload)}\n`

/** No event of Codex is this deep, and a walk over a deeper one could exhaust the stack. */
const DEPTH_MAX = 64

const isDeep = (value: unknown, levels = DEPTH_MAX): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeep(inner, levels - 1)))

const isEvent = (value: unknown): value is PostedEvent & JsonObject =>
  isJsonObject(value) &&
  typeof value['event_type'] === 'string' &&
  isJsonObject(value['event_params'])

/** The events of a line: a payload or a bare event; `Left` says why it is neither. */
export const eventsOfLine = (text: string): E.Either<string, ReadonlyArray<PostedEvent>> => {
  const value = parsedJson(text)
  if (value === undefined) return E.left('no JSON')
  if (isDeep(value)) return E.left(`nested deeper than ${DEPTH_MAX} levels`)
  if (isEvent(value)) return E.right([value])
  const events = isJsonObject(value) ? value['events'] : undefined
  if (!Array.isArray(events)) return E.left('neither a payload nor an event')
  const found = (events as ReadonlyArray<unknown>).filter(isEvent)
  return found.length === events.length
    ? E.right(found)
    : E.left(`${events.length - found.length} of its ${events.length} events are none`)
}

/**
 * What two lists of analytics events, and the trail of a home, say besides the two sides of one field: the evidence that a reason
 * for a difference has to bring.
 */
import { grouped } from '../../grouped.ts'
import type { JsonObject } from '../../json.ts'
import type { PostedEvent } from './envelope.ts'

/** The events of one side, indexed. */
export interface EventIndex {
  /** True when some event names the thread. */
  readonly knows: (threadId: unknown) => boolean
  /** Every `codex_thread_initialized` of a thread. */
  readonly openings: (threadId: unknown) => ReadonlyArray<JsonObject>
  readonly events: (threadId: unknown) => ReadonlyArray<PostedEvent>
  /** The `codex_turn_event` of a turn. */
  readonly turn: (threadId: unknown, turnId: unknown) => JsonObject | undefined
  /** Events of a type in a turn. */
  readonly inTurn: (type: string, params: JsonObject) => ReadonlyArray<JsonObject>
  readonly ofType: (type: string) => ReadonlyArray<JsonObject>
  /** Events of a type with an item. */
  readonly ofItem: (type: string, itemId: unknown) => ReadonlyArray<JsonObject>
  /** True when some event has the value in a member. */
  readonly withValue: (name: string, value: unknown) => boolean
  readonly all: ReadonlyArray<PostedEvent>
}

/** What is known of a home besides its events. */
export interface HomeEvidence {
  /** When a thread was set back to an earlier turn, in Unix milliseconds. */
  readonly reverts: ReadonlyMap<string, ReadonlyArray<number>>
  /** Threads that were made of the sessions of another agent. */
  readonly imports: ReadonlySet<string>
}

export const NO_HOME_EVIDENCE: HomeEvidence = {
  reverts: new Map(),
  imports: new Set()
}

export interface Evidence extends HomeEvidence {
  /** The capture is said to be of this home; else the two sides were put together otherwise, as in a test of the live capture. */
  readonly isOfHome: boolean
  readonly captured: EventIndex
  readonly reconstructed: EventIndex
}

const NONE: ReadonlyArray<never> = []

const keyed = (...parts: ReadonlyArray<unknown>): string => JSON.stringify(parts)

export const indexOf = (all: ReadonlyArray<PostedEvent>): EventIndex => {
  const threads = grouped(all, ({ event_params }) => keyed(event_params['thread_id']))
  const turns = grouped(all, ({ event_type, event_params: { thread_id, turn_id } }) =>
    keyed(event_type, thread_id, turn_id)
  )
  const items = grouped(all, ({ event_type, event_params }) =>
    keyed(event_type, event_params['item_id'])
  )
  const types = grouped(all, ({ event_type }) => event_type)
  const params = (found: ReadonlyArray<PostedEvent> | undefined): ReadonlyArray<JsonObject> =>
    (found ?? NONE).map(({ event_params }) => event_params)
  const values = new Map<string, Set<unknown>>()
  const valuesOf = (name: string): Set<unknown> => {
    const found = values.get(name) ?? new Set(all.map(({ event_params }) => event_params[name]))
    values.set(name, found)
    return found
  }
  const events = (threadId: unknown) => threads.get(keyed(threadId)) ?? NONE
  return {
    all,
    events,
    knows: (threadId) => threads.has(keyed(threadId)),
    openings: (threadId) =>
      params(
        events(threadId).filter(({ event_type }) => event_type === 'codex_thread_initialized')
      ),
    turn: (threadId, turnId) => params(turns.get(keyed('codex_turn_event', threadId, turnId)))[0],
    inTurn: (type, { thread_id, turn_id }) => params(turns.get(keyed(type, thread_id, turn_id))),
    withValue: (name, value) => valuesOf(name).has(value),
    ofType: (type) => params(types.get(type)),
    ofItem: (type, itemId) => params(items.get(keyed(type, itemId)))
  }
}

/** The Unix milliseconds in a UUID of version 7; null for any other text. */
export const timeInId = (id: unknown): number | null =>
  typeof id === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/.test(id)
    ? Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
    : null

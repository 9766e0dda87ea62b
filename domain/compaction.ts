/**
 * The events of a compaction: a turn that replaces what the model was sent so far by something shorter.
 *
 * Source: thread/compact/start of Codex 0.142.5 and 0.169.0, without what only the model's answer adds.
 */
import type { Json, JsonObject } from './json.ts'
import type { NewEvent } from './new-event.ts'
import {
  completedItem,
  turnCompleted,
  turnStarted,
  type Moment,
  type WrittenTurn
} from './turn-events.ts'

/** What replaces the history: a summary, and the items the model is sent from now on. */
export interface Compaction {
  readonly summary: string
  readonly replacementHistory: ReadonlyArray<Json>
}

/** The events of a compaction; `usage` is the payload of the token count that follows from it. */
export const compactionEvents = (
  turn: WrittenTurn,
  { summary, replacementHistory }: Compaction,
  usage: JsonObject,
  moment: Moment
): ReadonlyArray<NewEvent> => {
  const timestamp = new Date(moment.nowMs).toISOString()
  const event = (payload: JsonObject): NewEvent => ({ timestamp, type: 'event_msg', payload })
  const compacted: NewEvent = {
    timestamp,
    type: 'compacted',
    payload: { message: summary, replacement_history: replacementHistory }
  }
  const shown =
    turn.mode === 'paginated'
      ? completedItem(turn, { type: 'ContextCompaction', id: moment.newId() }, moment)
      : event({ type: 'context_compacted' })
  return [
    turnStarted(turn, null, moment),
    compacted,
    event(usage),
    shown,
    turnCompleted(turn, null, moment.nowMs, null, moment)
  ]
}

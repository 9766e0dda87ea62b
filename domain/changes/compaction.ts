/**
 * The events of a compaction: a turn that replaces what the model was sent so far by something shorter.
 *
 * Source: thread/compact/start of Codex 0.142.5 and 0.169.0, without what only the model's answer adds.
 */
import type { TokenInfo } from '../thread/context/reader.ts'
import type { JsonObject } from '../json.ts'
import type { NewEvent } from './new-event.ts'
import {
  completedItem,
  eventMessage,
  turnCompleted,
  turnStarted,
  type Moment,
  type WrittenTurn
} from './turn-events.ts'

/** The new history: a summary, and the items the model is sent from now on. */
export interface Compaction {
  readonly summary: string
  readonly replacementHistory: ReadonlyArray<JsonObject>
}

/** Usage so far, and the size of the context now. */
export const tokenCount = (info: TokenInfo, timestamp: string): NewEvent => ({
  timestamp,
  type: 'event_msg',
  payload: { type: 'token_count', info, rate_limits: null }
})

export const compactionEvents = (
  turn: WrittenTurn,
  { summary, replacementHistory }: Compaction,
  counts: TokenInfo,
  moment: Moment
): ReadonlyArray<NewEvent> => {
  const timestamp = new Date(moment.nowMs).toISOString()
  const compacted: NewEvent = {
    timestamp,
    type: 'compacted',
    payload: { message: summary, replacement_history: replacementHistory }
  }
  const shown =
    turn.mode === 'paginated'
      ? completedItem(turn, { type: 'ContextCompaction', id: moment.newId() }, moment)
      : eventMessage(moment.nowMs, { type: 'context_compacted' })
  return [
    turnStarted(turn, null, moment),
    compacted,
    tokenCount(counts, timestamp),
    shown,
    turnCompleted(turn, null, moment.nowMs, null, moment)
  ]
}

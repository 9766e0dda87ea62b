/**
 * An event that is not in a stream yet, and the line it becomes.
 *
 * Shape:  `{"timestamp","ordinal","type","payload"}` in this order, compact, non-ASCII not escaped; `ordinal` only where
 *         the lines of the stream are numbered.
 * Source: lines written by Codex 0.130.0, 0.142.5 and 0.169.0.
 */
import type { PlacedEvent, RolloutLine } from '../log/event.ts'
import type { JsonObject } from '../json.ts'

/** An event to be appended; the store gives it its number, where the lines of the stream are numbered. */
export interface NewEvent {
  /** UTC with milliseconds, as `Date.prototype.toISOString` prints it. */
  readonly timestamp: string
  readonly type: string
  readonly payload: JsonObject
}

/** The line of an event, without a newline; `ordinal` is null where lines are not numbered. */
export const printEvent = (
  { timestamp, type, payload }: NewEvent,
  ordinal: number | null
): string =>
  JSON.stringify(
    ordinal === null ? { timestamp, type, payload } : { timestamp, ordinal, type, payload }
  )

const kindOf = (line: RolloutLine): string =>
  line.type === 'ignored' ? (line.kind.split(':')[0] ?? line.kind) : line.type

/** A line that was read, as a new event with the time it had. */
export const copiedEvent = ({ line }: PlacedEvent): NewEvent => ({
  timestamp: line.timestamp,
  type: kindOf(line),
  payload: line.payload as unknown as JsonObject
})

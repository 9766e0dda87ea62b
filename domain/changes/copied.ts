/**
 * Lines of a stream as new events: what a reader made of a line, turned back into what a writer needs.
 */
import type { PlacedEvent, RolloutLine } from '../log/event.ts'
import type { JsonObject } from '../json.ts'
import type { NewEvent } from './new-event.ts'

const kindOf = (line: RolloutLine): string =>
  line.type === 'ignored' ? (line.kind.split(':')[0] ?? line.kind) : line.type

export const copiedEvent = ({ line }: PlacedEvent): NewEvent => ({
  timestamp: line.timestamp,
  type: kindOf(line),
  payload: line.payload as unknown as JsonObject
})

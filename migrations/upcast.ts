/**
 * Old lines to the lines of today: pure, total and idempotent, applied when a line is read. Files are never rewritten.
 *
 * So far one change is known that both eras still read: two events were renamed before 0.130. A line that needs no
 * change is returned as it is, so that reading costs nothing.
 */
import { isJsonObject } from '../domain/json.ts'

/** Event names of older writers, and what the events are called now. */
export const RENAMED_EVENTS: ReadonlyMap<string, string> = new Map([
  ['turn_started', 'task_started'],
  ['turn_complete', 'task_complete']
])

/** The line as a writer of today would have written it; anything that is not such a line comes back unchanged. */
export const upcast = (line: unknown): unknown => {
  if (!isJsonObject(line) || line['type'] !== 'event_msg') return line
  const payload = line['payload']
  if (!isJsonObject(payload) || typeof payload['type'] !== 'string') return line
  const name = RENAMED_EVENTS.get(payload['type'])
  return name === undefined ? line : { ...line, payload: { ...payload, type: name } }
}

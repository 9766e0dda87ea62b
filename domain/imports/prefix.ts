/**
 * Whether a thread is what was imported of a session and nothing else, so that what the session says since can be appended to it.
 *
 * Source: what Codex 0.169.0 appends to, and what it leaves alone.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../json.ts'

/** What of a thread is compared with a session. */
export interface ThreadMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** What a line of a thread is to an import: a message, a part of the import besides, or `later`, which no import writes. */
export type ImportedLine = ThreadMessage | 'besides' | 'later'

const BESIDES = new Set([
  'task_started',
  'task_complete',
  'user_message',
  'agent_message',
  'token_count'
])
const IMPORT_TURN = /^external-import-turn-\d+$/

const ofEvent = (payload: JsonObject): ImportedLine => {
  const turnId = payload['turn_id']
  if (!BESIDES.has(textOrNull(payload['type']) ?? '')) return 'later'
  return typeof turnId === 'string' && !IMPORT_TURN.test(turnId) ? 'later' : 'besides'
}

const ofItem = ({ type, role, content }: JsonObject): ImportedLine => {
  if (type !== 'message' || (role !== 'user' && role !== 'assistant')) return 'later'
  const [part, ...others] = Array.isArray(content) ? (content as ReadonlyArray<Json>) : []
  const text = isJsonObject(part) ? textOrNull(part['text']) : null
  return text === null || others.length > 0 ? 'later' : { role, text }
}

/** Reads a line of a thread. Metadata are no part of what was said. */
export const importedLine = (type: string, payload: JsonObject): ImportedLine => {
  if (type === 'session_meta') return 'besides'
  if (type === 'event_msg') return ofEvent(payload)
  return type === 'response_item' ? ofItem(payload) : 'later'
}

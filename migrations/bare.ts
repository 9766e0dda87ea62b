/**
 * Rollouts from before the envelope (up to 0.31, September 2025, and the TypeScript client): a first line that says who the
 * thread is, and behind it the items as the model's API spells them, without a time.
 *
 *   {"id", "timestamp", "instructions", "git"?}     → session_meta
 *   {"type": "message" | "reasoning" | …, …}        → response_item
 *   {"record_type": "state"}                        → a line that says nothing
 *
 * No Codex from 0.32 on reads them. What such a line does not tell is empty: its time, and of the head the directory, the
 * client and its version.
 */
import { isJsonObject, type JsonObject } from '../domain/json.ts'

const isBare = (line: JsonObject): boolean => !('payload' in line) && !('timestamp' in line)

/** A bare line with an envelope; null when it is no such line. Pure and total. */
export const withEnvelope = (line: unknown): JsonObject | null => {
  if (!isJsonObject(line)) return null
  const { id, timestamp, type, record_type: recordType } = line
  if (typeof id === 'string' && typeof timestamp === 'string' && 'instructions' in line) {
    if ('payload' in line || type !== undefined) return null
    const payload = { ...line, cwd: '', originator: '', cli_version: '' }
    return { timestamp, type: 'session_meta', payload }
  }
  if (!isBare(line)) return null
  if (typeof recordType === 'string') return { timestamp: '', type: recordType, payload: {} }
  return typeof type === 'string' ? { timestamp: '', type: 'response_item', payload: line } : null
}

/**
 * What a `source` says of a thread that another one spawned.
 */
import { isJsonObject, type JsonObject } from './json.ts'

const objectIn = (value: unknown, member: string): JsonObject | null => {
  const inner = isJsonObject(value) ? value[member] : null
  return isJsonObject(inner) ? inner : null
}

/** The `thread_spawn` of a source; null for a thread that no other one spawned. */
export const spawnIn = (source: unknown): JsonObject | null =>
  objectIn(objectIn(source, 'subagent'), 'thread_spawn')

/** A member of a spawn that is a text; null where there is none. */
export const spawnText = (spawn: JsonObject | null, member: string): string | null => {
  const value = spawn?.[member]
  return typeof value === 'string' ? value : null
}

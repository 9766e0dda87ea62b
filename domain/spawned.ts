/**
 * What a `source` says of a thread that another one started.
 *
 * Shape:  {"subagent": "review"}, {"subagent": {"thread_spawn": {…}}}, {"subagent": {"other": PURPOSE}}; a text for a person's
 *         thread.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from './json.ts'

/** The `subagent` of a source; undefined for a thread of a person. */
export const subagentIn = (source: unknown): Json | undefined =>
  isJsonObject(source) ? source['subagent'] : undefined

/** The kind of a sub-agent, `review` or `thread_spawn`, and its detail; null for a person's thread. */
export const subagentKindIn = (
  source: unknown
): { readonly kind: string | null; readonly detail: Json | undefined } | null => {
  const subagent = subagentIn(source)
  if (subagent === undefined || subagent === null) return null
  if (typeof subagent === 'string') return { kind: subagent, detail: undefined }
  const [kind = null, detail] = isJsonObject(subagent) ? (Object.entries(subagent)[0] ?? []) : []
  return { kind, detail }
}

/** The `thread_spawn` of a source; null for a thread that was not spawned. */
export const spawnIn = (source: unknown): JsonObject | null => {
  const subagent = subagentIn(source)
  const spawn = isJsonObject(subagent) ? subagent['thread_spawn'] : undefined
  return isJsonObject(spawn) ? spawn : null
}

export const spawnText = (spawn: JsonObject | null, member: string): string | null =>
  textOrNull(spawn?.[member])

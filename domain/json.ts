/**
 * JSON as data: the shapes that hold anything a rollout may carry, known or not.
 */

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

/** A JSON object; unknown members are kept as they were read. */
export interface JsonObject {
  readonly [member: string]: Json | undefined
}

/** True for an object that is neither null nor an array. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A JSON value as text when it is one, else the empty text: for names in a file that may hold anything. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A JSON value as text when it is one; null for anything else. */
export const textOrNull = (value: unknown): string | null =>
  typeof value === 'string' ? value : null

/** Parses a text as JSON; undefined when it is none. */
export const parsedJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** The object that a text holds as JSON; null when it holds none. */
export const parsedObject = (text: string): JsonObject | null => {
  const value = parsedJson(text)
  return isJsonObject(value) ? value : null
}

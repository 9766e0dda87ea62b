/**
 * Reading members of JSON nobody checked: every accessor answers null for an absent member and for one of another type.
 *
 * Shape:  a reader over one object. Tool arguments and ignored events are written by models and by other versions,
 *         so a codec for the whole object would lose a line over a member that nobody shows.
 */
import {
  isJsonObject,
  parsedJson,
  parsedObject,
  textOrNull,
  type Json,
  type JsonObject
} from '../../json.ts'

/** Typed access to the members of an object. A class, because most lines of a rollout are read with one: it costs no closures. */
export class Reader {
  /** The object itself. */
  readonly whole: JsonObject

  constructor(whole: JsonObject) {
    this.whole = whole
  }

  json(member: string): Json {
    return (Object.hasOwn(this.whole, member) ? this.whole[member] : null) ?? null
  }

  has(member: string): boolean {
    return this.json(member) !== null
  }

  text(member: string): string | null {
    return textOrNull(this.json(member))
  }

  number(member: string): number | null {
    const value = this.json(member)
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  }

  integer(member: string): number | null {
    const value = this.json(member)
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
  }

  flag(member: string): boolean | null {
    const value = this.json(member)
    return typeof value === 'boolean' ? value : null
  }

  object(member: string): Reader | null {
    const value = this.json(member)
    return isJsonObject(value) ? new Reader(value) : null
  }

  list(member: string): ReadonlyArray<Json> | null {
    const value = this.json(member)
    return Array.isArray(value) ? (value as ReadonlyArray<Json>) : null
  }

  /** A list of strings; null when one element is something else. */
  texts(member: string): ReadonlyArray<string> | null {
    const values = this.list(member)
    return values?.every((value): value is string => typeof value === 'string') === true
      ? values
      : null
  }
}

/** Wraps an object; any other value reads as one without members. */
export const reader = (value: unknown): Reader => new Reader(isJsonObject(value) ? value : {})

/** Parses a text as JSON; null when it cannot be parsed. */
export const parseJson = (text: string): Json => parsedJson(text) ?? null

/** A reader over the object a text holds; null when it holds none. */
export const parseObject = (text: string): Reader | null => {
  const object = parsedObject(text)
  return object === null ? null : new Reader(object)
}

/** The text of a tool's output: a string, or its text parts, one below the other. */
export const outputText = (output: Json): string =>
  typeof output === 'string'
    ? output
    : (Array.isArray(output) ? (output as ReadonlyArray<Json>) : [])
        .map((part) => (isJsonObject(part) ? reader(part).text('text') : null))
        .filter((text) => text !== null)
        .join('\n')

/** A recorded duration `{secs, nanos}` in whole milliseconds, rounded down; null for anything else. */
export const durationMs = (duration: Reader | null): number | null => {
  const secs = duration?.integer('secs') ?? null
  const nanos = duration?.integer('nanos') ?? null
  return secs === null || nanos === null ? null : secs * 1000 + Math.floor(nanos / 1e6)
}

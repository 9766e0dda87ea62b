/**
 * Reading members of JSON nobody checked: every accessor answers null for an absent member and for one of another type.
 *
 * Shape:  a reader over one object. Tool arguments and ignored events are written by models and by other versions,
 *         so a codec for the whole object would lose a line over a member that nobody shows.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as J from 'fp-ts/lib/Json.js'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'

/** Typed access to the members of an object. */
export interface Reader {
  readonly has: (member: string) => boolean
  readonly json: (member: string) => Json
  readonly text: (member: string) => string | null
  readonly number: (member: string) => number | null
  readonly integer: (member: string) => number | null
  readonly flag: (member: string) => boolean | null
  readonly object: (member: string) => Reader | null
  readonly list: (member: string) => ReadonlyArray<Json> | null
  /** A list of strings; null when one element is something else. */
  readonly texts: (member: string) => ReadonlyArray<string> | null
  /** The object itself. */
  readonly whole: JsonObject
}

/** Wraps an object. */
export const reader = (whole: JsonObject): Reader => {
  const json = (member: string): Json =>
    (Object.hasOwn(whole, member) ? whole[member] : null) ?? null
  const typed =
    <A extends Json>(is: (value: Json) => value is A) =>
    (member: string): A | null => {
      const value = json(member)
      return is(value) ? value : null
    }
  const list = typed((v): v is ReadonlyArray<Json> => Array.isArray(v))
  return {
    whole,
    json,
    list,
    has: (member) => json(member) !== null,
    text: typed((v): v is string => typeof v === 'string'),
    number: typed((v): v is number => typeof v === 'number' && Number.isFinite(v)),
    integer: typed((v): v is number => Number.isSafeInteger(v)),
    flag: typed((v): v is boolean => typeof v === 'boolean'),
    object: (member) => {
      const value = json(member)
      return isJsonObject(value) ? reader(value) : null
    },
    texts: (member) => {
      const values = list(member)
      return values?.every((v): v is string => typeof v === 'string') === true ? values : null
    }
  }
}

/** Parses a text as JSON; null when it is none. */
export const parseJson = (text: string): Json => E.getOrElse((): Json => null)(J.parse(text))

/** A reader over the object a text holds; null when it holds none. */
export const parseObject = (text: string): Reader | null => {
  const value = parseJson(text)
  return isJsonObject(value) ? reader(value) : null
}

/** The text of a tool's output: a string, or its text parts, one below the other. */
export const outputText = (output: Json): string =>
  typeof output === 'string'
    ? output
    : (Array.isArray(output) ? (output as ReadonlyArray<Json>) : [])
        .map((part) => (isJsonObject(part) ? reader(part).text('text') : null))
        .filter((text) => text !== null)
        .join('\n')

/** A recorded duration `{secs, nanos}` in whole milliseconds, rounded down; null when it is none. */
export const durationMs = (duration: Reader | null): number | null => {
  const secs = duration?.integer('secs') ?? null
  const nanos = duration?.integer('nanos') ?? null
  return secs === null || nanos === null ? null : secs * 1000 + Math.floor(nanos / 1e6)
}

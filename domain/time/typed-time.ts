/**
 * Times as people type them: one grammar for every option that takes one.
 *
 * Shape:  `2026-11-21`, `today`, `yesterday` and `monday` are days, of the zone of the person; `2026-11-21T14:30` and `2h` are instants.
 *         A clock time without a zone is of the zone of the person; of a time that occurs twice the first is meant.
 * Units:  milliseconds since 1970; a length is so long before now.
 */
import * as E from 'fp-ts/lib/Either.js'
import { DAY_MS, instantOf, type Zone } from './zone.ts'

/** Who types, as far as it matters. */
export interface TypedHere {
  readonly nowMs: number
  readonly zone: Zone
}

/** From `fromMs` until before `untilMs`; both are the same for an instant. */
interface TimeSpan {
  readonly fromMs: number
  readonly untilMs: number
}

/** What is accepted, an example and what it means each, in the order of the help. */
export const TIME_FORMS: ReadonlyArray<readonly [example: string, meaning: string]> = [
  ['2026-11-21', 'a day'],
  ['2026-11-21T14:30', 'an instant; seconds and a zone may follow: `14:30:05Z`, `14:30+01:00`'],
  ['today', 'this day'],
  ['yesterday', 'the day before'],
  ['monday', 'the latest Monday, today included; any day of the week'],
  ['90m', 'ago: `s`, `m`, `h`, `d`, `w` for seconds to weeks; also `2h ago`, `3 days ago`']
]

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt ]((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/
const LENGTH = /^(\d{1,9}) ?(s|m|h|d|w|secs?|mins?|hrs?|seconds?|minutes?|hours?|days?|weeks?)$/i
const AGO = / ?ago$/i

const YEAR_MIN = 1970
const WEEK = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
/** 1 January 1970 was a Thursday. */
const FIRST_WEEKDAY = 4

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS
}

/** Reads a length of time, such as `90m` or `2 hours`; null for another text. */
export const lengthOf = (text: string): number | null => {
  const [, count, unit = ''] = LENGTH.exec(text) ?? []
  return count === undefined ? null : Number(count) * (UNIT_MS[unit.charAt(0).toLowerCase()] ?? 0)
}

/** Days since 1970 of a date; null where there is no such date. */
const dayNumber = (text: string): number | null => {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? []
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const iso = `${year}-${month}-${day}`
  return Number(year) >= YEAR_MIN && new Date(ms).toISOString().startsWith(iso) ? ms / DAY_MS : null
}

/** The day a word means; null for another text. */
const dayOfWord = (text: string, { nowMs, zone }: TypedHere): number | null => {
  const today = Math.floor(zone.wallMs(nowMs) / DAY_MS)
  const word = text.toLowerCase()
  if (word === 'today') return today
  if (word === 'yesterday') return today - 1
  const named = WEEK.findIndex((name) => name === word || name.slice(0, 3) === word)
  return named === -1 ? null : today - ((((today + FIRST_WEEKDAY - named) % 7) + 7) % 7)
}

const instantTyped = (text: string, zone: Zone): number | null => {
  const [, date, minute = '', second = ':00', fraction = '', offset] = INSTANT.exec(text) ?? []
  if (date === undefined || dayNumber(date) === null) return null
  const iso = `${date}T${minute}${second}${fraction}`
  return offset === undefined
    ? instantOf(Date.parse(`${iso}Z`), zone)
    : Date.parse(`${iso}${offset.toUpperCase()}`)
}

const spanOf = (text: string, here: TypedHere): TimeSpan | null => {
  const { nowMs, zone } = here
  const day = DATE.test(text) ? dayNumber(text) : dayOfWord(text, here)
  if (day !== null)
    return {
      fromMs: instantOf(day * DAY_MS, zone),
      untilMs: instantOf((day + 1) * DAY_MS, zone)
    }
  const length = lengthOf(text.replace(AGO, '').replace(/^-/, ''))
  const ms = length === null ? instantTyped(text, zone) : nowMs - length
  return ms === null ? null : { fromMs: ms, untilMs: ms }
}

/** The last millisecond of a typed time, for a state as it was then; null for what cannot be read. */
export const endTyped = (text: string, here: TypedHere): number | null => {
  const span = spanOf(text, here)
  return span === null ? null : Math.max(span.fromMs, span.untilMs - 1)
}

/** The first millisecond of a typed time; null for what cannot be read. */
export const beginTyped = (text: string, here: TypedHere): number | null =>
  spanOf(text, here)?.fromMs ?? null

interface TypedRange {
  /** A day that is in the range, or an instant that is. */
  readonly since?: string | undefined
  /** A day that is in the range, or an instant that is not. */
  readonly until?: string | undefined
}

/** From `sinceMs` until before `untilMs`. */
export interface TimeRange {
  readonly sinceMs?: number
  readonly untilMs?: number
}

/** Reads a typed range; a `Left` says which part of it is wrong. */
export const rangeTyped = (
  { since, until }: TypedRange,
  here: TypedHere
): E.Either<'since' | 'until' | 'order', TimeRange> => {
  const first = since === undefined ? undefined : spanOf(since, here)
  const last = until === undefined ? undefined : spanOf(until, here)
  if (first === null) return E.left('since')
  if (last === null) return E.left('until')
  const isTurned =
    first !== undefined &&
    last !== undefined &&
    first.fromMs > last.fromMs &&
    first.fromMs >= last.untilMs
  if (isTurned) return E.left('order')
  return E.right({
    ...(first === undefined ? {} : { sinceMs: first.fromMs }),
    ...(last === undefined ? {} : { untilMs: last.untilMs })
  })
}

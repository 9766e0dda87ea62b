/**
 * Points in the past as a person types them: a revision, a time, or a turn.
 *
 * Units:  `timeMs` milliseconds since 1970; a time includes everything that was written in that millisecond.
 * Shape:  what is neither a number nor a time is taken for a turn. The beginning of a turn's id that is all digits is a revision.
 */

/** A point in the past. A revision: before the event with that number. A turn: behind its last line. */
export type Point =
  | { readonly timeMs: number }
  | { readonly revision: number }
  /** An id, or the beginning of one. */
  | { readonly turn: string }

const DATE = /^\d{4}-\d{2}-\d{2}$/
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?$/
const LIKE_TIME = /^\d{4}-\d{2}-\d{2}($|[Tt ])/
const AGO = /^-?(\d{1,9}) ?(s|m|min|h|d|w)( ago)?$/

const DAY_MS = 86_400_000
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS
}

/** Midnight (UTC) of a day of the calendar; null where there is no such day. */
const startOfDay = (date: string): number | null => {
  const ms = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(date) ? null : ms
}

/** A date stands for the whole day; a time without a zone is in UTC. Null for anything else. */
export const timeOf = (text: string, nowMs: number): number | null => {
  if (DATE.test(text)) {
    const day = startOfDay(text)
    return day === null ? null : day + DAY_MS - 1
  }
  const [, count, unit = ''] = AGO.exec(text) ?? []
  if (count !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] ?? 0)
  const [, date, minute, second = ':00', fraction = '', zone = 'Z'] = INSTANT.exec(text) ?? []
  if (date === undefined || startOfDay(date) === null) return null
  const ms = Date.parse(`${date}T${minute}${second}${fraction}${zone.toUpperCase()}`)
  return Number.isNaN(ms) ? null : ms
}

/** Reads a point; null for one that cannot be read. */
export const pointOf = (text: string, nowMs: number): Point | null => {
  if (/^\d+$/.test(text)) {
    const revision = Number(text)
    return Number.isSafeInteger(revision) ? { revision } : null
  }
  const timeMs = timeOf(text, nowMs)
  if (timeMs !== null) return { timeMs }
  return text === '' || LIKE_TIME.test(text) ? null : { turn: text }
}

/**
 * Times of records: whole Unix seconds.
 */
import type { JsonObject } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'

/** RFC 3339 with a zone, as Codex reads it. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The calendar repeats after so many years, and `Date.UTC` takes the first hundred for others. */
const CYCLE_YEARS = 400
const CYCLE_SECONDS = Date.UTC(1970 + CYCLE_YEARS, 0) / 1000

/** Many times are read, and each has its digits at the same places. */
const twoDigits = (text: string, at: number): number =>
  text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * 48

/** Seconds of a time; null for a text that is none. */
export const secondsOfText = (text: string): number | null => {
  const found = RFC_3339.exec(text)
  if (found === null) return null
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  if (hour > 23 || minute > 59 || second > 60 || day < 1 || day > (DAYS[month - 1] ?? 0))
    return null
  const [offsetHours, offsetMinutes] = [Number(found[2] ?? 0), Number(found[3] ?? 0)]
  if (offsetHours > 23 || offsetMinutes > 59) return null
  const midnightMs = Date.UTC(
    twoDigits(text, 0) * 100 + twoDigits(text, 2) + CYCLE_YEARS,
    month - 1,
    day
  )
  if (new Date(midnightMs).getUTCDate() !== day) return null
  const at = midnightMs / 1000 - CYCLE_SECONDS + hour * 3600 + minute * 60 + Math.min(second, 59)
  const offset = (offsetHours * 60 + offsetMinutes) * 60
  return at - (found[1] === '-' ? -offset : offset)
}

/** Time of a record: its `timestamp`; since 0.169 else its `timestamp_ms`. */
export const secondsOf = (record: JsonObject, era: ProfileName): number | null => {
  const { timestamp, timestamp_ms: milliseconds } = record
  const at = typeof timestamp === 'string' ? secondsOfText(timestamp) : null
  if (at !== null || era !== '0.169') return at
  return typeof milliseconds === 'number' && Number.isInteger(milliseconds)
    ? Math.floor(milliseconds / 1000)
    : null
}

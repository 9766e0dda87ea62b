/**
 * Times of records: whole Unix seconds.
 */
import type { JsonObject } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'

/** RFC 3339 with a zone, as Codex reads it. */
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Seconds of a time; null for a text that is none. */
export const secondsOfText = (text: string): number | null => {
  const found = RFC_3339.exec(text)
  if (found === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map(Number)
  if (hour > 23 || minute > 59 || second > 60 || day < 1 || day > (DAYS[month - 1] ?? 0))
    return null
  const [offsetHours, offsetMinutes] = [Number(found[8] ?? 0), Number(found[9] ?? 0)]
  if (offsetHours > 23 || offsetMinutes > 59) return null
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, day)
  at.setUTCHours(hour, minute, Math.min(second, 59))
  if (at.getUTCDate() !== day) return null
  const offset = (offsetHours * 60 + offsetMinutes) * 60
  return at.getTime() / 1000 - (found[7] === '-' ? -offset : offset)
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

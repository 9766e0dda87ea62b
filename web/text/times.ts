/**
 * Times, sizes and counts as people read them.
 */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The page speaks English; browsers take long to write dates and numbers in a language that is named. */
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `now`, `5 min ago`, `3 h ago`, `yesterday`, `Nov 21`, `Nov 21, 2025`. */
export const ago = (timeMs: number, nowMs: number): string => {
  const age = nowMs - timeMs
  if (age < MINUTE) return 'just now'
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`
  if (age < 12 * HOUR) return `${Math.floor(age / HOUR)} h ago`
  return day(timeMs, nowMs)
}

const startOfDay = (timeMs: number): number => new Date(timeMs).setHours(0, 0, 0, 0)

/** `Today`, `Yesterday`, a weekday of the last week, or a date. */
export const day = (timeMs: number, nowMs: number): string => {
  const days = Math.round((startOfDay(nowMs) - startOfDay(timeMs)) / DAY)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  const date = new Date(timeMs)
  if (days < 7) return WEEKDAYS[date.getDay()] ?? ''
  const sameYear = date.getFullYear() === new Date(nowMs).getFullYear()
  const short = `${MONTHS[date.getMonth()] ?? ''} ${date.getDate()}`
  return sameYear ? short : `${short}, ${date.getFullYear()}`
}

const two = (n: number): string => String(n).padStart(2, '0')

/** `06:49` in the person's own time. */
export const clock = (timeMs: number): string => {
  const date = new Date(timeMs)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `2026-11-21 06:49:45` in the person's own time. */
export const exactTime = (timeMs: number): string => {
  const date = new Date(timeMs)
  const days = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${days} ${clock(timeMs)}:${two(date.getSeconds())}`
}

/** `820 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`. */
export const duration = (durationMs: number): string => {
  if (durationMs < SECOND) return `${Math.round(durationMs)} ms`
  if (durationMs < MINUTE) return `${(durationMs / SECOND).toFixed(1)} s`
  if (durationMs < HOUR) {
    const seconds = Math.round((durationMs % MINUTE) / SECOND)
    return `${Math.floor(durationMs / MINUTE)} min${seconds === 0 ? '' : ` ${seconds} s`}`
  }
  const minutes = Math.round((durationMs % HOUR) / MINUTE)
  return `${Math.floor(durationMs / HOUR)} h${minutes === 0 ? '' : ` ${minutes} min`}`
}

/** `12,345`; of whole numbers. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 turn`, `2 turns`. */
export const counted = (n: number, noun: string): string =>
  `${count(n)} ${noun}${n === 1 ? '' : 's'}`

/** `950`, `18.2 k`, `1.4 M`. */
export const short = (n: number): string => {
  if (n < 1000) return String(n)
  if (n < 1_000_000) return `${(n / 1000).toFixed(n < 100_000 ? 1 : 0)} k`
  return `${(n / 1_000_000).toFixed(1)} M`
}

/** `812 B`, `1.4 kB`, `3.0 MB`. */
export const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  return bytes < 1_000_000_000
    ? `${(bytes / 1_000_000).toFixed(1)} MB`
    : `${(bytes / 1_000_000_000).toFixed(1)} GB`
}

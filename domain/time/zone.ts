/**
 * Time zones: what the clock on the wall shows at an instant, and the instant at which it shows something.
 *
 * Units: milliseconds since 1970. A wall time is what a clock shows, written as if that were UTC.
 */

/** Where somebody reads clocks. */
export interface Zone {
  /** The wall time at an instant. */
  readonly wallMs: (atMs: number) => number
  /** What people call the zone's time then: `EST`, `UTC+1`. */
  readonly label: (atMs: number) => string
}

export const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** The greatest time a date can have. */
const MS_MAX = 8.64e15

/** UTC itself. */
export const UTC: Zone = { wallMs: (atMs) => atMs, label: () => 'UTC' }

/** The only names of zones that are short everywhere: `CST` is Central here, elsewhere nobody is sure. */
const AMERICAN =
  /^(Eastern|Central|Mountain|Pacific|Alaska|Hawaii-Aleutian) (Standard|Daylight) Time$/
const LETTERS: Readonly<Record<string, string>> = { Alaska: 'AK' }

const two = (value: number): string => String(value).padStart(2, '0')

const offsetLabel = (minutes: number): string => {
  if (minutes === 0) return 'UTC'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${two(rest)}`}`
}

/** The label of a time `offsetMs` ahead of UTC, which English calls `longName`. */
export const zoneLabel = (longName: string, offsetMs: number): string => {
  const [, place = '', half = ''] = AMERICAN.exec(longName) ?? []
  return place === ''
    ? offsetLabel(Math.round(offsetMs / MINUTE_MS))
    : `${LETTERS[place] ?? place.slice(0, 1)}${half.slice(0, 1)}T`
}

const PARTS = {
  calendar: 'iso8601',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'long'
} as const

/** An IANA zone; null when there is no such zone. */
export const zoneNamed = (name: string): Zone | null => {
  if (name === 'UTC' || name === 'Etc/UTC') return UTC
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { ...PARTS, timeZone: name })
  } catch {
    return null
  }
  const partsAt = (atMs: number): ReadonlyMap<string, string> =>
    new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]))
  const wallOf = (atMs: number, parts: ReadonlyMap<string, string>): number => {
    const of = (name: string): number => Number(parts.get(name))
    const second = Math.floor(atMs / 1000)
    const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'))
    const shown = wall + of('second') * 1000 + (atMs - second * 1000)
    // Years before the first are counted from the other end; nothing of ours happened then.
    return Math.abs(shown - atMs) <= 2 * DAY_MS ? shown : atMs
  }
  const isDate = (atMs: number): boolean => Math.abs(atMs) <= MS_MAX
  return {
    wallMs: (atMs) => (isDate(atMs) ? wallOf(atMs, partsAt(atMs)) : atMs),
    label: (atMs) => {
      if (!isDate(atMs)) return name
      const parts = partsAt(atMs)
      return zoneLabel(parts.get('timeZoneName') ?? '', wallOf(atMs, parts) - atMs)
    }
  }
}

/**
 * The first instant at which the clock of a zone shows a wall time; of a time that the zone left out, the instant as
 * far behind the gap.
 */
export const instantOf = (wallMs: number, { wallMs: wallAt }: Zone): number => {
  const [before, after] = [wallMs - DAY_MS, wallMs + DAY_MS]
  const early = wallMs - (wallAt(before) - before)
  const late = wallMs - (wallAt(after) - after)
  const showing = [early, late].filter((ms) => wallAt(ms) === wallMs)
  return showing.length === 0 ? early : Math.min(...showing)
}

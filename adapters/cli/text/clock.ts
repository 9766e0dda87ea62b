/**
 * Times for people, the only way they are written: in the zone of the person or of `--tz`, with its label in the head of a
 * column or behind a lone time. Programs get UTC with `Z`.
 */
import { UTC, zoneLabel, zoneNamed, type Zone } from '../../../domain/time/zone.ts'
import type { TypedHere } from '../../../domain/time/typed-time.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'

/** How exactly a time is written. */
export type Precision = 'minute' | 'second' | 'ms'

/** Writes times, in milliseconds since 1970; null is empty. */
export interface Clock {
  /** Date and time, for a column whose head has the label. */
  readonly time: (atMs: number | null, precision?: Precision) => string
  /** Date and time with the label of the zone. */
  readonly lone: (atMs: number | null, precision?: Precision) => string
  /** The seconds of a day, with the label of the zone. */
  readonly ofDay: (atMs: number) => string
  /** The head of a column of such times: `TIME (EST)`; of none, of now. */
  readonly head: (name: string, timesMs: ReadonlyArray<number | null>) => string
}

/** Times beyond this are no date in JavaScript; a hostile file may hold them. */
const MS_MAX = 8.64e15
const isDate = (atMs: number): boolean => Math.abs(atMs) <= MS_MAX

const localWall = (atMs: number): number =>
  isDate(atMs) ? atMs - new Date(atMs).getTimezoneOffset() * 60_000 : atMs

/** The zone of this process. `Intl`, which knows its name, takes longer to load than most commands run. */
const LOCAL: Zone = {
  wallMs: localWall,
  label: (atMs) => {
    if (!isDate(atMs)) return ''
    const [, longName = ''] = /\((.*)\)/.exec(new Date(atMs).toString()) ?? []
    return zoneLabel(longName, localWall(atMs) - atMs)
  }
}

/** The zone that is asked for; null where its name is unknown. */
const zoneAsked = (input: Input): Zone | null => {
  if (flagOf(input, 'utc')) return UTC
  const name = textOf(input, 'tz') ?? 'local'
  return name === 'local' ? LOCAL : zoneNamed(name)
}

/** What is wrong with the zone of a command line, or null. */
export const zoneProblem = (input: Input): string | null =>
  zoneAsked(input) === null ? `there is no time zone "${textOf(input, 'tz') ?? ''}"` : null

/** Where dates are days and clocks are read; the name of the zone was checked before. */
export const zoneOf = (input: Input): Zone => zoneAsked(input) ?? UTC

/** For reading what a person typed. */
export const hereOf = (input: Input, { nowMs }: Pick<Io, 'nowMs'>): TypedHere => ({
  nowMs: nowMs(),
  zone: zoneOf(input)
})

const DATE_CHARS = 10
const CHARS: Readonly<Record<Precision, number>> = { minute: 16, second: 19, ms: 23 }
/** The columns that a time takes. */
export const timeWidth = (precision: Precision): number => CHARS[precision]

const isoOf = (wallMs: number): string => new Date(wallMs).toISOString().replace('T', ' ')

/** The clock of a zone. */
export const clockIn = (zone: Zone, nowMs: () => number): Clock => {
  const known = (atMs: number): boolean => isDate(atMs) && isDate(zone.wallMs(atMs))
  const time: Clock['time'] = (atMs, precision = 'minute') => {
    if (atMs === null || Number.isNaN(atMs)) return ''
    if (!known(atMs)) return String(atMs)
    const iso = isoOf(zone.wallMs(atMs))
    // Years of more than four digits are longer.
    return iso.slice(0, iso.indexOf(' ') - DATE_CHARS + CHARS[precision])
  }
  const labelled = (text: string, atMs: number): string =>
    known(atMs) ? `${text} ${zone.label(atMs)}` : text
  return {
    time,
    lone: (atMs, precision) => (atMs === null ? '' : labelled(time(atMs, precision), atMs)),
    ofDay: (atMs) => (known(atMs) ? labelled(isoOf(zone.wallMs(atMs)).slice(-13, -5), atMs) : ''),
    head: (name, timesMs) => {
      const times = timesMs.filter((atMs): atMs is number => atMs !== null && known(atMs))
      const labels = new Set((times.length === 0 ? [nowMs()] : times).map(zone.label))
      return `${name} (${[...labels].join('/')})`
    }
  }
}

/** The clock that a command line asks for. */
export const clockOf = (input: Input, { nowMs }: Pick<Io, 'nowMs'>): Clock =>
  clockIn(zoneOf(input), nowMs)

/** The clock of errors, which do not know their command line. */
export const localClock = ({ nowMs }: Pick<Io, 'nowMs'>): Clock => clockIn(LOCAL, nowMs)

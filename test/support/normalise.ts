/**
 * Two runs of one script made comparable: ids that were new are numbered by first appearance, times of the run say so,
 * paths of the home and names of new files have stand-ins. What was there before stays as it is.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from './fixture-home.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g
const ROLLOUT_NAME =
  /sessions\/\d{4}\/\d\d\/\d\d\/rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-(?=(?:[0-9a-f-]{36}_)?<id-)/g

/** Texts of every file of a home, by path. */
export const filesOf = (home: string): ReadonlyMap<string, string> => {
  const all = readdirSync(home, { recursive: true }) as Array<string>
  return new Map(
    all
      .filter((path) => !path.startsWith('.unroll') && statSync(join(home, path)).isFile())
      .sort()
      .map((path) => [path, readFileSync(join(home, path), 'latin1')])
  )
}

/** What a home holds before a run. */
export interface Before {
  readonly ids: ReadonlySet<string>
  /** Newest time of a file. */
  readonly untilMs: number
}

/** What a recorded home holds. */
export const beforeOf = (home: string, times: string): Before => {
  const files = filesOf(home)
  const text = [...files].flat().join('\n')
  const mtimes = Object.values(readJson(times) as Readonly<Record<string, number>>)
  return {
    ids: new Set([...(text.match(UUID) ?? []), '00000000-0000-7000-8000-000000000000']),
    untilMs: Math.max(0, ...mtimes)
  }
}

/** One of the two runs. */
export interface Run {
  /** Ids that are new in this run, in the order of their first appearance. */
  readonly ids: ReadonlyArray<string>
  readonly normal: <A>(value: A) => A
}

/** A run in a home; `isNow` separates times of the run from earlier ones. */
export const createRun = (
  { ids: known }: Before,
  homes: ReadonlyArray<string>,
  isNow: (ms: number) => boolean
): Run => {
  const ids: Array<string> = []
  const stand = (id: string): string => {
    if (known.has(id)) return id
    if (!ids.includes(id)) ids.push(id)
    return `<id-${String(ids.indexOf(id))}>`
  }
  const time = (text: string): string => (isNow(Date.parse(text)) ? '<now>' : text)
  const numbers = (text: string): string =>
    text
      .replace(/("\w+(?:At|_at)\\?":)(\d{10})\b/g, (whole, key: string, s: string) =>
        isNow(Number(s) * 1000) ? `${key}"<now>"` : whole
      )
      .replace(/("\w+(?:AtMs|_at_ms)\\?":)(\d{13})\b/g, (whole, key: string, ms: string) =>
        isNow(Number(ms)) ? `${key}"<now>"` : whole
      )
  const normal = <A>(value: A): A => {
    let text = JSON.stringify(value)
    if (text === undefined) return value
    for (const home of homes) text = text.replaceAll(home, '{{CODEX_HOME}}')
    text = numbers(text.replace(UUID, stand).replace(ISO, time))
    return JSON.parse(text.replace(ROLLOUT_NAME, 'sessions/<day>/rollout-<now>-')) as A
  }
  return { ids, normal }
}

/** Paths of the members in which two values differ. */
export const differences = (ours: unknown, theirs: unknown, path = ''): ReadonlyArray<string> => {
  if (Object.is(ours, theirs)) return []
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null
  if (!isObject(ours) || !isObject(theirs) || Array.isArray(ours) !== Array.isArray(theirs))
    return [path]
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  return [...keys].flatMap((key) =>
    differences(ours[key], theirs[key], Array.isArray(ours) ? `${path}[]` : `${path}.${key}`)
  )
}

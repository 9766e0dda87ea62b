/**
 * What is asked about usage, as it stands in the address and as requests name it.
 */
import { parsePoint, type PointInAddress, type Query } from '../../routes.ts'
import { sinceMs, startOfDate } from '../../text/since.ts'

export const TIMES = ['day', 'week', 'month'] as const
export type Time = (typeof TIMES)[number]

export const BY = [...TIMES, 'model', 'thread', 'agent', 'provider', 'turn'] as const
export type By = (typeof BY)[number]

/** Ranges to choose; the empty one is all time. */
export const RANGES: ReadonlyArray<readonly [value: string, text: string]> = [
  ['7', '7 d'],
  ['30', '30 d'],
  ['90', '90 d'],
  ['365', 'year'],
  ['', 'all']
]

const LAST_DAYS_BY_DAY = 100

export const isTime = (by: string): by is Time => (TIMES as ReadonlyArray<string>).includes(by)

export const byOf = (query: Query): By => {
  const asked = BY.find((name) => name === query['by']) ?? 'day'
  // Turns of all threads together say nothing.
  return asked === 'turn' && query['thread'] === undefined ? 'thread' : asked
}

const DAY_MS = 86_400_000

/** What the bars stand for: what the table adds up by, else as many as can be told apart. */
export const perOf = (query: Query, nowMs: number): Time => {
  const by = byOf(query)
  if (isTime(by)) return by
  const since = sinceMs(query['since'], nowMs)
  return since !== null && nowMs - since < LAST_DAYS_BY_DAY * DAY_MS ? 'day' : 'week'
}

/** The day itself belongs to the range. */
const untilMs = (text: string | undefined): number | null => {
  const start = startOfDate(text ?? '')
  if (start === null) return null
  const date = new Date(start)
  date.setDate(date.getDate() + 1)
  return date.getTime()
}

/** The point in time that the usage of one thread is looked at from; null for now. */
export const pointOf = (query: Query): PointInAddress | null =>
  query['thread'] === undefined ? null : parsePoint(query['at'])

/** Params of a report; the same all day. */
export const usageParams = (query: Query, by: By): object => ({
  ...(pointOf(query) === null ? {} : { at: pointOf(query) }),
  by,
  threadId: query['thread'] ?? null,
  tree: query['thread'] !== undefined && query['tree'] !== undefined,
  sinceMs: sinceMs(query['since'], Date.now()),
  untilMs: untilMs(query['until']),
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone
})

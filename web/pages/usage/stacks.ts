/**
 * Bars over time, each made of parts: of models, or of providers.
 */
import type { UsageGroupAnswer } from '../../wire/answers.ts'
import type { Time } from './asked.ts'

export const STACKS = ['model', 'provider'] as const
export type StackBy = (typeof STACKS)[number]

export interface Stacks {
  /** Days, Mondays or months without a gap. */
  readonly keys: ReadonlyArray<string>
  /** Greatest first; what is small stands together as the last one. */
  readonly parts: ReadonlyArray<{ readonly name: string; readonly tokens: ReadonlyArray<number> }>
  /** Bars that may be higher. */
  readonly lowerBounds: ReadonlyArray<boolean>
}

const PARTS_MAX = 7
const BARS_MAX = 1500

const STEPS: Readonly<Record<Time, (date: Date) => void>> = {
  day: (date) => date.setUTCDate(date.getUTCDate() + 1),
  week: (date) => date.setUTCDate(date.getUTCDate() + 7),
  month: (date) => date.setUTCMonth(date.getUTCMonth() + 1)
}

/** Every day, week or month between the first and the last; `2026-11` for a month. */
export const withoutGaps = (keys: ReadonlyArray<string>, per: Time): ReadonlyArray<string> => {
  const [first] = keys
  const last = keys.at(-1)
  if (first === undefined || last === undefined) return []
  const length = per === 'month' ? 7 : 10
  const date = new Date(per === 'month' ? `${first}-01T00:00:00Z` : `${first}T00:00:00Z`)
  const all: Array<string> = []
  if (Number.isNaN(date.getTime())) return keys
  for (let key = first; key <= last && all.length < BARS_MAX;) {
    all.push(key)
    STEPS[per](date)
    key = date.toISOString().slice(0, length)
  }
  return all.at(-1) === last ? all : keys
}

/** Groups are in the order of their keys. */
export const stacksOf = (
  groups: ReadonlyArray<UsageGroupAnswer>,
  per: Time,
  by: StackBy
): Stacks => {
  const keys = withoutGaps(
    groups.map(({ key }) => key),
    per
  )
  const byKey = new Map(groups.map((group) => [group.key, group]))
  const sums = new Map<string, number>()
  for (const { byModel } of groups)
    for (const part of byModel) {
      const name = part[by] ?? 'unknown'
      sums.set(name, (sums.get(name) ?? 0) + part.totalTokens)
    }
  const names = [...sums]
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([name]) => name)
  // One that is left over needs no name for several.
  const shown = names.length === PARTS_MAX + 1 ? names.length : PARTS_MAX
  const rest = new Set(names.slice(shown))
  const tokensOf = (isIn: (name: string) => boolean): ReadonlyArray<number> =>
    keys.map((key) =>
      (byKey.get(key)?.byModel ?? [])
        .filter((part) => isIn(part[by] ?? 'unknown'))
        .reduce((sum, { totalTokens }) => sum + totalTokens, 0)
    )
  const parts = names
    .slice(0, shown)
    .map((name) => ({ name, tokens: tokensOf((other) => other === name) }))
  const others = { name: `${rest.size} others`, tokens: tokensOf((name) => rest.has(name)) }
  return {
    keys,
    parts: rest.size === 0 ? parts : [...parts, others],
    lowerBounds: keys.map((key) => byKey.get(key)?.lowerBound ?? false)
  }
}

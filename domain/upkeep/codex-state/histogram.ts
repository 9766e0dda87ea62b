/**
 * Counts by word, as `codex doctor` prints them.
 */
import { isJsonObject, parsedJson } from '../../json.ts'

/** How often each word came, the most frequent first, words of one number by alphabet. */
export type Histogram = Readonly<Record<string, number>>

export const histogram = (words: ReadonlyArray<string>): Histogram => {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries(
    [...counts].sort(([a, m], [b, n]) => (m === n ? (a < b ? -1 : 1) : n - m))
  )
}

/** A stored `source` in one word: `cli`, `subagent:thread_spawn`. */
export const sourceWord = (stored: string): string => {
  const parsed = parsedJson(stored)
  const source = parsed === undefined ? stored : parsed
  if (typeof source === 'string') return source === '' ? 'unparsable' : source
  if (!isJsonObject(source)) return 'unparsable'
  const [kind, value] = Object.entries(source)[0] ?? []
  if (kind === undefined) return 'unparsable'
  if (typeof value === 'string') return `${kind}:${value}`
  const inner = isJsonObject(value) ? Object.keys(value)[0] : undefined
  return inner === undefined ? kind : `${kind}:${inner}`
}

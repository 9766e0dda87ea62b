/**
 * What the model gets, item by item, as a person reads it.
 */
import type { Json, JsonObject } from '../../domain/json.ts'

/** Who an item is from. */
export const CONTEXT_ROLES = [
  'developer',
  'user',
  'assistant',
  'reasoning',
  'call',
  'output',
  'summary',
  'other'
] as const
export type ContextRole = (typeof CONTEXT_ROLES)[number]

const isRole = (text: unknown): text is ContextRole =>
  (CONTEXT_ROLES as ReadonlyArray<unknown>).includes(text)

export const roleOf = ({ type, role }: JsonObject): ContextRole => {
  if (type === 'message') return role === 'system' ? 'developer' : isRole(role) ? role : 'other'
  const name = typeof type === 'string' ? type : ''
  if (name === 'reasoning') return 'reasoning'
  if (name.startsWith('compaction')) return 'summary'
  if (name.endsWith('_output')) return 'output'
  return name.endsWith('_call') ? 'call' : 'other'
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return []
  return value.flatMap((part: unknown) =>
    isObject(part) && typeof part['text'] === 'string' ? [part['text']] : []
  )
}

/** The text of an item; empty where it has none that could be read. */
export const textOf = ({ content, summary, output, text }: JsonObject): string =>
  [...textsIn(content), ...textsIn(summary), ...textsIn(output), ...textsIn(text)].join('\n\n')

/** A text that is JSON as what it says. */
const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** What a call is given; null for anything that is no call. */
export const argumentsOf = (item: JsonObject): Json | null => {
  const given = item['arguments'] ?? item['input'] ?? item['action']
  if (given === undefined || given === null) return null
  return typeof given === 'string' ? parsed(given) : given
}

/** Tokens of each role, the largest first. */
export const tokensByRole = (
  items: ReadonlyArray<JsonObject>,
  tokens: ReadonlyArray<number>
): ReadonlyArray<{ readonly role: ContextRole; readonly items: number; readonly tokens: number }> =>
  CONTEXT_ROLES.map((role) => {
    const mine = items.flatMap((item, at) => (roleOf(item) === role ? [tokens[at] ?? 0] : []))
    return { role, items: mine.length, tokens: mine.reduce((sum, n) => sum + n, 0) }
  })
    .filter((one) => one.items > 0)
    .toSorted((a, b) => b.tokens - a.tokens)

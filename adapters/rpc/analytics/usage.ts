/**
 * Tokens of turns, from the totals of threads that clients are sent: what a turn adds to the total of its thread.
 */
import type { TurnTokens } from '../../../domain/ledgers/analytics/fact.ts'
import { isJsonObject, type Json } from '../../../domain/json.ts'

export interface TokenTotals {
  /** Takes a total, for a turn that runs here or, with null, for another one. */
  readonly update: (threadId: string, turnId: string | null, usage: Json | undefined) => void
  /** What a turn that ends has used; null when its thread never had a total. */
  readonly ended: (threadId: string, turnId: string) => TurnTokens | null
}

interface RunningUsage {
  readonly turnId: string
  readonly before: TurnTokens
}

const THREADS_MAX = 4096

const COUNTS = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteInputTokens',
  'outputTokens',
  'reasoningOutputTokens',
  'totalTokens'
] as const

const countsBy = (count: (name: (typeof COUNTS)[number]) => number | null): TurnTokens =>
  Object.fromEntries(COUNTS.map((name) => [name, count(name)])) as unknown as TurnTokens

/** Before 0.169 tokens written to a cache are not counted. */
const NO_TOKENS = countsBy((name) => (name === 'cacheWriteInputTokens' ? null : 0))

const countsIn = (value: Json | undefined): TurnTokens | null =>
  isJsonObject(value)
    ? countsBy((name) => {
        const count = value[name]
        if (count === undefined) return NO_TOKENS[name]
        return typeof count === 'number' ? count : 0
      })
    : null

/** Count by count, and never below zero: a context that overflowed has a total of its own making. */
const minus = (a: TurnTokens, b: TurnTokens): TurnTokens =>
  countsBy((name) => {
    const count = a[name]
    return count === null ? null : Math.max(0, count - (b[name] ?? 0))
  })

export const createUsage = (): TokenTotals => {
  const totals = new Map<string, TurnTokens>()
  const running = new Map<string, RunningUsage>()
  return {
    update: (threadId, turnId, usage) => {
      const total = countsIn(isJsonObject(usage) ? usage['total'] : null)
      if (total === null || !isJsonObject(usage)) return
      if (turnId !== null && running.get(threadId)?.turnId !== turnId) {
        const known = totals.get(threadId)
        const before = known ?? minus(total, countsIn(usage['last']) ?? NO_TOKENS)
        running.set(threadId, { turnId, before })
      }
      totals.delete(threadId)
      totals.set(threadId, total)
      const [oldest] = totals.size > THREADS_MAX ? totals.keys() : []
      if (oldest === undefined) return
      totals.delete(oldest)
      running.delete(oldest)
    },
    ended: (threadId, turnId) => {
      const run = running.get(threadId)
      const total = totals.get(threadId)
      if (total === undefined) return null
      if (run?.turnId !== turnId) return minus(total, total)
      running.delete(threadId)
      return minus(total, run.before)
    }
  }
}

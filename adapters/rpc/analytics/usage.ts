/**
 * Tokens of turns, from the totals of threads that clients are sent: what a turn adds to the total of its thread.
 */
import type { TurnTokens } from '../../../domain/analytics/fact.ts'
import { isJsonObject, type Json } from '../../../domain/json.ts'

/** Follows the totals of threads. */
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

/** Threads whose totals are kept. */
const THREADS_MAX = 4096

const NOTHING: TurnTokens = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteInputTokens: null,
  outputTokens: 0,
  reasoningOutputTokens: 0,
  totalTokens: 0
}

const countsIn = (value: Json | undefined): TurnTokens | null => {
  if (!isJsonObject(value)) return null
  const at = (name: string): number => (typeof value[name] === 'number' ? value[name] : 0)
  return {
    inputTokens: at('inputTokens'),
    cachedInputTokens: at('cachedInputTokens'),
    cacheWriteInputTokens: 'cacheWriteInputTokens' in value ? at('cacheWriteInputTokens') : null,
    outputTokens: at('outputTokens'),
    reasoningOutputTokens: at('reasoningOutputTokens'),
    totalTokens: at('totalTokens')
  }
}

const less = (a: number, b: number): number => Math.max(0, a - b)

/** Part by part, and never below zero: a context that overflowed has a total of its own making. */
const minus = (a: TurnTokens, b: TurnTokens): TurnTokens => ({
  inputTokens: less(a.inputTokens, b.inputTokens),
  cachedInputTokens: less(a.cachedInputTokens, b.cachedInputTokens),
  cacheWriteInputTokens:
    a.cacheWriteInputTokens === null
      ? null
      : less(a.cacheWriteInputTokens, b.cacheWriteInputTokens ?? 0),
  outputTokens: less(a.outputTokens, b.outputTokens),
  reasoningOutputTokens: less(a.reasoningOutputTokens, b.reasoningOutputTokens),
  totalTokens: less(a.totalTokens, b.totalTokens)
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
        const before = known ?? minus(total, countsIn(usage['last']) ?? NOTHING)
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

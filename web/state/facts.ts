/**
 * What lists show of threads beside their titles. It is asked for rows that are seen, a few at a time, and again when a thread changed.
 */
import { signal } from '@preact/signals'
import type { HomeNews, ListFacts } from '../../domain/unroll-protocol.ts'
import { request } from '../wire/socket.ts'

const AT_ONCE = 25
/** A thread is being written to for this long after something was heard of it. */
const LIVE_MS = 15_000

const facts = signal<ReadonlyMap<string, ListFacts>>(new Map())
const heardAtMs = signal<ReadonlyMap<string, number>>(new Map())
/** Threads that are asked about, or were. */
const asked = new Set<string>()

/** Null where nothing is known yet. */
export const factsOf = (threadId: string): ListFacts | null => facts.value.get(threadId) ?? null

/** Asks about threads that are seen; those that are known are not asked about again. */
export const wantFacts = async (threadIds: ReadonlyArray<string>): Promise<void> => {
  const unknown = threadIds.filter((id) => !asked.has(id))
  for (const id of unknown) asked.add(id)
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    const part = unknown.slice(from, from + AT_ONCE)
    const answer = await request<{ readonly data: ReadonlyArray<ListFacts> }>(
      'unroll/threads/facts',
      { threadIds: part }
    )
    if (answer.ok) {
      const known = answer.value.data.map((one) => [one.threadId, one] as const)
      facts.value = new Map([...facts.value, ...known])
    } else for (const id of part) asked.delete(id)
  }
}

/** Takes in what changed: it is asked about when it is seen the next time. */
export const changedThreads = (news: HomeNews, nowMs: number): void => {
  if ('many' in news) {
    asked.clear()
    return
  }
  const heard = new Map(heardAtMs.value)
  for (const { threadId, what } of news.threads) {
    asked.delete(threadId)
    if (what === 'added' || what === 'updated') heard.set(threadId, nowMs)
  }
  heardAtMs.value = heard
}

/** True while lines are written to a thread. */
export const isLive = (threadId: string, updatedAtMs: number, nowMs: number): boolean =>
  nowMs - Math.max(updatedAtMs, heardAtMs.value.get(threadId) ?? 0) < LIVE_MS

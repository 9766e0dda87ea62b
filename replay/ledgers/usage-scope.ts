/**
 * Which threads a question is about.
 *
 * Below a thread are the agents it spawned and the reviews it started, recursively. A fork is no part of
 * the thread it was made from: it is a conversation of its own.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../domain/ids.ts'
import type { UsageThread } from '../../projections/usage.ts'
import { grouped } from '../../domain/grouped.ts'
import type { StreamInfo } from '../ports.ts'
import { refreshed } from '../refreshed.ts'
import type { Ledger } from './ledger.ts'
import { usageThread, usageThreads } from './usage-rows.ts'
import type { Result } from '../result.ts'

export interface Spending extends UsageThread {
  readonly threadId: string
  readonly info: StreamInfo
  /** The thread its spends are listed under: itself, or where trees were asked the one above all. */
  readonly root: string
}

export interface Scope {
  /** True when these are all threads of the home, in the order of their ids. */
  readonly isWhole: boolean
  readonly threads: ReadonlyArray<Spending>
}

export interface ScopeRequest {
  readonly threadId?: string
  readonly tree?: boolean
  readonly modifiedSinceMs?: number
}

/** The thread that is above all others on the way up; a circle has none, then it is the thread itself. */
const rootOf = (threadId: string, threads: ReadonlyMap<string, Spending>): string => {
  const seen = new Set<string>()
  let root = threadId
  for (;;) {
    seen.add(root)
    const parentId = threads.get(root)?.spender.parentId ?? null
    if (parentId === null || !threads.has(parentId)) return root
    if (seen.has(parentId)) return threadId
    root = parentId
  }
}

const treeBelow = (
  threadId: string,
  threads: ReadonlyMap<string, Spending>
): ReadonlyArray<Spending> => {
  const children = grouped(threads.values(), ({ spender }) => spender.parentId ?? '')
  const found = new Set([threadId])
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child.threadId)
  return [...found].flatMap((id) => threads.get(id) ?? [])
}

const everyThread = (
  ledger: Ledger,
  infos: ReadonlyArray<StreamInfo>
): ReadonlyMap<string, Spending> => {
  const byId = new Map<string, StreamInfo>(infos.map((info) => [info.streamId, info]))
  const threads = new Map<string, Spending>()
  for (const [threadId, thread] of usageThreads(ledger)) {
    const info = byId.get(threadId)
    if (info !== undefined) threads.set(threadId, { ...thread, threadId, info, root: threadId })
  }
  return threads
}

/** Catches up only the threads whose file was modified since. */
const recentThreads = async (ledger: Ledger, sinceMs: number): Promise<Result<Scope>> => {
  const ready = await refreshed(ledger.env.store, 'all')
  if (E.isLeft(ready)) return ready
  const listed = ledger.env.store.list()
  if (E.isLeft(listed)) return listed
  const threads: Array<Spending> = []
  for (const { streamId: threadId, modifiedAtMs } of listed.right.streams) {
    if (modifiedAtMs < sinceMs) continue
    const info = await ledger.one(threadId)
    if (E.isLeft(info)) return info
    const thread = usageThread(ledger, threadId)
    if (thread !== null) threads.push({ ...thread, threadId, info: info.right, root: threadId })
  }
  return E.right({ isWhole: false, threads })
}

/** Catches up the threads of a question and lists them. */
export const scopeOf = async (
  ledger: Ledger,
  { threadId: given, tree = false, modifiedSinceMs }: ScopeRequest
): Promise<Result<Scope>> => {
  const threadId = given === undefined ? undefined : streamId(given.toLowerCase())
  if (threadId !== undefined) {
    const info = await ledger.one(threadId)
    if (E.isLeft(info)) return info
    if (!tree) {
      const thread = usageThread(ledger, threadId)
      const one = thread === null ? [] : [{ ...thread, threadId, info: info.right, root: threadId }]
      return E.right({ isWhole: false, threads: one })
    }
  }
  if (threadId === undefined && modifiedSinceMs !== undefined)
    return recentThreads(ledger, modifiedSinceMs)
  const infos = await ledger.everything()
  if (E.isLeft(infos)) return infos
  const threads = everyThread(ledger, infos.right)
  if (threadId !== undefined)
    return E.right({ isWhole: false, threads: treeBelow(threadId, threads) })
  const all = [...threads.values()]
  return E.right({
    isWhole: true,
    threads: tree ? all.map((one) => ({ ...one, root: rootOf(one.threadId, threads) })) : all
  })
}

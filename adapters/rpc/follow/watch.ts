/**
 * How the server notices what other processes do: a clock, and the stamps of files. The system is not subscribed to: one `stat`
 * is enough, it works on every file system, and a thread costs nothing between two of them. A store notifies its readers.
 */
import { statSync } from 'node:fs'
import { isHeldByCodex } from '../../home/codex-lock.ts'
import type { Remote } from '../threads/server.ts'

/** Clock and stamps; tests bring their own clock. */
export interface FileWatch {
  readonly nowMs: () => number
  /**
   * Differs when the content of a thread's file does; null when the file does not exist, or the store has the thread no more.
   */
  readonly stamp: (path: string, threadId: string) => string | null
  /** True while a running Codex has the thread loaded, which it shows since 0.148. */
  readonly isHeld: (threadId: string) => boolean
  /** Calls repeatedly; returns what stops it. */
  readonly every: (periodMs: number, run: () => void) => () => void
}

/** The system's clock and a store; until it is open no thread changes, and other processes that load one are unknown. */
export const remoteWatch = (home: string, remote: Promise<Remote>): FileWatch => {
  let opened: Remote | null = null
  remote.then((ready) => (opened = ready)).catch(() => undefined)
  return {
    ...systemWatch(home),
    stamp: (_, threadId) => opened?.stamp(threadId) ?? null,
    isHeld: () => false
  }
}

/** The system's clock and files; `home` is where Codex keeps its locks. */
export const systemWatch = (home: string): FileWatch => ({
  nowMs: () => Date.now(),
  stamp: (path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat === undefined ? null : `${stat.size} ${stat.mtimeMs} ${stat.ino}`
  },
  isHeld: (threadId) => isHeldByCodex(home, threadId),
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs)
    timer.unref()
    return () => clearInterval(timer)
  }
})

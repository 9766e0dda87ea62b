/**
 * How other processes' work on the files of a home is noticed: a clock, and the stamps of files. The system is not subscribed to:
 * one `stat` is enough, it works on every file system, and a thread costs nothing between two of them.
 */
import { statSync } from 'node:fs'
import { isHeldByCodex } from './codex-lock.ts'

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

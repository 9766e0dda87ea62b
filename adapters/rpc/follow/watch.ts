/**
 * How the server notices what happens outside: a clock, and the outside of files. Nothing is subscribed to at the system:
 * one `stat` tells, it works on every file system, and a thread costs nothing between two of them.
 */
import { statSync } from 'node:fs'
import { isHeldByCodex } from '../../jsonl/codex-lock.ts'

/** Clock and eyes of the server; tests bring their own clock. */
export interface Watch {
  readonly nowMs: () => number
  /** What a file looks like from outside: another text, another content. Null when it is not there. */
  readonly stamp: (path: string) => string | null
  /** True while a running Codex has the thread loaded; Codex tells since 0.148. */
  readonly isHeld: (threadId: string) => boolean
  /** Calls again and again until the answer is called. */
  readonly every: (periodMs: number, run: () => void) => () => void
}

/** The system's clock and files; `home` is where Codex keeps its locks. */
export const systemWatch = (home: string): Watch => ({
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

/**
 * How the server notices what happens outside: a clock, and the outside of files. Nothing is subscribed to at the system:
 * one `stat` tells, it works on every file system, and a thread costs nothing between two of them. Of a store it is told.
 */
import { statSync } from 'node:fs'
import type { Names } from '../../../replay/home-ports.ts'
import { isHeldByCodex } from '../../home/codex-lock.ts'

/** Clock and eyes of the server; tests bring their own clock. */
export interface Watch {
  readonly nowMs: () => number
  /**
   * What the file of a thread looks like from outside: another text, another content. Null when it is not there, and for a
   * thread of a store when that has it no more.
   */
  readonly stamp: (path: string, threadId: string) => string | null
  /** True while a running Codex has the thread loaded; Codex tells since 0.148. */
  readonly isHeld: (threadId: string) => boolean
  /** Calls again and again until the answer is called. */
  readonly every: (periodMs: number, run: () => void) => () => void
}

/** What a server of a store looks at instead of files: what is known of the store here. */
export interface Remote {
  /** Another text when anything of a thread changed; null when it is not there. */
  readonly stamp: (threadId: string) => string | null
  /** Where the files of a thread would be, as clients see them. */
  readonly paths: (threadId: string) => ReadonlyArray<string>
  /** True when files of any thread would be below a path. */
  readonly isFolder: (path: string) => boolean
  readonly names: Names
}

/** The system's clock and a store; until that is open no thread changes, and nobody knows who else has one loaded. */
export const remoteWatch = (home: string, remote: Promise<Remote>): Watch => {
  let opened: Remote | null = null
  void remote.then(
    (ready) => {
      opened = ready
    },
    () => undefined
  )
  return {
    ...systemWatch(home),
    stamp: (_, threadId) => opened?.stamp(threadId) ?? null,
    isHeld: () => false
  }
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

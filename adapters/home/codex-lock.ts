/**
 * What a running Codex leaves in a home while it works on rollouts.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const LOCKS = '/proc/locks'

/** Whether a process holds a lock on a file; `otherwise` where the system does not tell. */
export const isLocked = (path: string, otherwise: boolean): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return false
  const locks = E.tryCatch(() => readFileSync(LOCKS, 'utf8'), E.toError)
  if (E.isLeft(locks)) return otherwise
  return locks.right.split('\n').some((line) => line.includes(`:${stat.ino} `))
}

/**
 * Codex from 0.148 on holds a lock on `thread-writer-locks/<thread>.lock` as long as a thread is loaded, and deletes the
 * file at its end. Where the system does not tell who holds it, a file that is there counts.
 */
export const isHeldByCodex = (home: string, threadId: string): boolean =>
  isLocked(join(home, 'thread-writer-locks', `${threadId}.lock`), true)

/** After this time Codex takes the marker of its compressing worker for abandoned. */
const COMPRESSION_MS_MAX = 6 * 60 * 60 * 1000

/** Whether Codex is replacing archived rollouts by compressed ones. */
export const isCompressing = (home: string): boolean => {
  const marker = statSync(join(home, '.tmp', 'rollout-compression.lock'), { throwIfNoEntry: false })
  return marker !== undefined && Date.now() - marker.mtimeMs < COMPRESSION_MS_MAX
}

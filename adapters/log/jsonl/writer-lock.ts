/**
 * One writer per thread among all unroll processes of a home: empty files in `.unroll/locks`, each named after its thread
 * and its holder.
 *
 *     <thread>.<boot id>.<pid namespace>.<pid>.<start time>.<token>.lock
 *
 * A name is there whole or not at all, even after a power cut, and is never used twice, so that deleting one that was
 * judged stale can never hit a later holder. To acquire the lock is to look, to create one's own name, and to look again:
 * whoever then sees another name of a living process deletes its own and tries later. Of two that both created one the later
 * must have seen the earlier, so that never both go on; both may step back, and then chance decides.
 *
 * A name is stale when the machine was started anew, its process is gone, or its process number now belongs to a
 * process that was started at another time. What cannot be judged, such as a process of another container, counts as living.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import type { StreamId } from '../../../domain/ids.ts'
import type { ProcessIdentity } from '../../../replay/ports.ts'
import { noTelemetry, stopwatch, type Telemetry } from '../../../replay/telemetry.ts'
import { syncFolder } from '../../home/own-folder.ts'
import { removeQuietly, unlinkIfThere } from '../../home/plain-file.ts'
import { fateOf, nameOf, ownerInName, thisProcess } from '../../home/process-identity.ts'

export interface WriterLock {
  readonly release: () => void
}

const WAIT_MS_MAX = 2000
const PAUSE_MS_MAX = 4
/** A process that got no processor time has not waited: it tries at least this often. */
const TRIES_MIN = 3

export const lockName = (streamId: string, owner: ProcessIdentity, token: string): string =>
  [streamId, nameOf(owner), token, 'lock'].join('.')

/** The process that a lock of a thread is named after; null for every other name. */
const ownerOf = (threadId: string, name: string): ProcessIdentity | null => {
  const named = ownerInName(name, `${threadId}.`)
  return named?.rest[1] === 'lock' ? named.owner : null
}

/** Locks of this process; deleted when it ends in an orderly way with one still held. */
const held = new Set<string>()
const releaseAll = (): void => held.forEach(removeQuietly)

const createLock = (path: string): void => {
  if (held.size === 0) process.once('exit', releaseAll)
  closeSync(openSync(path, 'wx', 0o600))
  held.add(path)
}

/** Released locks whose names could not be deleted: tried again with the next lock. */
const abandoned = new Set<string>()

/** Never throws: what was written under the lock is acknowledged. */
const releaseLock = (path: string): void => {
  try {
    unlinkIfThere(path)
  } catch {
    abandoned.add(path)
    return
  }
  abandoned.delete(path)
  held.delete(path)
  if (held.size === 0) process.removeListener('exit', releaseAll)
}

/** Path of the folder of locks, which is made if it is missing; a link in its place is refused before anything is made there. */
const lockFolder = (home: string): string => {
  let path = home
  for (const name of ['.unroll', 'locks']) {
    path = join(path, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    // Another process may make it at the same moment.
    if (stat === undefined) {
      mkdirSync(path, { recursive: existsSync(home), mode: 0o700 })
      syncFolder(dirname(path))
    }
    if (stat?.isDirectory() === false)
      throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR', path })
  }
  return path
}

/** What others hold or left behind; the names in `own` are skipped. */
const inspect = (
  folder: string,
  threadId: string,
  own: ReadonlyArray<string>
): { readonly living: boolean; readonly stale: ReadonlyArray<string> } => {
  const stale: Array<string> = []
  for (const name of readdirSync(folder)) {
    const owner = own.includes(name) ? null : ownerOf(threadId, name)
    if (owner === null) continue
    if (fateOf(owner) !== 'gone') return { living: true, stale: [] }
    stale.push(name)
  }
  return { living: false, stale }
}

/** True while another living process holds the lock of a thread. */
export const isBeingWritten = (home: string, threadId: string): boolean => {
  const folder = join(home, '.unroll', 'locks')
  const own = [...held].map((path) => basename(path))
  return (
    statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true &&
    inspect(folder, threadId, own).living
  )
}

/** Locks of processes that are gone, by the thread they were for. Throws errors of the system. */
export const staleLocks = (
  home: string
): ReadonlyArray<{ readonly name: string; readonly threadId: string }> => {
  const folder = join(home, '.unroll', 'locks')
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(folder).flatMap((name) => {
    const threadId = name.slice(0, Math.max(0, name.indexOf('.')))
    const owner = ownerOf(threadId, name)
    return owner !== null && fateOf(owner) === 'gone' ? [{ name, threadId }] : []
  })
}

/** Acquires the lock of a thread, or answers null when a living process holds it. Throws errors of the system. */
export const tryLock = (home: string, streamId: StreamId): WriterLock | null => {
  const folder = lockFolder(home)
  for (const path of abandoned) releaseLock(path)
  const left = [...abandoned].map((path) => basename(path))
  if (inspect(folder, streamId, left).living) return null
  const own = lockName(streamId, thisProcess(), randomBytes(8).toString('hex'))
  const path = join(folder, own)
  createLock(path)
  try {
    const others = inspect(folder, streamId, [own, ...left])
    if (!others.living) {
      for (const name of others.stale) unlinkIfThere(join(folder, name))
      return { release: () => releaseLock(path) }
    }
  } catch (cause) {
    releaseLock(path)
    throw cause
  }
  releaseLock(path)
  return null
}

/** A short pause of random length, so that two that stepped back do not collide again. */
export const pause = (msMax: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * msMax))

/** Acquires the lock of a thread, waiting a little for another process to finish. */
export const lockWriter = async (
  home: string,
  streamId: StreamId,
  waitMsMax = WAIT_MS_MAX,
  telemetry: Telemetry = noTelemetry
): Promise<E.Either<StoreError, WriterLock>> => {
  const stop = stopwatch(telemetry, 'lock.wait.duration')
  const endMs = performance.now() + waitMsMax
  for (let tries = 1; ; tries++) {
    const lock = tryLock(home, streamId)
    if (lock !== null) {
      stop({ lock: 'thread', outcome: 'taken' })
      return E.right(lock)
    }
    if (performance.now() > endMs && tries >= TRIES_MIN) {
      stop({ lock: 'thread', outcome: 'busy' })
      return E.left({
        _tag: 'Busy',
        what: `thread ${streamId} (see ${join(home, '.unroll/locks')})`
      })
    }
    await pause(PAUSE_MS_MAX)
  }
}

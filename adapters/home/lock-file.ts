/**
 * A lock that is one file, which names its owner: `.unroll/files.lock` of a home, `opening.lock` of an index.
 *
 * The file appears with the owner in it, and is removed on release. One whose owner is gone is free, and tells the next owner that
 * something may be half done; it is taken over by replacing the file, so that this is not forgotten if that one is killed too.
 *
 *   NAME.lock            the lock
 *   NAME.lock.next       the lock of whoever is taking it over
 *   NAME.lock[.next].PID on its way to one of these
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { hasNoLinks, makeOrRemove, removeQuietly, writeWhole } from './plain-file.ts'
import { fateOf, isRunning, thisProcess } from './process-identity.ts'

/** How the text of a lock names its owner. */
interface OwnerFormat {
  readonly self: () => string
  /** Whether the owner is gone; null for a text that names nobody. */
  readonly isGone: (text: string) => boolean | null
}

/** `PID START BOOT`: a process id alone may have been given to another process since. */
const IDENTITY: OwnerFormat = {
  self: () => {
    const { pid, startTime, bootId } = thisProcess()
    return `${pid} ${startTime} ${bootId}`
  },
  isGone: (text) => {
    const [pid = '', startTime = '', bootId = ''] = text.split(' ')
    const { pidNamespace } = thisProcess()
    return pid === ''
      ? null
      : fateOf({ bootId, pidNamespace, pid: Number(pid), startTime }) === 'gone'
  }
}

/** `PID` and a newline, as the locks of an index have always had. */
export const PID_ALONE: OwnerFormat = {
  self: () => `${process.pid}\n`,
  isGone: (text) => {
    const pid = Number(/^(\d+)\n$/.exec(text)?.[1] ?? 0)
    return pid === 0 ? null : !isRunning(pid)
  }
}

export interface LockFile {
  /** True when its last owner did not finish. */
  readonly leftOver: boolean
  /** Never throws. What was not finished stays for the next owner to see. */
  readonly release: (finished?: boolean) => void
}

/** Whoever makes or takes over a lock, or writes its name, and takes this long was killed in the middle. */
const HALFWAY_MS = 2000

/** Held by this process, whichever engine of it: the file cannot tell them apart. */
const heldHere = new Set<string>()

/** Null when it is not there, or cannot be read. */
const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const isOld = (path: string): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && Date.now() - stat.mtimeMs > HALFWAY_MS
}

/** True when the owner is gone, or is this process, which then did not finish. */
const isFree = (path: string, format: OwnerFormat): boolean => {
  const text = textOf(path)
  if (text === null || heldHere.has(path)) return false
  return text === format.self() || (format.isGone(text) ?? isOld(path))
}

/** Makes a lock that nobody ever sees without its owner, where files can have two names; false when there is one. */
const make = (path: string, { self }: OwnerFormat): boolean => {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, self(), { mode: 0o600 })
    try {
      linkSync(temporary, path)
    } catch (cause) {
      if (!hasNoLinks(cause)) throw cause
      const file = openSync(path, 'wx', 0o600)
      try {
        makeOrRemove(path, () => writeWhole(file, self()))
      } finally {
        closeSync(file)
      }
    }
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    return false
  } finally {
    removeQuietly(temporary)
  }
}

const UNFINISHED = /\.lock(?:\.next)?\.(\d+)$/

/** The process that makes, or was to make, a lock under this name; null for every other name. */
const makerOf = (name: string): number | null => {
  const pid = UNFINISHED.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}

/** True for a lock that was never finished, by a process that is gone. */
export const isHalfLock = (name: string): boolean => {
  const pid = makerOf(name)
  return pid !== null && !isRunning(pid)
}

/** Deletes half-made locks of processes, this one included, that were killed or met a failing disk. */
const sweep = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    // The process of another container has a number that says nothing here.
    if (makerOf(name) === process.pid || (isHalfLock(name) && isOld(path))) removeQuietly(path)
  }
}

/** Takes a lock over from a process that is gone; one taker at a time. */
const takeOver = (path: string, format: OwnerFormat): boolean => {
  const next = `${path}.next`
  if (!make(next, format)) {
    if (isOld(next) || isFree(next, format)) rmSync(next, { force: true })
    return false
  }
  if (!isFree(path, format)) {
    rmSync(next, { force: true })
    return false
  }
  renameSync(next, path)
  return true
}

/** Acquires a lock if nobody holds it; null otherwise. Throws what the system says. */
export const acquireLockFile = (path: string, format: OwnerFormat = IDENTITY): LockFile | null => {
  if (heldHere.has(path)) return null
  const leftOver = textOf(path) !== null
  const isOurs = leftOver ? isFree(path, format) && takeOver(path, format) : make(path, format)
  if (!isOurs) return null
  heldHere.add(path)
  E.tryCatch(() => sweep(dirname(path)), E.toError)
  return {
    leftOver,
    // Where the disk fails it goes on naming this process: free for this one at once, for others when this one has ended.
    release: (finished = true) => {
      heldHere.delete(path)
      if (finished) removeQuietly(path)
    }
  }
}

/** True when a lock is there and its owner is gone. */
export const isLeftBehind = (path: string): boolean => isFree(path, IDENTITY)

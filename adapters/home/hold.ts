/**
 * The right to move files of a home: `.unroll/files.lock`, which names the process that has it. The right to change its plugins
 * is `.unroll/plugins.lock`, the right to seal it `.unroll/seals.lock`.
 *
 * It is given back when the work is over. One that names a process that is gone therefore tells two things: it is free, and
 * something may be half done. It is taken over by replacing the file, so that this is not forgotten if the next one is killed too.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { StoreError } from '../../domain/errors.ts'
import { ioFailure } from '../../replay/guarded.ts'
import type { HomeHold } from '../../replay/home-ports.ts'
import { fateOf, isRunning, thisProcess } from '../process-identity.ts'
import { ownFolder, syncFolder } from './own-folder.ts'

const WAIT_MS = 10
const WAIT_TOTAL_MS = 10_000
/** A taking over that takes this long was killed in the middle. */
const TAKEOVER_MS = 2000

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** A process id alone may have been given to another process since. */
const nameOfThis = (): string => {
  const { pid, startTime, bootId } = thisProcess()
  return `${pid} ${startTime} ${bootId}`
}

/** True when the process a lock names is gone, or is this one, which then did not finish. */
const isFree = (text: string): boolean => {
  if (text === nameOfThis()) return true
  const [pid = '', startTime = '', bootId = ''] = text.split(' ')
  const { pidNamespace } = thisProcess()
  return pid === '' || fateOf({ bootId, pidNamespace, pid: Number(pid), startTime }) === 'gone'
}

const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { force: true })
  } catch {
    // The next process that takes the lock sweeps it.
  }
}

/** Makes a lock that nobody ever sees without its name in it; false when there is one. */
const make = (path: string): boolean => {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, nameOfThis(), { mode: 0o600 })
    linkSync(temporary, path)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    return false
  } finally {
    removeQuietly(temporary)
  }
}

const HALF = /\.lock(?:\.next)?\.(\d+)$/

/** The process that makes, or was to make, a lock under this name; null for every other name. */
const makerOf = (name: string): number | null => {
  const pid = HALF.exec(name)?.[1]
  return pid === undefined ? null : Number(pid)
}

/** True for a lock that was never finished, by a process that is gone. */
export const isHalfLock = (name: string): boolean => {
  const pid = makerOf(name)
  return pid !== null && !isRunning(pid)
}

/** Takes away what processes left, this one among them, that were killed or whose disk failed while they made a lock. */
const sweep = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    // The process of another container has a number that says nothing here.
    const isOld = (): boolean => Date.now() - statSync(path).mtimeMs > TAKEOVER_MS
    if (makerOf(name) === process.pid || (isHalfLock(name) && isOld())) removeQuietly(path)
  }
}

/** Puts this process in the place of one that is gone; one taker at a time. */
const takeOver = (path: string): boolean => {
  const next = `${path}.next`
  if (!make(next)) {
    const stat = statSync(next, { throwIfNoEntry: false })
    const old = stat !== undefined && Date.now() - stat.mtimeMs > TAKEOVER_MS
    if (old || isFree(textOf(next) ?? nameOfThis())) rmSync(next, { force: true })
    return false
  }
  const text = textOf(path)
  if (text === null || !isFree(text)) {
    rmSync(next, { force: true })
    return false
  }
  renameSync(next, path)
  return true
}

/** Held by this process, whatever engine of it: the lock file cannot tell them apart. */
const heldHere = new Set<string>()

/** The right that a lock file gives, at once; null when another process has it. */
export const lockFile = (path: string): HomeHold | null => {
  if (heldHere.has(path)) return null
  const text = textOf(path)
  const taken = text === null ? make(path) : isFree(text) && takeOver(path)
  if (!taken) return null
  heldHere.add(path)
  E.tryCatch(() => sweep(dirname(path)), E.toError)
  return {
    leftOver: text !== null,
    release: async (finished) => {
      heldHere.delete(path)
      try {
        if (finished) rmSync(path, { force: true })
      } catch {
        // It names this process: free for this one at once, and for others when this one has ended.
      }
    }
  }
}

/** True when a lock is there and the process that it names is gone. */
export const isLeftBehind = (path: string): boolean => {
  const text = textOf(path)
  return text !== null && !heldHere.has(path) && isFree(text)
}

/** What one process at a time may do to a home, by the name of the lock. */
type Right = 'files' | 'plugins' | 'seals'

/** The lock with its name on disk; given back when that cannot be. */
const synced = async (folder: string, hold: HomeHold): Promise<HomeHold> => {
  try {
    syncFolder(folder)
    return hold
  } catch (cause) {
    // What the last holder left undone is still to be done.
    await hold.release(!hold.leftOver)
    throw cause
  }
}

/** Waits for the right to move files of a home, or for another one. */
export const holdHome = async (
  home: string,
  right: Right = 'files'
): Promise<E.Either<StoreError, HomeHold>> => {
  try {
    const folder = ownFolder(home)
    const path = join(folder, `${right}.lock`)
    for (let waited = 0; waited <= WAIT_TOTAL_MS; waited += WAIT_MS) {
      const hold = lockFile(path)
      if (hold !== null) return E.right(await synced(folder, hold))
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    }
    return E.left({ _tag: 'Busy', what: `the ${right} of ${home}` })
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}

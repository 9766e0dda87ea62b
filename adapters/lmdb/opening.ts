/**
 * One process at a time opens or replaces the files of an index directory.
 *
 * LMDB's lock file must belong to the data file it stands beside; replacing either while another process opens them
 * would part the two. The lock here is a file that holds the opener's process id; it is held for milliseconds, and
 * one whose process is gone is taken over.
 */
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../plain-file.ts'
import { isRunning } from '../process-identity.ts'
import { OPENING_LOCK } from './files.ts'
import { noTelemetry, stopwatch, type Telemetry } from '../../replay/telemetry.ts'

const WAIT_MS = 10
const WAIT_TOTAL_MS = 150_000

const sleepSync = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** A lock that still says no whole name after this long was left by an opener that was killed, or had no room to write it. */
const NAMELESS_MS = 2000

const WHOLE_NAME = /^(\d+)\n$/

const isStale = (path: string): boolean => {
  try {
    const pid = Number(WHOLE_NAME.exec(readFileSync(path, 'utf8'))?.[1] ?? 0)
    if (pid > 0) return pid === process.pid || !isRunning(pid)
    return Date.now() - statSync(path).mtimeMs > NAMELESS_MS
  } catch {
    return false
  }
}

/** The new file of a lock; null when there is one. */
const made = (path: string): number | null => {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw cause
  }
}

const take = (path: string): boolean => {
  const file = made(path)
  if (file === null) return false
  try {
    writeWhole(file, `${process.pid}\n`)
    return true
  } catch (cause) {
    // A full disk makes the file and does not take the name.
    rmSync(path, { force: true })
    throw cause
  } finally {
    closeSync(file)
  }
}

/** Runs with the directory's opening lock held; throws when another opener holds it for minutes. */
export const whileOpening = <A>(
  directory: string,
  run: () => A,
  telemetry: Telemetry = noTelemetry
): A => {
  const path = join(directory, OPENING_LOCK)
  const stop = stopwatch(telemetry, 'lock.wait.duration')
  for (let waited = 0; !take(path); waited += WAIT_MS) {
    if (isStale(path)) rmSync(path, { force: true })
    else if (waited > WAIT_TOTAL_MS) {
      stop({ lock: 'index', outcome: 'busy' })
      throw new Error(`another process has been opening it for minutes`)
    } else sleepSync(WAIT_MS)
  }
  stop({ lock: 'index', outcome: 'taken' })
  try {
    return run()
  } finally {
    rmSync(path, { force: true })
  }
}

/** Runs with the lock held when it is free; answers null when it is not, or cannot be taken. */
export const unlessOpening = <A>(directory: string, run: () => A): A | null => {
  const path = join(directory, OPENING_LOCK)
  try {
    if (!take(path)) return null
  } catch {
    return null
  }
  try {
    return run()
  } finally {
    rmSync(path, { force: true })
  }
}

/**
 * One process at a time opens or replaces the files of an index directory: LMDB's lock file must belong to the data file it stands
 * beside, and replacing either while another process opens them would part the two. The lock is held for milliseconds.
 */
import { join } from 'node:path'
import { noTelemetry, stopwatch, type Telemetry } from '../../../replay/telemetry.ts'
import { acquireLockFile, PID_ALONE, type LockFile } from '../../home/lock-file.ts'
import { sleepSync } from '../../home/sleep.ts'
import { OPENING_LOCK } from './files.ts'

const WAIT_MS = 10
const WAIT_TOTAL_MS = 150_000

const acquire = (directory: string): LockFile | null =>
  acquireLockFile(join(directory, OPENING_LOCK), PID_ALONE)

const releasing = <A>(lock: LockFile, run: () => A): A => {
  try {
    return run()
  } finally {
    lock.release()
  }
}

/** Runs with the directory's opening lock held; throws when another opener holds it for minutes. */
export const whileOpening = <A>(
  directory: string,
  run: () => A,
  telemetry: Telemetry = noTelemetry
): A => {
  const stop = stopwatch(telemetry, 'lock.wait.duration')
  for (let waited = 0; waited <= WAIT_TOTAL_MS; waited += WAIT_MS) {
    const lock = acquire(directory)
    if (lock !== null) {
      stop({ lock: 'index', outcome: 'taken' })
      return releasing(lock, run)
    }
    sleepSync(WAIT_MS)
  }
  stop({ lock: 'index', outcome: 'busy' })
  throw new Error('another process has been opening it for minutes')
}

/** Runs with the lock held when it is free; answers null when it is not, or cannot be acquired. */
export const unlessOpening = <A>(directory: string, run: () => A): A | null => {
  let lock: LockFile | null = null
  try {
    lock = acquire(directory)
  } catch {
    // What is not urgent is not done without a lock.
  }
  return lock === null ? null : releasing(lock, run)
}

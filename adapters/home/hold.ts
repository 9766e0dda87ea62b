/**
 * What one process at a time may do to a home: move its files, change its plugins, seal it, switch its skills. Each is a lock in `.unroll`.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { OWN_FOLDER } from '../../domain/changes/relocation.ts'
import type { StoreError } from '../../domain/errors.ts'
import { ioFailure } from '../../replay/guarded.ts'
import type { HomeHold } from '../../replay/home-ports.ts'
import { acquireLockFile, isLeftBehind, type LockFile } from './lock-file.ts'
import { ownFolder, syncFolder } from './own-folder.ts'

const WAIT_MS = 10
const WAIT_TOTAL_MS = 10_000

/** The locks of a home, in `.unroll`. */
export const HOME_LOCKS = [
  'files.lock',
  'plugins.lock',
  'seals.lock',
  'imports.lock',
  'config.lock'
] as const

type HomeRight = 'files' | 'plugins' | 'seals' | 'imports' | 'config'

/** True when whoever did this to a home is gone and did not finish. */
export const isHoldLeftBehind = (home: string, right: HomeRight): boolean =>
  isLeftBehind(join(home, OWN_FOLDER, `${right}.lock`))

/** A lock whose name is on disk; released when that cannot be. */
const synced = (folder: string, { leftOver, release }: LockFile): HomeHold => {
  try {
    syncFolder(folder)
  } catch (cause) {
    // What the last holder left undone is still to be done.
    release(!leftOver)
    throw cause
  }
  return { leftOver, release: async (finished) => release(finished) }
}

/** Acquires a lock of a home, waiting for its holder. */
export const holdHome = async (
  home: string,
  right: HomeRight = 'files',
  waitTotalMs = WAIT_TOTAL_MS
): Promise<E.Either<StoreError, HomeHold>> => {
  try {
    const folder = ownFolder(home)
    for (let waited = 0; waited <= waitTotalMs; waited += WAIT_MS) {
      const lock = acquireLockFile(join(folder, `${right}.lock`))
      if (lock !== null) return E.right(synced(folder, lock))
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
    }
    return E.left({ _tag: 'Busy', what: `the ${right} of ${home}` })
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}

/**
 * Files of a home that are being fetched: they are written beside the rollouts, in `.unroll/pull`, and get their name when they
 * are whole and on disk. What a killed pull left there is removed by the next one.
 */
import {
  closeSync,
  fsyncSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync
} from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../plain-file.ts'
import { makePrivate, ownFolder } from '../../home/own-folder.ts'

const FOLDER = 'pull'
const BUFFER_BYTES = 256 * 1024

/** A file without a name of its own yet. */
export interface Staged {
  readonly write: (bytes: Uint8Array) => void
  readonly bytes: () => number
  /** Gives it a name, on disk when it returns; false when the name is taken. */
  readonly place: (path: string, modifiedAtMs: number) => boolean
  /** Hands out what was written, in order and in pieces. */
  readonly read: (take: (bytes: Uint8Array) => void) => void
  readonly discard: () => void
}

/** Where a pull into a home keeps what is not whole yet. */
export interface Staging {
  /** `mode`: what nobody else may read has one of its own. */
  readonly begin: (mode?: number) => Staged
  readonly close: () => void
}

/** Less what the user takes off all new files, as Codex makes them. */
const MODE = 0o666
const SECOND_MS = 1000

/** A name that another file has is never given to this one. */
const nameOnce = (temporary: string, path: string): boolean => {
  try {
    linkSync(temporary, path)
    unlinkSync(temporary)
    return true
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!['EPERM', 'ENOTSUP', 'EMLINK', 'EXDEV'].includes(code)) throw cause
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false
    renameSync(temporary, path)
    return true
  }
}

const stagedAt = (temporary: string, mode: number): Staged => {
  const file = openSync(temporary, 'wx+', mode)
  let held: Array<Uint8Array> = []
  let heldBytes = 0
  let bytes = 0
  let isOpen = true
  const flush = (): void => {
    writeWhole(file, Buffer.concat(held))
    held = []
    heldBytes = 0
  }
  const close = (): void => {
    if (isOpen) closeSync(file)
    isOpen = false
  }
  return {
    write: (more) => {
      held.push(more)
      heldBytes += more.length
      bytes += more.length
      if (heldBytes >= BUFFER_BYTES) flush()
    },
    bytes: () => bytes,
    place: (path, modifiedAtMs) => {
      flush()
      futimesSync(file, modifiedAtMs / SECOND_MS, modifiedAtMs / SECOND_MS)
      fsyncSync(file)
      close()
      return nameOnce(temporary, path)
    },
    read: (take) => {
      flush()
      const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
      for (let at = 0, read = 1; read > 0; at += read) {
        read = readSync(file, buffer, 0, buffer.length, at)
        if (read > 0) take(buffer.subarray(0, read))
      }
    },
    discard: () => {
      close()
      rmSync(temporary, { force: true })
    }
  }
}

/** Opens the place in a home; the caller is the only pull there. */
export const stagingIn = (home: string): Staging => {
  const folder = join(ownFolder(home), FOLDER)
  rmSync(folder, { recursive: true, force: true })
  makePrivate(home, folder)
  let count = 0
  return {
    begin: (mode = MODE) => stagedAt(join(folder, `${(count += 1)}.tmp`), mode),
    close: () => rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Files of a home that are being fetched. A file that is not there appears whole; one that is the beginning of its segment gets
 * the rest; any other is left as it is. What comes is written beside the rollouts, in `.unroll/pull`, and gets its name when it
 * is whole and on disk. What a killed pull left there is removed by the next one.
 */
import {
  closeSync,
  fstatSync,
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
import { dirname, join } from 'node:path'
import { makePrivate, ownFolder, syncFolder } from '../../../home/own-folder.ts'
import { writeWhole } from '../../../home/plain-file.ts'
import { comparisonWith, type ComparisonResult, type OpenFile } from './local-file.ts'

const FOLDER = 'pull'
const BUFFER_BYTES = 256 * 1024
/** Less the umask, as Codex creates its files. */
const MODE = 0o666
const SECOND_MS = 1000

/** Gives a staged file its name; never replaces a file that has it. */
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

class StagedFile {
  readonly #temporary: string
  readonly #file: number
  #held: Array<Uint8Array> = []
  #heldBytes = 0
  #isOpen = true
  bytes = 0

  constructor(temporary: string, mode: number) {
    this.#temporary = temporary
    this.#file = openSync(temporary, 'wx+', mode)
  }

  write(more: Uint8Array): void {
    this.#held.push(more)
    this.#heldBytes += more.length
    this.bytes += more.length
    if (this.#heldBytes >= BUFFER_BYTES) this.#flush()
  }

  #flush(): void {
    writeWhole(this.#file, Buffer.concat(this.#held))
    this.#held = []
    this.#heldBytes = 0
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }

  /** Gives it a name, on disk when it returns; false when the name is taken. */
  place(path: string, modifiedAtMs: number): boolean {
    this.#flush()
    futimesSync(this.#file, modifiedAtMs / SECOND_MS, modifiedAtMs / SECOND_MS)
    fsyncSync(this.#file)
    this.#close()
    return nameOnce(this.#temporary, path)
  }

  copyTo(file: number): void {
    this.#flush()
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
    for (let at = 0, read = 1; read > 0; at += read) {
      read = readSync(this.#file, buffer, 0, buffer.length, at)
      if (read > 0) writeWhole(file, buffer.subarray(0, read))
    }
  }

  discard(): void {
    this.#close()
    rmSync(this.#temporary, { force: true })
  }
}

/** Where a pull into a home keeps what is not whole yet. */
export interface PullStaging {
  /** `mode`: what nobody else may read has one of its own. */
  readonly begin: (mode?: number) => StagedFile
  readonly close: () => void
}

/** Opens the place in a home; the caller is the only pull there. */
export const stagingIn = (home: string): PullStaging => {
  const folder = join(ownFolder(home), FOLDER)
  rmSync(folder, { recursive: true, force: true })
  makePrivate(home, folder)
  let count = 0
  return {
    begin: (mode = MODE) => new StagedFile(join(folder, `${(count += 1)}.tmp`), mode),
    close: () => rmSync(folder, { recursive: true, force: true })
  }
}

export type PulledFile =
  | { readonly kind: 'created' | 'appended'; readonly bytes: number }
  | Exclude<ComparisonResult, { readonly kind: 'store_ahead' }>
  /** It is compressed and cannot be appended to, or it changed just now. */
  | { readonly kind: 'busy'; readonly reason: string }

export interface Target {
  readonly take: (bytes: Uint8Array) => void
  /** After the last byte: brings them to the file. */
  readonly finish: (modifiedAtMs: number) => PulledFile
  readonly abandon: () => void
}

export const newTarget = (staging: PullStaging, path: string, mode?: number): Target => {
  const staged = staging.begin(mode)
  return {
    take: (bytes) => staged.write(bytes),
    finish: (modifiedAtMs) => {
      if (!staged.place(path, modifiedAtMs)) {
        staged.discard()
        return { kind: 'busy', reason: 'a file appeared there at this moment' }
      }
      syncFolder(dirname(path))
      return { kind: 'created', bytes: staged.bytes }
    },
    abandon: () => staged.discard()
  }
}

/** Puts bytes behind the last one of a file that is still as long as it was. */
const append = (
  path: string,
  atByte: number,
  staged: StagedFile,
  modifiedAtMs: number
): PulledFile => {
  const file = openSync(path, 'a')
  try {
    if (fstatSync(file).size !== atByte)
      return { kind: 'busy', reason: 'the file is being written to' }
    staged.copyTo(file)
    futimesSync(file, modifiedAtMs / SECOND_MS, modifiedAtMs / SECOND_MS)
    fsyncSync(file)
    return { kind: 'appended', bytes: staged.bytes }
  } finally {
    closeSync(file)
  }
}

/** A file that is there; nobody else writes to it before this is finished. */
export const oldTarget = (
  staging: PullStaging,
  path: string,
  open: OpenFile,
  compressed: boolean
): Target => {
  const comparison = comparisonWith(open.source)
  let rest: StagedFile | null = null
  let takenBytes = 0
  const finish = (modifiedAtMs: number): PulledFile => {
    const result = comparison.result()
    if (result.kind !== 'store_ahead') return result
    if (compressed)
      return { kind: 'busy', reason: 'the file is compressed and cannot be appended to' }
    return rest === null ? { kind: 'equal' } : append(path, result.atByte, rest, modifiedAtMs)
  }
  const abandon = (): void => {
    rest?.discard()
    open.close()
  }
  return {
    take: (bytes) => {
      const beforeBytes = takenBytes
      takenBytes += bytes.length
      comparison.take(bytes)
      if (!comparison.isDecided()) return
      const result = comparison.result()
      if (result.kind !== 'store_ahead') return
      rest ??= staging.begin()
      rest.write(bytes.subarray(Math.max(0, result.atByte - beforeBytes)))
    },
    finish: (modifiedAtMs) => {
      try {
        return finish(modifiedAtMs)
      } finally {
        abandon()
      }
    },
    abandon
  }
}

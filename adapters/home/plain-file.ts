/**
 * Files of a home that anybody may have put there: only plain ones are opened, links are not followed, and a FIFO blocks nobody.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  unlinkSync,
  writeSync
} from 'node:fs'
import { join, relative, sep } from 'node:path'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants

/** Thrown where a link leads out of the home; the message is for people. */
export class LinkRefused extends Error {
  /** What the system says about a link that must not be followed. */
  readonly code = 'ELOOP'
  readonly syscall = 'open'
}

const notPlain = (path: string): Error =>
  Object.assign(new Error(`${path} is not a plain file`), { code: 'EINVAL', syscall: 'open', path })

/** Opens a plain file; with `follow` the name may be a link. Throws what the system says, or that it is no plain file. */
export const openPlain = (
  path: string,
  flags = O_RDONLY,
  follow = false,
  mode?: number
): number => {
  const file = openSync(path, flags | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW), mode)
  try {
    if (fstatSync(file).isFile()) return file
    throw notPlain(path)
  } catch (cause) {
    closeSync(file)
    throw cause
  }
}

/** All of a plain file, which a link may stand for. Throws as `openPlain` does. */
export const readPlain = (path: string): Buffer => {
  const file = openPlain(path, O_RDONLY, true)
  try {
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/** The first bytes of an open file: that many, or fewer where it ends before. */
export const readUpTo = (file: number, sizeBytes: number): Buffer => {
  const bytes = Buffer.alloc(sizeBytes)
  let done = 0
  while (done < sizeBytes) {
    const read = readSync(file, bytes, done, sizeBytes - done, done)
    if (read === 0) break
    done += read
  }
  return bytes.subarray(0, done)
}

/** Throws when a folder between the home and a path is a link or no folder; those that are not there yet are fine. */
export const refuseLinks = (home: string, directory: string): void => {
  let path = home
  for (const name of relative(home, directory).split(sep)) {
    if (name === '..') throw new LinkRefused(`${directory} is not in ${home}`)
    path = join(path, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return
    if (!stat.isDirectory()) throw new LinkRefused(`${path} is a link or not a folder`)
  }
}

/** Deletes a file, unless another process did so just now. */
export const unlinkIfThere = (path: string): void => {
  try {
    unlinkSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
}

/** Deletes what is of no use any more; what the disk refuses to delete, `check` reports. */
export const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { force: true })
  } catch {
    // It is swept later.
  }
}

/** Makes a temporary file; deletes it when that fails, as on a full disk. */
export const makeOrRemove = <A>(temporary: string, make: () => A): A => {
  try {
    return make()
  } catch (cause) {
    removeQuietly(temporary)
    throw cause
  }
}

const WITHOUT_LINKS = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'])

/** True when a link could not be made because the file system has none. */
export const hasNoLinks = (cause: unknown): boolean =>
  WITHOUT_LINKS.has((cause as NodeJS.ErrnoException).code ?? '')

/** Writes all of it: a nearly full disk takes a part, and fails only at the next write. */
export const writeWhole = (file: number, content: string | Uint8Array): void => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}

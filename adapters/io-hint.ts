/**
 * What to do about a failed system call, by its code.
 */
import { statfsSync, statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'

/** What can be said about a path, or about the nearest folder above it of which anything is known. */
const nearest = <A>(path: string, ask: (path: string) => A): A | null => {
  for (let at = path; isAbsolute(at); at = dirname(at)) {
    try {
      return ask(at)
    } catch {
      if (dirname(at) === at) return null
    }
  }
  return null
}

const owned = (path: string): string | null =>
  nearest(path, (at) => {
    const { uid, mode } = statSync(at)
    const owner = uid === 0 ? 'root' : `user ${uid}`
    return `${at} belongs to ${owner} (mode ${(mode & 0o777).toString(8)})`
  })

const MEGABYTE = 1_000_000

const free = (path: string): string | null =>
  nearest(path, (at) => {
    const { bavail, bsize } = statfsSync(at)
    return `${(Number(bavail) * Number(bsize)) / MEGABYTE >= 1 ? `${Math.floor((bavail * bsize) / MEGABYTE)} MB` : 'less than 1 MB'} free`
  })

/** The code of a failure: of the call itself, or the word of its message that is one. */
const codeOf = (cause: string, systemCode: string | undefined): string =>
  systemCode ?? /\bE[A-Z]{2,}\b/.exec(cause)?.[0] ?? ''

const HINTS: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: () => 'it does not exist: check the path',
  ENOTDIR: () => 'a part of the path is a file: check the path',
  EISDIR: () => 'it is a directory: name a file',
  EEXIST: () => 'it exists already: choose another name',
  EACCES: (path) =>
    `${owned(path) ?? 'it belongs to somebody else'}: change its permissions, or run as its owner`,
  EPERM: (path) =>
    `${owned(path) ?? 'it belongs to somebody else'}: change its permissions, or run as its owner`,
  EROFS: () => 'the file system is read-only: write to another place',
  ENOSPC: (path) => `the disk is full (${free(path) ?? 'no space'}): make room, then try again`,
  EDQUOT: () => 'your quota is used up: make room, then try again',
  EFBIG: () => 'the file may not grow that large: see "ulimit -f"',
  EMFILE: () => 'too many files are open: raise "ulimit -n"',
  ENFILE: () => 'too many files are open on this machine: close other programs',
  ELOOP: () => 'its links lead in a circle, or a link is not followed here: name the file itself',
  EIO: () => 'the disk reports an error: check it, and copy what can be read'
}

export const ioHint = (path: string, cause: string, systemCode?: string): string =>
  HINTS[codeOf(cause, systemCode)]?.(path) ??
  'check that the path exists and may be read, and that the disk is not full'

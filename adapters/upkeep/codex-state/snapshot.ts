/**
 * The bytes of a database that another process may be writing to, without a lock, a copy on disk or any other trace.
 *
 * Database and log are read, and then compared with what is there: when both are still the same, they were so at one
 * moment in between, and what both hold at one moment is a database.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync } from 'node:fs'
import { withLog } from '../../../domain/upkeep/codex-state/sqlite-pages.ts'

/** Databases and logs beyond this are not looked at, in bytes. */
export const LARGEST_BYTES = 128 * 1024 * 1024
const ATTEMPTS_MAX = 5
const NO_BYTES = new Uint8Array()

/** A database as it was at one moment, or why it could not be read. */
type Snapshot =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string }

const unreadable = (why: string): Snapshot => ({ kind: 'unreadable', why })

const codeOf = (thrown: unknown): string =>
  (thrown as NodeJS.ErrnoException).code ?? (thrown instanceof Error ? thrown.message : 'unknown')

class SnapshotRefused extends Error {}

const CHUNK_BYTES = 256 * 1024

/** Null when there is no such file; a link or anything but a plain file is refused before it is read. */
const withPlain = <A>(path: string, use: (file: number, sizeBytes: number) => A): A | null => {
  const before = lstatSync(path, { throwIfNoEntry: false })
  if (before === undefined) return null
  if (!before.isFile()) throw new SnapshotRefused('it is not a plain file')
  // A pipe that takes the place of the file now would block without the last flag.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new SnapshotRefused('it is not a plain file')
    if (stat.size > LARGEST_BYTES) throw new SnapshotRefused('it is too large to be looked at')
    return use(file, stat.size)
  } finally {
    closeSync(file)
  }
}

const readWhole = (path: string): Buffer | null =>
  withPlain(path, (file, sizeBytes) => {
    const bytes = Buffer.alloc(sizeBytes)
    let have = 0
    for (let read = -1; have < bytes.length && read !== 0; have += read)
      read = readSync(file, bytes, have, bytes.length - have, have)
    return bytes.subarray(0, have)
  })

/** True when the file still holds these bytes and no others. */
const isStill = (path: string, bytes: Buffer | null): boolean => {
  const same = withPlain(path, (file, sizeBytes) => {
    if (sizeBytes !== bytes?.length) return false
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let at = 0; at < sizeBytes;) {
      const read = readSync(file, chunk, 0, CHUNK_BYTES, at)
      if (read === 0 || bytes.compare(chunk, 0, read, at, at + read) !== 0) return false
      at += read
    }
    return true
  })
  return same ?? bytes === null
}

interface Pair {
  readonly database: Buffer | null
  readonly log: Buffer | null
}

const settled = (path: string): Pair | null => {
  const log = `${path}-wal`
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const pair = { database: readWhole(path), log: readWhole(log) }
    if (isStill(path, pair.database) && isStill(log, pair.log)) return pair
  }
  return null
}

/** Reads a database with its log. */
export const snapshotOf = (path: string): Snapshot => {
  try {
    const pair = settled(path)
    if (pair === null) return unreadable('it changes all the time')
    if (pair.database === null) return { kind: 'missing' }
    if ((lstatSync(`${path}-journal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
      return unreadable('it has the journal of an unfinished change')
    const whole = withLog(pair.database, pair.log ?? NO_BYTES, LARGEST_BYTES)
    return whole.ok ? { kind: 'read', bytes: whole.bytes } : unreadable(whole.why)
  } catch (thrown) {
    return unreadable(
      thrown instanceof SnapshotRefused ? thrown.message : `reading it failed (${codeOf(thrown)})`
    )
  }
}

const lookAt = (path: string): string => {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? '-' : [stat.size, stat.mtimeNs, stat.ctimeNs, stat.ino].join(' ')
  } catch (thrown) {
    return codeOf(thrown)
  }
}

/**
 * Sizes and times of a database and its log, without reading them: the same text as long as nothing was written. For one that
 * cannot be looked at the text says so; reading it gives the reason.
 */
export const outsideOf = (path: string): string => [path, `${path}-wal`].map(lookAt).join(' / ')

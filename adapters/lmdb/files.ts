/**
 * The names in an index directory: what stays, and what a process puts there for a while.
 */

/** The files of an index: the environment, LMDB's own lock, and the seal. */
export const INDEX_FILES = ['data.mdb', 'lock.mdb', 'unroll-index.json'] as const

/** Held by whoever opens or replaces the files. */
export const OPENING_LOCK = 'opening.lock'
const OPENING = /^opening\.lock(\.next)?(\.\d+)?$/

/** Begins the folder in which a verified copy is made; a number of the process and a random text follow. */
export const copyPrefix = (): string => `copy-${process.pid}-`

/** What is written to see whether there is room for an index. */
export const roomFile = (): string => `first-${process.pid}.tmp`

const COPY = /^copy-(\d+)-/
const ROOM = /^first-(\d+)\.tmp$/

/** The process that put something there for the time of its work; null for every other name. */
export const workerOf = (name: string): number | null => {
  const [, pid] = COPY.exec(name) ?? ROOM.exec(name) ?? []
  return pid === undefined ? null : Number(pid)
}

/** Begins the name of a mark, see writing.ts. */
export const MARK_PREFIX = 'writing-'

const SEAL_HALF = /^unroll-index\.json\.\d+$/

/** True for every file that an index directory may hold. */
export const isIndexFile = (name: string): boolean =>
  INDEX_FILES.some((file) => file === name) ||
  OPENING.test(name) ||
  SEAL_HALF.test(name) ||
  ROOM.test(name) ||
  name.startsWith(MARK_PREFIX)

/** True for every folder that it may hold. */
export const isIndexFolder = (name: string): boolean => COPY.test(name)

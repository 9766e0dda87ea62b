/**
 * The names in an index directory: what stays, and what processes put there for a while.
 */

/** The files of an index: the environment, LMDB's own lock, and the seal. */
export const INDEX_FILES = ['data.mdb', 'lock.mdb', 'unroll-index.json'] as const

/** Held by whoever opens or replaces the files. */
export const OPENING_LOCK = 'opening.lock'
const OPENING = /^opening\.lock(\.next)?(\.\d+)?$/

/** Prefix of the folder in which a verified copy is made. */
export const copyPrefix = (): string => `copy-${process.pid}-`

/** Written to find out whether there is room for an index. */
export const roomFile = (): string => `first-${process.pid}.tmp`

const COPY = /^copy-(\d+)-/
const ROOM = /^first-(\d+)\.tmp$/

/** The process that a temporary name belongs to; null for every other name. */
export const workerOf = (name: string): number | null => {
  const [, pid] = COPY.exec(name) ?? ROOM.exec(name) ?? []
  return pid === undefined ? null : Number(pid)
}

/** Prefix of a mark, see writing.ts. */
export const MARK_PREFIX = 'writing-'

/** Prefix of the name of who verifies, see verifying.ts. */
export const DOUBT_PREFIX = 'doubt-'

const SEAL_HALF = /^unroll-index\.json\.\d+$/

export const isIndexFile = (name: string): boolean =>
  INDEX_FILES.some((file) => file === name) ||
  OPENING.test(name) ||
  SEAL_HALF.test(name) ||
  ROOM.test(name) ||
  name.startsWith(MARK_PREFIX) ||
  name.startsWith(DOUBT_PREFIX)

export const isIndexFolder = (name: string): boolean => COPY.test(name)

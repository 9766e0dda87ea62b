/**
 * Replies of the child that holds an index, kept for as long as nothing is committed.
 *
 * LMDB keeps the number of the last commit at the head of its lock file, which decides what a reader sees. While the head is as it
 * was before a request was sent, the reply is still the same. It is read and not mapped, so damage to it cannot end this process.
 */
import { closeSync, fstatSync, readSync, type BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { openPlain } from '../../home/plain-file.ts'

export interface ReplyCache {
  /** The reply as of now; undefined when it has to be asked for. */
  readonly known: (request: string) => string | undefined
  /** Another number whenever what was known is forgotten. */
  readonly age: () => number
  /** Keeps the reply to a request that was not known, at the age that the cache had when it was sent. */
  readonly keep: (request: string, reply: string, age?: number) => void
  readonly close: () => void
}

/** Identifies a file while it exists. */
export const nameOfFile = ({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string =>
  `${dev}:${ino}`

/** Two magic numbers, and the number of the last commit. */
const HEAD_BYTES = 16

/** Beyond this the cache is emptied. */
const CHARACTERS_MAX = 4 * 1024 * 1024

interface OpenLockFile {
  readonly file: number
  readonly users: number
}

/**
 * Lock files by their names. One that nobody reads any more stays open: this process may hold the same index itself, in another
 * engine, and the system drops all locks that a process has on a file when it closes it once.
 */
const opened = new Map<string, OpenLockFile>()

const release = (name: string): void => {
  const lock = opened.get(name)
  if (lock === undefined) return
  const users = lock.users - 1
  opened.set(name, { ...lock, users })
  if (users > 0 || fstatSync(lock.file).nlink > 0) return
  // Nobody can open it any more.
  opened.delete(name)
  closeSync(lock.file)
}

/** Opens the lock file of a name; null when it was replaced or cannot be read. */
const open = (directory: string, name: string): number | null => {
  try {
    const file = opened.get(name)?.file ?? openPlain(join(directory, 'lock.mdb'))
    if (nameOfFile(fstatSync(file, { bigint: true })) !== name) return null
    const users = opened.get(name)?.users ?? 0
    opened.set(name, { file, users: users + 1 })
    return file
  } catch {
    // Without it nothing is cached.
    return null
  }
}

/** An empty cache for the index of a directory, whose lock file has this name. */
export const replyCache = (directory: string, lockName: string): ReplyCache => {
  const file = open(directory, lockName)
  const replies = new Map<string, string>()
  let characters = 0
  let before = Buffer.alloc(HEAD_BYTES)
  let now = Buffer.alloc(HEAD_BYTES)
  let isTold = false
  let age = 0
  const forget = (): void => {
    replies.clear()
    characters = 0
  }
  const look = (): boolean => {
    try {
      return file !== null && readSync(file, now, 0, HEAD_BYTES, 0) === HEAD_BYTES
    } catch {
      return false
    }
  }
  return {
    known: (request) => {
      isTold = look()
      if (isTold && now.equals(before)) return replies.get(request)
      forget()
      age += 1
      ;[before, now] = [now, before]
      return undefined
    },
    age: () => age,
    keep: (request, reply, since = age) => {
      if (!isTold || since !== age) return
      characters += request.length + reply.length
      if (characters > CHARACTERS_MAX) forget()
      else replies.set(request, reply)
    },
    close: () => {
      if (file !== null) release(lockName)
    }
  }
}

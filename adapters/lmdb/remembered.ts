/**
 * Answers that the process that holds an index gave before, for as long as nothing is committed.
 *
 * LMDB keeps the number of the last commit at the head of its lock file, and takes from there which state a reader sees. While the
 * head is as it was before a question was asked, the answer is still the same. It is read and not mapped, so nothing that becomes of
 * the files can end this process.
 */
import { closeSync, fstatSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { openPlain } from '../plain-file.ts'

/** Answers by their questions. */
export interface Remembered {
  /** The answer as of now; undefined when it has to be asked for. */
  readonly known: (question: string) => string | undefined
  /** Keeps what was answered after it was not known. */
  readonly keep: (question: string, answer: string) => void
  readonly close: () => void
}

/** Two numbers that say what the file is, and the number of the last commit. */
const HEAD_BYTES = 16

/** When there is more, all is forgotten. */
const CHARACTERS_MAX = 4 * 1024 * 1024

/** Opens the lock file that is held; null when another one is in its place by now, or it cannot be read. */
const openHeld = (directory: string, inode: string): number | null => {
  try {
    const file = openPlain(join(directory, 'lock.mdb'))
    if (String(fstatSync(file, { bigint: true }).ino) === inode) return file
    closeSync(file)
  } catch {
    // What is not remembered is asked for.
  }
  return null
}

/** Remembers what is told of the index of a directory, whose lock file has this inode. */
export const remembered = (directory: string, lockInode: string): Remembered => {
  const file = openHeld(directory, lockInode)
  const answers = new Map<string, string>()
  let characters = 0
  let before = Buffer.alloc(HEAD_BYTES)
  let now = Buffer.alloc(HEAD_BYTES)
  let isTold = false
  const forget = (): void => {
    answers.clear()
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
    known: (question) => {
      isTold = look()
      if (isTold && now.equals(before)) return answers.get(question)
      forget()
      ;[before, now] = [now, before]
      return undefined
    },
    keep: (question, answer) => {
      if (!isTold) return
      characters += question.length + answer.length
      if (characters > CHARACTERS_MAX) forget()
      else answers.set(question, answer)
    },
    close: () => {
      if (file !== null) closeSync(file)
    }
  }
}

/**
 * The system calls that make an append durable, as values: tests put failing and dying ones in their place.
 */
import { fdatasync, fdatasyncSync, writeSync } from 'node:fs'

export interface FileCalls {
  /** Writes at the end of a file that is open for appending; answers how many bytes were taken. */
  readonly write: (file: number, bytes: Buffer) => number
  /** Resolves when the bytes of the file are on disk. */
  readonly sync: (file: number) => Promise<void>
}

/** Disks that answer within this time are waited for; a trip through the thread pool would cost as much. */
const QUICK_MS = 1

/** Puts the bytes of a file on disk while the process goes on. */
export const syncAside = (file: number): Promise<void> =>
  new Promise((resolve, reject) =>
    fdatasync(file, (error) => (error === null ? resolve() : reject(error)))
  )

/** One slow answer says little about a disk: of so many the quickest one counts. */
const RECENT = 8

/** The real calls. A slow disk is waited for on another thread, so that the process can go on with other work. */
export const systemCalls = (): FileCalls => {
  const recentMs: Array<number> = []
  return {
    write: (file, bytes) => writeSync(file, bytes),
    sync: async (file) => {
      const startMs = performance.now()
      if (Math.min(...recentMs) < QUICK_MS) fdatasyncSync(file)
      else await syncAside(file)
      recentMs.push(performance.now() - startMs)
      if (recentMs.length > RECENT) recentMs.shift()
    }
  }
}

/**
 * The page cache: every server finds its rollouts in memory, or the first to be asked would pay for the disk.
 */
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from '../home/manifest.ts'

const CHUNK_BYTES = 1 << 20

/** Reads every rollout once. Files a server moved elsewhere are left out. */
export const warmFiles = (home: string, { threads }: Manifest): void => {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  for (const { file } of threads) {
    try {
      const handle = openSync(join(home, file), 'r')
      while (readSync(handle, chunk) > 0);
      closeSync(handle)
    } catch {
      continue
    }
  }
}

/** Writes what is only in memory to the disk, or whoever comes first would wait for it. */
export const settleFiles = (home: string, { threads }: Manifest): void => {
  for (const { file } of threads) {
    const handle = openSync(join(home, file), 'r')
    fsyncSync(handle)
    closeSync(handle)
  }
}

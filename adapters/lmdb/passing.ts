/**
 * An index that ends with its process: LMDB over files that nobody else can find.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Index } from '../../replay/ports.ts'
import { openLmdbIndex } from './index.ts'

/**
 * An empty index below the folder for temporary files. Its files have no names any more when it is there, so that they are gone
 * with the process, however that ends.
 */
export const passingIndex = (): Index => {
  const directory = mkdtempSync(join(tmpdir(), 'unroll-past-'))
  try {
    return openLmdbIndex(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

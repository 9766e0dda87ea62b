/**
 * The index in LMDB. Placeholder until the adapter is written.
 */
import type { Index } from '../../replay/ports.ts'
import { memoryIndex } from '../memory/index.ts'

/** Opens the index of a directory. */
export const openLmdbIndex = (directory: string): Promise<Index> => {
  void directory
  return Promise.resolve(memoryIndex())
}

/**
 * The rows of an index, to compare two of them.
 */
import type { Index } from '../../replay/ports.ts'

/** Every row but the stamps of groups, which tell in which commits the others came. */
export const rowsIn = (index: Index): ReturnType<Index['range']> =>
  index.range([''], ['\u{10ffff}'], Infinity, false).filter(([[table]]) => table !== 'stamps')

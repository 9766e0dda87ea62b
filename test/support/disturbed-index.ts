/**
 * An index in memory that is disturbed at one of its reads.
 */
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import type { Index } from '../../replay/ports.ts'

/** An index that counts its reads; before the n-th one from `disturbAfter(n)` on, `disturb` is called with it. */
export const disturbedIndex = (disturb: (index: Index) => void) => {
  const index = memoryIndex()
  let reads = 0
  let disturbedAt = Infinity
  const read =
    <G extends ReadonlyArray<unknown>, A>(one: (...given: G) => A) =>
    (...given: G): A => {
      reads += 1
      if (reads === disturbedAt) disturb(index)
      return one(...given)
    }
  const counting: Index = {
    ...index,
    get: read(index.get),
    range: read(index.range),
    keys: read(index.keys)
  }
  return {
    index: counting,
    reads: () => reads,
    disturbAfter: (more: number) => (disturbedAt = reads + more)
  }
}

/**
 * Dividing bytes among several: small ones keep what they are, the large ones get the same.
 */

/** The most each may take so that all of them together take at most so many bytes. */
export const largestShare = (sizes: ReadonlyArray<number>, bytesMax: number): number => {
  const sorted = [...sizes].sort((a, b) => a - b)
  let left = bytesMax
  for (const [at, size] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - at))
    if (size > share) return share
    left -= size
  }
  return Infinity
}

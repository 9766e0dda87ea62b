/**
 * What became of a file whose sealed bytes are not what they were, told from the checksums of its lines.
 */

export interface LineNow {
  readonly checksum: number
  readonly offset: number
  /** False for a last line without its newline. */
  readonly whole: boolean
}

/** How a file differs, and where. */
export interface SealDifference {
  readonly verdict: 'changed' | 'reordered' | 'lines_removed' | 'lines_inserted' | 'truncated'
  /** Where the first line that is not what it was begins, or where the file ends now; null when the lines do not tell. */
  readonly atByte: number | null
  /** Number of that line, from 0. */
  readonly line: number | null
}

/** Places that may be looked at for the line behind a gap. */
const TRIES_MAX = 1000

const isSameFrom = (
  a: ReadonlyArray<number>,
  from: number,
  b: ReadonlyArray<number>,
  at: number,
  length: number
): boolean => {
  for (let i = 0; i < length; i++) if (a[from + i] !== b[at + i]) return false
  return true
}

const isSameSet = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): boolean => {
  if (a.length !== b.length) return false
  const [x, y] = [[...a].sort((p, q) => p - q), [...b].sort((p, q) => p - q)]
  return isSameFrom(x, 0, y, 0, x.length)
}

/** True when all of `rest`, from `at` on, stands in `other` from a place behind `at` on. */
const standsLater = (
  rest: ReadonlyArray<number>,
  other: ReadonlyArray<number>,
  at: number,
  length: (from: number) => number
): boolean => {
  let tries = 0
  for (let from = other.indexOf(rest[at] as number, at + 1); from !== -1 && tries < TRIES_MAX;) {
    const count = length(from)
    if (count > 0 && isSameFrom(other, from, rest, at, count)) return true
    tries += 1
    from = other.indexOf(rest[at] as number, from + 1)
  }
  return false
}

const kindOf = (
  sealed: ReadonlyArray<number>,
  now: ReadonlyArray<number>,
  at: number
): SealDifference['verdict'] => {
  const count = sealed.length
  if (isSameSet(sealed.slice(at), now.slice(at, count))) return 'reordered'
  // What stood behind a gap stands at it now, up to the end of what was sealed.
  if (standsLater(now, sealed, at, (from) => Math.min(count - from, now.length - at)))
    return 'lines_removed'
  if (now.length > count && standsLater(sealed, now, at, () => count - at)) return 'lines_inserted'
  return 'changed'
}

/** How lines that were sealed differ from those that are there now. What is left of a line that was cut is not compared. */
export const differenceOf = (
  sealed: ReadonlyArray<number>,
  now: ReadonlyArray<LineNow>,
  bytesSealed: number,
  bytesNow: number
): SealDifference => {
  const checksums = now.map(({ checksum }) => checksum)
  const found = sealed.findIndex((checksum, i) => checksum !== checksums[i])
  if (found === -1)
    return bytesNow < bytesSealed
      ? { verdict: 'truncated', atByte: bytesNow, line: Math.max(0, now.length - 1) }
      : { verdict: 'changed', atByte: null, line: null }
  const line = now[found]
  const isCut = line === undefined || (found === now.length - 1 && !line.whole)
  if (bytesNow < bytesSealed && isCut)
    return { verdict: 'truncated', atByte: bytesNow, line: found }
  return {
    verdict: kindOf(sealed, checksums, found),
    atByte: line?.offset ?? bytesNow,
    line: found
  }
}

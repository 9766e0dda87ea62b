/**
 * Comparing the bytes of a segment, as a store gives them, with those of a file.
 */
import type { ByteSource } from '../../jsonl/bytes.ts'
import { readBytes } from './standing.ts'

/** How a file and a segment of a store stand to each other; `atByte` is the first byte that only one of them has. */
export type Verdict =
  | { readonly kind: 'equal' }
  /** The file is the beginning of what the store holds. */
  | { readonly kind: 'store_ahead'; readonly atByte: number }
  /** The store holds the beginning of the file. */
  | { readonly kind: 'home_ahead'; readonly atByte: number }
  | { readonly kind: 'diverged'; readonly atByte: number }

/** A comparison that is going on. */
export interface Comparison {
  /** The next bytes of the store. */
  readonly take: (bytes: Uint8Array) => void
  /** True when more bytes of the store can change nothing. */
  readonly isDecided: () => boolean
  /** After the last byte of the store. */
  readonly verdict: () => Verdict
}

const firstDifference = (a: Uint8Array, b: Uint8Array): number => {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at
  return length
}

/** Begins at the first byte of both. */
export const comparisonWith = (source: ByteSource): Comparison => {
  let at = 0
  let decided: Verdict | null = null
  return {
    take: (bytes) => {
      if (decided !== null) return
      const there = readBytes(source, at, bytes.length)
      if (there.equals(bytes)) {
        at += bytes.length
        return
      }
      const same = firstDifference(there, bytes)
      decided = { kind: same === there.length ? 'store_ahead' : 'diverged', atByte: at + same }
    },
    isDecided: () => decided !== null,
    verdict: () => {
      if (decided !== null) return decided
      return readBytes(source, at, 1).length === 0
        ? { kind: 'equal' }
        : { kind: 'home_ahead', atByte: at }
    }
  }
}

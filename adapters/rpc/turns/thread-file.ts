/**
 * Files of threads: whether two paths lead to one, and which are large. A home that was copied still has Codex's database, with the paths of the other home.
 */
import { realpathSync, statSync } from 'node:fs'
import type { Json } from '../../../domain/json.ts'

const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** False for what is no path. */
export const isSameFile = (one: Json | undefined, other: string): boolean =>
  typeof one === 'string' && real(one) === real(other)

/** A thread of this size takes Codex long enough to load that unroll does not wait for it. */
const LARGE_BYTES = 8 * 1024 * 1024

export const isLarge = (path: string): boolean =>
  (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= LARGE_BYTES

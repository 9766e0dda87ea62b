/**
 * Whether two paths lead to one file. A home that was copied still has Codex's database, with the paths of the other home.
 */
import { realpathSync } from 'node:fs'
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

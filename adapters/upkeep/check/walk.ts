/**
 * What is in the folders of rollouts, without opening or following anything.
 */
import { lstatSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import type { HomeEntry } from '../../../domain/upkeep/check/home.ts'
import { ROLLOUT_ROOTS, walk } from '../../home/walk.ts'
import type { CheckPace } from './pace.ts'

/** A temporary file that was not written to for this long has no owner. */
const LEFTOVER_MS = 10 * 60 * 1000
const TEMPORARY = /\.tmp$/

const kindOf = (entry: Dirent): HomeEntry['is'] => {
  if (entry.isFile()) return 'file'
  if (entry.isSymbolicLink()) return 'link'
  if (entry.isFIFO()) return 'pipe'
  return entry.isSocket() ? 'socket' : 'device'
}

/** True when nobody has written to a file for long. */
export const isAbandoned = (path: string, nowMs: number): boolean => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat !== undefined && nowMs - stat.mtimeMs > LEFTOVER_MS
}

/** The code of a system error. */
export const reasonOf = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException).code ?? (cause instanceof Error ? cause.message : String(cause))

/** What is in the place of a root; null for nothing. */
const rootIs = (
  path: string
): 'folder' | 'link' | 'device' | { readonly reason: string } | null => {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return null
    return stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'device'
  } catch (cause) {
    return { reason: reasonOf(cause) }
  }
}

/** Everything in the folders of rollouts but the folders themselves, in order of the paths. */
export const walkHome = async (
  home: string,
  pace: CheckPace,
  nowMs: number
): Promise<ReadonlyArray<HomeEntry>> => {
  const found: Array<HomeEntry> = []
  const onUnreadable = (path: string, cause: unknown): void => {
    found.push({ path, is: 'unreadable_folder', reason: reasonOf(cause) })
  }
  const visit = async (root: string): Promise<void> => {
    for (const { path, entry } of walk(home, root, { onUnreadable })) {
      if (pace.isDue()) await pace.giveWay()
      const isOld = TEMPORARY.test(entry.name) && isAbandoned(join(home, path), nowMs)
      found.push({ path, is: kindOf(entry), ...(isOld ? { isOld } : {}) })
    }
  }
  for (const root of ROLLOUT_ROOTS) {
    const is = rootIs(join(home, root))
    if (is === 'folder') await visit(root)
    else if (typeof is === 'string') found.push({ path: root, is })
    else if (is !== null) found.push({ path: root, is: 'unreadable_folder', ...is })
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

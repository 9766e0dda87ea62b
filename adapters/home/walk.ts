/**
 * Walks the folders of a home without opening files or following links.
 */
import { readdirSync, type Dirent } from 'node:fs'
import { join } from 'node:path'

/** Folders in which rollouts are looked for. */
export const ROLLOUT_ROOTS = ['sessions', 'archived_sessions'] as const

/** As deep as rollouts are looked for. */
export const DEPTH_MAX = 8

/** Anything but a folder. */
interface WalkEntry {
  /** Relative to where the walk began, with `/` between its parts. */
  readonly path: string
  readonly folder: string
  readonly entry: Dirent
}

interface WalkOptions {
  readonly depthMax?: number
  /** False for a folder to skip. */
  readonly enters?: (name: string) => boolean
  /** Called for a folder that cannot be read and is skipped; without this the walk throws. */
  readonly onUnreadable?: (folder: string, cause: NodeJS.ErrnoException) => void
}

/** Everything below a folder but the folders themselves, by name within each folder. */
export function* walk(
  base: string,
  folder: string,
  how: WalkOptions = {},
  depth = 0
): Iterable<WalkEntry> {
  const { depthMax = DEPTH_MAX, enters = () => true, onUnreadable } = how
  let entries: Array<Dirent>
  try {
    entries = readdirSync(join(base, folder), { withFileTypes: true })
  } catch (cause) {
    if (onUnreadable === undefined) throw cause
    return onUnreadable(folder, cause as NodeJS.ErrnoException)
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (!entry.isDirectory()) yield { path, folder, entry }
    else if (depth < depthMax && enters(entry.name)) yield* walk(base, path, how, depth + 1)
  }
}

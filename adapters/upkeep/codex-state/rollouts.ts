/**
 * Every rollout file of a home by name, and what each is to its thread. Links are not followed.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { InventoryFile } from '../../../domain/upkeep/codex-state/parity.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import { ROLLOUT_ROOTS, walk } from '../../home/walk.ts'
import { discovery } from '../../log/jsonl/discover.ts'
import { firstLines } from '../../log/jsonl/first-line.ts'
import { placeOf } from '../../log/jsonl/listing.ts'

export interface Rollouts {
  readonly files: ReadonlyArray<InventoryFile>
  /** Folders that cannot be read, and links in the place of a folder or a file. */
  readonly troubles: ReadonlyArray<{ readonly path: string; readonly why: string }>
}

const PROFILE = PROFILES['0.169']
/** Names that Codex takes for rollouts. */
const ROLLOUT = /^rollout-.*\.jsonl(\.zst)?$/
/** Names that Codex makes. */
const WELL_FORMED = /^rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/

interface ListedFiles {
  readonly files: Array<Omit<InventoryFile, 'part'>>
  readonly troubles: Array<{ readonly path: string; readonly why: string }>
}

const look = (home: string, root: (typeof ROLLOUT_ROOTS)[number], found: ListedFiles): void => {
  const archived = root === 'archived_sessions'
  const onUnreadable = (path: string, { code = 'unknown' }: NodeJS.ErrnoException): void => {
    if (code !== 'ENOENT') found.troubles.push({ path, why: code })
  }
  for (const { path, folder, entry } of walk(home, root, { onUnreadable })) {
    if (entry.isSymbolicLink()) found.troubles.push({ path, why: 'a link' })
    else if (ROLLOUT.test(entry.name)) {
      const stat = statSync(join(home, path), { throwIfNoEntry: false })
      if (!entry.isFile() || stat === undefined) {
        if (!entry.isFile()) found.troubles.push({ path, why: 'not a plain file' })
        continue
      }
      const place = placeOf(join(home, folder), entry.name, archived, PROFILE)
      const isMade = place !== null && WELL_FORMED.test(entry.name)
      found.files.push({
        path,
        archived,
        sizeBytes: stat.size,
        threadId: isMade ? place.streamId : null
      })
    }
  }
}

export const rolloutsOf = (home: string): Rollouts => {
  const found: ListedFiles = { files: [], troubles: [] }
  for (const root of ROLLOUT_ROOTS) look(home, root, found)
  const { streams, spares: unread } = discovery(home, PROFILE).list()
  const relative = (path: string): string => path.slice(home.length + 1)
  const heads = new Set(
    streams.map(({ path, compressed }) => relative(compressed ? `${path}.zst` : path))
  )
  const spares = new Set(unread.map(({ path }) => relative(path)))
  const partOf = ({ path, threadId }: Omit<InventoryFile, 'part'>): InventoryFile['part'] =>
    threadId === null ? null : heads.has(path) ? 'head' : spares.has(path) ? 'spare' : 'older'
  return {
    files: found.files.map((file) => ({ ...file, part: partOf(file) })),
    troubles: found.troubles
  }
}

/** The files whose first line is one that Codex makes no row of. */
export const headlessOf = (
  home: string,
  files: ReadonlyArray<InventoryFile>
): ReadonlySet<string> => {
  const firstLine = firstLines().of
  const isHeadless = ({ path }: InventoryFile): boolean => {
    try {
      return firstLine(join(home, path), path.endsWith('.zst')) === 'unreadable'
    } catch {
      return true
    }
  }
  return new Set(files.filter(isHeadless).map(({ path }) => path))
}

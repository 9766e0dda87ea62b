/**
 * Every rollout file of a home by name, and what each is to its thread. Links are not followed.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RolloutFile } from '../../domain/codex-state/inventory.ts'
import { PROFILES } from '../../domain/profile.ts'
import { discovery } from '../jsonl/discover.ts'
import { firstLines } from '../jsonl/first-line.ts'
import { placeOf } from '../jsonl/listing.ts'

/** What a home holds. */
export interface Rollouts {
  readonly files: ReadonlyArray<RolloutFile>
  /** Folders that cannot be read, and links in the place of a folder or a file. */
  readonly troubles: ReadonlyArray<{ readonly path: string; readonly why: string }>
}

const PROFILE = PROFILES['0.169']
const ROOTS = ['sessions', 'archived_sessions'] as const
/** As deep as rollouts are looked for. */
const DEPTH_MAX = 8
/** Names that Codex takes for rollouts. */
const ROLLOUT = /^rollout-.*\.jsonl(\.zst)?$/
/** Names that Codex makes. */
const WELL_FORMED = /^rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/

interface Found {
  readonly files: Array<Omit<RolloutFile, 'part'>>
  readonly troubles: Array<{ readonly path: string; readonly why: string }>
}

const walk = (home: string, folder: string, depth: number, found: Found): void => {
  let entries
  try {
    entries = readdirSync(join(home, folder), { withFileTypes: true })
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    if (code !== 'ENOENT') found.troubles.push({ path: folder, why: code })
    return
  }
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory() && depth < DEPTH_MAX) walk(home, path, depth + 1, found)
    else if (entry.isSymbolicLink()) found.troubles.push({ path, why: 'a link' })
    else if (ROLLOUT.test(entry.name)) {
      const stat = statSync(join(home, path), { throwIfNoEntry: false })
      if (!entry.isFile() || stat === undefined) {
        if (!entry.isFile()) found.troubles.push({ path, why: 'not a plain file' })
        continue
      }
      const place = placeOf(join(home, folder), entry.name, folder.startsWith(ROOTS[1]), PROFILE)
      const isMade = place !== null && WELL_FORMED.test(entry.name)
      found.files.push({
        path,
        archived: folder.startsWith(ROOTS[1]),
        sizeBytes: stat.size,
        threadId: isMade ? place.streamId : null
      })
    }
  }
}

/** Lists the rollouts of a home. */
export const rolloutsOf = (home: string): Rollouts => {
  const found: Found = { files: [], troubles: [] }
  for (const root of ROOTS) walk(home, root, 0, found)
  const known = discovery(home, PROFILE)
  const relative = (path: string): string => path.slice(home.length + 1)
  const heads = new Set(
    known.all().map(({ path, compressed }) => relative(compressed ? `${path}.zst` : path))
  )
  const spares = new Set(known.spares().map(({ path }) => relative(path)))
  const partOf = ({ path, threadId }: Omit<RolloutFile, 'part'>): RolloutFile['part'] =>
    threadId === null ? null : heads.has(path) ? 'head' : spares.has(path) ? 'spare' : 'older'
  return {
    files: found.files.map((file) => ({ ...file, part: partOf(file) })),
    troubles: found.troubles
  }
}

/** Those of the files whose first line is none that Codex makes a row of. */
export const headlessOf = (
  home: string,
  files: ReadonlyArray<RolloutFile>
): ReadonlySet<string> => {
  const firstLine = firstLines()
  const isHeadless = ({ path }: RolloutFile): boolean => {
    try {
      return firstLine(join(home, path), path.endsWith('.zst')) === 'unreadable'
    } catch {
      return true
    }
  }
  return new Set(files.filter(isHeadless).map(({ path }) => path))
}

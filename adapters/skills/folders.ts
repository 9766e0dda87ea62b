/**
 * The folders below a root: breadth first, a bounded number of them, links to folders followed and links to files not. Between two
 * entries others may have their turn.
 */
import { opendirSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import type { SkillScope } from '../../domain/skills/skill.ts'
import { canonicalPath, isReachableFolder } from '../home/places.ts'
import type { CheckPace } from '../upkeep/check/pace.ts'

/** A folder that skills are looked for in. */
export interface SkillRoot {
  readonly path: string
  readonly scope: SkillScope
  /** The plugin whose folder it is; null for none. */
  readonly plugin: { readonly id: string; readonly name: string; readonly folder: string } | null
}

/** Links of system skills are not followed. */
export const followsLinks = ({ scope }: SkillRoot): boolean => scope !== 'system'

/** A folder without links in its path, and whether a regular file in it has the name of a skill. */
interface SkillFolder {
  readonly path: string
  readonly hasSkill: boolean
}

export const SKILL_FILE = 'SKILL.md'
/** What a skill says of itself to interfaces, below its folder. */
export const EXTRAS_FILE = join('agents', 'openai.yaml')

const DEPTH_MAX = 6
export const FOLDERS_MAX = 2000

/** What stands in a folder, some at a time; nothing where it cannot be read. */
export function* entriesOf(folder: string): Iterable<Dirent> {
  const opened = (() => {
    try {
      return opendirSync(folder)
    } catch {
      return null
    }
  })()
  if (opened === null) return
  try {
    for (let next = opened.readSync(); next !== null; next = opened.readSync()) yield next
  } catch {
    // What was read counts.
  } finally {
    opened.closeSync()
  }
}

/** The folder that an entry is or leads to; null for others, and for those whose name begins with a dot. */
const folderAt = (folder: string, entry: Dirent, followsLinks: boolean): string | null => {
  if (entry.name.startsWith('.')) return null
  const path = join(folder, entry.name)
  if (entry.isDirectory()) return path
  return followsLinks && entry.isSymbolicLink() && isReachableFolder(path)
    ? canonicalPath(path)
    : null
}

/** Every folder below a root, itself first, each once; `entries` tells what stands in one. */
export async function* foldersBelow(
  root: string,
  followsLinks: boolean,
  pace: CheckPace,
  entries: (folder: string) => Iterable<Dirent> = entriesOf
): AsyncIterable<SkillFolder> {
  const first = canonicalPath(root)
  if (first === null || !isReachableFolder(first)) return
  const seen = new Set([first])
  let level: ReadonlyArray<string> = [first]
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: Array<string> = []
    for (const path of level) {
      let hasSkill = false
      for (const entry of entries(path)) {
        if (pace.isDue()) await pace.giveWay()
        if (entry.name === SKILL_FILE) hasSkill = entry.isFile()
        if (depth === DEPTH_MAX || seen.size >= FOLDERS_MAX) continue
        const target = folderAt(path, entry, followsLinks)
        if (target === null || seen.has(target)) continue
        seen.add(target)
        next.push(target)
      }
      yield { path, hasSkill }
    }
    level = next
  }
}

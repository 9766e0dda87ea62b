/**
 * What was last seen of skill folders, and whether they have changed since: one `stat` for each folder, each `SKILL.md` and the file
 * beside it. No file is read, and a folder is read again only when it changed.
 */
import { lstatSync, statSync, type Dirent, type Stats } from 'node:fs'
import { join } from 'node:path'
import { isReachableFolder } from '../home/places.ts'
import type { CheckPace } from '../upkeep/check/pace.ts'
import {
  entriesOf,
  EXTRAS_FILE,
  foldersBelow,
  FOLDERS_MAX,
  followsLinks,
  SKILL_FILE,
  type SkillRoot
} from './folders.ts'
import { extraSkillRoots, skillRoots, type SkillPlace } from './roots.ts'

interface SeenFolder {
  readonly stamp: string
  /** What may lead to other folders; null where it must be read again. */
  readonly entries: ReadonlyArray<Dirent> | null
}

interface SeenRoot {
  readonly folders: ReadonlyMap<string, SeenFolder>
  /** Stamps of folders and files, by folder. */
  readonly stamps: ReadonlyMap<string, string>
}

/** Of folders with more entries than this below one root the rest is read at every look. */
const ENTRIES_MAX = 2 * FOLDERS_MAX

const stampOf = (
  stat: (path: string, options: { readonly throwIfNoEntry: false }) => Stats | undefined,
  path: string
): string => {
  try {
    const found = stat(path, { throwIfNoEntry: false })
    if (found === undefined) return ''
    const { dev, ino, size, mtimeMs, ctimeMs } = found
    return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`
  } catch {
    return ''
  }
}

/**
 * Tells the entries of folders: from memory where the folder was the same at the two looks before. Two, because a change in the instant
 * of a look may leave no other trace.
 */
const rememberedEntries = (before: SeenRoot | undefined) => {
  const folders = new Map<string, SeenFolder>()
  let room = ENTRIES_MAX
  function* entries(folder: string): Iterable<Dirent> {
    const stamp = stampOf(statSync, folder)
    const known = before?.folders.get(folder)
    const isSame = known?.stamp === stamp
    if (isSame && known.entries !== null) {
      room -= known.entries.length
      folders.set(folder, known)
      yield* known.entries
      return
    }
    const kept: Array<Dirent> = []
    let fits = isSame
    for (const entry of entriesOf(folder)) {
      if (fits && (entry.isDirectory() || entry.isSymbolicLink())) {
        if (kept.length < room) kept.push(entry)
        else fits = false
      }
      yield entry
    }
    if (fits) room -= kept.length
    folders.set(folder, { stamp, entries: fits ? kept : null })
  }
  return { folders, entries }
}

const seenRoot = async (
  root: SkillRoot,
  before: SeenRoot | undefined,
  pace: CheckPace
): Promise<SeenRoot> => {
  const { folders, entries } = rememberedEntries(before)
  const stamps = new Map<string, string>()
  for await (const { path } of foldersBelow(root.path, followsLinks(root), pace, entries)) {
    const skill = stampOf(lstatSync, join(path, SKILL_FILE))
    const extras = skill === '' ? '' : stampOf(statSync, join(path, EXTRAS_FILE))
    stamps.set(path, `${folders.get(path)?.stamp ?? ''}, ${skill}, ${extras}`)
    if (pace.isDue()) await pace.giveWay()
  }
  return { folders, stamps }
}

const isSameRoot = (before: SeenRoot, { stamps }: SeenRoot): boolean =>
  before.stamps.size === stamps.size &&
  [...stamps].every(([path, stamp]) => before.stamps.get(path) === stamp)

/** Which folders belong to each directory, and to what a client added. */
function* rootsByOwner(
  place: SkillPlace,
  directories: Iterable<string>
): Iterable<readonly [string, ReadonlyArray<SkillRoot>]> {
  const rootsOf = skillRoots({ ...place, extraRoots: [] })
  yield [JSON.stringify(place.extraRoots ?? []), extraSkillRoots(place)]
  for (const directory of directories) yield [directory, rootsOf(directory)]
}

/** Looks at the skill folders of absolute directories. Two calls must not run at the same time. */
export interface SkillSight {
  /** Remembers the folders of directories that were not looked at yet. */
  readonly meet: (
    place: SkillPlace,
    directories: Iterable<string>,
    pace: CheckPace
  ) => Promise<void>
  /**
   * Looks at the folders of these directories, and forgets others. True when one changed, came or went; for a directory that is new
   * there is nothing to compare with.
   */
  readonly look: (
    place: SkillPlace,
    directories: Iterable<string>,
    pace: CheckPace
  ) => Promise<boolean>
}

export const createSkillSight = (): SkillSight => {
  let owners = new Map<string, string>()
  let roots = new Map<string, SeenRoot>()
  return {
    meet: async (place, directories, pace) => {
      for (const [owner, owned] of rootsByOwner(place, directories)) {
        if (owners.has(owner)) continue
        const there = owned.filter(({ path }) => isReachableFolder(path))
        for (const root of there) {
          const key = JSON.stringify(root)
          if (!roots.has(key)) roots.set(key, await seenRoot(root, undefined, pace))
        }
        owners.set(owner, JSON.stringify(there))
        if (pace.isDue()) await pace.giveWay()
      }
    },
    look: async (place, directories, pace) => {
      const nowOwners = new Map<string, string>()
      const nowRoots = new Map<string, SeenRoot>()
      let hasChanged = false
      for (const [owner, owned] of rootsByOwner(place, directories)) {
        const there = owned.filter(({ path }) => isReachableFolder(path))
        for (const root of there) {
          const key = JSON.stringify(root)
          if (nowRoots.has(key)) continue
          const before = roots.get(key)
          const now = await seenRoot(root, before, pace)
          nowRoots.set(key, now)
          if (before !== undefined && !isSameRoot(before, now)) hasChanged = true
        }
        const keys = JSON.stringify(there)
        nowOwners.set(owner, keys)
        if ((owners.get(owner) ?? keys) !== keys) hasChanged = true
        if (pace.isDue()) await pace.giveWay()
      }
      owners = nowOwners
      roots = nowRoots
      return hasChanged
    }
  }
}

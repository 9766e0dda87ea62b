/**
 * Hard links: a file of the home may have a second name elsewhere, and what is appended to one is in both.
 *
 * A killed process leaves files with two names inside the home for a while, which is fine; so the names that can be found there are
 * counted.
 */
import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { OWN_FOLDER } from '../../../domain/changes/relocation.ts'

const DATED = /^rollout-(\d{4})-(\d{2})-(\d{2})T/

/** Folders in which unroll makes second names: of new files, of files on their way, and of what is kept. */
const foldersOf = (home: string, path: string): ReadonlySet<string> => {
  const [, year, month, day] = DATED.exec(basename(path)) ?? []
  const folders = new Set([dirname(path), join(home, 'archived_sessions')])
  if (day !== undefined) folders.add(join(home, 'sessions', `${year}`, `${month}`, day))
  const own = join(home, OWN_FOLDER)
  if (lstatSync(own, { throwIfNoEntry: false })?.isDirectory() !== true) return folders
  for (const entry of readdirSync(own, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) folders.add(join(entry.parentPath, entry.name))
  return folders
}

const namesIn = (folder: string, { dev, ino }: Stats): number => {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return 0
  return readdirSync(folder).filter((name) => {
    const stat = lstatSync(join(folder, name), { throwIfNoEntry: false })
    return stat?.ino === ino && stat.dev === dev
  }).length
}

/** True when a file has a name that is in none of the folders where a second one is to be expected. */
export const hasNameElsewhere = (home: string, path: string, stat: Stats): boolean => {
  if (stat.nlink <= 1) return false
  const found = [...foldersOf(home, path)].reduce((sum, folder) => sum + namesIn(folder, stat), 0)
  return found < stat.nlink
}

/**
 * Files with instructions that hold for a session: one of the home, and one per folder from the project's root to the
 * session's directory. They are named, not read.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const NAMES = ['AGENTS.override.md', 'AGENTS.md'] as const

const sourceIn = (folder: string): ReadonlyArray<string> => {
  for (const name of NAMES) {
    const path = join(folder, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isFile() === true && stat.size > 0) return [path]
  }
  return []
}

/** The folder and those above it, outermost first, from the first one that is a repository; else the folder alone. */
const projectFolders = (cwd: string): ReadonlyArray<string> => {
  const below: Array<string> = []
  for (let folder = cwd; ; folder = dirname(folder)) {
    below.unshift(folder)
    if (existsSync(join(folder, '.git'))) return below
    if (dirname(folder) === folder) return [cwd]
  }
}

/** Paths of the files, in the order in which they count. */
export const instructionSources = (home: string, cwd: string): ReadonlyArray<string> => {
  try {
    return [home, ...projectFolders(cwd)].flatMap(sourceIn)
  } catch {
    return []
  }
}

/**
 * The files with instructions for a session: one of the home, and one per folder from the project's root to the session's directory.
 * They are listed, not read.
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

/** The folders from the repository down to this one; the folder alone outside of any repository. */
const projectFolders = (cwd: string): ReadonlyArray<string> => {
  const below: Array<string> = []
  for (let folder = cwd; ; folder = dirname(folder)) {
    below.unshift(folder)
    if (existsSync(join(folder, '.git'))) return below
    if (dirname(folder) === folder) return [cwd]
  }
}

/** Their paths, most general first. */
export const instructionSources = (home: string, cwd: string): ReadonlyArray<string> => {
  try {
    return [home, ...projectFolders(cwd)].flatMap(sourceIn)
  } catch {
    return []
  }
}

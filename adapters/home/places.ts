/**
 * Places: the Codex home, the index outside of it, and what stands at a path.
 */
import { createHash } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** `$CODEX_HOME`, else `~/.codex`. */
export const defaultHome = (env: NodeJS.ProcessEnv): string => {
  const named = env['CODEX_HOME']
  return resolve(named !== undefined && named !== '' ? named : join(homedir(), '.codex'))
}

/** Resolves a path as Codex does: `~` is the user's home, and a relative path begins at `directory`. */
export const seenFrom =
  (directory: string, userHome: string) =>
  (path: string): string =>
    resolve(directory, path === '~' || path.startsWith('~/') ? join(userHome, path.slice(1)) : path)

/** As `seenFrom` the directory of this process. */
export const absoluteDirectory = (path: string): string => seenFrom('', homedir())(path)

/** A path without links; null where nothing is, or what is there cannot be looked at. */
export const canonicalPath = (path: string): string | null => {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

/** True for a folder, and for a link to one. Throws where the system does not let it be looked at. */
export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** The same, and false where it cannot be looked at. */
export const isReachableFolder = (path: string): boolean => {
  try {
    return isFolder(path)
  } catch {
    return false
  }
}

const realPath = (path: string): string => canonicalPath(path) ?? path

const cacheDirectory = (name: string): string => {
  const cache = process.env['XDG_CACHE_HOME']
  const root = cache !== undefined && cache !== '' ? cache : join(homedir(), '.cache')
  const id = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return join(root, 'unroll', id)
}

/** `$XDG_CACHE_HOME/unroll/<home id>`: never inside the home, and one per real path of a home. */
export const defaultIndexDirectory = (home: string): string =>
  cacheDirectory(realPath(resolve(home)))

/**
 * `$XDG_CACHE_HOME/unroll/<store id>`: one per store and home, since rows hold paths of the home. `address` is where the
 * store is, without user, password and settings.
 */
export const storeIndexDirectory = (address: string, home: string): string =>
  cacheDirectory(`${address}\n${realPath(resolve(home))}`)

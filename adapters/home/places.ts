/**
 * Default places: the Codex home, and the index outside of it.
 */
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
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

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

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

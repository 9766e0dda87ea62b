/**
 * Where things are by default: the Codex home, and the index outside of it.
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

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** `$XDG_CACHE_HOME/unroll/<home id>`: never inside the home, and one per real path of a home. */
export const defaultIndexDirectory = (home: string): string => {
  const cache = process.env['XDG_CACHE_HOME']
  const root = cache !== undefined && cache !== '' ? cache : join(homedir(), '.cache')
  const id = createHash('sha256')
    .update(realPath(resolve(home)))
    .digest('hex')
    .slice(0, 16)
  return join(root, 'unroll', id)
}

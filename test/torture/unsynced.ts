/**
 * What an operation had changed and not put on disk when it was acknowledged, told from its system calls alone. A file
 * system may be kinder than it must be: ext4 takes names along with the next sync of any file. This does not count on it.
 */
import { dirname } from 'node:path'
import type { Call } from './failing-calls.ts'

/** Files that may be gone after a power cut: locks, and what is not yet under its name. */
const PASSING = /\.lock(\.\d+|\.next)?$|\.tmp$|\/locks$|\.unroll\/(compress|repair)\//

/** Files whose bytes, and folders whose names, are not on disk at the end of a trace. */
export const unsynced = (trace: ReadonlyArray<Call>): ReadonlyArray<string> => {
  const bytes = new Set<string>()
  const names = new Map<string, Set<string>>()
  const named = (path: string): void => {
    if (PASSING.test(path)) return
    const folder = dirname(path)
    names.set(folder, (names.get(folder) ?? new Set()).add(path))
  }
  /** A name that comes back in our own folder is in nobody's way; a rollout that comes back would be there twice. */
  const unnamed = (path: string): void => {
    if (!path.includes('/.unroll/')) named(path)
  }
  for (const { name, paths, made } of trace) {
    const [path = '', to = ''] = paths
    for (const each of made) named(each)
    if (/^write|^copyFile|^ftruncate/.test(name)) bytes.add(to === '' ? path : to)
    if (/^f(data)?sync/.test(name)) {
      bytes.delete(path)
      names.delete(path)
    }
    if (name === 'linkSync' || name === 'renameSync') {
      named(to)
      if (name === 'renameSync') unnamed(path)
      if (bytes.has(path)) bytes.add(to)
    }
    if (/^(unlink|rm|rmdir|rename)Sync$/.test(name)) {
      bytes.delete(path)
      if (name !== 'renameSync') unnamed(path)
    }
  }
  const files = [...bytes].filter((path) => !PASSING.test(path)).map((path) => `bytes of ${path}`)
  const folders = [...names.values()].flatMap((each) => [...each].map((path) => `name ${path}`))
  return [...files, ...folders]
}

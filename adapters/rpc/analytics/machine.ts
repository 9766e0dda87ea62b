/**
 * What analytics say of the machine and of a working directory.
 */
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Numbers of a version, three of them, as Codex writes those of a distribution; other texts stay. */
const semantic = (version: string): string => {
  const parts = version.split('.')
  return parts.length <= 3 && parts.every((part) => /^\d+$/.test(part))
    ? [...parts.map(Number), 0, 0].slice(0, 3).join('.')
    : version
}

/** The version of the distribution that an `os-release` names; null when it names none. */
export const distributionVersion = (osRelease: string): string | null => {
  const found = /^VERSION_ID=["']?([^"'\n]+)["']?\s*$/m.exec(osRelease)?.[1]
  return found === undefined ? null : semantic(found)
}

/** The version of the operating system: on Linux that of the distribution, not of the kernel. */
export const systemVersion = (): string => {
  if (process.platform !== 'linux') return release()
  const path = ['/etc/os-release', '/usr/lib/os-release'].find((one) => existsSync(one))
  return (path === undefined ? null : distributionVersion(readFileSync(path, 'utf8'))) ?? 'Unknown'
}

/** True below the second working tree of a repository, false in a repository, null elsewhere. */
export const isWorktree = (cwd: string): boolean | null => {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const git = lstatSync(join(folder, '.git'), { throwIfNoEntry: false })
    if (git !== undefined) return git.isFile()
    if (dirname(folder) === folder) return null
  }
}

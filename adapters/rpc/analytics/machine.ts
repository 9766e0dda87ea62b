/**
 * What analytics say of the machine and of a working directory.
 */
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs'
import { release } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { canonicalPath } from '../../home/places.ts'

/** Numbers of a version, three of them, as Codex writes those of a distribution; other texts stay. */
const semantic = (version: string): string => {
  const parts = version.split('.')
  return parts.length <= 3 && parts.every((part) => /^\d+$/.test(part))
    ? [...parts.map(Number), 0, 0].slice(0, 3).join('.')
    : version
}

/** Distributions that Codex knows by the `ID` of an `os-release`; of others it sends no version. */
const KNOWN = new Set(
  [
    'almalinux alpaquita alpine amzn aosc arch archarm artix bluefin cachyos centos debian fedora kali linuxmint',
    'manjaro-arm mariner nixos nobara ol opencloudos openEuler opensuse opensuse-leap opensuse-microos',
    'opensuse-tumbleweed rhel rocky sled sles sles_sap ubuntu ultramarine void'
  ].flatMap((line) => line.split(' '))
)

/** The version of the distribution that an `os-release` names; null when it names none. Only double quotes are quotes. */
export const distributionVersion = (osRelease: string): string | null => {
  const valueOf = (key: string): string =>
    (new RegExp(`^${key}=(.*)$`, 'm').exec(osRelease)?.[1] ?? '').replace(/^["\s]+|["\s]+$/g, '')
  const version = valueOf('VERSION_ID')
  return version === '' || !KNOWN.has(valueOf('ID')) ? null : semantic(version)
}

/** The version of the operating system: on Linux that of the distribution, not of the kernel. */
export const systemVersion = (): string => {
  if (process.platform !== 'linux') return release()
  const path = ['/etc/os-release', '/usr/lib/os-release'].find((one) => existsSync(one))
  return (path === undefined ? null : distributionVersion(readFileSync(path, 'utf8'))) ?? 'Unknown'
}

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

/** True when a `.git` file and the folder it names belong to each other as a second working tree and its repository do. */
const isSecondTree = (file: string): boolean => {
  const named = /^gitdir:(.*)$/s.exec(textOf(file) ?? '')?.[1]?.trim()
  const own = named === undefined ? null : canonicalPath(resolve(dirname(file), named))
  if (own === null) return false
  const [back, common] = ['gitdir', 'commondir'].map((name) => {
    const text = textOf(join(own, name))
    return text === null || text === '' ? null : canonicalPath(resolve(own, text))
  })
  const trees = dirname(own)
  const isOfCommon = basename(trees) === 'worktrees' && common === dirname(trees)
  return isOfCommon && basename(common) === '.git' && back === canonicalPath(file)
}

/**
 * True below the second working tree of a repository, false in a repository, null elsewhere: a submodule, a tree of a bare
 * repository, a `.git` that is a link or leads nowhere. It needs no git.
 */
export const isWorktree = (cwd: string): boolean | null => {
  const real = canonicalPath(cwd)
  if (real === null || !statSync(real).isDirectory()) return null
  for (let folder = real; ; folder = dirname(folder)) {
    const path = join(folder, '.git')
    const git = lstatSync(path, { throwIfNoEntry: false })
    if (git?.isFile() === true) return isSecondTree(path) ? true : null
    if (git?.isDirectory() === true && existsSync(join(path, 'HEAD'))) return false
    if (git?.isSymbolicLink() === true && existsSync(path)) return null
    if (dirname(folder) === folder) return null
  }
}

/**
 * Where settings are imported from and to: for a user, or for a repository.
 */
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { SETTINGS_AGENTS, type SettingsAgent } from '../../../domain/imports/settings/agents.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { ImportPlace } from '../item.ts'

export interface Site {
  readonly agent: SettingsAgent
  readonly profile: ProfileName
  /** The repository; null for the user. */
  readonly repository: string | null
  /** The home of the user. */
  readonly userHome: string
  /** What holds the folder of the other agent: the repository, or the home of the user. */
  readonly root: string
  /** Folder of the other agent's settings. */
  readonly source: string
  /** Folder of Codex's settings. */
  readonly target: string
  /** Folder of Codex's skills. */
  readonly skills: string
  /** Codex's guidance. */
  readonly guidance: string
}

/** The nearest folder above with a repository in it, else the folder itself; null where there is nothing. */
export const repositoryOf = (directory: string): string | null => {
  const path = isAbsolute(directory) ? directory : resolve(directory)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  const first = stat.isFile() ? dirname(path) : path
  for (let at = first; ; at = dirname(at)) {
    const git = statSync(join(at, '.git'), { throwIfNoEntry: false })
    if (git?.isDirectory() === true || git?.isFile() === true) return at
    if (at === dirname(at)) return first
  }
}

/** Where an agent's settings of a user, or of a repository, come from and go to. */
export const siteOf = (
  { home, userHome, profile, from }: ImportPlace,
  repository: string | null
): Site => {
  const agent = SETTINGS_AGENTS.find(({ name }) => name === from)
  if (agent === undefined) throw new Error(`no settings of ${from} are known`)
  const root = repository ?? userHome
  const common = { agent, profile, repository, userHome, root, source: join(root, agent.folder) }
  return repository === null
    ? {
        ...common,
        target: home,
        skills: join(dirname(home), '.agents', 'skills'),
        guidance: join(home, 'AGENTS.md')
      }
    : {
        ...common,
        target: join(repository, '.codex'),
        skills: join(repository, '.agents', 'skills'),
        guidance: join(repository, 'AGENTS.md')
      }
}

/** The site of a directory, or of the user; null where the directory does not exist. */
export const siteFor = (place: ImportPlace, cwd: string | null): Site | null => {
  const repository = cwd === null || cwd === '' ? null : repositoryOf(cwd)
  return cwd !== null && cwd !== '' && repository === null ? null : siteOf(place, repository)
}

/** True where a path of a repository leads out of it; what belongs to the user may be linked to anywhere. */
export const leadsOut = ({ repository }: Site, path: string): boolean => {
  if (repository === null) return false
  const inside = realpathSync(repository)
  const real = realpathSync(path)
  return real !== inside && !real.startsWith(inside.endsWith('/') ? inside : `${inside}/`)
}

/** True for a name that is taken by a link. */
export const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

/** True for two names of one folder. */
export const samePath = (a: string, b: string): boolean => {
  if (resolve(a) === resolve(b) && isAbsolute(a)) return true
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return false
  }
}

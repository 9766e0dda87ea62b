/**
 * Folders in which skills of a directory are looked for, in the order in which they claim a file.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Json, JsonObject } from '../../domain/json.ts'
import { parsePluginId } from '../../domain/ledgers/plugins/ids.ts'
import { placeIn } from '../../domain/ledgers/plugins/manifest.ts'
import { activeVersion } from '../../domain/ledgers/plugins/version.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { canonicalPath, isReachableFolder } from '../home/places.ts'
import { configuredPlugins } from '../upkeep/plugins/config-table.ts'
import { attempt, pluginFolder, versionsIn } from '../upkeep/plugins/tree.ts'
import { type SkillRoot } from './folders.ts'
import { skillPluginAt } from './plugin.ts'

/** Where paths of a configuration begin. */
export interface SkillPathPlace {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  readonly userHome: string
}

/** Which file a path of a configuration or of a request means, without links. */
export const skillPath = (path: string, { home, userHome }: SkillPathPlace): string => {
  const whole = resolve(
    home,
    path.replace(/^~(?=\/|$)/, () => userHome)
  )
  return canonicalPath(whole) ?? whole
}

/** Where skills are looked for, whatever the directory. */
export interface SkillPlace extends SkillPathPlace {
  readonly profile: ProfileName
  /** The configuration in force. */
  readonly config: JsonObject
  /** Folders that a client added. */
  readonly extraRoots?: ReadonlyArray<string>
}

/** Skills that every user of the machine has. */
const ADMIN = '/etc/codex/skills'

const isThere = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/** What marks the root of a project. */
const markersIn = (config: JsonObject): ReadonlyArray<string> => {
  const given: Json | undefined = config['project_root_markers']
  return Array.isArray(given) && given.every((marker) => typeof marker === 'string')
    ? given
    : ['.git']
}

/** The directories from the root of the project down to a directory. */
export const projectFolders = (directory: string, config: JsonObject): ReadonlyArray<string> => {
  const markers = markersIn(config)
  const below: Array<string> = []
  for (let at = directory; ; at = dirname(at)) {
    below.unshift(at)
    if (markers.some((marker) => isThere(join(at, marker)))) return below
    if (at === dirname(at)) return [directory]
  }
}

/** Folders of the plugins that are switched on and installed. */
const pluginRoots = ({ home, profile }: SkillPlace): ReadonlyArray<SkillRoot> => {
  const configured = configuredPlugins(home)
  if (E.isLeft(configured)) return []
  return [...configured.right].flatMap(([id, enabled]): ReadonlyArray<SkillRoot> => {
    const parsed = parsePluginId(id)
    if (enabled === false || E.isLeft(parsed)) return []
    const found = pluginFolder(home, parsed.right)
    const folder = E.isRight(found) ? found.right : null
    if (folder === null) return []
    const versions = attempt(folder, () => versionsIn(folder))
    const active = E.isRight(versions) ? activeVersion(versions.right) : null
    if (active === null) return []
    const bundle = join(folder, active)
    const plugin = skillPluginAt(bundle, profile)
    if (plugin === null) return []
    const { name, members } = plugin
    const named = placeIn(members, 'skills', 'skills')
    const folders = profile === '0.130' ? [...new Set(['skills', named])].sort() : [named]
    return folders.map((skills) => ({
      path: join(bundle, skills),
      scope: 'user',
      plugin: { id, name, folder: bundle }
    }))
  })
}

/** Folders that a client added. */
export const extraSkillRoots = ({ extraRoots = [] }: SkillPlace): ReadonlyArray<SkillRoot> =>
  extraRoots.map((path) => ({ path, scope: 'user', plugin: null }))

/** Tells the folders of directories, each once. The configuration and the plugins are those of the call. */
export const skillRoots = (
  place: SkillPlace
): ((directory: string) => ReadonlyArray<SkillRoot>) => {
  const { home, userHome, config } = place
  const own = canonicalPath(home) ?? home
  const root = (scope: SkillRoot['scope']) => (path: string) => ({ path, scope, plugin: null })
  const everywhere: ReadonlyArray<SkillRoot> = [
    ...[join(home, 'skills'), join(userHome, '.agents', 'skills')].map(root('user')),
    root('system')(join(home, 'skills', '.system')),
    root('admin')(ADMIN),
    ...pluginRoots(place),
    ...extraSkillRoots(place)
  ]
  return (directory) => {
    const folders = projectFolders(directory, config)
    const layers = folders
      .map((folder) => join(folder, '.codex'))
      .filter((folder) => isReachableFolder(folder) && (canonicalPath(folder) ?? folder) !== own)
    const roots: ReadonlyArray<SkillRoot> = [
      ...layers.toReversed().map((folder) => root('repo')(join(folder, 'skills'))),
      ...everywhere,
      ...folders
        .map((folder) => join(folder, '.agents', 'skills'))
        .filter(isReachableFolder)
        .map(root('repo'))
    ]
    return [...new Map([...roots].reverse().map((one) => [one.path, one])).values()].reverse()
  }
}

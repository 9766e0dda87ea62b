/**
 * The manifest of a bundle, and what it says the plugin brings along.
 *
 * Source: Codex 0.130 to 0.169; a folder without a manifest is a plugin since 0.142, `.cursor-plugin` counts since 0.169.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, parsedObject, type JsonObject } from '../../json.ts'
import type { ProfileName } from '../../log/profile.ts'
import type { PluginFault } from './fault.ts'
import { trimmed } from '../../white-space.ts'
import type { PluginId } from './ids.ts'
import { isVersion, LOCAL_VERSION } from './version-name.ts'

/** Where a bundle without a manifest gets one. */
export const MANIFEST_PATH = '.codex-plugin/plugin.json'

const PATHS = [MANIFEST_PATH, '.claude-plugin/plugin.json']

/** Where a manifest may be in a bundle, in search order. */
export const manifestPaths = (profile: ProfileName): ReadonlyArray<string> =>
  profile === '0.169' ? [...PATHS, '.cursor-plugin/plugin.json'] : PATHS

/** The manifest given to a local folder without one; null where such a folder is refused (0.130). */
export const givenManifest = ({ name }: PluginId, profile: ProfileName): string | null =>
  profile === '0.130' ? null : JSON.stringify({ name }, null, 2)

export interface PluginManifest {
  readonly name: string
  /** `local` when it names none. */
  readonly version: string
  /** Its members, for what else is in them. */
  readonly members: JsonObject
}

/** Reads a manifest; `BadManifest` with the path that was given. */
export const parseManifest = (
  text: string,
  path: string
): E.Either<PluginFault, PluginManifest> => {
  const bad = (reason: string) => E.left<PluginFault>({ _tag: 'BadManifest', path, reason })
  const members = parsedObject(text)
  if (members === null) return bad('it is no JSON object')
  const { name, version } = members
  if (typeof name !== 'string' || trimmed(name) === '') return bad('it has no name')
  if (version === undefined || version === null)
    return E.right({ name: trimmed(name), version: LOCAL_VERSION, members })
  if (typeof version !== 'string') return bad('its version is no text')
  if (trimmed(version) === '') return bad('its version is blank')
  return isVersion(trimmed(version))
    ? E.right({ name: trimmed(name), version: trimmed(version), members })
    : E.left({ _tag: 'BadVersion', text: version })
}

/** The manifest, when it is that of the plugin; else `WrongName`. */
export const manifestFor = (
  manifest: PluginManifest,
  { name }: PluginId
): E.Either<PluginFault, PluginManifest> =>
  manifest.name === name
    ? E.right(manifest)
    : E.left({ _tag: 'WrongName', wanted: name, found: manifest.name })

/**
 * Where a bundle keeps something: the place the manifest names, when it is inside the bundle (`./…`, no `..`), else the usual
 * one.
 */
export const placeIn = (members: JsonObject, member: string, usual: string): string => {
  const value = members[member]
  if (typeof value !== 'string' || !value.startsWith('./')) return usual
  const parts = value
    .slice(2)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  return parts.length === 0 || parts.includes('..') ? usual : parts.join('/')
}

/** Names of the MCP servers in a `.mcp.json`, in order. */
export const mcpServerNames = (file: JsonObject | null): ReadonlyArray<string> => {
  const servers = file?.['mcpServers'] ?? file?.['mcp_servers']
  return isJsonObject(servers) ? Object.keys(servers).toSorted() : []
}

/** Connector ids in an `.app.json`, without repetitions, in order. */
export const connectorIds = (file: JsonObject | null): ReadonlyArray<string> => {
  const apps = file?.['apps']
  if (!isJsonObject(apps)) return []
  const ids = Object.values(apps).flatMap((app) => {
    const id = isJsonObject(app) ? app['id'] : undefined
    return typeof id === 'string' && trimmed(id) !== '' ? [trimmed(id)] : []
  })
  return [...new Set(ids)]
}

/**
 * What was seen of plugins, and what was told about them: records of the home log `observations`.
 *
 * Shape:  `plugin.observed` has the whole content of what a scan saw; `plugin.told` is something that happened, as a command
 *         or an event says. Content counts, not file times: Codex writes every sidecar anew at every start.
 * Errors: a line that is no such record is passed over.
 */
import { isJsonObject, parsedObject, type Json } from '../../json.ts'
import type { RemoteIdSource } from './resolution.ts'

/** State of a sidecar. An unknown schema is `unsupported:` and its version. */
export type SidecarState =
  | 'ok'
  | 'absent'
  | 'malformed'
  | 'blank'
  | 'too_large'
  | 'unsafe'
  | `unsupported:${number}`

/** What a home shows of a plugin. */
export interface PluginSeen {
  /** True when at least one version is there. */
  readonly installed: boolean
  /** Oldest first. */
  readonly versions: ReadonlyArray<string>
  readonly activeVersion: string | null
  /** Null when the configuration does not mention the plugin. */
  readonly enabled: boolean | null
  readonly remoteId: string | null
  readonly remoteIdSource: RemoteIdSource | null
  readonly sidecar: SidecarState
  /** Manifest of the active version, relative to the home. */
  readonly manifestPath: string | null
  readonly hasSkills: boolean | null
  readonly mcpServerCount: number | null
}

/** Who wrote a record, and when. */
interface ObservationHead {
  /** UUID v7: sorts by time. */
  readonly id: string
  /** RFC 3339, UTC. */
  readonly at: string
  readonly by: { readonly pid: number; readonly user: string; readonly actor: string }
}

export type ObservationSource = 'scan' | 'command' | 'sync' | 'analytics'

interface PluginObserved extends ObservationHead {
  readonly record: 'plugin.observed'
  readonly localId: string
  readonly source: ObservationSource
  readonly seen: PluginSeen
}

export type PluginNews =
  | 'installed'
  | 'uninstalled'
  | 'enabled'
  | 'disabled'
  | 'install_failed'
  | 'used'

/** Something that happened to a plugin, or was attempted. */
export interface PluginTold extends ObservationHead {
  readonly record: 'plugin.told'
  /** Null when only the backend's id is known. */
  readonly localId: string | null
  readonly remoteId: string | null
  readonly source: ObservationSource
  readonly news: PluginNews
  /** Why it failed. */
  readonly errorType: string | null
  /** The turn that used it. */
  readonly threadId: string | null
  readonly turnId: string | null
}

export type PluginRecord = PluginObserved | PluginTold

export const NOTHING_SEEN: PluginSeen = {
  installed: false,
  versions: [],
  activeVersion: null,
  enabled: null,
  remoteId: null,
  remoteIdSource: null,
  sidecar: 'absent',
  manifestPath: null,
  hasSkills: null,
  mcpServerCount: null
}

/** True when both have the same content; the source of an id is no content. */
export const sameContent = (a: PluginSeen, b: PluginSeen): boolean => {
  const content = (seen: PluginSeen) =>
    JSON.stringify([
      seen.installed,
      seen.versions,
      seen.activeVersion,
      seen.enabled,
      seen.remoteId,
      seen.sidecar,
      seen.manifestPath,
      seen.hasSkills,
      seen.mcpServerCount
    ])
  return content(a) === content(b)
}

const isText = (value: Json | undefined): value is string => typeof value === 'string'
const isTextOrNull = (value: Json | undefined): boolean => value === null || isText(value)
const isFlagOrNull = (value: Json | undefined): boolean =>
  value === null || typeof value === 'boolean'

const isSeen = (value: Json | undefined): boolean =>
  isJsonObject(value) &&
  typeof value['installed'] === 'boolean' &&
  Array.isArray(value['versions']) &&
  (value['versions'] as ReadonlyArray<Json>).every(isText) &&
  isTextOrNull(value['activeVersion']) &&
  isFlagOrNull(value['enabled']) &&
  isTextOrNull(value['remoteId']) &&
  isText(value['sidecar'])

const NEWS: ReadonlySet<string> = new Set<PluginNews>([
  'installed',
  'uninstalled',
  'enabled',
  'disabled',
  'install_failed',
  'used'
])

/** A line as a record about a plugin; null for any other. */
export const toPluginRecord = (text: string): PluginRecord | null => {
  const value = parsedObject(text)
  if (value === null || !isText(value['id']) || !isText(value['at'])) return null
  if (value['record'] === 'plugin.observed')
    return isText(value['localId']) && isSeen(value['seen'])
      ? (value as unknown as PluginObserved)
      : null
  const isTold =
    value['record'] === 'plugin.told' &&
    isText(value['news']) &&
    NEWS.has(value['news']) &&
    isTextOrNull(value['localId']) &&
    isTextOrNull(value['remoteId'])
  return isTold ? (value as unknown as PluginTold) : null
}

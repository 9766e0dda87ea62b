/**
 * The plugins manager: the only place that puts together what analytics say about a plugin.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { describeFault } from '../../../domain/ledgers/plugins/fault.ts'
import { NEWEST_ERA, type ProfileName } from '../../../domain/log/profile.ts'
import { parsePluginId } from '../../../domain/ledgers/plugins/ids.ts'
import {
  resolveRemoteId,
  type InstalledSnapshot
} from '../../../domain/ledgers/plugins/resolution.ts'
import {
  metadataOf,
  type CapabilitySummary,
  type PluginTelemetryMetadata
} from '../../../domain/ledgers/analytics/plugin-events.ts'
import { activeVersion } from '../../../domain/ledgers/plugins/version.ts'
import { capabilitiesOf, readManifest } from './bundle.ts'
import { readSidecar } from './sidecar-file.ts'
import { attempt, pluginFolder, versionsIn } from './tree.ts'

interface UsedPlugin {
  /** Its local id, as the configuration spells it. */
  readonly configName: string
  readonly capabilities: CapabilitySummary
}

/** Makes what analytics say about plugins. Reads bundles and sidecars; changes nothing. */
export interface PluginsManager {
  /** The version of Codex whose rules count for bundles. */
  readonly profile: ProfileName
  /** Takes the backend's list; from then on it is final. Null forgets it. */
  readonly loadSnapshot: (snapshot: InstalledSnapshot | null) => void
  /**
   * A plugin that is installed: local id, resolved remote id, and what its bundle brings along. For a removal this is asked
   * before anything is deleted.
   */
  readonly installed: (localId: string) => PluginTelemetryMetadata
  /** The same right after an installation by the backend, which names the remote id. */
  readonly installedRemotely: (localId: string, remoteId: string) => PluginTelemetryMetadata
  /** A plugin that could not be installed here: its id alone. */
  readonly notInstalled: (localId: string) => PluginTelemetryMetadata
  /** A plugin of the backend that failed before its details were known. */
  readonly notInstalledRemotely: (remoteId: string) => PluginTelemetryMetadata
  /** A plugin that somebody enables or disables, whether or not it is there. */
  readonly toggled: (localId: string) => PluginTelemetryMetadata
  readonly used: (plugin: UsedPlugin) => PluginTelemetryMetadata
}

const capabilitiesIn = (
  home: string,
  localId: string,
  profile: ProfileName
): CapabilitySummary | null => {
  const id = parsePluginId(localId)
  if (E.isLeft(id)) return null
  const folder = pluginFolder(home, id.right)
  const path = E.isRight(folder) ? folder.right : null
  if (path === null) return null
  const versions = attempt(path, () => versionsIn(path))
  const active = E.isRight(versions) ? activeVersion(versions.right) : null
  if (active === null) return null
  const bundle = join(path, active)
  const found = readManifest(bundle, profile)
  return E.isLeft(found) ? null : capabilitiesOf(bundle, found.right.manifest)
}

/** The manager of a home's plugins as a version of Codex has them; `onWarning` is told of sidecars that cannot be read. */
export const pluginsManager = (
  home: string,
  onWarning: (text: string) => void = () => undefined,
  profile: ProfileName = NEWEST_ERA
): PluginsManager => {
  let snapshot: InstalledSnapshot | null = null
  const remoteIdOf = (localId: string): string | null => {
    const { remoteId, warning } = resolveRemoteId(localId, snapshot, () => {
      const id = parsePluginId(localId)
      return E.isLeft(id) ? E.right(null) : readSidecar(home, id.right)
    })
    if (warning !== null) onWarning(`${localId}: ${warning}`)
    return remoteId
  }
  const installed = (localId: string): PluginTelemetryMetadata =>
    metadataOf(localId, remoteIdOf(localId), capabilitiesIn(home, localId, profile))
  return {
    profile,
    loadSnapshot: (loaded) => {
      snapshot = loaded
    },
    installed,
    installedRemotely: (localId, remoteId) =>
      metadataOf(localId, remoteId, capabilitiesIn(home, localId, profile)),
    notInstalled: (localId) => metadataOf(localId, null, null),
    notInstalledRemotely: (remoteId) => metadataOf(null, remoteId, null),
    toggled: installed,
    used: ({ configName, capabilities }) => {
      const id = parsePluginId(configName)
      if (E.isLeft(id)) onWarning(describeFault(id.left))
      return E.isLeft(id)
        ? metadataOf(null, null, capabilities)
        : metadataOf(configName, remoteIdOf(configName), capabilities)
    }
  }
}

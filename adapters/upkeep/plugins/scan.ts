/**
 * What can be seen of the plugins of a home: cache, sidecars and configuration together.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join, relative } from 'node:path'
import type { PluginFault } from '../../../domain/ledgers/plugins/fault.ts'
import {
  parsePluginId,
  printPluginId,
  sidesOf,
  type PluginId
} from '../../../domain/ledgers/plugins/ids.ts'
import { manifestFor } from '../../../domain/ledgers/plugins/manifest.ts'
import type { PluginSeen, SidecarState } from '../../../domain/ledgers/plugins/observed.ts'
import { resolveRemoteId } from '../../../domain/ledgers/plugins/resolution.ts'
import { NEWEST_ERA, type ProfileName } from '../../../domain/log/profile.ts'
import { activeVersion, compareVersions } from '../../../domain/ledgers/plugins/version.ts'
import { capabilitiesOf, readManifest } from './bundle.ts'
import { configuredPlugins, type ConfiguredPlugins } from './config-table.ts'
import { readSidecar } from './sidecar-file.ts'
import {
  attempt,
  cacheTree,
  pluginFolder,
  versionsIn,
  type Stray,
  type PluginResult
} from './tree.ts'

export interface ScannedPlugin {
  /** `name@marketplace`. */
  readonly localId: string
  readonly seen: PluginSeen
  /** What is wrong with its sidecar or its manifest. */
  readonly faults: ReadonlyArray<PluginFault>
}

export interface PluginScan {
  /** By id. */
  readonly plugins: ReadonlyArray<ScannedPlugin>
  readonly strays: ReadonlyArray<Stray>
  /** Why the configuration was not read. */
  readonly configFault: PluginFault | null
}

const stateOf = (sidecar: PluginResult<string | null>): SidecarState => {
  if (E.isRight(sidecar)) return sidecar.right === null ? 'absent' : 'ok'
  const fault = sidecar.left
  switch (fault._tag) {
    case 'SidecarUnsupported':
      return `unsupported:${fault.version}`
    case 'SidecarTooLarge':
      return 'too_large'
    case 'BlankRemoteId':
      return 'blank'
    case 'UnsafePath':
      return 'unsafe'
    default:
      return 'malformed'
  }
}

/** What the bundle of the active version says; empty without a bundle or a manifest. */
const bundleOf = (
  home: string,
  id: PluginId,
  folder: string | null,
  active: string | null,
  profile: ProfileName
) => {
  if (folder === null || active === null) return null
  const bundle = join(folder, active)
  const found = readManifest(bundle, profile)
  if (E.isLeft(found)) return { fault: found.left }
  const { manifest, path } = found.right
  const fits = manifestFor(manifest, id)
  return {
    fault: E.isLeft(fits) ? fits.left : null,
    manifestPath: relative(home, join(bundle, path)),
    capabilities: capabilitiesOf(bundle, manifest)
  }
}

const scanPlugin = (
  home: string,
  id: PluginId,
  enabled: boolean | null,
  profile: ProfileName
): ScannedPlugin => {
  const localId = printPluginId(id)
  const folder = pluginFolder(home, id)
  const path = E.isRight(folder) ? folder.right : null
  const read = path === null ? E.right([]) : attempt(path, () => versionsIn(path))
  const versions = E.isRight(read) ? read.right.toSorted(compareVersions) : []
  const active = activeVersion(versions)
  const sidecar = E.isLeft(folder) ? folder : readSidecar(home, id)
  const { remoteId, source } = resolveRemoteId(localId, null, () => sidecar)
  const bundle = bundleOf(home, id, path, active, profile)
  const faults = [
    ...[folder, read, ...(E.isLeft(folder) ? [] : [sidecar])].flatMap((each) =>
      E.isLeft(each) ? [each.left] : []
    ),
    ...(bundle === null || bundle.fault === null ? [] : [bundle.fault])
  ]
  return {
    localId,
    faults,
    seen: {
      installed: active !== null,
      versions,
      activeVersion: active,
      enabled,
      remoteId,
      remoteIdSource: source,
      sidecar: stateOf(sidecar),
      manifestPath: bundle?.manifestPath ?? null,
      hasSkills: bundle?.capabilities?.hasSkills ?? null,
      mcpServerCount: bundle?.capabilities?.mcpServerNames.length ?? null
    }
  }
}

/** A plugin that only the configuration names, by an id that must not become a path. */
const namedOnly = (localId: string, enabled: boolean | null): ScannedPlugin => ({
  localId,
  faults: [],
  seen: {
    installed: false,
    versions: [],
    activeVersion: null,
    enabled,
    remoteId: null,
    remoteIdSource: null,
    sidecar: 'absent',
    manifestPath: null,
    hasSkills: null,
    mcpServerCount: null
  }
})

const readConfig = (home: string): { config: ConfiguredPlugins; fault: PluginFault | null } => {
  const config = configuredPlugins(home)
  return E.isLeft(config)
    ? { config: new Map(), fault: config.left }
    : { config: config.right, fault: null }
}

/** The plugins of a home as they are to a version of Codex; fails only when the cache cannot be walked. */
export const scanPlugins = (
  home: string,
  profile: ProfileName = NEWEST_ERA
): PluginResult<PluginScan> => {
  const tree = cacheTree(home)
  if (E.isLeft(tree)) return tree
  const { config, fault } = readConfig(home)
  const ids = new Set([
    ...tree.right.plugins.map(({ id }) => printPluginId(id)),
    ...[...config.keys()].filter((id) => sidesOf(id) !== null)
  ])
  const plugins = [...ids].toSorted().map((localId) => {
    const id = parsePluginId(localId)
    const enabled = config.get(localId) ?? null
    return E.isLeft(id) ? namedOnly(localId, enabled) : scanPlugin(home, id.right, enabled, profile)
  })
  return E.right({ plugins, strays: tree.right.strays, configFault: fault })
}

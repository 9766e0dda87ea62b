/**
 * The plugins of a home, as a library: what can be seen, what is wrong, and every change.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { NEWEST_ERA, type ProfileName } from '../../../domain/log/profile.ts'
import { parsePluginId, type PluginId } from '../../../domain/ledgers/plugins/ids.ts'
import type { ListedPlugins } from '../../../domain/ledgers/plugins/snapshot.ts'
import {
  holdingPlugins,
  installLocal,
  installRemote,
  uninstall,
  type ChangedPlugin,
  type ChangeOptions,
  type RemoteRelease
} from './changes.ts'
import { pluginFindings, type PluginFinding } from './findings.ts'
import { pluginsManager, type PluginsManager } from './manager.ts'
import { scanPlugins, type PluginScan } from './scan.ts'
import { clearSidecar, readSidecar, writeSidecar } from './sidecar-file.ts'
import { syncPlugins, type Synced } from './sync.ts'
import type { PluginResult } from './tree.ts'

type PendingPluginChange<A> = Promise<PluginResult<A>>

/** The plugins of a home. Ids are `name@marketplace`; `BadPluginId` for any other text. Nothing uses the network. */
export interface HomePlugins {
  readonly manager: PluginsManager
  /** Looks at cache, sidecars and configuration. */
  readonly scan: () => PluginResult<PluginScan>
  readonly findings: () => PluginResult<ReadonlyArray<PluginFinding>>
  /** The remote id beside an installed plugin; null when there is none. */
  readonly readSidecar: (pluginId: string) => PluginResult<string | null>
  /** Notes the remote id of an installed plugin; on disk when it answers. */
  readonly writeSidecar: (pluginId: string, remoteId: string) => PendingPluginChange<void>
  readonly clearSidecar: (pluginId: string) => PendingPluginChange<void>
  readonly installLocal: (
    pluginId: string,
    bundle: string,
    options?: ChangeOptions
  ) => PendingPluginChange<ChangedPlugin>
  readonly installRemote: (
    pluginId: string,
    bundle: string,
    release: RemoteRelease,
    options?: ChangeOptions
  ) => PendingPluginChange<ChangedPlugin>
  readonly uninstall: (
    pluginId: string,
    options?: ChangeOptions
  ) => PendingPluginChange<ChangedPlugin>
  /** Applies a list of the backend (`parseListed`); bundle paths are relative to `folder`. */
  readonly sync: (
    listed: ListedPlugins,
    folder: string,
    options?: ChangeOptions
  ) => PendingPluginChange<Synced>
}

/** The plugins of a home, by the rules of a version of Codex; `onWarning` is told of sidecars that cannot be read. */
export const homePlugins = (
  given: string,
  onWarning: (text: string) => void = () => undefined,
  profile: ProfileName = NEWEST_ERA
): HomePlugins => {
  const home = resolve(given)
  const manager = pluginsManager(home, onWarning, profile)
  const withId = <A>(
    text: string,
    use: (id: PluginId) => PendingPluginChange<A>
  ): PendingPluginChange<A> => {
    const id = parsePluginId(text)
    return E.isLeft(id) ? Promise.resolve(id) : use(id.right)
  }
  return {
    manager,
    scan: () => scanPlugins(home, profile),
    findings: () => E.map(pluginFindings)(scanPlugins(home, profile)),
    readSidecar: (pluginId) =>
      E.chain((id: PluginId) => readSidecar(home, id))(parsePluginId(pluginId)),
    writeSidecar: (pluginId, remoteId) =>
      withId(pluginId, (id) => holdingPlugins(home, {}, () => writeSidecar(home, id, remoteId))),
    clearSidecar: (pluginId) =>
      withId(pluginId, (id) => holdingPlugins(home, {}, () => clearSidecar(home, id))),
    installLocal: (pluginId, bundle, options) =>
      withId(pluginId, (id) => installLocal(home, manager, id, bundle, options)),
    installRemote: (pluginId, bundle, release, options) =>
      withId(pluginId, (id) => installRemote(home, manager, id, bundle, release, options)),
    uninstall: (pluginId, options) =>
      withId(pluginId, (id) => uninstall(home, manager, id, options)),
    sync: (listed, folder, options) => syncPlugins(home, manager, listed, folder, options)
  }
}

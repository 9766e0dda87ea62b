/**
 * Bringing the cache of a home to what the backend's list says, as Codex does when it starts; without the network.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { describeFault } from '../../../domain/ledgers/plugins/fault.ts'
import { isRemoteMarketplace, printPluginId } from '../../../domain/ledgers/plugins/ids.ts'
import {
  snapshotOf,
  type ListedPlugin,
  type ListedPlugins
} from '../../../domain/ledgers/plugins/snapshot.ts'
import { activeVersion } from '../../../domain/ledgers/plugins/version.ts'
import { holdingPlugins, placeRelease, type ChangeOptions } from './changes.ts'
import { removePlugin } from './install.ts'
import type { PluginsManager } from './manager.ts'
import { readSidecar, writeSidecar } from './sidecar-file.ts'
import { cacheTree, pluginFolder, versionsIn, type PluginResult } from './tree.ts'

/** What a sync did; plugins are named by their local ids. */
export interface Synced {
  readonly installed: ReadonlyArray<string>
  /** Plugins that were current and whose remote id is new or another one. */
  readonly noted: ReadonlyArray<string>
  /** Plugins of the backend's marketplaces that the list does not have. */
  readonly removed: ReadonlyArray<string>
  /** What stays as it was, by remote id. */
  readonly failed: ReadonlyArray<{ readonly remoteId: string | null; readonly reason: string }>
}

type Applied = 'installed' | 'noted' | 'same'

/** Notes the remote id of a plugin that is current; Codex writes it anew each time too. */
const note = (
  home: string,
  plugin: ListedPlugin,
  options: ChangeOptions
): PluginResult<Applied> => {
  const { pluginId, remoteId } = plugin
  const before = readSidecar(home, pluginId)
  const known = E.isRight(before) && before.right === remoteId
  const written =
    options.dryRun === true
      ? E.right(undefined)
      : writeSidecar(home, pluginId, remoteId, options.step)
  return E.isLeft(written) ? written : E.right(known ? 'same' : 'noted')
}

const apply = (
  home: string,
  manager: PluginsManager,
  plugin: ListedPlugin,
  folder: string,
  options: ChangeOptions
): PluginResult<Applied> => {
  const { pluginId, remoteId, version, bundlePath } = plugin
  const there = pluginFolder(home, pluginId)
  if (E.isLeft(there)) return there
  const active = there.right === null ? null : activeVersion(versionsIn(there.right))
  if (version === null) return E.left({ _tag: 'BadVersion', text: '' })
  if (active === version) return note(home, plugin, options)
  if (bundlePath === null) return E.left({ _tag: 'NoBundle', version })
  const bundle = resolve(folder, bundlePath)
  const placed = placeRelease(home, manager, pluginId, bundle, { remoteId, version }, options)
  return E.isLeft(placed) ? placed : E.right('installed')
}

/**
 * Removes what the list does not have. Nothing is removed when an item does not say which plugin it means: Codex takes no list
 * of that sort, and the plugin may be any of those that are here.
 */
const removeStale = (
  home: string,
  { plugins, failed }: ListedPlugins,
  options: ChangeOptions
): PluginResult<ReadonlyArray<string>> => {
  const listed = [...plugins, ...failed].flatMap(({ pluginId }) => pluginId ?? [])
  if (listed.length < plugins.length + failed.length) return E.right([])
  const tree = cacheTree(home)
  if (E.isLeft(tree)) return tree
  const kept = new Set(listed.map(printPluginId))
  const stale = tree.right.plugins
    .map(({ id }) => id)
    .filter((id) => isRemoteMarketplace(id.marketplace))
    .filter((id) => !kept.has(printPluginId(id)))
  for (const id of stale) {
    if (options.dryRun === true) continue
    const removed = removePlugin(home, id, options.step)
    if (E.isLeft(removed)) return removed
  }
  return E.right(stale.map(printPluginId))
}

/**
 * Applies a list: a plugin that is current gets its sidecar, another version is installed from its bundle, and what the
 * list does not have is removed from the six remote marketplaces. A plugin that fails stays as it was. The list is the manager's
 * snapshot from then on. `folder` is what bundle paths are relative to.
 */
export const syncPlugins = (
  home: string,
  manager: PluginsManager,
  listed: ListedPlugins,
  folder: string,
  options: ChangeOptions = {}
): Promise<PluginResult<Synced>> =>
  holdingPlugins(home, options, () => {
    const did = listed.plugins.map((plugin) => ({
      plugin,
      applied: apply(home, manager, plugin, folder, options)
    }))
    const ids = (wanted: Applied) =>
      did.flatMap(({ plugin: { pluginId }, applied }) =>
        E.isRight(applied) && applied.right === wanted ? [printPluginId(pluginId)] : []
      )
    const removed = removeStale(home, listed, options)
    if (E.isLeft(removed)) return removed
    manager.loadSnapshot(snapshotOf(listed))
    return E.right({
      installed: ids('installed'),
      noted: ids('noted'),
      removed: removed.right,
      failed: [
        ...listed.failed.map(({ remoteId, reason }) => ({ remoteId, reason })),
        ...did.flatMap(({ plugin: { remoteId }, applied }) =>
          E.isLeft(applied) ? [{ remoteId, reason: describeFault(applied.left) }] : []
        )
      ]
    })
  })

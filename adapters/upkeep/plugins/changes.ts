/**
 * Installing and uninstalling plugins of a home, one process at a time.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { describe } from '../../../domain/errors.ts'
import { printPluginId, toRemoteId, type PluginId } from '../../../domain/ledgers/plugins/ids.ts'
import { trimmed } from '../../../domain/white-space.ts'
import { givenManifest, manifestFor } from '../../../domain/ledgers/plugins/manifest.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { PluginTelemetryMetadata } from '../../../domain/ledgers/analytics/plugin-events.ts'
import { isVersion, LOCAL_VERSION } from '../../../domain/ledgers/plugins/version-name.ts'
import { holdHome } from '../../home/hold.ts'
import { readManifest } from './bundle.ts'
import { editConfig, planConfig } from './config-table.ts'
import { installBundle, recoverPlugins, removePlugin, type BundleContent } from './install.ts'
import type { PluginsManager } from './manager.ts'
import { clearSidecar, writeSidecar, type OnStep } from './sidecar-file.ts'
import { pluginFolder, versionsIn, type PluginResult } from './tree.ts'

export interface ChangeOptions {
  /** Check everything, and change nothing. */
  readonly dryRun?: boolean
  /** Called before each step; a test may end the process in it. */
  readonly step?: OnStep
}

export interface ChangedPlugin {
  /** `name@marketplace`. */
  readonly pluginId: string
  /** `unchanged`: there was nothing to uninstall, which is no failure. */
  readonly happening: 'installed' | 'uninstalled' | 'unchanged'
  /** Null when the plugin is gone. */
  readonly version: string | null
  readonly removedVersions: ReadonlyArray<string>
  readonly metadata: PluginTelemetryMetadata
}

/** Runs as the only process that changes the plugins of a home, after cleaning up behind a killed one. */
export const holdingPlugins = async <A>(
  home: string,
  { dryRun = false }: ChangeOptions,
  change: () => PluginResult<A>
): Promise<PluginResult<A>> => {
  if (dryRun) return change()
  const hold = await holdHome(home, 'plugins')
  if (E.isLeft(hold)) {
    const { left } = hold
    return E.left(
      left._tag === 'Busy'
        ? { _tag: 'PluginsBusy', path: home }
        : { _tag: 'PluginIo', operation: 'change', path: home, cause: describe(left) }
    )
  }
  try {
    const recovered = hold.right.leftOver ? recoverPlugins(home) : E.right(undefined)
    return E.isLeft(recovered) ? recovered : change()
  } finally {
    await hold.right.release(true)
  }
}

/** Checks a bundle; answers the version it would be installed as. */
const checked = (id: PluginId, bundle: string, profile: ProfileName): PluginResult<string> => {
  const found = readManifest(bundle, profile)
  if (E.isLeft(found)) return found
  const fits = manifestFor(found.right.manifest, id)
  return E.isLeft(fits) ? fits : E.right(fits.right.version)
}

/** A folder of this machine: without a manifest it may be given one. */
const checkedLocal = (
  id: PluginId,
  bundle: string,
  profile: ProfileName
): PluginResult<Pick<BundleContent, 'version' | 'givenManifest'>> => {
  const version = checked(id, bundle, profile)
  if (E.isRight(version)) return E.right({ version: version.right })
  const given = givenManifest(id, profile)
  const isFolder = statSync(bundle, { throwIfNoEntry: false })?.isDirectory() === true
  return version.left._tag === 'NoManifest' && given !== null && isFolder
    ? E.right({ version: LOCAL_VERSION, givenManifest: given })
    : version
}

/** Null for a plugin without a folder. */
const versionsOf = (home: string, id: PluginId): PluginResult<ReadonlyArray<string> | null> =>
  E.map((folder: string | null) => (folder === null ? null : versionsIn(folder)))(
    pluginFolder(home, id)
  )

/** Answers the versions that are replaced. */
const installed = (
  home: string,
  id: PluginId,
  content: BundleContent,
  options: ChangeOptions
): PluginResult<ReadonlyArray<string>> => {
  if (options.dryRun === true)
    return E.map((versions: ReadonlyArray<string> | null) =>
      (versions ?? []).filter((old) => old !== content.version)
    )(versionsOf(home, id))
  return installBundle(home, id, content, options.step)
}

/**
 * Installs an unpacked bundle as a plugin of this machine: its version is the manifest's, or `local`; it has no remote id
 * afterwards and is enabled, whatever the configuration said before. A failure leaves what was installed.
 */
export const installLocal = (
  home: string,
  manager: PluginsManager,
  id: PluginId,
  bundle: string,
  options: ChangeOptions = {}
): Promise<PluginResult<ChangedPlugin>> =>
  holdingPlugins(home, options, () => {
    const content = checkedLocal(id, bundle, manager.profile)
    if (E.isLeft(content)) return content
    const { version } = content.right
    const planned = planConfig(home, id, 'enable')
    if (E.isLeft(planned)) return planned
    const removed = installed(home, id, { ...content.right, bundle }, options)
    if (E.isLeft(removed)) return removed
    options.step?.()
    if (options.dryRun !== true) {
      const cleared = clearSidecar(home, id)
      if (E.isLeft(cleared)) return cleared
      const enabled = editConfig(home, id, 'enable', options.step)
      if (E.isLeft(enabled)) return enabled
    }
    const localId = printPluginId(id)
    return E.right({
      pluginId: localId,
      happening: 'installed',
      version,
      removedVersions: removed.right,
      metadata: manager.installed(localId)
    })
  })

/** What the backend says of a plugin that is to be installed. */
export interface RemoteRelease {
  readonly remoteId: string
  /** Null: the manifest names it. */
  readonly version: string | null
}

const releaseVersion = (
  found: string,
  wanted: string | null,
  bundle: string
): PluginResult<string> => {
  if (wanted !== null)
    return isVersion(trimmed(wanted))
      ? E.right(trimmed(wanted))
      : E.left({ _tag: 'BadVersion', text: wanted })
  const reason = 'it names no version, and a plugin of the backend has one'
  return found === LOCAL_VERSION
    ? E.left({ _tag: 'BadManifest', path: bundle, reason })
    : E.right(found)
}

/** Installs a release and notes its remote id, for a caller that holds the plugins of the home. */
export const placeRelease = (
  home: string,
  manager: PluginsManager,
  id: PluginId,
  bundle: string,
  release: RemoteRelease,
  options: ChangeOptions
): PluginResult<{ readonly version: string; readonly removed: ReadonlyArray<string> }> => {
  const remoteId = toRemoteId(release.remoteId)
  if (E.isLeft(remoteId)) return remoteId
  const found = checked(id, bundle, manager.profile)
  if (E.isLeft(found)) return found
  const version = releaseVersion(found.right, release.version, bundle)
  if (E.isLeft(version)) return version
  const removed = installed(home, id, { bundle, version: version.right }, options)
  if (E.isLeft(removed)) return removed
  const done = { version: version.right, removed: removed.right }
  if (options.dryRun === true) return E.right(done)
  return E.map(() => done)(writeSidecar(home, id, remoteId.right, options.step))
}

/** Installs an unpacked bundle of the backend under the remote id that the backend gave it. Nothing is downloaded. */
export const installRemote = (
  home: string,
  manager: PluginsManager,
  id: PluginId,
  bundle: string,
  release: RemoteRelease,
  options: ChangeOptions = {}
): Promise<PluginResult<ChangedPlugin>> =>
  holdingPlugins(home, options, () => {
    const placed = placeRelease(home, manager, id, bundle, release, options)
    if (E.isLeft(placed)) return placed
    const localId = printPluginId(id)
    return E.right({
      pluginId: localId,
      happening: 'installed',
      version: placed.right.version,
      removedVersions: placed.right.removed,
      metadata: manager.installedRemotely(localId, trimmed(release.remoteId))
    })
  })

/**
 * Removes a plugin: its folder with the sidecar, and its table in `config.toml`; `unchanged` when there is neither. `BadConfig`
 * before anything is changed.
 */
export const uninstall = (
  home: string,
  manager: PluginsManager,
  id: PluginId,
  options: ChangeOptions = {}
): Promise<PluginResult<ChangedPlugin>> =>
  holdingPlugins(home, options, () => {
    const localId = printPluginId(id)
    const versions = versionsOf(home, id)
    if (E.isLeft(versions)) return versions
    const planned = planConfig(home, id, 'forget')
    if (E.isLeft(planned)) return planned
    const isThere = versions.right !== null || planned.right !== null
    const metadata = manager.installed(localId)
    if (options.dryRun !== true) {
      const removed = removePlugin(home, id, options.step)
      if (E.isLeft(removed)) return removed
      const forgotten = editConfig(home, id, 'forget', options.step)
      if (E.isLeft(forgotten)) return forgotten
    }
    return E.right({
      pluginId: localId,
      happening: isThere ? 'uninstalled' : 'unchanged',
      version: null,
      removedVersions: versions.right ?? [],
      metadata
    })
  })

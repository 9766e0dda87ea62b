/**
 * Installing a bundle: it is copied beside its place first, so that a plugin is there whole or as it was.
 *
 * A version that is new goes in by one rename, and older versions are removed after it. A version that is there already is
 * replaced with the whole folder of the plugin, which lies in a backup until the new one is in its place. Links and special files of
 * a bundle are not copied.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync
} from 'node:fs'
import { join, sep } from 'node:path'
import type { PluginFault } from '../../domain/plugins/fault.ts'
import type { PluginId } from '../../domain/plugins/ids.ts'
import { activeVersion } from '../../domain/plugins/version.ts'
import { syncFolder } from '../home/own-folder.ts'
import type { Step } from './sidecar-file.ts'
import { attempt, marketplaceFolder, pluginFolder, pluginPath, versionsIn } from './tree.ts'

type Outcome<A> = E.Either<PluginFault, A>

/** As much as Codex unpacks of a bundle. */
export const BUNDLE_BYTES_MAX = 250 * 1024 * 1024

/** Ours among the folders of installs; those of Codex have six letters after the dash. */
const OURS = /^plugin-(install|backup|remove)-unroll/

const syncFile = (path: string): void => {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Copies folders and regular files; the bytes that may still be copied, negative when there were more. */
const copyTree = (from: string, to: string, room: number): number => {
  mkdirSync(to)
  let left = room
  for (const { name, isDirectory, isFile } of readdirSync(from, { withFileTypes: true }).map(
    (entry) => ({
      name: entry.name,
      isDirectory: entry.isDirectory(),
      isFile: entry.isFile()
    })
  )) {
    const [source, target] = [join(from, name), join(to, name)]
    if (isDirectory) left = copyTree(source, target, left)
    else if (isFile) {
      left -= lstatSync(source).size
      if (left < 0) return left
      copyFileSync(source, target)
      chmodSync(target, lstatSync(target).mode | 0o600)
      syncFile(target)
    }
    if (left < 0) return left
  }
  syncFolder(to)
  return left
}

/** What an install came to. */
export interface Installed {
  readonly version: string
  /** Versions that were there before and are gone. */
  readonly removed: ReadonlyArray<string>
  /** True when the same version was there before. */
  readonly replaced: boolean
}

const removeAll = (path: string): void => rmSync(path, { recursive: true, force: true })

/** Puts a whole plugin folder in the place of another; the other one comes back when that fails. */
const swap = (market: string, staged: string, target: string, name: string, step: Step): void => {
  const backup = mkdtempSync(join(market, 'plugin-backup-unroll'))
  step()
  renameSync(target, join(backup, name))
  step()
  try {
    renameSync(staged, target)
  } catch (cause) {
    renameSync(join(backup, name), target)
    removeAll(backup)
    throw cause
  }
  step()
  syncFolder(market)
  removeAll(backup)
}

const put = (
  { market, target, name }: { market: string; target: string; name: string },
  staged: string,
  version: string,
  step: Step
): Installed => {
  const isThere = existsSync(target)
  const before = isThere ? versionsIn(target) : []
  if (!isThere) renameSync(staged, target)
  else if (before.includes(version)) swap(market, staged, target, name, step)
  else {
    renameSync(join(staged, version), join(target, version))
    step()
    for (const old of before) removeAll(join(target, old))
    syncFolder(target)
  }
  step()
  syncFolder(market)
  const removed = before.filter((old) => old !== version)
  return { version, removed, replaced: before.includes(version) }
}

/** True when a folder is another one or lies in it. */
const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)

/**
 * Puts what a killed process of ours left back: a plugin in a backup returns when its place is empty, everything else
 * that is ours is removed.
 */
export const recoverMarketplace = (home: string, marketplace: string): Outcome<void> => {
  const folder = marketplaceFolder(home, marketplace)
  if (E.isLeft(folder)) return folder
  const market = folder.right
  if (market === null) return E.right(undefined)
  return attempt(market, () => {
    for (const work of readdirSync(market).filter((name) => OURS.test(name))) {
      const path = join(market, work)
      if (!lstatSync(path).isDirectory()) continue
      const isBackup = work.startsWith('plugin-backup-')
      for (const name of isBackup ? readdirSync(path) : [])
        if (!existsSync(join(market, name))) renameSync(join(path, name), join(market, name))
      removeAll(path)
    }
  })
}

/**
 * Installs a bundle as a version of a plugin. `BundleTooLarge` and system errors leave what was installed. Whoever calls holds the
 * plugins of the home, and has looked at the manifest.
 */
export const installBundle = (
  home: string,
  id: PluginId,
  bundle: string,
  version: string,
  step: Step = () => undefined
): Outcome<Installed> => {
  const there = pluginFolder(home, id)
  if (E.isLeft(there)) return there
  const target = pluginPath(home, id)
  const market = join(target, '..')
  const done = attempt(bundle, (): Outcome<Installed> => {
    mkdirSync(market, { recursive: true })
    const source = realpathSync(bundle)
    if (isWithin(realpathSync(market), source))
      return E.left({ _tag: 'UnsafePath', path: bundle, reason: 'the home is inside of it' })
    const work = mkdtempSync(join(market, 'plugin-install-unroll'))
    try {
      const staged = join(work, id.name)
      mkdirSync(staged)
      step()
      if (copyTree(source, join(staged, version), BUNDLE_BYTES_MAX) < 0)
        return E.left({ _tag: 'BundleTooLarge', path: bundle, bytesMax: BUNDLE_BYTES_MAX })
      step()
      return E.right(put({ market, target, name: id.name }, staged, version, step))
    } finally {
      removeAll(work)
    }
  })
  return E.flatten(done)
}

/** Removes the folder of a plugin with everything in it; that of its marketplace stays. False when there was none. */
export const removePlugin = (
  home: string,
  id: PluginId,
  step: Step = () => undefined
): Outcome<boolean> => {
  const folder = pluginFolder(home, id)
  if (E.isLeft(folder)) return folder
  const path = folder.right
  if (path === null) return E.right(false)
  return attempt(path, () => {
    const market = join(path, '..')
    const away = mkdtempSync(join(market, 'plugin-remove-unroll'))
    step()
    renameSync(path, join(away, id.name))
    step()
    syncFolder(market)
    removeAll(away)
    return true
  })
}

/** True when a version would be the active one beside those that are there. */
export const wouldBeActive = (versions: ReadonlyArray<string>, version: string): boolean =>
  activeVersion([...versions, version]) === version

/**
 * Installing a bundle: it is copied beside its place first, so that a plugin is either installed whole or unchanged.
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
  rmSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { MANIFEST_PATH } from '../../../domain/ledgers/plugins/manifest.ts'
import type { PluginId } from '../../../domain/ledgers/plugins/ids.ts'
import { syncFolder } from '../../home/own-folder.ts'
import type { OnStep } from './sidecar-file.ts'
import {
  attempt,
  cacheTree,
  pluginFolder,
  pluginPath,
  statOf,
  versionsIn,
  type PluginResult
} from './tree.ts'

/** As much as Codex unpacks of a bundle. */
const BUNDLE_BYTES_MAX = 250 * 1024 * 1024

/** Ours among the folders of installs and the files beside sidecars; those of Codex have six letters after the dash. */
const OURS = /^(plugin-(install|backup|remove)-unroll|\.tmp-unroll-)/

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
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) left = copyTree(source, target, left)
    else if (entry.isFile()) {
      left -= lstatSync(source).size
      if (left < 0) return left
      copyFileSync(source, target)
      const { mode } = lstatSync(source)
      chmodSync(target, mode | 0o600)
      syncFile(target)
      chmodSync(target, mode)
    }
    if (left < 0) return left
  }
  syncFolder(to)
  return left
}

export interface BundleContent {
  readonly bundle: string
  readonly version: string
  /** The manifest that is added to it, where it has none. */
  readonly givenManifest?: string
}

const writeManifest = (bundle: string, text: string): void => {
  const path = join(bundle, MANIFEST_PATH)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { flag: 'wx' })
  syncFile(path)
}

const removeAll = (path: string): void => rmSync(path, { recursive: true, force: true })

/** Replaces a plugin folder with another; when that fails, the old one is put back. */
const swap = (market: string, staged: string, target: string, name: string, step: OnStep): void => {
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

interface Placing {
  readonly market: string
  readonly target: string
  readonly name: string
  readonly work: string
}

/** Answers the versions that were removed. */
const put = (
  { market, target, name, work }: Placing,
  staged: string,
  version: string,
  step: OnStep
): ReadonlyArray<string> => {
  const isThere = existsSync(target)
  const before = isThere ? versionsIn(target) : []
  if (!isThere) renameSync(staged, target)
  else if (before.includes(version)) swap(market, staged, target, name, step)
  else {
    renameSync(join(staged, version), join(target, version))
    step()
    // Out of the way by a rename first, so that half a version is never among the others.
    for (const old of before) renameSync(join(target, old), join(work, `old-${old}`))
    step()
    syncFolder(target)
  }
  step()
  syncFolder(market)
  return before.filter((old) => old !== version)
}

/** True when a folder is another one or lies in it. */
const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)

/** Moves back what lies in a backup unless its place is taken. */
const restoreBackup = (market: string, backup: string): void => {
  for (const name of readdirSync(backup))
    if (!existsSync(join(market, name))) renameSync(join(backup, name), join(market, name))
}

/**
 * Puts what a killed process of ours left in order: a plugin in a backup returns when its place is empty, everything else
 * that is ours is removed. What Codex works in is left alone.
 */
export const recoverPlugins = (home: string): PluginResult<void> => {
  const tree = cacheTree(home)
  if (E.isLeft(tree)) return tree
  const ours = tree.right.strays.map(({ path }) => path).filter((path) => OURS.test(basename(path)))
  return attempt(home, () => {
    for (const path of ours) {
      const isFolder = statOf(path)?.isDirectory() === true
      if (isFolder && basename(path).startsWith('plugin-backup-'))
        restoreBackup(dirname(path), path)
      removeAll(path)
    }
  })
}

/**
 * Installs a bundle as a version of a plugin; answers the versions that it removed. `BundleTooLarge` and system errors leave
 * what was installed. The caller holds the plugins of the home and has checked the manifest.
 */
export const installBundle = (
  home: string,
  id: PluginId,
  { bundle, version, givenManifest }: BundleContent,
  step: OnStep = () => undefined
): PluginResult<ReadonlyArray<string>> => {
  const there = pluginFolder(home, id)
  if (E.isLeft(there)) return there
  const target = pluginPath(home, id)
  const market = join(target, '..')
  const done = attempt(bundle, (): PluginResult<ReadonlyArray<string>> => {
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
      if (givenManifest !== undefined) writeManifest(join(staged, version), givenManifest)
      step()
      return E.right(put({ market, target, name: id.name, work }, staged, version, step))
    } finally {
      removeAll(work)
    }
  })
  return E.flatten(done)
}

/** Removes the folder of a plugin with everything in it; that of its marketplace stays. */
export const removePlugin = (
  home: string,
  id: PluginId,
  step: OnStep = () => undefined
): PluginResult<void> => {
  const folder = pluginFolder(home, id)
  if (E.isLeft(folder)) return folder
  const path = folder.right
  if (path === null) return E.right(undefined)
  return attempt(path, () => {
    const market = join(path, '..')
    const away = mkdtempSync(join(market, 'plugin-remove-unroll'))
    step()
    renameSync(path, join(away, id.name))
    step()
    syncFolder(market)
    removeAll(away)
  })
}

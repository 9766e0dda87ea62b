/**
 * The sidecar of a plugin on disk.
 *
 * Read:  a regular file of at most 4 KiB, never through a link; null when it is missing or its plugin is not installed.
 * Write: to a file beside it, on disk, then renamed over it: whoever reads sees the old one or the new one. Codex does the
 *        same but for bringing it to the disk.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { PluginFault } from '../../../domain/ledgers/plugins/fault.ts'
import { printPluginId, type PluginId } from '../../../domain/ledgers/plugins/ids.ts'
import {
  parseSidecar,
  printSidecar,
  SIDECAR_BYTES_MAX,
  SIDECAR_FILE
} from '../../../domain/ledgers/plugins/sidecar.ts'
import { syncFolder } from '../../home/own-folder.ts'
import { replaceFile } from '../../home/replace-file.ts'
import { attempt, pluginFolder, pluginIo, versionsIn, type PluginResult } from './tree.ts'

const FILE_MODE = 0o600
/** Prefix of our temporary files; a kill may leave one behind. */
const TEMPORARY = '.tmp-unroll-'

/** Called before each step of a change; a test may end the process in it. */
export type OnStep = () => void

const notFile = (path: string, reason: string): PluginResult<never> =>
  E.left({ _tag: 'UnsafePath', path, reason })

const decoded = (bytes: Uint8Array): PluginResult<string> => {
  try {
    return E.right(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return E.left({ _tag: 'SidecarMalformed', reason: 'it is not UTF-8' })
  }
}

const textOf = (file: number, path: string): PluginResult<string> => {
  const stat = fstatSync(file)
  if (!stat.isFile()) return notFile(path, 'it is no regular file')
  const buffer = Buffer.alloc(SIDECAR_BYTES_MAX + 1)
  let bytes = 0
  for (let read = -1; read !== 0 && bytes < buffer.length; bytes += read)
    read = readSync(file, buffer, bytes, buffer.length - bytes, bytes)
  return bytes > SIDECAR_BYTES_MAX
    ? E.left({
        _tag: 'SidecarTooLarge',
        bytes: Math.max(stat.size, bytes),
        bytesMax: SIDECAR_BYTES_MAX
      })
    : decoded(buffer.subarray(0, bytes))
}

/** A pipe in its place must not keep the reader waiting. */
const OPEN_SAFELY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const readText = (path: string): PluginResult<string | null> => {
  let file: number
  try {
    file = openSync(path, OPEN_SAFELY)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return E.right(null)
    return code === 'ELOOP' ? notFile(path, 'it is a symbolic link') : E.left(pluginIo(cause, path))
  }
  try {
    return textOf(file, path)
  } catch (cause) {
    return E.left(pluginIo(cause, path))
  } finally {
    closeSync(file)
  }
}

/** True when at least one version of a plugin is in its folder. */
const isInstalled = (folder: string | null): folder is string =>
  folder !== null && versionsIn(folder).length > 0

/** The remote id beside a plugin's versions; null when there is none, or the plugin is not installed. */
export const readSidecar = (home: string, id: PluginId): PluginResult<string | null> => {
  const folder = pluginFolder(home, id)
  if (E.isLeft(folder)) return folder
  const installed = attempt(folder.right ?? home, () => isInstalled(folder.right))
  if (E.isLeft(installed)) return installed
  if (!installed.right || folder.right === null) return E.right(null)
  const text = readText(join(folder.right, SIDECAR_FILE))
  if (E.isLeft(text)) return text
  return text.right === null ? E.right(null) : parseSidecar(text.right)
}

/** Removes what a killed process of ours left beside a sidecar. */
const sweep = (folder: string): void => {
  for (const name of readdirSync(folder))
    if (name.startsWith(TEMPORARY)) rmSync(join(folder, name), { force: true })
}

const replace = (folder: string, text: string, step: OnStep): void => {
  sweep(folder)
  const temporary = join(folder, `${TEMPORARY}${randomBytes(6).toString('hex')}`)
  replaceFile(join(folder, SIDECAR_FILE), text, { temporary, mode: FILE_MODE, step })
}

/**
 * Notes the remote id of an installed plugin; on disk when it answers. `NotInstalled` and `BlankRemoteId` change nothing.
 * The caller holds the plugins of the home.
 */
export const writeSidecar = (
  home: string,
  id: PluginId,
  remoteId: string,
  step: OnStep = () => undefined
): PluginResult<void> => {
  const text = printSidecar(remoteId)
  if (E.isLeft(text)) return text
  const found = pluginFolder(home, id)
  if (E.isLeft(found)) return found
  const folder = found.right
  return E.flatten(
    attempt(folder ?? home, () =>
      isInstalled(folder)
        ? E.right<PluginFault, void>(replace(folder, text.right, step))
        : E.left<PluginFault>({ _tag: 'NotInstalled', pluginId: printPluginId(id) })
    )
  )
}

/**
 * Deletes the sidecar of a plugin, even a folder in its place: one that was installed from elsewhere has no remote id. A link is
 * deleted, not followed.
 */
export const clearSidecar = (home: string, id: PluginId): PluginResult<void> => {
  const folder = pluginFolder(home, id)
  if (E.isLeft(folder)) return folder
  const path = folder.right
  if (path === null) return E.right(undefined)
  return attempt(path, () => {
    rmSync(join(path, SIDECAR_FILE), { recursive: true, force: true })
    syncFolder(path)
  })
}

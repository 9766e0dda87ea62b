/**
 * The plugins of a home on disk: `plugins/cache/<marketplace>/<plugin>/<version>/`.
 *
 * No text becomes a path unless it is a single segment, and no link below the home is followed: `lstat` finds them, and they
 * are refused.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstatSync, readdirSync, type Dirent, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { PluginFault } from '../../../domain/ledgers/plugins/fault.ts'
import { isSegment, type PluginId } from '../../../domain/ledgers/plugins/ids.ts'
import { STRAY_SIDECAR_FILE } from '../../../domain/ledgers/plugins/sidecar.ts'
import { isVersion } from '../../../domain/ledgers/plugins/version-name.ts'

/** Folders from the home to the marketplaces. */
const CACHE = ['plugins', 'cache']

/** The result of something done to plugins. */
export type PluginResult<A> = E.Either<PluginFault, A>

/** A failed system call as data; anything else is a defect and thrown on. */
export const pluginIo = (cause: unknown, path: string): PluginFault => {
  const { code, syscall, path: at, message } = cause as NodeJS.ErrnoException
  if (!(cause instanceof Error) || typeof code !== 'string') throw cause
  return { _tag: 'PluginIo', operation: syscall ?? 'use', path: at ?? path, cause: message }
}

/** Runs system calls; what they throw becomes data. */
export const attempt = <A>(path: string, calls: () => A): PluginResult<A> => {
  try {
    return E.right(calls())
  } catch (cause) {
    return E.left(pluginIo(cause, path))
  }
}

/** What is at a path, a link itself and not its target; null for nothing. */
export const statOf = (path: string): Stats | null =>
  lstatSync(path, { throwIfNoEntry: false }) ?? null

const unsafe = (path: string, reason: string): PluginResult<never> =>
  E.left({ _tag: 'UnsafePath', path, reason })

/**
 * Looks at every folder from the home down; null when one of them is missing. `UnsafePath` for a link, or anything else that is no
 * folder.
 */
const folderIn = (home: string, parts: ReadonlyArray<string>): PluginResult<string | null> => {
  let path = home
  for (const part of parts) {
    path = join(path, part)
    const stat = statOf(path)
    if (stat === null) return E.right(null)
    if (stat.isSymbolicLink()) return unsafe(path, 'it is a symbolic link')
    if (!stat.isDirectory()) return unsafe(path, 'it is no folder')
  }
  return E.right(path)
}

const segments = ({ marketplace, name }: PluginId): PluginResult<ReadonlyArray<string>> =>
  isSegment(marketplace) && isSegment(name)
    ? E.right([...CACHE, marketplace, name])
    : E.left({ _tag: 'BadPluginId', text: `${name}@${marketplace}` })

/** Folder of a plugin, whether it is there or not. Only for ids that were checked. */
export const pluginPath = (home: string, { marketplace, name }: PluginId): string =>
  join(home, ...CACHE, marketplace, name)

/** Folder of a plugin; null when it is not there. */
export const pluginFolder = (home: string, id: PluginId): PluginResult<string | null> => {
  const parts = segments(id)
  return E.isLeft(parts) ? parts : folderIn(home, parts.right)
}

const entriesOf = (folder: string): ReadonlyArray<Dirent> =>
  readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))

/** Versions of a plugin in its folder, by text: folders that are no links. */
export const versionsIn = (folder: string): ReadonlyArray<string> =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory() && isVersion(entry.name))
    .map(({ name }) => name)

/** Something in the cache that is no part of a plugin. */
export interface Stray {
  readonly path: string
  readonly kind: 'symlink' | 'bad_name' | 'not_a_folder' | 'leftover' | 'stray_sidecar'
}

/** What the cache of a home holds. */
interface CacheTree {
  /** In the order of their names. */
  readonly plugins: ReadonlyArray<{ readonly id: PluginId; readonly folder: string }>
  readonly strays: ReadonlyArray<Stray>
}

/** Folders that an install or a removal works in, and files that are written before they are renamed. */
const LEFTOVER = /^(plugin-(install|backup|remove)-\w+|\.tmp.+)$/

const strayOf = (entry: Dirent, path: string): Stray | null => {
  if (LEFTOVER.test(entry.name)) return { path, kind: 'leftover' }
  if (entry.isSymbolicLink()) return { path, kind: 'symlink' }
  if (!entry.isDirectory()) return { path, kind: 'not_a_folder' }
  return isSegment(entry.name) ? null : { path, kind: 'bad_name' }
}

const straysIn = (folder: string): ReadonlyArray<Stray> =>
  entriesOf(folder).flatMap((entry): ReadonlyArray<Stray> => {
    const path = join(folder, entry.name)
    if (entry.name === STRAY_SIDECAR_FILE) return [{ path, kind: 'stray_sidecar' }]
    if (LEFTOVER.test(entry.name)) return [{ path, kind: 'leftover' }]
    if (entry.isSymbolicLink()) return [{ path, kind: 'symlink' }]
    return entry.isDirectory() && !isVersion(entry.name) ? [{ path, kind: 'bad_name' }] : []
  })

/** Everything in the cache of a home; empty when there is none. */
export const cacheTree = (home: string): PluginResult<CacheTree> => {
  const root = folderIn(home, CACHE)
  if (E.isLeft(root)) return root
  const cache = root.right
  if (cache === null) return E.right({ plugins: [], strays: [] })
  return attempt(cache, () => {
    const plugins: Array<CacheTree['plugins'][number]> = []
    const strays: Array<Stray> = []
    for (const market of entriesOf(cache)) {
      const marketPath = join(cache, market.name)
      const stray = strayOf(market, marketPath)
      if (stray !== null) {
        strays.push(stray)
        continue
      }
      for (const entry of entriesOf(marketPath)) {
        const folder = join(marketPath, entry.name)
        const inner = strayOf(entry, folder)
        if (inner !== null) strays.push(inner)
        else {
          plugins.push({ id: { name: entry.name, marketplace: market.name }, folder })
          strays.push(...straysIn(folder))
        }
      }
    }
    return { plugins, strays }
  })
}

/**
 * Plugins on a real directory tree: a cache with versions and sidecars, bundles to install, and lists to sync with.
 */
import * as E from 'fp-ts/lib/Either.js'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pluginsManager } from '../../adapters/upkeep/plugins/manager.ts'
import { syncPlugins } from '../../adapters/upkeep/plugins/sync.ts'
import type { PluginFault } from '../../domain/ledgers/plugins/fault.ts'
import type { PluginId } from '../../domain/ledgers/plugins/ids.ts'
import { parseListed, type ListedPlugins } from '../../domain/ledgers/plugins/snapshot.ts'
import { removeFolder, temporaryFolder } from './fixture-home.ts'

export const REMOTE = 'plugins~Plugin_0123456789abcdef0123456789abcdef'
/** A plugin of the backend. */
export const LINEAR: PluginId = { name: 'linear', marketplace: 'openai-curated-remote' }
/** One of this machine with the same name. */
export const LOCAL: PluginId = { name: 'linear', marketplace: 'labmarket' }
export const SIDECAR = '.codex-remote-plugin-install.json'

/** The bytes that the real binaries write. */
export const bytesFor = (remoteId: string): string =>
  `{\n  "schema_version": 1,\n  "remote_plugin_id": "${remoteId}"\n}\n`

const folders: Array<string> = []

/** A fresh empty folder, until `removeFresh`. */
export const fresh = (): string => {
  const folder = temporaryFolder()
  folders.push(folder)
  return folder
}

export const removeFresh = (): void => folders.splice(0).forEach(removeFolder)

/** Writes a file, with the folders above it. */
export const write = (path: string, text: string): void => {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

export const pluginDir = (home: string, { marketplace, name }: PluginId): string =>
  join(home, 'plugins/cache', marketplace, name)

export const manifest = (name: string, version?: string): string =>
  JSON.stringify({ name, ...(version === undefined ? {} : { version }) })

/** A bundle with a skill, an MCP server and two connectors. */
export const bundle = (version?: string, name = 'linear'): string => {
  const folder = fresh()
  write(join(folder, '.codex-plugin/plugin.json'), manifest(name, version))
  write(join(folder, 'skills/hello/SKILL.md'), 'hello')
  write(join(folder, '.mcp.json'), '{"mcpServers":{"tools":{"command":"true"}}}')
  write(join(folder, '.app.json'), '{"apps":{"a":{"id":"c_1"},"b":{"id":"c_2"},"c":{"id":"c_1"}}}')
  return folder
}

/** Puts a version of a plugin into a home, and its sidecar. */
export const placed = (home: string, id: PluginId, version: string, sidecar?: string): void => {
  cpSync(bundle(version), join(pluginDir(home, id), version), { recursive: true })
  if (sidecar !== undefined) write(join(pluginDir(home, id), SIDECAR), sidecar)
}

/** Versions of a plugin, as their folders are named. */
export const versions = (home: string, id: PluginId): ReadonlyArray<string> =>
  existsSync(pluginDir(home, id))
    ? readdirSync(pluginDir(home, id))
        .filter((name) => !name.startsWith('.'))
        .toSorted()
    : []

export const sidecarOf = (home: string, id: PluginId): string | null => {
  const path = join(pluginDir(home, id), SIDECAR)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

/** A list of the backend. */
export const listed = (items: ReadonlyArray<object>): ListedPlugins => {
  const read = parseListed(JSON.stringify({ plugins: items }))
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left))
  return read.right
}

/** An item of such a list. */
export const item = (version: string, more: object = {}, remoteId = REMOTE) => ({
  id: remoteId,
  name: 'linear',
  scope: 'GLOBAL',
  enabled: true,
  status: 'ENABLED',
  release: { version, ...more }
})

/** What went right; throws otherwise. */
export const right = <A>(found: E.Either<PluginFault, A>): A => {
  if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
  return found.right
}

export const sync = async (home: string, items: ReadonlyArray<object>, dryRun = false) =>
  right(await syncPlugins(home, pluginsManager(home), listed(items), home, { dryRun }))

/** A sync that did nothing. */
export const NOTHING = { installed: [], noted: [], removed: [], failed: [] }
/** The id of the plugin of the backend. */
export const ID = 'linear@openai-curated-remote'

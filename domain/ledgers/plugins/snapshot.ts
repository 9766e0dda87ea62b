/**
 * The backend's list of installed plugins, as a file gives it to a sync.
 *
 * Shape:  {"plugins": [item…]} or the list alone. An item has `id`, `name`, `scope` (GLOBAL, WORKSPACE, USER),
 *         `discoverability` (WORKSPACE only: LISTED, PRIVATE, UNLISTED), `enabled`, and `release.version`; other members of
 *         the backend are passed over. `release.bundle_path` is ours: a folder to install from, because nothing is
 *         downloaded.
 * Errors: an item that cannot be used is in `failed`; it stops no other, but nothing is removed while it is unknown which plugin it means.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, parsedJson, textOrNull, type Json } from '../../json.ts'
import { trimmed } from '../../white-space.ts'
import type { PluginFault } from './fault.ts'
import { isSegment, marketplaceOf, printPluginId, toRemoteId, type PluginId } from './ids.ts'
import type { InstalledSnapshot } from './resolution.ts'
import { isVersion } from './version-name.ts'

/** A plugin that the backend says is installed. */
export interface ListedPlugin {
  readonly pluginId: PluginId
  readonly remoteId: string
  /** Null when the release names none that can be a folder. */
  readonly version: string | null
  /** Null when the list does not say. */
  readonly enabled: boolean | null
  /** Where its bundle lies unpacked; null when only the backend has it. */
  readonly bundlePath: string | null
}

/** An item that cannot be used, with the id it gave itself. */
interface FailedItem {
  readonly remoteId: string | null
  /** The plugin it is about; null when it does not say, and then nothing may be removed by this list. */
  readonly pluginId: PluginId | null
  readonly reason: string
}

export interface ListedPlugins {
  readonly plugins: ReadonlyArray<ListedPlugin>
  readonly failed: ReadonlyArray<FailedItem>
}

const failed = (
  remoteId: string | null,
  pluginId: PluginId | null,
  reason: string
): E.Either<FailedItem, never> => E.left({ remoteId, pluginId, reason })

const toListed = (item: Json): E.Either<FailedItem, ListedPlugin> => {
  if (!isJsonObject(item)) return failed(null, null, 'it is no object')
  const given = textOrNull(item['id'])
  const name = textOrNull(item['name']) ?? ''
  if (!isSegment(name)) return failed(given, null, `"${name}" cannot be the name of a plugin`)
  const scope = textOrNull(item['scope']) ?? ''
  const marketplace = marketplaceOf(scope, textOrNull(item['discoverability']))
  if (marketplace === null)
    return failed(given, null, `scope "${scope}" with this discoverability has no marketplace`)
  const pluginId = { name, marketplace }
  const remoteId = toRemoteId(given ?? '')
  if (E.isLeft(remoteId)) return failed(given, pluginId, 'its id is missing or blank')
  const release = isJsonObject(item['release']) ? item['release'] : {}
  const version = trimmed(textOrNull(release['version']) ?? '')
  const enabled = item['enabled']
  return E.right({
    pluginId,
    remoteId: remoteId.right,
    version: isVersion(version) ? version : null,
    enabled: typeof enabled === 'boolean' ? enabled : null,
    bundlePath: textOrNull(release['bundle_path'])
  })
}

/** Reads a list of installed plugins; `BadSnapshot` when it is none at all. */
export const parseListed = (text: string): E.Either<PluginFault, ListedPlugins> => {
  const bad = (reason: string) => E.left<PluginFault>({ _tag: 'BadSnapshot', reason })
  const value = parsedJson(text)
  if (value === undefined) return bad('it is not JSON')
  const items = isJsonObject(value) ? value['plugins'] : value
  if (!Array.isArray(items)) return bad('it has no list of plugins')
  const read = (items as ReadonlyArray<Json>).map(toListed)
  return E.right({
    plugins: read.flatMap((item) => (E.isRight(item) ? [item.right] : [])),
    failed: read.flatMap((item) => (E.isLeft(item) ? [item.left] : []))
  })
}

/** The snapshot that a list makes: final for the ids of every plugin. */
export const snapshotOf = ({ plugins }: ListedPlugins): InstalledSnapshot =>
  new Map(plugins.map(({ pluginId, remoteId }) => [printPluginId(pluginId), remoteId]))

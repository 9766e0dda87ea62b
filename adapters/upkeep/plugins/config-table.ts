/**
 * The tables `[plugins."name@marketplace"]` of a home's `config.toml`: read, and changed without touching anything else.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { isJsonObject } from '../../../domain/json.ts'
import { printPluginId, type PluginId } from '../../../domain/ledgers/plugins/ids.ts'
import { parsedConfig } from '../../home/config.ts'
import { configText, replaceConfig } from '../../home/config-file.ts'
import { withFlag, withoutAt } from '../../home/config-text.ts'
import type { PluginFault } from '../../../domain/ledgers/plugins/fault.ts'
import { attempt, type PluginResult } from './tree.ts'
import type { OnStep } from './sidecar-file.ts'

/** Plugins by id, and whether each is enabled; null for a table that does not say. */
export type ConfiguredPlugins = ReadonlyMap<string, boolean | null>

/** The text of the configuration, empty when there is none; `BadConfig` for bytes that a rewrite would not give back. */
const pluginConfig = (path: string): PluginResult<string> =>
  E.chain((text: string | null) =>
    text === null
      ? E.left<PluginFault, string>({ _tag: 'BadConfig', path, reason: 'it is not UTF-8' })
      : E.right(text)
  )(attempt(path, () => configText(path)))

const pluginsIn = (text: string): ConfiguredPlugins => {
  const plugins = parsedConfig(text)?.['plugins']
  if (!isJsonObject(plugins)) return new Map()
  return new Map(
    Object.entries(plugins).map(([id, table]) => {
      const enabled = isJsonObject(table) ? table['enabled'] : undefined
      return [id, typeof enabled === 'boolean' ? enabled : null]
    })
  )
}

/** What the configuration of a home says about plugins; `BadConfig` when it is not TOML. */
export const configuredPlugins = (home: string): PluginResult<ConfiguredPlugins> => {
  const path = join(home, 'config.toml')
  const text = pluginConfig(path)
  if (E.isLeft(text)) return text
  return parsedConfig(text.right) === null
    ? E.left({ _tag: 'BadConfig', path, reason: 'it is not TOML' })
    : E.right(pluginsIn(text.right))
}

type ConfigEdit = 'enable' | 'forget'

const EDITS = {
  enable: (text: string, id: string) => withFlag(text, ['plugins', id, 'enabled'], true),
  forget: (text: string, id: string) => withoutAt(text, ['plugins', id])
}
const REFUSED = { enable: 'enabled', forget: 'taken out' }

/** The configuration with an edit, ready to be written; null when it says so already. */
export const planConfig = (
  home: string,
  id: PluginId,
  edit: ConfigEdit
): PluginResult<string | null> => {
  const path = join(home, 'config.toml')
  const localId = printPluginId(id)
  const known = configuredPlugins(home)
  if (E.isLeft(known)) return known
  if (edit === 'forget' && !known.right.has(localId)) return E.right(null)
  const text = pluginConfig(path)
  if (E.isLeft(text)) return text
  const edited = EDITS[edit](text.right, localId)
  const reason = `"${localId}" cannot be ${REFUSED[edit]} there without touching anything else`
  if (edited === null) return E.left({ _tag: 'BadConfig', path, reason })
  return E.right(edited === text.right ? null : edited)
}

/** Edits the configuration; whole or not at all. */
export const editConfig = (
  home: string,
  id: PluginId,
  edit: ConfigEdit,
  step: OnStep = () => undefined
): PluginResult<void> => {
  const planned = planConfig(home, id, edit)
  if (E.isLeft(planned)) return planned
  const text = planned.right
  const path = join(home, 'config.toml')
  return text === null ? E.right(undefined) : attempt(path, () => replaceConfig(path, text, step))
}

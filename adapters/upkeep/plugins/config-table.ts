/**
 * The tables `[plugins."name@marketplace"]` of a home's `config.toml`: read, and changed without touching anything else.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject } from '../../../domain/json.ts'
import { printPluginId, type PluginId } from '../../../domain/ledgers/plugins/ids.ts'
import { parsedConfig } from '../../home/config.ts'
import { replaceFile } from '../../home/replace-file.ts'
import { withEnabled, withoutPlugin } from './config-edit.ts'
import { attempt, statOf, type PluginResult } from './tree.ts'
import type { OnStep } from './sidecar-file.ts'

/** Plugins by id, and whether each is enabled; null for a table that does not say. */
export type ConfiguredPlugins = ReadonlyMap<string, boolean | null>

/** The text of the configuration, empty when there is none; `BadConfig` for bytes that a rewrite would not give back. */
const configText = (path: string): PluginResult<string> =>
  E.flatten(
    attempt(path, (): PluginResult<string> => {
      if (statOf(path) === null) return E.right('')
      const bytes = readFileSync(path)
      const text = bytes.toString('utf8')
      return bytes.equals(Buffer.from(text))
        ? E.right(text)
        : E.left({ _tag: 'BadConfig', path, reason: 'it is not UTF-8' })
    })
  )

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
  const text = configText(path)
  if (E.isLeft(text)) return text
  return parsedConfig(text.right) === null
    ? E.left({ _tag: 'BadConfig', path, reason: 'it is not TOML' })
    : E.right(pluginsIn(text.right))
}

/** A link is followed to its file. Only the owner can read a new file. */
const replaceConfig = (path: string, text: string, step: OnStep): void => {
  const isThere = statOf(path) !== null
  const target = isThere ? realpathSync(path) : path
  const mode = isThere ? statSync(target).mode & 0o777 : 0o600
  replaceFile(target, text, { temporary: `${target}.unroll-${process.pid}`, mode, step })
}

type ConfigEdit = 'enable' | 'forget'

const EDITS = { enable: withEnabled, forget: withoutPlugin }
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
  const text = configText(path)
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

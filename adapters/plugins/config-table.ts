/**
 * The tables `[plugins."name@marketplace"]` of a home's `config.toml`: read, and taken out without touching any other line.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isDeepStrictEqual } from 'node:util'
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { isJsonObject, type JsonObject } from '../../domain/json.ts'
import type { PluginFault } from '../../domain/plugins/fault.ts'
import { printPluginId, type PluginId } from '../../domain/plugins/ids.ts'
import { parsedConfig } from '../home/config.ts'
import { syncFolder } from '../home/own-folder.ts'
import { attempt } from './tree.ts'
import type { Step } from './sidecar-file.ts'

type Outcome<A> = E.Either<PluginFault, A>

/** Plugins by id, and whether each is enabled; null for a table that does not say. */
export type ConfiguredPlugins = ReadonlyMap<string, boolean | null>

const textAt = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
}

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
export const configuredPlugins = (home: string): Outcome<ConfiguredPlugins> => {
  const path = join(home, 'config.toml')
  const text = attempt(path, () => textAt(path))
  if (E.isLeft(text)) return text
  if (text.right === null) return E.right(new Map())
  return parsedConfig(text.right) === null
    ? E.left({ _tag: 'BadConfig', path, reason: 'it is not TOML' })
    : E.right(pluginsIn(text.right))
}

/** Quotes of a text over several lines. */
type Quotes = '"""' | "'''" | null

/** The quotes a line leaves open, from those the line before left open. */
const openAfter = (line: string, open: Quotes): Quotes => {
  let state = open
  let rest = line
  for (;;) {
    if (state !== null) {
      const end = rest.search(state === '"""' ? /(?<!\\)"""/ : /'''/)
      if (end === -1) return state
      rest = rest.slice(end + 3)
      state = null
    }
    const found = /"""|'''|"(?:[^"\\]|\\.)*"|'[^']*'|#[^\n]*/.exec(rest)
    if (found === null) return null
    rest = rest.slice(found.index + found[0].length)
    if (found[0] === '"""' || found[0] === "'''") state = found[0]
  }
}

const HEADER = /^\s*\[/
const COMMENT_OR_BLANK = /^\s*(#.*)?\s*$/

/** Names of the tables a header opens; null when it is not TOML by itself. */
const isTableOf = (line: string, id: string): boolean => {
  const plugins = parsedConfig(`${line}\n`)?.['plugins']
  return isJsonObject(plugins) && Object.hasOwn(plugins, id)
}

/**
 * Lines of the table of a plugin and of the tables below it. Comments at its end stay: they may be about what comes next.
 */
const linesOf = (lines: ReadonlyArray<string>, id: string): ReadonlySet<number> => {
  const taken = new Set<number>()
  let open: Quotes = null
  let inside = false
  // Since the last line that was neither a comment nor blank: the first comment, and all after it.
  let trailing: Array<number> = []
  const leave = (): void => {
    if (inside) for (const at of trailing) taken.delete(at)
  }
  lines.forEach((line, at) => {
    const isEmpty = open === null && COMMENT_OR_BLANK.test(line)
    if (open === null && HEADER.test(line) && parsedConfig(line) !== null) {
      leave()
      inside = isTableOf(line, id)
    }
    if (inside) taken.add(at)
    if (!isEmpty) trailing = []
    else if (trailing.length > 0 || line.trim() !== '') trailing.push(at)
    if (!isEmpty) open = openAfter(line, open)
  })
  leave()
  return taken
}

/** Lines that say something of a plugin without a table of its own. */
const dottedLines = (lines: ReadonlyArray<string>, id: string): ReadonlyArray<number> =>
  lines.flatMap((line, at) => (line.includes(`"${id}"`) || line.includes(`'${id}'`) ? [at] : []))

const mentions = (config: JsonObject, id: string): boolean =>
  isJsonObject(config['plugins']) && Object.hasOwn(config['plugins'], id)

/** A configuration without a plugin, whether or not it is there. */
const without = (config: JsonObject, id: string): unknown => {
  const { plugins = {}, ...others } = config
  const { [id]: _gone, ...rest } = plugins as JsonObject
  return { ...others, plugins: rest }
}

/** The text without what it says about a plugin; null when that cannot be taken out line by line. */
export const withoutPlugin = (text: string, id: string): string | null => {
  const before = parsedConfig(text)
  if (before === null) return null
  const lines = text.split(/(?<=\n)/)
  const table = linesOf(lines, id)
  const isWanted = (kept: string): boolean => {
    const after = parsedConfig(kept)
    if (after === null || mentions(after, id)) return false
    return isDeepStrictEqual(without(after, id), without(before, id))
  }
  const candidates = [table, new Set([...table, ...dottedLines(lines, id)])]
  const kept = candidates.map((taken) => lines.filter((_, at) => !taken.has(at)).join(''))
  return kept.find(isWanted) ?? null
}

/** Writes a file whole under another name and renames it; a link is followed to the file it means. */
const replaceFile = (path: string, text: string, step: Step): void => {
  const target = realpathSync(path)
  const temporary = `${target}.unroll-${process.pid}`
  const file = openSync(temporary, 'w', 0o600)
  try {
    fchmodSync(file, statSync(target).mode & 0o777)
    writeFileSync(file, text)
    fsyncSync(file)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw cause
  } finally {
    closeSync(file)
  }
  step()
  renameSync(temporary, target)
  syncFolder(dirname(target))
}

/** The configuration without a plugin, ready to be written; null when it does not mention the plugin. */
export const planConfig = (home: string, id: PluginId): Outcome<string | null> => {
  const path = join(home, 'config.toml')
  const known = configuredPlugins(home)
  if (E.isLeft(known)) return known
  if (!known.right.has(printPluginId(id))) return E.right(null)
  const text = attempt(path, () => textAt(path) ?? '')
  if (E.isLeft(text)) return text
  const kept = withoutPlugin(text.right, printPluginId(id))
  const reason = `"${printPluginId(id)}" stands there in a way that cannot be taken out by whole lines`
  return kept === null ? E.left({ _tag: 'BadConfig', path, reason }) : E.right(kept)
}

/** Takes a plugin out of the configuration; whole or not at all. */
export const forgetConfigured = (
  home: string,
  id: PluginId,
  step: Step = () => undefined
): Outcome<void> => {
  const planned = planConfig(home, id)
  if (E.isLeft(planned)) return planned
  const text = planned.right
  const path = join(home, 'config.toml')
  return text === null ? E.right(undefined) : attempt(path, () => replaceFile(path, text, step))
}

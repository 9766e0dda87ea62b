/**
 * The text of a `config.toml`, edited by whole lines or single values, so that everything else stays byte for byte: comments, order,
 * spacing. An edit is one of a few candidates, and counts only when the text then says exactly what is wanted.
 */
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import { parsedConfig } from '../../home/config.ts'

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

/** True when a header opens the table of a plugin. */
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

/** Lines that set something of a plugin outside a table of its own. */
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

/** The text without a plugin; null when it cannot be taken out line by line. */
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

const tableIn = (config: JsonObject, name: string): JsonObject => {
  const table: Json | undefined = config[name]
  return isJsonObject(table) ? table : {}
}

/** Where a text names a plugin by a quoted key; the end of each place. */
const keyEnds = (text: string, id: string): ReadonlyArray<number> =>
  [`"${id}"`, `'${id}'`].flatMap((key) => {
    const ends: Array<number> = []
    for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + 1))
      ends.push(at + key.length)
    return ends
  })

const spliced = (text: string, at: number, added: string): string =>
  text.slice(0, at) + added + text.slice(at)

/** Ways to say that a plugin is enabled, from the one that changes least. */
function* enablings(text: string, id: string): Generator<string> {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  for (const { 0: found, 1: key = '', index } of text.matchAll(/(\benabled["']?[ \t]*=[ \t]*)\w+/g))
    yield `${text.slice(0, index)}${key}true${text.slice(index + found.length)}`
  const whole = text === '' || text.endsWith('\n') ? text : text + newline
  let end = 0
  for (const line of whole.split(/(?<=\n)/)) {
    end += line.length
    if (HEADER.test(line) && isTableOf(line, id))
      yield spliced(whole, end, `enabled = true${newline}`)
  }
  for (const at of keyEnds(whole, id)) {
    const start = whole.lastIndexOf('\n', at - 1) + 1
    yield spliced(whole, start, `${whole.slice(start, at)}.enabled = true${newline}`)
    const brace = whole.indexOf('{', at) + 1
    for (const added of [' enabled = true,', ' enabled = true ']) yield spliced(whole, brace, added)
  }
  const space = whole === '' || /(^|\n)\r?\n$/.test(whole) ? '' : newline
  yield `${whole}${space}[plugins."${id}"]${newline}enabled = true${newline}`
  for (const { 0: found, index } of whole.matchAll(/\bplugins["']?[ \t]*=[ \t]*\{/g))
    for (const comma of [',', ' '])
      yield spliced(whole, index + found.length, ` "${id}" = { enabled = true }${comma}`)
}

/** The text with a plugin enabled; itself when it is, null when no edit says that and nothing else. */
export const withEnabled = (text: string, id: string): string | null => {
  const before = parsedConfig(text)
  if (before === null) return null
  const plugins = tableIn(before, 'plugins')
  const plugin = { ...tableIn(plugins, id), enabled: true }
  // The parser's objects have no prototype; copies of both sides can be compared.
  const wanted = structuredClone({ ...before, plugins: { ...plugins, [id]: plugin } })
  const isWanted = (edited: string): boolean =>
    isDeepStrictEqual(structuredClone(parsedConfig(edited)), wanted)
  if (isWanted(text)) return text
  for (const edited of enablings(text, id)) if (isWanted(edited)) return edited
  return null
}

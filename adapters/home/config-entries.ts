/**
 * Entries of a list of tables in a `config.toml`, edited as the rest of it is: by whole lines or single values, and only when the text
 * then says exactly what is meant. A list is `[[a.b]]` tables or one value in brackets; each stays what it is.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { parsedConfig } from './config.ts'
import {
  configLines,
  inline,
  isEmptyLine,
  keyText,
  meaning,
  startsWith,
  switches,
  valueAt,
  withoutValue,
  withValue,
  type ConfigLine,
  type ConfigPath
} from './config-text.ts'

/** Places of brackets and braces that are tried; a file of more is edited by hand. */
const PLACES_MAX = 200

/** The entries of a list; none where it is missing, null where it is no list. */
export const entriesAt = (config: JsonObject, path: ConfigPath): ReadonlyArray<Json> | null => {
  const list = valueAt(config, path)
  if (list === undefined) return []
  return Array.isArray(list) ? (list as ReadonlyArray<Json>) : null
}

const withEntries = (
  config: JsonObject,
  path: ConfigPath,
  entries: ReadonlyArray<Json>
): JsonObject => withValue(config, path, [...entries])

const newlineOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n')

/** Where a line ends, before its newline. */
const contentEnd = (text: string, { start, end }: ConfigLine): number =>
  start + text.slice(start, end).replace(/\r?\n$/, '').length

const spliced = (text: string, start: number, end: number, put: string): string =>
  text.slice(0, start) + put + text.slice(end)

/** The table that a header of a list opens an entry of; null for another line. */
const entryPath = (text: string, { kind, table, start, end }: ConfigLine): ConfigPath | null => {
  if (kind !== 'header' || table !== null) return null
  const path: Array<string> = []
  let at: Json | undefined = parsedConfig(`${text.slice(start, end)}\n`) ?? undefined
  while (isJsonObject(at)) {
    const name: string | undefined = Object.keys(at)[0]
    if (name === undefined) return null
    path.push(name)
    at = at[name]
  }
  return path
}

const isSamePath = (a: ConfigPath | null, b: ConfigPath): boolean =>
  a?.length === b.length && startsWith(a, b)

/** Lines of each entry that is written as a table, up to the last that says something; tables below it are its own. */
const blocksOf = (text: string, path: ConfigPath): ReadonlyArray<ReadonlyArray<ConfigLine>> => {
  const blocks: Array<ReadonlyArray<ConfigLine>> = []
  let lines: Array<ConfigLine> | null = null
  let trailing: Array<ConfigLine> = []
  for (const line of configLines(text)) {
    const opened = line.kind === 'header' ? (entryPath(text, line) ?? line.table) : null
    if (isSamePath(opened, path) && line.table === null) {
      lines = [line]
      trailing = []
      blocks.push(lines)
    } else if (opened !== null && !startsWith(opened, path)) lines = null
    else if (lines !== null && isEmptyLine(line)) trailing.push(line)
    else if (lines !== null) {
      lines.push(...trailing, line)
      trailing = []
    }
  }
  return blocks
}

/** A new table behind those of the same list or of the table above it, else behind everything that is said. */
function* newBlocks(text: string, path: ConfigPath, entry: JsonObject): Generator<string> {
  const newline = newlineOf(text)
  const values = Object.entries(entry).map(
    ([name, value]) => `${keyText(name)} = ${inline(value ?? '')}`
  )
  const block = [`[[${path.map(keyText).join('.')}]]`, ...values].join(newline)
  const lines = configLines(text)
  let isInside = false
  const alike = lines.filter((line) => {
    if (line.kind === 'header')
      isInside = startsWith(entryPath(text, line) ?? line.table, path.slice(0, 1))
    return isInside && !isEmptyLine(line)
  })
  const said = lines.filter((line) => !isEmptyLine(line))
  for (const last of [alike.at(-1), said.at(-1)]) {
    if (last === undefined) continue
    const end = contentEnd(text, last)
    yield spliced(text, end, end, newline + newline + block)
  }
  const start = text.startsWith('\ufeff') ? 1 : 0
  if (said.length === 0) yield spliced(text, start, start, block + newline)
}

/** At the end of a list in brackets. */
function* inBrackets(text: string, entry: JsonObject): Generator<string> {
  const places = Array.from(text.matchAll(/\]/g), ({ index }) => index).slice(0, PLACES_MAX)
  for (const place of places) {
    const end = text.slice(0, place).trimEnd().length
    const last = text[end - 1]
    const before = last === '[' ? '' : last === ',' ? ' ' : ', '
    for (const at of [end, place]) yield spliced(text, at, at, before + inline(entry))
  }
}

/** The text with one more entry at the end of a list; null when no edit says that and nothing else. */
export const withEntry = (text: string, path: ConfigPath, entry: JsonObject): string | null => {
  const before = parsedConfig(text)
  const entries = before === null ? null : entriesAt(before, path)
  if (before === null || entries === null) return null
  const meant = withEntries(before, path, [...entries, entry])
  return meaning(newBlocks(text, path, entry), meant) ?? meaning(inBrackets(text, entry), meant)
}

/** A block is taken out with the empty line before it, as one is put in. */
const withoutBlock = (text: string, lines: ReadonlyArray<ConfigLine>): string => {
  const [first, last] = [lines[0], lines.at(-1)]
  if (first === undefined || last === undefined) return text
  const before = text.slice(0, first.start)
  const above = /(?:\r?\n){1,2}$/.exec(before)?.[0].length ?? 0
  return above === 0
    ? spliced(text, first.start, last.end, '')
    : spliced(text, first.start - above, contentEnd(text, last), '')
}

/** Entries in braces, each with the comma on one of its sides. */
function* withoutBraces(text: string): Generator<string> {
  const places = Array.from(text.matchAll(/\{[^{}]*\}/g)).slice(0, PLACES_MAX)
  for (const { 0: found, index } of places) {
    const end = index + found.length
    const behind = /^\s*,[ \t]*/.exec(text.slice(end))?.[0].length ?? 0
    const ahead = /,\s*$/.exec(text.slice(0, index))?.[0].length ?? 0
    if (behind > 0) yield spliced(text, index, end + behind, '')
    if (ahead > 0) yield spliced(text, index - ahead, end, '')
    yield spliced(text, index, end, '')
  }
}

/** The text without an entry; null when it cannot be taken out and nothing else. A list without entries goes when it is of tables. */
export const withoutEntry = (text: string, path: ConfigPath, place: number): string | null => {
  const before = parsedConfig(text)
  const entries = before === null ? null : entriesAt(before, path)
  if (before === null || entries === null) return null
  const rest = entries.filter((_, at) => at !== place)
  const block = blocksOf(text, path)[place]
  if (block === undefined) return meaning(withoutBraces(text), withEntries(before, path, rest))
  const bare = withoutValue(before, path)
  const above = path.slice(0, -1)
  const isAlone = Object.keys((valueAt(bare, above) ?? {}) as JsonObject).length === 0
  const meant =
    rest.length > 0
      ? [withEntries(before, path, rest)]
      : [bare, ...(isAlone ? [withoutValue(bare, above)] : [])]
  const edited = withoutBlock(text, block)
  return meant.reduce<string | null>((found, one) => found ?? meaning([edited], one), null)
}

/** Behind each line of an entry that does not have the flag. */
function* addedFlags(
  text: string,
  lines: ReadonlyArray<ConfigLine>,
  flag: string
): Generator<string> {
  for (const line of lines) {
    const end = contentEnd(text, line)
    yield spliced(text, end, end, newlineOf(text) + flag)
  }
}

/** The text with a flag of an entry; null when no edit says that and nothing else. */
export const withEntryFlag = (
  text: string,
  path: ConfigPath,
  place: number,
  name: string,
  on: boolean
): string | null => {
  const before = parsedConfig(text)
  const entries = before === null ? null : entriesAt(before, path)
  const entry = entries?.[place]
  if (before === null || entries === null || !isJsonObject(entry)) return null
  if (entry[name] === on) return text
  const meant = withEntries(before, path, entries.with(place, { ...entry, [name]: on }))
  const added = addedFlags(text, blocksOf(text, path)[place] ?? [], `${name} = ${String(on)}`)
  return meaning(switches(text, name, on), meant) ?? meaning(added, meant)
}

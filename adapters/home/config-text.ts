/**
 * The text of a `config.toml`, edited by whole lines or single values, so that everything else stays byte for byte: comments, order,
 * spacing. An edit is one of a few candidates, and counts only when the text then says exactly what is meant.
 */
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { parsedConfig } from './config.ts'

/** Names from the whole configuration down to a value. */
export type ConfigPath = ReadonlyArray<string>

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

/** A line of a text, where it begins and ends, and which table it stands in. */
export interface ConfigLine {
  readonly start: number
  readonly end: number
  readonly kind: 'header' | 'comment' | 'blank' | 'other'
  /** The table that the last header opened; none for one that is an entry of a list. */
  readonly table: ConfigPath | null
}

/** The table that a header opens; null for an entry of a list and for what is no header. */
const headerPath = (line: string): ConfigPath | null => {
  const path: Array<string> = []
  let at: Json | undefined = parsedConfig(`${line}\n`) ?? undefined
  while (isJsonObject(at)) {
    const name: string | undefined = Object.keys(at)[0]
    if (name === undefined) return path
    path.push(name)
    at = at[name]
  }
  return null
}

const linesOf = (text: string): ReadonlyArray<string> => text.split(/(?<=\n)/)

/** Every line of a text. */
export const configLines = (text: string): ReadonlyArray<ConfigLine> => {
  let open: Quotes = null
  let table: ConfigPath | null = []
  let end = 0
  return linesOf(text).map((line) => {
    end += line.length
    const isHeader = open === null && HEADER.test(line) && parsedConfig(line) !== null
    const isEmpty = open === null && COMMENT_OR_BLANK.test(line)
    if (isHeader) table = headerPath(line)
    if (!isEmpty) open = openAfter(line, open)
    const empty = line.trim() === '' ? 'blank' : 'comment'
    return {
      start: end - line.length,
      end,
      kind: isHeader ? 'header' : isEmpty ? empty : 'other',
      table
    }
  })
}

/** True for a path at or below another. */
export const startsWith = (path: ConfigPath | null, prefix: ConfigPath): boolean =>
  path !== null && path.length >= prefix.length && prefix.every((name, at) => path[at] === name)

/** Parsed objects have no prototype; copies of both sides can be compared. */
const isSame = (a: unknown, b: unknown): boolean =>
  isDeepStrictEqual(structuredClone(a), structuredClone(b))

/** The first candidate that says what is meant. */
export const meaning = (candidates: Iterable<string>, meant: JsonObject): string | null => {
  for (const text of candidates) {
    const config = parsedConfig(text)
    if (config !== null && isSame(config, meant)) return text
  }
  return null
}

const memberOf = (table: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** The value at a path; undefined where there is none. */
export const valueAt = (config: JsonObject, path: ConfigPath): Json | undefined =>
  path.reduce<Json | undefined>(
    (at, name) => (isJsonObject(at) ? memberOf(at, name) : undefined),
    config
  )

/** A configuration with a value at a path. */
export const withValue = (
  config: JsonObject,
  [name = '', ...rest]: ConfigPath,
  value: Json
): JsonObject => {
  const inner = memberOf(config, name)
  const below = rest.length === 0 ? value : withValue(isJsonObject(inner) ? inner : {}, rest, value)
  return Object.fromEntries([...Object.entries(config), [name, below]])
}

/** A configuration without what is at a path, and without the table above it when that had nothing else. */
export const withoutValue = (config: JsonObject, [name = '', ...rest]: ConfigPath): JsonObject =>
  Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      if (key !== name) return [[key, value]]
      if (rest.length === 0 || !isJsonObject(value)) return []
      return [[key, withoutValue(value, rest)]]
    })
  )

/** Lines of a table and of those below it. Comments at its end stay: they may be about what comes next. */
const ownLines = (lines: ReadonlyArray<ConfigLine>, path: ConfigPath): ReadonlySet<number> => {
  const taken = new Set<number>()
  // Since the last line that says something: the first comment, and all after it.
  let trailing: Array<number> = []
  const leave = (): void => trailing.forEach((at) => taken.delete(at))
  lines.forEach(({ kind, table }, at) => {
    const inside = startsWith(table, path)
    if (!inside) leave()
    if (inside) taken.add(at)
    if (kind === 'header' || kind === 'other') trailing = []
    else if (trailing.length > 0 || kind === 'comment') trailing.push(at)
  })
  leave()
  return taken
}

const cut = (text: string, taken: ReadonlySet<number>): string =>
  linesOf(text)
    .filter((_, at) => !taken.has(at))
    .join('')

/** The text without the value at a path; null when it cannot be taken out line by line. */
export const withoutAt = (text: string, path: ConfigPath): string | null => {
  const before = parsedConfig(text)
  if (before === null) return null
  if (valueAt(before, path) === undefined) return text
  const lines = linesOf(text)
  const name = path.at(-1) ?? ''
  const table = ownLines(configLines(text), path)
  const named = lines.flatMap((line, at) =>
    line.includes(`"${name}"`) || line.includes(`'${name}'`) ? [at] : []
  )
  const kept = [table, new Set([...table, ...named])].map((taken) => cut(text, taken))
  const meant = withoutValue(before, path)
  const above = path.slice(0, -1)
  const bare = isSame(valueAt(meant, above), {}) ? withoutValue(meant, above) : meant
  return meaning(kept, meant) ?? meaning(kept, bare)
}

const BARE = /^[A-Za-z0-9_-]+$/
// oxlint-disable-next-line no-control-regex
const ESCAPED = /["\\\u0000-\u001f\u007f]/g

const quoted = (text: string): string =>
  `"${text.replace(ESCAPED, (one) =>
    one === '"' || one === '\\'
      ? `\\${one}`
      : `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  )}"`

/** A name as a key. */
export const keyText = (name: string): string => (BARE.test(name) ? name : quoted(name))

const pathText = (path: ConfigPath): string => path.map(keyText).join('.')

/** A value on one line. */
export const inline = (value: Json): string => {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${(value as ReadonlyArray<Json>).map(inline).join(', ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, own]) => `${keyText(name)} = ${inline(own ?? '')}`
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** A table and those below it, each under a header of its own. */
const tableLines = (path: ConfigPath, table: JsonObject): ReadonlyArray<string> => {
  const rows = Object.entries(table)
  const own = rows.flatMap(([name, value]) =>
    isJsonObject(value) || value === undefined ? [] : [`${keyText(name)} = ${inline(value)}`]
  )
  const below = rows.flatMap(([name, value]) =>
    isJsonObject(value) ? tableLines([...path, name], value) : []
  )
  const head = own.length > 0 || below.length === 0 ? ['', `[${pathText(path)}]`] : []
  return [...head, ...own, ...below]
}

/** True for a line that says nothing. */
export const isEmptyLine = ({ kind }: ConfigLine): boolean => kind === 'comment' || kind === 'blank'

const spliced = (text: string, at: number, added: string): string =>
  text.slice(0, at) + added + text.slice(at)

/** Braces that are tried for an inline table; a file of more is edited by hand. */
const BRACES_MAX = 200

/** A text that may be added to, and how a value is written there. */
interface Adding {
  /** It ends in a newline. */
  readonly text: string
  readonly lines: ReadonlyArray<ConfigLine>
  readonly newline: string
  readonly path: ConfigPath
  readonly value: Json
}

/** The value as a line of the table that is so many names down. */
const assignment = ({ path, value, newline }: Adding, depth: number): string =>
  `${pathText(path.slice(depth))} = ${inline(value)}${newline}`

/** Numbers of names that lead to a table above the value, the longest first. */
const depthsOf = ({ path }: Adding): ReadonlyArray<number> =>
  path.slice(1).map((_, at) => path.length - 1 - at)

const isTable = ({ table }: ConfigLine, path: ConfigPath): boolean =>
  table?.length === path.length && startsWith(table, path)

/** In a table that has a header: before what its dotted names say of the same, else at its end, else behind the header. */
function* inTable(adding: Adding): Generator<string> {
  const { text, lines, path } = adding
  for (const depth of depthsOf(adding)) {
    const own = lines.filter((line) => isTable(line, path.slice(0, depth)))
    const name = pathText(path.slice(depth, -1))
    const alike = own.find(
      ({ start, end, kind }) =>
        kind === 'other' && name !== '' && text.slice(start, end).trimStart().startsWith(`${name}.`)
    )
    const last = own.findLast((line) => !isEmptyLine(line))
    const head = own.find(({ kind }) => kind === 'header')
    for (const at of [alike?.start, last?.end, head?.end])
      if (at !== undefined) yield spliced(text, at, assignment(adding, depth))
  }
}

/** Tables of its own at the end. */
function* atEnd({ text, newline, path, value }: Adding): Generator<string> {
  const above = path.slice(0, -1)
  if (!isJsonObject(value) && above.length === 0) return
  const [first = '', ...rest] = isJsonObject(value)
    ? tableLines(path, value)
    : tableLines(above, { [path.at(-1) ?? '']: value })
  const isApart = text === '' || /(^|\n)\r?\n$/.test(text)
  yield text + [...(isApart ? [] : [first]), ...rest, ''].join(newline)
}

/** Before the first header. */
function* atRoot(adding: Adding): Generator<string> {
  const { text, lines, newline } = adding
  const last = lines.findLast(({ table, kind }) => table?.length === 0 && kind === 'other')
  const start = text.startsWith('\ufeff') ? 1 : 0
  const space = last === undefined && text.trim() !== '' ? newline : ''
  yield spliced(text, last?.end ?? start, assignment(adding, 0) + space)
}

/** In an inline table. */
function* inBraces(adding: Adding): Generator<string> {
  const { text, path, value } = adding
  const places = Array.from(text.matchAll(/\{/g), ({ index }) => index + 1).slice(0, BRACES_MAX)
  for (const depth of depthsOf(adding))
    for (const at of places)
      for (const end of [',', ' '])
        yield spliced(text, at, ` ${pathText(path.slice(depth))} = ${inline(value)}${end}`)
}

/** Ways to add a value, from the one that reads best. */
function* additions(given: string, path: ConfigPath, value: Json): Generator<string> {
  const newline = given.includes('\r\n') ? '\r\n' : '\n'
  const text = given === '' || given.endsWith('\n') ? given : given + newline
  const adding = { text, lines: configLines(text), newline, path, value }
  if (isJsonObject(value)) yield* atEnd(adding)
  yield* inTable(adding)
  yield* atEnd(adding)
  yield* atRoot(adding)
  yield* inBraces(adding)
}

/** The text with a value that it does not have yet; null when no edit says that and nothing else. */
const withAddition = (text: string, path: ConfigPath, value: Json): string | null => {
  const before = parsedConfig(text)
  return before === null
    ? null
    : meaning(additions(text, path, value), withValue(before, path, value))
}

/** Values that a configuration does not have, from where it has nothing. */
const leaves = (
  existing: JsonObject,
  added: JsonObject,
  path: ConfigPath = []
): ReadonlyArray<readonly [ConfigPath, Json]> =>
  Object.entries(added).flatMap(([name, value]) => {
    const own = [...path, name]
    const there = memberOf(existing, name)
    if (value === undefined) return []
    if (there === undefined) return [[own, value] as const]
    return isJsonObject(there) && isJsonObject(value) ? leaves(there, value, own) : []
  })

/** A piece that was put into a text: where it begins, and how long it is. */
export type Insertion = readonly [at: number, length: number]

/** The pieces that make one text of another, in the order in which they were put in. */
const insertions = (before: string, after: string): ReadonlyArray<Insertion> => {
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  const rest = before.length - start
  if (after.endsWith(before.slice(start))) return [[start, after.length - before.length]]
  // Its last line got a newline first.
  const end = after.endsWith('\r\n') ? '\r\n' : '\n'
  return rest === 0 ? [] : [[before.length, end.length], ...insertions(before + end, after)]
}

interface Addition {
  readonly text: string
  readonly inserted: ReadonlyArray<Insertion>
}

/** Values that a text does not have are added; those that it has stay as they are. Null when no edit says that and nothing else. */
export const addition = (text: string, added: JsonObject): Addition | null => {
  const before = parsedConfig(text)
  if (before === null) return null
  return leaves(before, added).reduce<Addition | null>(
    (done, [path, value]) => {
      const edited = done === null ? null : withAddition(done.text, path, value)
      return done === null || edited === null
        ? null
        : { text: edited, inserted: [...done.inserted, ...insertions(done.text, edited)] }
    },
    { text, inserted: [] }
  )
}

export const withAdded = (text: string, added: JsonObject): string | null =>
  addition(text, added)?.text ?? null

/** A text without the pieces that were put into it. */
export const withoutInsertions = (text: string, inserted: ReadonlyArray<Insertion>): string =>
  inserted.reduceRight((all, [at, length]) => all.slice(0, at) + all.slice(at + length), text)

/** Ways to give a flag that is there another value. */
export function* switches(text: string, name: string, on: boolean): Generator<string> {
  const flag = new RegExp(`(\\b${name}["']?[ \\t]*=[ \\t]*)\\w+`, 'g')
  for (const { 0: found, 1: key = '', index } of text.matchAll(flag))
    yield `${text.slice(0, index)}${key}${String(on)}${text.slice(index + found.length)}`
}

/** The text with a flag; itself when it has it, null when no edit says that and nothing else. */
export const withFlag = (text: string, path: ConfigPath, on: boolean): string | null => {
  const before = parsedConfig(text)
  if (before === null) return null
  const value = valueAt(before, path)
  if (value === on) return text
  if (value !== undefined)
    return meaning(switches(text, path.at(-1) ?? '', on), withValue(before, path, on))
  const added = path.reduceRight<Json>((inner, name) => ({ [name]: inner }), on) as JsonObject
  const edited = withAdded(text, added)
  return edited === null || edited === text ? null : edited
}

/**
 * Reads JSON as the parser of Codex (Rust's serde_json) does, so that what it says of a file is what Codex says: the first thing that is
 * wrong in the order of the text, with line and column. Columns count bytes.
 */
import { parsedJson, type Json } from '../json.ts'

/** A text that is being read, and how far. */
export interface JsonReader {
  readonly text: string
  at: number
  depth: number
}

/** Reads one value and stands behind it; throws a `JsonFault`. */
export type Read<A> = (reader: JsonReader) => A

/** Why a text cannot be read; made in this file alone. */
class JsonFault extends Error {}

const DEPTH_MAX = 128

const place = ({ text }: JsonReader, at: number): string => {
  const before = text.slice(0, at)
  const line = before.split('\n')
  const column = new TextEncoder().encode(line.at(-1)).length
  return `line ${line.length} column ${column}`
}

const faultAt = (reader: JsonReader, message: string, at: number): JsonFault =>
  new JsonFault(`${message} at ${place(reader, at)}`)

/** What is wrong stands before the place. */
export const fault = (reader: JsonReader, message: string): JsonFault =>
  faultAt(reader, message, reader.at)

/** What is wrong is the next character. */
const nextFault = (reader: JsonReader, message: string): JsonFault => {
  const width = (reader.text.codePointAt(reader.at) ?? 0) > 0xffff ? 2 : 1
  const end = reader.text.slice(reader.at, reader.at + width)
  if (end === '' || end.charCodeAt(0) < 0x80)
    return faultAt(reader, message, Math.min(reader.text.length, reader.at + width))
  // One byte of a longer character: its column is that of the place, and one.
  const [, line = '', column = ''] = /line (\d+) column (\d+)/.exec(place(reader, reader.at)) ?? []
  return new JsonFault(`${message} at line ${line} column ${Number(column) + 1}`)
}

/** The next character that is no white space; undefined at the end. */
const peek = (reader: JsonReader): string | undefined => {
  while (' \n\t\r'.includes(reader.text[reader.at] ?? '-')) reader.at += 1
  return reader.text[reader.at]
}

const HEX = /^[0-9a-fA-F]{4}$/

/** The four digits behind `\u`. */
const hexUnit = (reader: JsonReader): number => {
  const digits = reader.text.slice(reader.at, reader.at + 4)
  reader.at += digits.length
  if (digits.length < 4) throw fault(reader, 'EOF while parsing a string')
  if (!HEX.test(digits)) throw fault(reader, 'invalid escape')
  return Number.parseInt(digits, 16)
}

/** What stands behind a backslash. */
const escape = (reader: JsonReader): void => {
  const { text } = reader
  const letter = text[reader.at]
  if (letter === undefined) throw fault(reader, 'EOF while parsing a string')
  reader.at += 1
  if (!'"\\/bfnrtu'.includes(letter)) throw fault(reader, 'invalid escape')
  if (letter !== 'u') return
  const unit = hexUnit(reader)
  if (unit >= 0xdc00 && unit <= 0xdfff) throw fault(reader, 'lone leading surrogate in hex escape')
  if (unit < 0xd800 || unit > 0xdbff) return
  for (const wanted of ['\\', 'u']) {
    const found = text[reader.at]
    if (found === undefined) throw fault(reader, 'EOF while parsing a string')
    reader.at += 1
    if (found !== wanted) throw fault(reader, 'unexpected end of hex escape')
  }
  const low = hexUnit(reader)
  if (low < 0xdc00 || low > 0xdfff) throw fault(reader, 'lone leading surrogate in hex escape')
}

/** A string whose quotation mark was seen. */
export const readString = (reader: JsonReader): string => {
  const start = reader.at
  reader.at += 1
  for (;;) {
    const unit = reader.text.charCodeAt(reader.at)
    if (Number.isNaN(unit)) throw fault(reader, 'EOF while parsing a string')
    reader.at += 1
    if (unit === 0x22) return JSON.parse(reader.text.slice(start, reader.at)) as string
    if (unit === 0x5c) escape(reader)
    else if (unit < 0x20)
      throw fault(reader, 'control character (\\u0000-\\u001F) found while parsing a string')
  }
}

const readWord = (reader: JsonReader, word: string): void => {
  reader.at += 1
  for (const letter of word.slice(1)) {
    const found = reader.text[reader.at]
    if (found === undefined) throw fault(reader, 'EOF while parsing a value')
    reader.at += 1
    if (found !== letter) throw fault(reader, 'expected ident')
  }
}

/** Digits; false for none. */
const digits = (reader: JsonReader): boolean => {
  const from = reader.at
  while (/\d/.test(reader.text[reader.at] ?? '')) reader.at += 1
  return reader.at > from
}

const badNumber = (reader: JsonReader): JsonFault =>
  reader.at < reader.text.length
    ? nextFault(reader, 'invalid number')
    : fault(reader, 'EOF while parsing a value')

const readNumber = (reader: JsonReader): number => {
  const { text } = reader
  const start = reader.at
  if (text[reader.at] === '-') reader.at += 1
  const isZero = text[reader.at] === '0'
  if (isZero) reader.at += 1
  if (isZero ? /\d/.test(text[reader.at] ?? '') : !digits(reader)) throw badNumber(reader)
  if (text[reader.at] === '.') {
    reader.at += 1
    if (!digits(reader)) throw badNumber(reader)
  }
  if (/[eE]/.test(text[reader.at] ?? '')) {
    reader.at += 1
    if (/[+-]/.test(text[reader.at] ?? '')) reader.at += 1
    if (!digits(reader)) throw badNumber(reader)
  }
  const value = Number(text.slice(start, reader.at))
  if (!Number.isFinite(value)) throw fault(reader, 'number out of range')
  return value
}

/** Runs for what stands in brackets, which are opened; so deep and no deeper. */
const inside = <A>(reader: JsonReader, read: () => A): A => {
  if (reader.depth >= DEPTH_MAX) throw nextFault(reader, 'recursion limit exceeded')
  reader.depth += 1
  reader.at += 1
  const value = read()
  reader.depth -= 1
  return value
}

/** Steps to the next element of a list; false at its end, which is not read. */
const nextElement = (reader: JsonReader, isFirst: boolean): boolean => {
  const next = peek(reader)
  if (next === undefined) throw nextFault(reader, 'EOF while parsing a list')
  if (next === ']') return false
  if (isFirst) return true
  if (next !== ',') throw nextFault(reader, 'expected `,` or `]`')
  reader.at += 1
  const after = peek(reader)
  if (after === ']') throw nextFault(reader, 'trailing comma')
  if (after === undefined) throw nextFault(reader, 'EOF while parsing a value')
  return true
}

/** Steps to the next name of a map; false at its end, which is not read. */
const nextName = (reader: JsonReader, isFirst: boolean): boolean => {
  const next = peek(reader)
  if (next === undefined) throw nextFault(reader, 'EOF while parsing an object')
  if (next === '}') return false
  if (isFirst && next === '"') return true
  if (isFirst) throw nextFault(reader, 'key must be a string')
  if (next !== ',') throw nextFault(reader, 'expected `,` or `}`')
  reader.at += 1
  const after = peek(reader)
  if (after === '"') return true
  if (after === undefined) throw nextFault(reader, 'EOF while parsing a value')
  throw nextFault(reader, after === '}' ? 'trailing comma' : 'key must be a string')
}

const colon = (reader: JsonReader): void => {
  const next = peek(reader)
  if (next === undefined) throw nextFault(reader, 'EOF while parsing an object')
  if (next !== ':') throw nextFault(reader, 'expected `:`')
  reader.at += 1
}

/** Elements of a list whose bracket was seen; the one that closes it is read. */
export const readElements = (reader: JsonReader, element: (index: number) => void): void =>
  inside(reader, () => {
    for (let index = 0; nextElement(reader, index === 0); index += 1) element(index)
    reader.at += 1
  })

/** Members of a map whose brace was seen; the one that closes it is read. `member` reads the value, behind the colon. */
export const readMembers = (
  reader: JsonReader,
  member: (name: string, value: () => void) => void
): void =>
  inside(reader, () => {
    for (let isFirst = true; nextName(reader, isFirst); isFirst = false)
      member(readString(reader), () => {
        colon(reader)
      })
    reader.at += 1
  })

/** Steps over a value of any kind. */
const skip = (reader: JsonReader): void => {
  const next = peek(reader)
  if (next === undefined) throw nextFault(reader, 'EOF while parsing a value')
  if (next === '"') readString(reader)
  else if (next === '[') readElements(reader, () => skip(reader))
  else if (next === '{')
    readMembers(reader, (_, value) => {
      value()
      skip(reader)
    })
  else if (next === 'n') readWord(reader, 'null')
  else if (next === 't') readWord(reader, 'true')
  else if (next === 'f') readWord(reader, 'false')
  else if (/[-\d]/.test(next)) readNumber(reader)
  else throw nextFault(reader, 'expected value')
}

/** A value of any kind. */
export const anyJson: Read<Json> = (reader) => {
  peek(reader)
  const start = reader.at
  skip(reader)
  return parsedJson(reader.text.slice(start, reader.at)) ?? null
}

/** A value as it is named where another was expected. Lists and maps are not read. */
const found = (reader: JsonReader): string => {
  const next = peek(reader)
  if (next === '[') return 'sequence'
  if (next === '{') return 'map'
  const value = anyJson(reader)
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`
  if (typeof value === 'boolean') return `boolean \`${String(value)}\``
  if (typeof value !== 'number') return 'null'
  return `${Number.isInteger(value) ? 'integer' : 'floating point'} \`${String(value)}\``
}

/** The fault of a value of another type than is expected. */
export const wrongType = (reader: JsonReader, expected: string): JsonFault => {
  const what = found(reader)
  return fault(reader, `invalid type: ${what}, expected ${expected}`)
}

/** The next character that is no white space; a text that ends here is faulty. */
export const opening = (reader: JsonReader): string => {
  const next = peek(reader)
  if (next === undefined) throw nextFault(reader, 'EOF while parsing a value')
  return next
}

export const textJson: Read<string> = (reader) => {
  if (opening(reader) !== '"') throw wrongType(reader, 'a string')
  return readString(reader)
}

/** Null, or a value. */
export const optional =
  <A>(read: Read<A>): Read<A | null> =>
  (reader) => {
    if (opening(reader) !== 'n') return read(reader)
    readWord(reader, 'null')
    return null
  }

export const listOf =
  <A>(read: Read<A>): Read<ReadonlyArray<A>> =>
  (reader) => {
    if (opening(reader) !== '[') throw wrongType(reader, 'a sequence')
    const all: Array<A> = []
    readElements(reader, () => void all.push(read(reader)))
    return all
  }

/** The next character is no value that could stand here. */
export const noValue = (reader: JsonReader): JsonFault => nextFault(reader, 'expected value')

/** Reads a whole text; what is wrong with it as a text, else its value. */
export const readJson = <A>(
  text: string,
  read: Read<A>
): { readonly problem: string } | { readonly value: A } => {
  const reader: JsonReader = { text, at: 0, depth: 0 }
  try {
    const value = read(reader)
    return peek(reader) === undefined
      ? { value }
      : { problem: nextFault(reader, 'trailing characters').message }
  } catch (thrown) {
    if (!(thrown instanceof JsonFault)) throw thrown
    return { problem: thrown.message }
  }
}

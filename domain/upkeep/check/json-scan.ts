/**
 * Telling whether bytes are one JSON value, piece after piece and in little memory: for lines that are too long to be parsed,
 * and to find where in a damaged line a value ends.
 *
 * A scan is changed in place; it holds one byte per open bracket.
 */

/** `open`: a beginning that may go on; `whole`: one value, with at most white space behind it; `invalid`: neither. */
export type JsonState = 'open' | 'whole' | 'invalid'

/** How far a scan has come. */
export interface JsonScan {
  state: JsonState
  /** Bytes taken so far; once the value is whole, up to its end. */
  taken: number
  /** Bytes before the first one behind a whole value that is no white space; null when there is none. */
  trailingAt: number | null
  /** White space behind a whole value. */
  spaces: number
  expects: number
  depth: number
  brackets: Uint8Array
  /** Inside a text: 0, or the place in an escape. Inside a literal: which one and how far. Inside a number: its part. */
  part: number
  literal: Uint8Array
  isKey: boolean
}

const VALUE = 0
const FIRST_KEY = 1
const KEY = 2
const COLON = 3
const COMMA = 4
const FIRST_VALUE = 5
const TEXT = 6
const NUMBER = 7
const LITERAL = 8
const DONE = 9

const DEPTH_MAX = 4 * 1024 * 1024
const OBJECT = 1
const ARRAY = 2

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))
const LITERALS = new Map([
  [116, bytesOf('true')],
  [102, bytesOf('false')],
  [110, bytesOf('null')]
])
const ESCAPED = new Set(bytesOf('"\\/bfnrt'))
const NOTHING = new Uint8Array(0)

/** Parts of a number: behind its sign, its leading zero, digits, the point, digits, the e, its sign, digits. */
const MAY_END = [false, true, true, false, true, false, false, true]

/** Before the first byte. */
export const startJson = (): JsonScan => ({
  state: 'open',
  taken: 0,
  trailingAt: null,
  spaces: 0,
  expects: VALUE,
  depth: 0,
  brackets: new Uint8Array(16),
  part: 0,
  literal: NOTHING,
  isKey: false
})

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57
const isHex = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102)
const isSpace = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9

const fail = (scan: JsonScan): void => {
  scan.state = 'invalid'
}

const endValue = (scan: JsonScan): void => {
  if (scan.depth > 0) {
    scan.expects = COMMA
    return
  }
  scan.expects = DONE
  scan.state = 'whole'
}

const open = (scan: JsonScan, bracket: number): void => {
  if (scan.depth === scan.brackets.length) {
    if (scan.depth >= DEPTH_MAX) return fail(scan)
    const larger = new Uint8Array(scan.depth * 2)
    larger.set(scan.brackets)
    scan.brackets = larger
  }
  scan.brackets[scan.depth] = bracket
  scan.depth += 1
  scan.expects = bracket === OBJECT ? FIRST_KEY : FIRST_VALUE
}

const close = (scan: JsonScan, bracket: number): void => {
  if (scan.brackets[scan.depth - 1] !== bracket) return fail(scan)
  scan.depth -= 1
  endValue(scan)
}

const beginText = (scan: JsonScan, isKey: boolean): void => {
  scan.expects = TEXT
  scan.part = 0
  scan.isKey = isKey
}

const beginValue = (scan: JsonScan, byte: number): void => {
  if (byte === 34) return beginText(scan, false)
  if (byte === 123) return open(scan, OBJECT)
  if (byte === 91) return open(scan, ARRAY)
  const literal = LITERALS.get(byte)
  if (literal !== undefined) {
    scan.expects = LITERAL
    scan.literal = literal
    scan.part = 1
  } else if (byte === 45 || isDigit(byte)) {
    scan.expects = NUMBER
    scan.part = byte === 45 ? 0 : byte === 48 ? 1 : 2
  } else fail(scan)
}

/** The next part of a number; -1 when the byte is not part of it. */
const numberPart = (part: number, byte: number): number => {
  if (isDigit(byte)) {
    if (part === 0) return byte === 48 ? 1 : 2
    if (part === 1) return -1
    return part === 3 ? 4 : part === 5 || part === 6 ? 7 : part
  }
  if (byte === 46) return part === 1 || part === 2 ? 3 : -1
  if (byte === 101 || byte === 69) return part === 1 || part === 2 || part === 4 ? 5 : -1
  return (byte === 43 || byte === 45) && part === 5 ? 6 : -1
}

/** A byte between texts, numbers and literals that is no white space. */
const between = (scan: JsonScan, byte: number): void => {
  switch (scan.expects) {
    case FIRST_VALUE:
      return byte === 93 ? close(scan, ARRAY) : beginValue(scan, byte)
    case VALUE:
      return beginValue(scan, byte)
    case FIRST_KEY:
      if (byte === 125) return close(scan, OBJECT)
      return byte === 34 ? beginText(scan, true) : fail(scan)
    case KEY:
      return byte === 34 ? beginText(scan, true) : fail(scan)
    case COLON:
      if (byte !== 58) return fail(scan)
      scan.expects = VALUE
      return
    default:
      if (byte === 125) return close(scan, OBJECT)
      if (byte === 93) return close(scan, ARRAY)
      if (byte !== 44) return fail(scan)
      scan.expects = scan.brackets[scan.depth - 1] === OBJECT ? KEY : VALUE
  }
}

const endText = (scan: JsonScan): void => {
  if (scan.isKey) scan.expects = COLON
  else endValue(scan)
}

/** Takes bytes of a text; returns where it stopped. */
const inText = (scan: JsonScan, bytes: Uint8Array, from: number, until: number): number => {
  let at = from
  while (at < until) {
    const byte = bytes[at] as number
    at += 1
    if (scan.part === 0) {
      if (byte === 34) {
        endText(scan)
        return at
      }
      if (byte === 92) scan.part = 1
      else if (byte < 32) {
        fail(scan)
        return at - 1
      }
    } else if (scan.part === 1) {
      if (byte === 117) scan.part = 2
      else if (ESCAPED.has(byte)) scan.part = 0
      else {
        fail(scan)
        return at - 1
      }
    } else if (isHex(byte)) scan.part = scan.part === 5 ? 0 : scan.part + 1
    else {
      fail(scan)
      return at - 1
    }
  }
  return at
}

/** One byte outside of texts; false when it must be looked at again. */
const outside = (scan: JsonScan, byte: number): boolean => {
  if (scan.expects === LITERAL) {
    if (scan.literal[scan.part] !== byte) fail(scan)
    else if (++scan.part === scan.literal.length) endValue(scan)
    return scan.state !== 'invalid'
  }
  if (scan.expects === NUMBER) {
    const next = numberPart(scan.part, byte)
    if (next !== -1) {
      scan.part = next
      return true
    }
    if (MAY_END[scan.part] === true) endValue(scan)
    else fail(scan)
    return false
  }
  if (!isSpace(byte)) between(scan, byte)
  return scan.state !== 'invalid'
}

/** Takes bytes from `from` (inclusive) to `until` (exclusive). */
export const feedJson = (
  scan: JsonScan,
  bytes: Uint8Array,
  from = 0,
  until = bytes.length
): void => {
  let at = from
  while (at < until && scan.state === 'open') {
    if (scan.expects === TEXT) at = inText(scan, bytes, at, until)
    else if (outside(scan, bytes[at] as number)) at += 1
  }
  scan.taken += at - from
  if (scan.state !== 'whole' || scan.trailingAt !== null) return
  const behind = at
  while (at < until && isSpace(bytes[at] as number)) at += 1
  scan.spaces += at - behind
  if (at < until) scan.trailingAt = scan.taken + scan.spaces
}

/** True when all bytes taken are one value; a number at the end is one, too. */
export const isWholeJson = (scan: JsonScan): boolean =>
  scan.trailingAt === null &&
  (scan.state === 'whole' ||
    (scan.state === 'open' &&
      scan.depth === 0 &&
      scan.expects === NUMBER &&
      MAY_END[scan.part] === true))

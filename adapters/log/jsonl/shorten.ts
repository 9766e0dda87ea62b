/**
 * Long lines in little memory: the bytes of a line go by in chunks, and of long texts only the beginning is kept, with a mark that
 * tells how much is missing. What is left out is checked as a parser would check it.
 *
 * Null means that the line must be read whole: it is odd, or a name or a key in it is long.
 */
import { isUtf8 } from 'node:buffer'
import { shortenedMark } from '../../../domain/thread/budget/shortened.ts'

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58
const LETTER_U = 117
const ESCAPES = new Set(Buffer.from('"\\/bfnrtu'))
/** A key longer than this is no name we know. */
const KEY_BYTES_MAX = 32
/** Texts under these keys name things, and a name is told by all of it. */
const NAMES = /^(type|id|.*_id|.*Id|status|source|path|cwd)$/

/** Chunks of one line, without its newline; each is read before the next one is asked for. */
export type Chunks = Iterable<Buffer>

/** The line with its long texts cut, and whether any was. */
export interface Shortened {
  readonly line: Buffer
  readonly isCut: boolean
}

/** Bytes of an unfinished code point at the end of a chunk. */
const unfinishedBytes = (chunk: Buffer): number => {
  for (let back = 1; back <= Math.min(3, chunk.length); back++) {
    const byte = chunk[chunk.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}

/** Tells chunk by chunk whether a line is UTF-8. */
export const utf8Check = () => {
  let carry = Buffer.alloc(0)
  return {
    take: (chunk: Buffer): boolean => {
      const whole = carry.length === 0 ? chunk : Buffer.concat([carry, chunk])
      const end = whole.length - unfinishedBytes(whole)
      carry = Buffer.from(whole.subarray(end))
      return isUtf8(whole.subarray(0, end))
    },
    isDone: (): boolean => carry.length === 0
  }
}

const isHex = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102)

/** How else texts are cut. */
export interface Cutting {
  /** Keys whose texts stay whole besides those that name things. */
  readonly keeps?: ReadonlySet<string>
  /** True where nobody asks what is missing: then marks need not be told from text, and keys may be cut too. */
  readonly isForFolds?: boolean
}

interface State extends Cutting {
  readonly textBytesMax: number
  /** What is kept so far. */
  readonly kept: Array<Buffer>
  inText: boolean
  /** Bytes of the text that is gone by, quotes not counted. */
  textBytes: number
  /** True while the text may be cut. */
  mayCut: boolean
  /** Bytes of the text that were left out; -1 while it is kept. */
  missing: number
  /** Place in an escape: 0 outside, 1 behind its backslash, 2 to 5 before a digit of `\u`. */
  escape: number
  /** True when the last text was cut and a key cannot be told yet. */
  wasCut: boolean
  /** The last short text, which is a key when a colon follows. */
  name: string
  key: string
  afterColon: boolean
  isCut: boolean
}

/** One byte of a text that is left out; false when it makes no JSON. */
const leaveOut = (state: State, byte: number): boolean => {
  const { escape } = state
  if (escape === 1) {
    if (!ESCAPES.has(byte)) return false
    state.escape = byte === LETTER_U ? 2 : 0
  } else if (escape > 1) {
    if (!isHex(byte)) return false
    state.escape = escape === 5 ? 0 : escape + 1
  } else if (byte === BACKSLASH) state.escape = 1
  else if (byte < 32) return false
  return true
}

/** True where a text may end: between code points and escapes. */
const isBorder = (state: State, byte: number): boolean =>
  state.escape === 0 && (byte < 0x80 || byte >= 0xc0)

/** True where an escape begins that could be half a surrogate pair; a chunk that ends in it counts as one. */
const isSurrogate = (chunk: Buffer, at: number): boolean => {
  if (chunk[at] !== BACKSLASH) return false
  const [u, d] = [chunk[at + 1], chunk[at + 2]]
  return u === undefined || (u === LETTER_U && (d === undefined || d === 100 || d === 68))
}

const endText = (state: State, chunk: Buffer, from: number, at: number): number => {
  state.inText = false
  state.wasCut = state.missing > 0
  if (state.missing > 0) state.kept.push(Buffer.from(shortenedMark(state.missing)))
  const start = state.missing >= 0 ? at : from
  state.isCut ||= state.missing > 0
  const isShort = state.missing === -1 && state.textBytes <= KEY_BYTES_MAX
  // A text over the border of two chunks may be a name.
  const isThere = state.textBytes <= at
  state.name = !isShort ? '' : isThere ? chunk.toString('latin1', at - state.textBytes, at) : 'id'
  return start
}

/** 1 for a byte that stands for itself in a text. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === QUOTE || byte === BACKSLASH ? 0 : 1
)
/** 1 for a letter that makes an escape of two bytes. */
const SIMPLE = Uint8Array.from({ length: 256 }, (_, byte) =>
  ESCAPES.has(byte) && byte !== LETTER_U ? 1 : 0
)

/** Passes over the rest of a text, fast; where it stops something must be looked at. */
const passOver = (chunk: Buffer, from: number): number => {
  const end = chunk.length - 1
  let at = from
  while (at < end) {
    const byte = chunk[at] as number
    if (PLAIN[byte] === 1) at += 1
    else if (byte === BACKSLASH && SIMPLE[chunk[at + 1] as number] === 1) at += 2
    else return at
  }
  return at
}

const beginText = (state: State): void => {
  state.inText = true
  state.textBytes = 0
  state.missing = -1
  state.escape = 0
  const { afterColon, key, keeps } = state
  state.mayCut = !(afterColon && (NAMES.test(key) || keeps?.has(key) === true))
}

/** A byte between texts; false when a text that was cut turns out to be a key. */
const between = (state: State, byte: number): boolean => {
  if (byte === COLON) {
    if (state.wasCut && state.isForFolds !== true) return false
    state.key = state.name
  }
  if (byte === QUOTE) beginText(state)
  if (byte > 32) {
    state.afterColon = byte === COLON
    if (byte !== QUOTE) state.wasCut = false
  }
  return true
}

/** Takes a chunk; false when the line must be read whole. */
const take = (state: State, chunk: Buffer): boolean => {
  let from = 0
  let at = 0
  while (at < chunk.length) {
    const byte = chunk[at] as number
    if (!state.inText) {
      if (!between(state, byte)) return false
      at += 1
      continue
    }
    if (byte === QUOTE && state.escape === 0) {
      from = endText(state, chunk, from, at)
      at += 1
      continue
    }
    if (state.missing === -1) {
      const isLong =
        state.textBytes >= state.textBytesMax ||
        (state.isForFolds !== true && isSurrogate(chunk, at))
      if (state.mayCut && isLong && isBorder(state, byte)) {
        state.kept.push(Buffer.from(chunk.subarray(from, at)))
        state.missing = 0
      }
    }
    if (!leaveOut(state, byte)) return false
    let next = at + 1
    if (state.missing >= 0 && state.escape === 0) next = passOver(chunk, next)
    if (state.missing >= 0) state.missing += next - at
    state.textBytes += next - at
    at = next
  }
  if (state.missing === -1 || !state.inText) state.kept.push(Buffer.from(chunk.subarray(from)))
  return true
}

/** Cuts the texts of one line as it goes by. */
export interface Shortener {
  /** False when the line must be read whole; then nothing more is taken. */
  readonly take: (chunk: Buffer) => boolean
  /** Bytes that are kept so far. */
  readonly keptBytes: () => number
  /** Null when the line must be read whole. */
  readonly end: () => Shortened | null
}

/** A shortener of texts of more than so many bytes. */
export const shortener = (textBytesMax: number, cutting: Cutting = {}): Shortener => {
  const state: State = {
    ...cutting,
    ...{ textBytesMax, kept: [], inText: false, textBytes: 0, mayCut: false, missing: -1 },
    ...{ escape: 0, wasCut: false, name: '', key: '', afterColon: false, isCut: false }
  }
  const utf8 = utf8Check()
  let counted = 0
  let keptBytes = 0
  return {
    take: (chunk) => utf8.take(chunk) && take(state, chunk),
    keptBytes: () => {
      for (; counted < state.kept.length; counted++) keptBytes += state.kept[counted]?.length ?? 0
      return keptBytes
    },
    end: () =>
      state.inText || !utf8.isDone()
        ? null
        : { line: Buffer.concat(state.kept), isCut: state.isCut }
  }
}

/** A line in chunks, with texts of more than so many bytes cut; null when it must be read whole. */
export const shorten = (chunks: Chunks, textBytesMax: number): Shortened | null => {
  const cutter = shortener(textBytesMax)
  for (const chunk of chunks) if (!cutter.take(chunk)) return null
  return cutter.end()
}

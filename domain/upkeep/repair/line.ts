/**
 * Mending one line: which whole events stand on it, and which bytes must give way so that readers find them.
 *
 * Bytes that belong to no event become spaces, the last of them a newline where an event follows, so that nothing behind
 * moves. Only events without a byte between them need one more, and bytes that are no UTF-8 become U+FFFD, or question marks
 * where nothing may move. What is no event at all is blanked whole; the original bytes are in quarantine.
 */
import { toRolloutLine } from '../../log/event.ts'
import { PROFILES } from '../../log/profile.ts'
import { badUtf8, type ByteRun } from './utf8.ts'
import type { Edit } from './plan.ts'

interface LineSetting {
  /** True for the last line when no newline ends it. */
  readonly isTail: boolean
  /** True when another file names a place behind this line, so that no byte behind it may move. */
  readonly keepsOffsets: boolean
}

/** What became of a line: edits counted from its beginning, or why there are none. */
type MendedLine =
  | { readonly edits: ReadonlyArray<Edit>; readonly events: number }
  | { readonly none: string }

const [NUL, SPACE, QUOTE, BACKSLASH, OPEN, CLOSE] = [0, 32, 34, 92, 123, 125]
/** A line in which more events seem to begin is taken for something else. */
const BEGINNINGS_MAX = 256
const BEGINNING = [...'{"timestamp":"'].map((character) => character.charCodeAt(0))

/** Where the object that begins at a place ends; -1 when it does not. */
const endOfObject = (bytes: Uint8Array, from: number): number => {
  let depth = 0
  let isText = false
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (isText) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) isText = true
    else if (byte === OPEN) depth += 1
    else if (byte === CLOSE) {
      depth -= 1
      if (depth === 0) return at + 1
    } else if (byte === NUL) return -1
  }
  return -1
}

const startsAt = (bytes: Uint8Array, at: number): boolean =>
  BEGINNING.every((byte, i) => bytes[at + i] === byte)

/** The next place, from one on, at which an event may begin; -1 when there is none. */
const nextBeginning = (bytes: Uint8Array, from: number): number => {
  for (let at = bytes.indexOf(OPEN, from); at !== -1; at = bytes.indexOf(OPEN, at + 1))
    if (startsAt(bytes, at)) return at
  return -1
}

/** An event on a line, with the bytes in it that are no UTF-8. */
interface LineEvent {
  readonly from: number
  readonly until: number
  readonly bad: ReadonlyArray<ByteRun>
}

const isEvent = (text: string): boolean => {
  try {
    return typeof toRolloutLine(JSON.parse(text), PROFILES['0.169']) !== 'string'
  } catch {
    return false
  }
}

const wholeAt = (bytes: Uint8Array, from: number): LineEvent | null => {
  const until = endOfObject(bytes, from)
  if (until === -1) return null
  const object = bytes.subarray(from, until)
  // The decoder puts a sign where bytes are no UTF-8, as the edits will.
  return isEvent(new TextDecoder().decode(object)) ? { from, until, bad: badUtf8(object) } : null
}

/** The whole events of a line, in order. */
const wholesOf = (bytes: Uint8Array): ReadonlyArray<LineEvent> => {
  const wholes: Array<LineEvent> = []
  const first = bytes.findIndex((byte) => byte !== SPACE && byte !== NUL)
  const lead = first !== -1 && bytes[first] === OPEN ? first : nextBeginning(bytes, 0)
  for (let at = lead, tried = 0; at !== -1 && tried < BEGINNINGS_MAX; tried++) {
    const whole = wholeAt(bytes, at)
    if (whole !== null) wholes.push(whole)
    at = nextBeginning(bytes, whole === null ? at + 1 : whole.until)
  }
  return wholes
}

const edit = (offsetBytes: number, bytes: number, spaces: number, text = ''): Edit => ({
  offsetBytes,
  bytes,
  spaces,
  text
})

/** What stands before an event and belongs to none, with the newline that ends it. */
const gapBefore = (from: number, until: number): ReadonlyArray<Edit> =>
  from === until ? [] : [edit(from, until - from, until - from - 1, '\n')]

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === SPACE)

const mendedText = ({ from, bad }: LineEvent, { keepsOffsets }: LineSetting): ReadonlyArray<Edit> =>
  bad.map(({ at, bytes }) => edit(from + at, bytes, 0, keepsOffsets ? '?'.repeat(bytes) : '\ufffd'))

/** What stands behind the last event: cut off at the end of the file, blank elsewhere. */
const behind = (bytes: Uint8Array, from: number, isTail: boolean): ReadonlyArray<Edit> => {
  const rest = bytes.length - from
  if (isTail) return [edit(from, rest, 0, '\n')]
  return rest === 0 || isBlank(bytes.subarray(from)) ? [] : [edit(from, rest, rest)]
}

/** Finds the edits that make a line readable. */
export const mendLine = (bytes: Uint8Array, setting: LineSetting): MendedLine => {
  const wholes = wholesOf(bytes)
  const { isTail, keepsOffsets } = setting
  if (wholes.length === 0) {
    const all = isTail ? edit(0, bytes.length, 0) : edit(0, bytes.length, bytes.length)
    return { edits: [all], events: 0 }
  }
  const edits: Array<Edit> = []
  let at = 0
  for (const whole of wholes) {
    const isGlued = whole.from === at && at > 0
    if (isGlued && keepsOffsets)
      return {
        none: 'a newline is wanted between two events, and another file counts the bytes of this one'
      }
    edits.push(...(isGlued ? [edit(at, 0, 0, '\n')] : gapBefore(at, whole.from)))
    edits.push(...mendedText(whole, setting))
    at = whole.until
  }
  return { edits: [...edits, ...behind(bytes, at, isTail)], events: wholes.length }
}

/**
 * Looking at a line that is no event, or too long to be parsed: what JSON it holds, where other lines begin in it, where NUL
 * bytes and bytes that are no UTF-8 stand. It goes by in chunks; a scan is changed in place and small.
 */
import { feedJson, startJson, type JsonScan } from './json-scan.ts'
import { feedUtf8, startUtf8, type Utf8Scan } from './utf8-scan.ts'

/** How every line of Codex begins. */
const MARK = Uint8Array.from('{"timestamp":"', (c) => c.charCodeAt(0))
/** Beginnings beyond this many in one line are not looked at. */
const PIECES_MAX = 32
/** So much of a piece is kept to compare it with others. */
export const HEAD_BYTES = 4096

/** What begins somewhere in a line. */
export interface LinePiece {
  readonly offset: number
  readonly head: Uint8Array
  headBytes: number
  readonly json: JsonScan
}

/** What was seen of a line so far. */
export interface LineScan {
  bytes: number
  nulBytes: number
  firstNulAt: number | null
  lastNulAt: number | null
  readonly utf8: Utf8Scan
  /** The line itself, then what begins as a line of Codex does further on. */
  readonly pieces: Array<LinePiece>
  /** The last bytes that went by: a mark may stand over the border of two chunks. */
  carry: Uint8Array
}

const newPiece = (offset: number, headBytesMax: number): LinePiece => ({
  offset,
  head: new Uint8Array(headBytesMax),
  headBytes: 0,
  json: startJson()
})

/** `bytesMax` bounds the line, where its length is known. */
export const startLine = (bytesMax = HEAD_BYTES): LineScan => ({
  bytes: 0,
  nulBytes: 0,
  firstNulAt: null,
  lastNulAt: null,
  utf8: startUtf8(),
  pieces: [newPiece(0, Math.min(bytesMax, HEAD_BYTES))],
  carry: new Uint8Array(0)
})

const feedPiece = (piece: LinePiece, chunk: Uint8Array): void => {
  const room = Math.min(chunk.length, piece.head.length - piece.headBytes)
  if (room > 0) {
    piece.head.set(chunk.subarray(0, room), piece.headBytes)
    piece.headBytes += room
  }
  feedJson(piece.json, chunk)
}

const isMark = (bytes: Uint8Array, at: number): boolean => {
  for (let i = 1; i < MARK.length; i++) if (bytes[at + i] !== MARK[i]) return false
  return true
}

const OPENING_BRACE = 123

const feedMarks = (scan: LineScan, chunk: Uint8Array): void => {
  const carried = scan.carry.length
  const bytes = new Uint8Array(carried + chunk.length)
  bytes.set(scan.carry)
  bytes.set(chunk, carried)
  const base = scan.bytes - carried
  for (
    let at = bytes.indexOf(OPENING_BRACE);
    at !== -1;
    at = bytes.indexOf(OPENING_BRACE, at + 1)
  ) {
    if (at > bytes.length - MARK.length || scan.pieces.length >= PIECES_MAX) break
    if (base + at === 0 || !isMark(bytes, at)) continue
    const piece = newPiece(base + at, HEAD_BYTES)
    feedPiece(piece, bytes.subarray(at))
    scan.pieces.push(piece)
  }
  scan.carry = bytes.slice(Math.max(0, bytes.length - MARK.length + 1))
}

const feedNuls = (scan: LineScan, chunk: Uint8Array): void => {
  for (let at = chunk.indexOf(0); at !== -1; at = chunk.indexOf(0, at + 1)) {
    scan.firstNulAt ??= scan.bytes + at
    // Runs are counted byte by byte: they are what a power loss leaves.
    let end = at + 1
    while (chunk[end] === 0) end += 1
    scan.nulBytes += end - at
    scan.lastNulAt = scan.bytes + end - 1
    at = end - 1
  }
}

/** Takes the next bytes of the line, without its newline. */
export const feedLine = (scan: LineScan, chunk: Uint8Array): void => {
  feedUtf8(scan.utf8, chunk)
  feedNuls(scan, chunk)
  for (const piece of scan.pieces) feedPiece(piece, chunk)
  feedMarks(scan, chunk)
  scan.bytes += chunk.length
}

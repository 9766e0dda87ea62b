/**
 * Cursors of the command line: those of the engine, which name ids in JSON, in a form that is short to copy. A last byte
 * tells a cursor that was copied in part.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'

/** Words that cursors of the engine are made of; a cursor with others is only longer. */
const WORDS = [
  '{"turnId":"',
  '","includeAnchor":false',
  '","includeAnchor":true',
  ',"item":',
  '{"atMs":',
  ',"threadId":"',
  '","revision":',
  '{"threadId":"',
  '","searchTerm":"',
  '","nextTurnIndex":',
  ',"nextItemIndex":',
  ',"nextOccurrenceIndex":',
  '|=',
  '{"requestedThreadId":"',
  '","rolloutOrdinal":',
  ',"includeAnchor":false',
  ',"includeAnchor":true',
  ',"scope":{"kind":"turns"}}',
  ',"scope":{"kind":"items"'
]

/** Bytes below 32 are no part of a text: a word each, a time, and an id. */
const TIME = 0x1e
const TIME_BYTES = 6
const ID = 0x1f
const ID_BYTES = 16
/** Later is no date. */
const DATE_MAX = 8.64e15
const PREFIX = 'c'
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/

const TOKEN = new RegExp(
  `${UUID.source}|${INSTANT.source}|${WORDS.map((word) => word.replace(/[{}|]/g, '\\$&')).join('|')}`,
  'g'
)

const checkOf = (bytes: Uint8Array): number =>
  bytes.reduce((sum, byte) => (sum * 31 + byte) % 251, 7)

/** A time in bytes; as text where its milliseconds do not give the text again. */
const instantBytes = (text: string): Buffer => {
  const ms = Date.parse(text)
  if (Number.isNaN(ms) || ms < 0 || new Date(ms).toISOString() !== text) return Buffer.from(text)
  const bytes = Buffer.alloc(1 + TIME_BYTES, TIME)
  bytes.writeUIntBE(ms, 1, TIME_BYTES)
  return bytes
}

/** A cursor as people copy it. */
export const shortCursor = (cursor: string): string => {
  const pieces: Array<Buffer> = []
  let end = 0
  const text = (until: number) => pieces.push(Buffer.from(cursor.slice(end, until)))
  for (const { 0: found, index } of cursor.matchAll(TOKEN)) {
    text(index)
    const word = WORDS.indexOf(found)
    if (word !== -1) pieces.push(Buffer.of(word))
    else if (found.endsWith('Z')) pieces.push(instantBytes(found))
    else pieces.push(Buffer.of(ID), Buffer.from(found.replaceAll('-', ''), 'hex'))
    end = index + found.length
  }
  text(cursor.length)
  const bytes = Buffer.concat(pieces)
  return PREFIX + Buffer.concat([bytes, Buffer.of(checkOf(bytes))]).toString('base64url')
}

const idOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** The cursor of the engine that `shortCursor` made short. */
export const wholeCursor = (short: string): E.Either<StoreError, string> => {
  const all = Buffer.from(short.slice(PREFIX.length), 'base64url')
  const bytes = all.subarray(0, -1)
  if (!short.startsWith(PREFIX) || all.length < 2 || all.at(-1) !== checkOf(bytes)) {
    const message = `"${short}" is not a cursor, or only a part of one`
    return E.left({ _tag: 'InvalidRequest', message })
  }
  const pieces: Array<Buffer> = []
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === ID) {
      pieces.push(Buffer.from(idOf(bytes.subarray(at + 1, at + 1 + ID_BYTES))))
      at += ID_BYTES
    } else if (byte === TIME && at + TIME_BYTES < bytes.length) {
      const ms = bytes.readUIntBE(at + 1, TIME_BYTES)
      pieces.push(Buffer.from(new Date(Math.min(ms, DATE_MAX)).toISOString()))
      at += TIME_BYTES
    } else pieces.push(byte < WORDS.length ? Buffer.from(WORDS[byte] ?? '') : Buffer.of(byte))
  }
  return E.right(Buffer.concat(pieces).toString('utf8'))
}

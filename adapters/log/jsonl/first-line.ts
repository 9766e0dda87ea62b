/**
 * The first line of a segment: which thread wrote it and which history it continues.
 *
 * A first line never changes, so it is read once for every file a process sees.
 */
import { statSync } from 'node:fs'
import { baseOf, type HistoryBase } from '../../../domain/log/payloads.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import { readBuffer } from './buffers.ts'
import { openBytes, type ByteSource } from './bytes.ts'
import { matches, ordinalIn, typeAt } from './line-head.ts'
import { endOfLine, isBlank, parseLine, withoutInstructions } from './lines.ts'

/** What a segment's first line says; `unreadable` when it is not session metadata. */
export type FirstLine =
  | { readonly base: HistoryBase | null; readonly forkedFromId: string | null }
  | 'unreadable'

/** Most first lines are shorter. */
const CHUNK_BYTES = 32 * 1024
/** A first line beyond this is not looked for. */
const LONGEST_BYTES = 16 * 1024 * 1024

const FIRST_FILE: FirstLine = { base: null, forkedFromId: null }

/** Every file of a home is looked into: with a buffer for each of them the system would clear memory most of the time. */
const CHUNK = readBuffer(CHUNK_BYTES)
/** Whose bytes fill it. */
let chunkOf: ByteSource | null = null

/** The first line that is not blank; null when there is none, or none within reach. */
export const readFirstLine = (source: ByteSource): Buffer | null => {
  let buffer = CHUNK
  let have = 0
  chunkOf = null
  for (;;) {
    const read = source.read(buffer, have, buffer.length - have, have)
    have += read
    if (have === CHUNK_BYTES && buffer === CHUNK) chunkOf = source
    for (let from = 0, end = endOfLine(buffer, 0, have); end !== -1;) {
      if (!isBlank(buffer, from, end)) return Buffer.from(buffer.subarray(from, end))
      from = end + 1
      end = endOfLine(buffer, from, have)
    }
    if (read === 0) return have === 0 ? null : Buffer.from(buffer.subarray(0, have))
    if (have < buffer.length) continue
    if (have >= LONGEST_BYTES) return null
    buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)])
  }
}

const NUMBERED = Buffer.from(',"ordinal":')

const firstLineOf = (line: Buffer | null): FirstLine => {
  if (line === null) return 'unreadable'
  const bytes = line[0] === 0xef ? line.subarray(3) : line
  const parsed = parseLine(withoutInstructions(bytes), PROFILES['0.169'])
  if (typeof parsed === 'string' || parsed.type !== 'session_meta') {
    // Without metadata an unnumbered file is an old one, which continues nothing.
    return bytes.subarray(0, 128).includes(NUMBERED) || typeof parsed === 'string'
      ? 'unreadable'
      : FIRST_FILE
  }
  const { payload } = parsed
  return { base: baseOf(payload), forkedFromId: payload.forked_from_id?.toLowerCase() ?? null }
}

/** The same source, which gives the first bytes that were read again as long as they are there. */
const withChunk = (source: ByteSource): ByteSource => ({
  ...source,
  read: (target, at, length, position) => {
    if (chunkOf !== source || position !== 0 || length < CHUNK_BYTES)
      return source.read(target, at, length, position)
    CHUNK.copy(target, at)
    return CHUNK_BYTES + source.read(target, at + CHUNK_BYTES, length - CHUNK_BYTES, CHUNK_BYTES)
  }
})

const HISTORY_BASE = Buffer.from('history_base')
const SESSION_META = Buffer.from('session_meta"')
/** With these a name can be written otherwise. */
const ESCAPE = Buffer.from('\\u')
const CLOSING_BRACE = 125

/** True for a line that is written as that of a thread's first file, and names nothing it continues; told without parsing it. */
const isPlainBeginning = (line: Buffer): boolean => {
  const at = typeAt(line, 0)
  return (
    at !== -1 &&
    (ordinalIn(line, 0, at) ?? 0) === 0 &&
    matches(line, at, SESSION_META) &&
    line[line.length - 1] === CLOSING_BRACE &&
    !line.includes(HISTORY_BASE) &&
    !line.includes(ESCAPE)
  )
}

/** What was seen of a file whose reading began with its first line. */
export interface BegunFile {
  readonly source: ByteSource
  /** True when the line tells at first sight that it continues nothing. */
  readonly isPlain: boolean
}

/** Makes a reader of first lines that remembers them by path and identity of the file. */
export const firstLines = () => {
  const known = new Map<string, { readonly inode: number; readonly line: FirstLine }>()
  const note = (path: string, inode: number, bytes: Buffer | null): FirstLine => {
    const line = firstLineOf(bytes)
    // An empty file will get its first line; a damaged one may be mended.
    if (bytes !== null && line !== 'unreadable') known.set(path, { inode, line })
    return line
  }
  return {
    of: (path: string, compressed: boolean): FirstLine => {
      const { ino: inode } = statSync(path)
      const before = known.get(path)
      if (before?.inode === inode) return before.line
      const source = openBytes(path, compressed)
      try {
        return note(path, inode, readFirstLine(source))
      } finally {
        source.close()
      }
    },
    /** Opens a file to read it from its beginning; what its first line says is remembered on the way, unless that is plain. */
    begin: (path: string, compressed: boolean, inode: number): BegunFile => {
      const source = openBytes(path, compressed)
      try {
        const bytes = readFirstLine(source)
        const isPlain = bytes !== null && isPlainBeginning(bytes)
        if (!isPlain) note(path, inode, bytes)
        return { source: withChunk(source), isPlain }
      } catch (cause) {
        source.close()
        throw cause
      }
    }
  }
}

/**
 * The first line of a segment: which thread wrote it and which history it continues.
 *
 * A first line never changes, so it is read once for every file a process sees.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { baseOf, type HistoryBase } from '../../../domain/log/payloads.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import { readBuffer } from './buffers.ts'
import { openBytes, type ByteSource } from './bytes.ts'
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

/** The first line that is not blank; null when there is none, or none within reach. */
export const readFirstLine = (source: ByteSource): Buffer | null => {
  let buffer = CHUNK
  let have = 0
  for (;;) {
    const read = source.read(buffer, have, buffer.length - have, have)
    have += read
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

/** Makes a reader of first lines that remembers them by path and identity of the file. */
export const firstLines = () => {
  const known = new Map<string, { readonly inode: number; readonly line: FirstLine }>()
  return (path: string, compressed: boolean): FirstLine => {
    const { ino: inode, size } = statSync(path)
    const before = known.get(path)
    if (before?.inode === inode) return before.line
    const read = E.tryCatch(() => openBytes(path, compressed), E.toError)
    if (E.isLeft(read)) throw read.left
    try {
      const line = firstLineOf(readFirstLine(read.right))
      // An empty file will get its first line; a damaged one may be mended.
      if (size > 0 && line !== 'unreadable') known.set(path, { inode, line })
      return line
    } finally {
      read.right.close()
    }
  }
}

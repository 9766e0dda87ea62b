/**
 * The logs that unroll keeps in a home: `.unroll/NAME.jsonl`, one JSON record per line.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, fstatSync, readSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { v7 } from 'uuid'
import { OWN_FOLDER } from '../../domain/changes/relocation.ts'
import type { StoreError } from '../../domain/errors.ts'
import { ioFailure } from '../../replay/guarded.ts'
import type { HomeLog, HomeLogLine, HomeLogName } from '../../replay/home-ports.ts'
import type { Guard } from '../../replay/ports.ts'
import { openPlain } from './plain-file.ts'
import { appendLine, ownFolder } from './own-folder.ts'

const CHUNK_BYTES = 64 * 1024
const NEWLINE = 10

/** The lines in bytes that begin at an offset of the file; only the last one may lack its newline. */
export function* linesIn(bytes: Buffer, offset: number): Iterable<HomeLogLine> {
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, from)
    const until = end === -1 ? bytes.length : end
    const line = bytes.subarray(from, until)
    if (line.length > 0)
      yield {
        offset: offset + from,
        bytes: line.length,
        checksum: crc32(line),
        terminated: end !== -1,
        text: line.toString('utf8')
      }
    from = until + 1
  }
}

const readAt = (file: number, from: number, bytes: number): Buffer => {
  const chunk = Buffer.alloc(bytes)
  return chunk.subarray(0, readSync(file, chunk, 0, bytes, from))
}

/** Lines from an offset to where the file ended when it was opened. */
function* forwards(file: number, from: number, size: number): Iterable<HomeLogLine> {
  let rest = Buffer.alloc(0)
  for (let at = from; at < size;) {
    const chunk = readAt(file, at, Math.min(CHUNK_BYTES, size - at))
    if (chunk.length === 0) break
    const bytes = Buffer.concat([rest, chunk])
    const whole = bytes.lastIndexOf(NEWLINE) + 1
    yield* linesIn(bytes.subarray(0, whole), at - rest.length)
    at += chunk.length
    rest = bytes.subarray(whole)
  }
  yield* linesIn(rest, size - rest.length)
}

/** All lines, last one first. */
function* reversed(file: number, size: number): Iterable<HomeLogLine> {
  let rest = Buffer.alloc(0)
  for (let at = size; at > 0;) {
    const from = Math.max(0, at - CHUNK_BYTES)
    const bytes = Buffer.concat([readAt(file, from, at - from), rest])
    at = from
    // The first line may begin in the chunk before.
    const whole = at === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
    const cut = at > 0 && whole === 0 ? bytes.length : whole
    yield* [...linesIn(bytes.subarray(cut), from + cut)].reverse()
    rest = bytes.subarray(0, cut)
  }
}

const isMissing = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'ENOENT'

async function* readWith(
  path: string,
  lines: (file: number, size: number) => Iterable<HomeLogLine>
): AsyncIterable<HomeLogLine> {
  let file: number
  try {
    file = openPlain(path)
  } catch (cause) {
    if (isMissing(cause)) return
    throw cause
  }
  try {
    yield* lines(file, fstatSync(file).size)
  } finally {
    closeSync(file)
  }
}

const verifyLine = (path: string, { offset, bytes, checksum }: Guard): boolean => {
  const file = openPlain(path)
  try {
    const found = readAt(file, offset, bytes + 1)
    const after = found[bytes]
    const isWhole = found.length >= bytes && (after === undefined || after === NEWLINE)
    return isWhole && crc32(found.subarray(0, bytes)) === checksum
  } finally {
    closeSync(file)
  }
}

/** Runs a system call; what is missing is `otherwise`. */
const attempt = <A>(path: string, otherwise: A, call: () => A): E.Either<StoreError, A> => {
  try {
    return E.right(call())
  } catch (cause) {
    return isMissing(cause) ? E.right(otherwise) : E.left(ioFailure(cause, path))
  }
}

/** Who runs this process; empty where the system knows no name. */
export const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

export const homeLog =
  (home: string) =>
  (name: HomeLogName): HomeLog => {
    const path = join(home, OWN_FOLDER, `${name}.jsonl`)
    return {
      newId: () => v7(),
      nowMs: () => Date.now(),
      process: { pid: process.pid, user: userName() },
      append: async (record, durable) => {
        try {
          ownFolder(home)
          return E.right(appendLine(path, JSON.stringify(record), { durable }))
        } catch (cause) {
          return E.left(ioFailure(cause, path))
        }
      },
      look: async () =>
        attempt(path, null, () => {
          const { size, mtimeMs, ino } = statSync(path)
          return { sizeBytes: size, modifiedAtMs: mtimeMs, inode: ino }
        }),
      read: (fromBytes) => readWith(path, (file, size) => forwards(file, fromBytes, size)),
      readBackwards: () => readWith(path, reversed),
      verify: async (guard) => attempt(path, false, () => verifyLine(path, guard))
    }
  }

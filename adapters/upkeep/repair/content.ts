/**
 * Contents of files as streams: hashing them, and writing them with edits, in the memory of one chunk.
 */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { writeWhole } from '../../home/plain-file.ts'
import type { FileContent } from '../../../domain/changes/relocation.ts'
import type { Edit } from '../../../domain/upkeep/repair/plan.ts'
import { openBytes, type ByteSource } from '../../log/jsonl/bytes.ts'
import type { StepHook } from '../../home/relocate.ts'

const CHUNK_BYTES = 1024 * 1024

export interface Original {
  readonly path: string
  /** How many bytes of what a compressed file holds; null for all bytes of a plain one. */
  readonly decompressedBytes: number | null
}

/** Bytes of a source from one place to another; fewer when it ends. */
function* piecesFrom(source: ByteSource, from: number, until: number): Generator<Buffer> {
  for (let at = from; at < until;) {
    const piece = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, until - at))
    const read = source.read(piece, 0, piece.length, at)
    if (read === 0) return
    yield piece.subarray(0, read)
    at += read
  }
}

function* editedPieces(
  source: ByteSource,
  edits: ReadonlyArray<Edit>,
  until: number
): Generator<Buffer> {
  let at = 0
  for (const edit of edits) {
    yield* piecesFrom(source, at, edit.offsetBytes)
    yield Buffer.concat([Buffer.alloc(edit.spaces, 32), Buffer.from(edit.text)])
    at = edit.offsetBytes + edit.bytes
  }
  yield* piecesFrom(source, at, until)
}

const withPieces = <A>(
  { path, decompressedBytes }: Original,
  edits: ReadonlyArray<Edit>,
  use: (pieces: Iterable<Buffer>) => A
): A => {
  const source = openBytes(path, decompressedBytes !== null)
  try {
    return use(editedPieces(source, edits, decompressedBytes ?? Infinity))
  } finally {
    source.close()
  }
}

const digested = (pieces: Iterable<Buffer>, each: (piece: Buffer) => void): FileContent => {
  const hash = createHash('sha256')
  let bytes = 0
  for (const piece of pieces) {
    hash.update(piece)
    bytes += piece.length
    each(piece)
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** What a file holds now, or would hold with edits. */
export const contentOf = (original: Original, edits: ReadonlyArray<Edit> = []): FileContent =>
  withPieces(original, edits, (pieces) => digested(pieces, () => undefined))

export const fileContent = (path: string): FileContent =>
  contentOf({ path, decompressedBytes: null })

/** The content of the first bytes of a plain file. */
export const prefixContent = (path: string, bytes: number): FileContent => {
  const source = openBytes(path, false)
  try {
    return digested(piecesFrom(source, 0, bytes), () => undefined)
  } finally {
    source.close()
  }
}

/** Bytes that stand behind others of another file. */
interface AppendedTail {
  readonly path: string
  readonly from: number
}

function* withTail(pieces: Iterable<Buffer>, tail: AppendedTail | null): Generator<Buffer> {
  yield* pieces
  if (tail === null) return
  const source = openBytes(tail.path, false)
  try {
    yield* piecesFrom(source, tail.from, Infinity)
  } finally {
    source.close()
  }
}

export interface Making {
  readonly target: string
  readonly mode: number
  /** Bytes that follow; null for none. */
  readonly tail: AppendedTail | null
  readonly step: StepHook
}

/** Writes a file with edits to a new one, brings it to the disk, and answers what it holds then. */
export const writeEdited = (
  original: Original,
  edits: ReadonlyArray<Edit>,
  { target, mode, tail, step }: Making
): FileContent => {
  step(`make ${basename(target)}`)
  const file = openSync(target, 'wx', mode)
  try {
    const content = withPieces(original, edits, (pieces) =>
      digested(withTail(pieces, tail), (piece) => {
        step(`write ${basename(target)}`)
        writeWhole(file, piece)
      })
    )
    step(`sync ${basename(target)}`)
    fsyncSync(file)
    return content
  } finally {
    closeSync(file)
  }
}

/** True when the content of one file is the beginning of that of the other, or all of it. */
export const isPrefixOf = (path: string, other: string): boolean => {
  const short = openBytes(path, path.endsWith('.zst'))
  const long = openBytes(other, other.endsWith('.zst'))
  try {
    for (let at = 0; ;) {
      const [a, b] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)]
      const read = short.read(a, 0, CHUNK_BYTES, at)
      if (read === 0) return true
      const there = long.read(b, 0, read, at)
      if (there < read || !a.subarray(0, read).equals(b.subarray(0, read))) return false
      at += read
    }
  } catch {
    return false
  } finally {
    short.close()
    long.close()
  }
}

/**
 * Bytes of a rollout by position, whether the file is plain or zstd-compressed.
 *
 * Reads are synchronous: rollouts are mostly in the page cache, where a trip through the thread pool costs more than
 * the read. Callers give way to other work between chunks.
 *
 * A compressed file is decompressed as a stream with a bounded window; reading backwards starts over. That suits
 * archived threads, which are read from front to back and do not change.
 */
import { closeSync, fstatSync, readFileSync, readSync } from 'node:fs'
import { Decompress } from 'fzstd'
import { readBuffer } from './buffers.ts'
import { isDocument } from '../../../domain/rollout-file.ts'
import { linesOfDocument } from '../../../migrations/document.ts'
import { openPlain } from '../../home/plain-file.ts'

/** Reads bytes at positions of the uncompressed content. */
export interface ByteSource<Count = number> {
  /** Fills `target` from `at`; returns the number of bytes read, 0 at the end. */
  readonly read: (target: Buffer, at: number, length: number, position: number) => Count
  readonly close: () => void
}

/** The same where bytes may have to be waited for: they come from somewhere else. */
export type SlowByteSource = ByteSource<number | Promise<number>>

/** A source that ends at a place, unless that is null. */
export const endingAt = (source: SlowByteSource, until: number | null): SlowByteSource =>
  until === null
    ? source
    : {
        ...source,
        read: (target, at, length, position) =>
          source.read(target, at, Math.max(0, Math.min(length, until - position)), position)
      }

const plainSource = (path: string): ByteSource => {
  const file = openPlain(path)
  return {
    read: (target, at, length, position) => readSync(file, target, at, length, position),
    close: () => closeSync(file)
  }
}

const COMPRESSED_CHUNK_BYTES = 64 * 1024
/** What the decoder gets at once: four bytes may become 128 KiB, and all that comes out is held. */
const SLICE_BYTES = 1024

interface Window {
  /** Position of the first byte in `chunks`. */
  start: number
  chunks: Array<Uint8Array>
  bytes: number
  readAt: number
  ended: boolean
  /** Compressed bytes that were read and not yet handed to the decoder. */
  unread: Buffer
  readonly decompress: Decompress
}

const newWindow = (): Window => {
  const window: Window = {
    start: 0,
    chunks: [],
    bytes: 0,
    readAt: 0,
    ended: false,
    unread: Buffer.alloc(0),
    decompress: new Decompress((chunk) => {
      window.chunks.push(chunk.slice())
      window.bytes += chunk.length
    })
  }
  return window
}

const dropBefore = (window: Window, position: number): void => {
  for (
    let first = window.chunks[0];
    first !== undefined && window.start + first.length <= position;
  ) {
    window.chunks.shift()
    window.start += first.length
    window.bytes -= first.length
    first = window.chunks[0]
  }
}

const copyOut = (
  window: Window,
  target: Buffer,
  at: number,
  length: number,
  position: number
): number => {
  let copied = 0
  let chunkStart = window.start
  for (const chunk of window.chunks) {
    const skip = Math.max(0, position + copied - chunkStart)
    if (skip < chunk.length && copied < length) {
      const part = chunk.subarray(skip, skip + length - copied)
      target.set(part, at + copied)
      copied += part.length
    }
    chunkStart += chunk.length
  }
  return copied
}

const compressedSource = (path: string): ByteSource => {
  const file = openPlain(path)
  const compressed = Buffer.alloc(COMPRESSED_CHUNK_BYTES)
  let window = newWindow()
  return {
    read: (target, at, length, position) => {
      if (position < window.start) window = newWindow()
      while (!window.ended && window.start + window.bytes < position + length) {
        dropBefore(window, position)
        if (window.unread.length === 0) {
          const bytesRead = readSync(file, compressed, 0, compressed.length, window.readAt)
          window.readAt += bytesRead
          window.ended = bytesRead === 0
          window.unread = compressed.subarray(0, bytesRead)
        }
        // The decoder keeps what it was given until it has the rest: it gets bytes of its own.
        const slice = Uint8Array.from(window.unread.subarray(0, SLICE_BYTES))
        window.unread = window.unread.subarray(slice.length)
        if (slice.length > 0) window.decompress.push(slice, false)
      }
      return copyOut(window, target, at, length, position)
    },
    close: () => closeSync(file)
  }
}

/** A larger document is not read: the client that wrote them wrote the whole of it with every item. */
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024

const documentSource = (path: string): ByteSource => {
  const file = openPlain(path)
  try {
    if (fstatSync(file).size > DOCUMENT_BYTES_MAX)
      throw Object.assign(new Error('the document is too large'), {
        code: 'EFBIG',
        syscall: 'read',
        path
      })
    const lines = Buffer.from(linesOfDocument(readFileSync(file, 'utf8')))
    return {
      read: (target, at, length, position) => lines.copy(target, at, position, position + length),
      close: () => undefined
    }
  } finally {
    closeSync(file)
  }
}

/** Opens a file for its own bytes, without compression; the caller closes it. */
export const openAsIs = (path: string, compressed: boolean): ByteSource =>
  compressed ? compressedSource(path) : plainSource(path)

/**
 * Opens a rollout for reading; the caller closes it. `compressed`: its lines are not the bytes of the file, as those of a
 * document are not.
 */
export const openBytes = (path: string, compressed: boolean): ByteSource =>
  isDocument(path) ? documentSource(path) : openAsIs(path, compressed)

/** Bytes after which other work of the process gets its turn. */
const TURN_BYTES = 4 * 1024 * 1024
let bytesThisTurn = 0

/** Notes work that costs as much as reading so many bytes. */
export const noteWork = (bytes: number): void => void (bytesThisTurn += bytes)

/** True when other work should have its turn: then `giveWay` is awaited. */
export const isTurnOver = (): boolean => bytesThisTurn >= TURN_BYTES

/** Counts bytes that were read; after some millions of them other work of the process gets its turn. */
export const giveWay = async (bytes: number): Promise<void> => {
  bytesThisTurn += bytes
  if (bytesThisTurn < TURN_BYTES) return
  bytesThisTurn = 0
  await new Promise((resolve) => setImmediate(resolve))
}

const PIECE_BYTES = 1024 * 1024

export async function* noPieces(): AsyncGenerator<Uint8Array> {}

/** Bytes of a source in pieces, up to its end; then it is closed. */
export async function* piecesOf(
  source: SlowByteSource,
  from: number,
  until: number
): AsyncGenerator<Uint8Array> {
  try {
    for (let at = from; at < until;) {
      const length = Math.min(PIECE_BYTES, until - at)
      const piece = readBuffer(length)
      const read = await source.read(piece, 0, length, at)
      if (read === 0) return
      yield piece.subarray(0, read)
      await giveWay(read)
      at += read
    }
  } finally {
    source.close()
  }
}

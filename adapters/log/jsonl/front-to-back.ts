/**
 * The bytes of a rollout from front to back, in pieces of bounded size; a compressed one is decompressed on the way.
 */
import { readBuffer } from './buffers.ts'
import { closeSync, fstatSync, readFileSync, readSync } from 'node:fs'
import { isDocument } from '../../../domain/rollout-file.ts'
import { linesOfDocument } from '../../../migrations/document.ts'
import { openPlain } from '../../home/plain-file.ts'
import { Decompress } from 'fzstd'

/** Bytes read at once. */
export const PIECE_BYTES = 128 * 1024

/** Compressed bytes taken at once: zstd makes at most 32 KiB of one byte, so that a piece stays below 16 MiB. */
const COMPRESSED_BYTES = 512

export interface RolloutBytes {
  /** The next piece, which is valid until the next call; null at the end. Throws errors of the system and of zstd. */
  readonly next: () => Uint8Array | null
  /** Size on disk when it was opened. */
  readonly sizeBytes: number
  /** True when the file has grown since. */
  readonly hasGrown: () => boolean
  readonly close: () => void
}

/** Thrown where a compressed file is not what zstd would write; the message is that of the decompressor. */
export class CompressedDamage extends Error {}

const plain = (file: number, sizeBytes: number) => {
  const buffer = readBuffer(Math.min(PIECE_BYTES, Math.max(1, sizeBytes)))
  let at = 0
  return (): Uint8Array | null => {
    const read = readSync(file, buffer, 0, Math.min(buffer.length, sizeBytes - at), at)
    at += read
    return read === 0 ? null : buffer.subarray(0, read)
  }
}

const compressed = (file: number) => {
  const buffer = new Uint8Array(COMPRESSED_BYTES)
  const ready: Array<Uint8Array> = []
  const stream = new Decompress((chunk) => void ready.push(chunk.slice()))
  let ended = false
  return (): Uint8Array | null => {
    while (ready.length === 0 && !ended) {
      const read = readSync(file, buffer, 0, COMPRESSED_BYTES, null)
      ended = read === 0
      try {
        // The last push throws when the end is missing.
        stream.push(buffer.slice(0, read), ended)
      } catch (cause) {
        throw new CompressedDamage(cause instanceof Error ? cause.message : String(cause))
      }
    }
    return ready.shift() ?? null
  }
}

const ofDocument = (file: number) => {
  const lines = Buffer.from(linesOfDocument(readFileSync(file, 'utf8')))
  let at = 0
  return (): Uint8Array | null => {
    const piece = lines.subarray(at, at + PIECE_BYTES)
    at += piece.length
    return piece.length === 0 ? null : piece
  }
}

const sizeOf = (file: number): number => {
  try {
    return fstatSync(file).size
  } catch (cause) {
    closeSync(file)
    throw cause
  }
}

/** Opens a plain file for reading; never a link, and never what a read could wait for. */
export const openRollout = (path: string, isCompressed: boolean): RolloutBytes => {
  const file = openPlain(path)
  const sizeBytes = sizeOf(file)
  return {
    next: isDocument(path)
      ? ofDocument(file)
      : isCompressed
        ? compressed(file)
        : plain(file, sizeBytes),
    sizeBytes,
    hasGrown: () => fstatSync(file).size > sizeBytes,
    close: () => closeSync(file)
  }
}

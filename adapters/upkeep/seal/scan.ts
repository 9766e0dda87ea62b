/**
 * Reading a rollout for a seal: digests of it as a whole and up to a place, and a checksum of every line.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { LineNow } from '../../../domain/upkeep/seal/compare.ts'
import { openAsIs } from '../../log/jsonl/bytes.ts'

export interface Scanned {
  readonly bytes: number
  readonly sha256: string
  /** Digest of the bytes up to the place that was asked for; null when the file ends before it. */
  readonly prefixSha256: string | null
}

const CHUNK_BYTES = 1024 * 1024
const NEWLINE = 10

/** Told of each line, or part of one where a seal ended inside of it. */
type OnSealedLine = (line: LineNow) => void

/** Cuts bytes into lines, and lines at the places where seals ended. */
const lineCutter = (cuts: ReadonlyArray<number>, onLine: OnSealedLine) => {
  let [checksum, begun, offset] = [0, false, 0]
  let next = 0
  const end = (at: number, whole: boolean): void => {
    if (begun || whole) onLine({ checksum, offset, whole })
    checksum = 0
    begun = false
    offset = at
  }
  const take = (bytes: Buffer): void => {
    if (bytes.length === 0) return
    checksum = crc32(bytes, checksum)
    begun = true
  }
  const piece = (bytes: Buffer, at: number): void => {
    for (let from = 0; from < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, from)
      const until = newline === -1 ? bytes.length : newline
      take(bytes.subarray(from, until))
      if (newline !== -1) end(at + until + 1, true)
      from = until + 1
    }
  }
  return {
    push: (bytes: Buffer, at: number): void => {
      let from = 0
      for (
        let cut = cuts[next];
        cut !== undefined && cut <= at + bytes.length;
        cut = cuts[++next]
      ) {
        piece(bytes.subarray(from, cut - at), at + from)
        end(cut, false)
        from = Math.max(from, cut - at)
      }
      piece(bytes.subarray(from), at + from)
    },
    end: (at: number): void => end(at, false)
  }
}

/** Reads a file from its first byte to its last. Throws when it cannot be read. */
export const scanFile = async (
  path: string,
  compressed: boolean,
  prefixBytes: number,
  cuts: ReadonlyArray<number>,
  onLine: OnSealedLine
): Promise<Scanned> => {
  const source = openAsIs(path, compressed)
  const hash = createHash('sha256')
  const cutter = lineCutter(cuts, onLine)
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  let bytes = 0
  let prefixSha256 = prefixBytes === 0 ? hash.copy().digest('hex') : null
  try {
    for (;;) {
      const read = source.read(buffer, 0, CHUNK_BYTES, bytes)
      if (read === 0) break
      const chunk = buffer.subarray(0, read)
      const inside = prefixBytes - bytes
      if (inside > 0 && inside <= read) {
        prefixSha256 = hash.update(chunk.subarray(0, inside)).copy().digest('hex')
        hash.update(chunk.subarray(inside))
      } else hash.update(chunk)
      cutter.push(chunk, bytes)
      bytes += read
      await new Promise((resolve) => setImmediate(resolve))
    }
    cutter.end(bytes)
    return { bytes, sha256: hash.digest('hex'), prefixSha256 }
  } finally {
    source.close()
  }
}

const RECORD_AT = 153
const RECORD = '"record":'

/** True for a file whose first line is one of a log of seals. Throws when it cannot be read. */
export const isSealLog = (path: string): boolean => {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(RECORD_AT + RECORD.length)
    const read = readSync(file, head, 0, head.length, 0)
    return head.toString('latin1', 0, read).includes(RECORD)
  } finally {
    closeSync(file)
  }
}

/**
 * A rollout file beside the segment of a store that was copied from it: where it goes on, whether its bytes are the same, and
 * the lines that are new.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { openBytes, type ByteSource } from '../../jsonl/bytes.ts'
import { endOfLine, isBlank } from '../../jsonl/lines.ts'
import { sha256 } from '../stream/event.ts'
import type { LastLine, StoredSegment } from '../stream/stored.ts'

/** A file as it was when it was opened: what is appended meanwhile is not looked at. */
export interface OpenFile {
  readonly source: ByteSource
  readonly modifiedAtMs: number
  /** Closes it once, however often it is called. */
  readonly close: () => void
}

/** Opens a rollout, plain or compressed. Throws errors of the system. */
export const openFile = (path: string, compressed: boolean): OpenFile => {
  let isOpen = true
  const opened = (source: ByteSource, modifiedAtMs: number): OpenFile => ({
    source,
    modifiedAtMs,
    close: () => {
      if (isOpen) source.close()
      isOpen = false
    }
  })
  if (compressed) return opened(openBytes(path, true), statSync(path).mtimeMs)
  const file = openSync(path, 'r')
  const { size, mtimeMs } = fstatSync(file)
  const read: ByteSource['read'] = (target, at, length, position) =>
    readSync(file, target, at, Math.max(0, Math.min(length, size - position)), position)
  return opened({ read, close: () => closeSync(file) }, mtimeMs)
}

const readBytes = (source: ByteSource, from: number, bytes: number): Buffer => {
  const target = Buffer.allocUnsafe(bytes)
  let have = 0
  for (let more = 1; more > 0 && have < bytes; have += more)
    more = source.read(target, have, bytes - have, from + have)
  return target.subarray(0, have)
}

/** Where a file goes on that a store holds the beginning of. */
export type Standing =
  /** Nothing behind what the store holds. */
  | { readonly kind: 'same' }
  /** The last line of the store stands in its place; there is more from `from` on, or another tail. */
  | { readonly kind: 'longer'; readonly from: number }
  /** The last line of the store is not there, or not all of it. */
  | { readonly kind: 'other' }

const NEWLINE = 10
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

const holdsLine = (source: ByteSource, last: LastLine): boolean => {
  const line = readBytes(source, last.offset, last.bytes + 1)
  return (
    line.length === last.bytes + 1 &&
    line[last.bytes] === NEWLINE &&
    sha256(line.subarray(0, last.bytes)) === last.sha256
  )
}

/** True when nothing but blank lines, or a byte order mark, stands from a place to another one. */
const isBlankBetween = (source: ByteSource, from: number, until: number): boolean => {
  const between = readBytes(source, from, until - from)
  const marked = from === 0 && between.subarray(0, BOM.length).equals(BOM)
  return (
    between.length === until - from && isBlank(between, marked ? BOM.length : 0, between.length)
  )
}

const endsWith = (source: ByteSource, from: number, tail: LastLine | null): boolean => {
  const behind = readBytes(source, from, (tail?.bytes ?? 0) + 1)
  return tail === null
    ? behind.length === 0
    : behind.length === tail.bytes && sha256(behind) === tail.sha256
}

/** Compares a file with what a store holds of it; reads the last line of the store in the file, and what is behind it. */
export const standingOf = (source: ByteSource, segment: StoredSegment | undefined): Standing => {
  if (segment === undefined) return { kind: 'longer', from: 0 }
  const { last, bytes, tail } = segment
  if (last !== null && !holdsLine(source, last)) return { kind: 'other' }
  const behind = last === null ? 0 : last.offset + last.bytes + 1
  if (!isBlankBetween(source, behind, bytes)) return { kind: 'other' }
  return endsWith(source, bytes, tail) ? { kind: 'same' } : { kind: 'longer', from: bytes }
}

/** How a file and a segment of a store stand to each other; `atByte` is the first byte that only one of them has. */
export type ComparisonResult =
  | { readonly kind: 'equal' }
  /** The file is the beginning of what the store holds. */
  | { readonly kind: 'store_ahead'; readonly atByte: number }
  /** The store holds the beginning of the file. */
  | { readonly kind: 'home_ahead'; readonly atByte: number }
  | { readonly kind: 'diverged'; readonly atByte: number }

export interface Comparison {
  readonly take: (bytes: Uint8Array) => void
  /** True when more bytes of the store can change nothing. */
  readonly isDecided: () => boolean
  readonly result: () => ComparisonResult
}

export const comparisonWith = (source: ByteSource): Comparison => {
  let at = 0
  let decided: ComparisonResult | null = null
  return {
    take: (bytes) => {
      if (decided !== null) return
      const own = readBytes(source, at, bytes.length)
      if (own.equals(bytes)) {
        at += bytes.length
        return
      }
      const differs = own.findIndex((byte, i) => byte !== bytes[i])
      decided =
        differs === -1
          ? { kind: 'store_ahead', atByte: at + own.length }
          : { kind: 'diverged', atByte: at + differs }
    },
    isDecided: () => decided !== null,
    result: () => {
      if (decided !== null) return decided
      return readBytes(source, at, 1).length === 0
        ? { kind: 'equal' }
        : { kind: 'home_ahead', atByte: at }
    }
  }
}

/** Lines are handed out when they come to so many bytes; a longer one is handed out alone. */
const CHUNK_BYTES = 1024 * 1024

/**
 * The lines of a file from a place, the start or one behind a newline, without their newlines, several at a time; blank ones
 * too. Answers in the end what stands behind the last newline. Memory is bounded by the longest line.
 */
export function* cutLines(
  source: ByteSource,
  from: number
): Generator<ReadonlyArray<Uint8Array>, Uint8Array> {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  let [base, have, searched] = [from, 0, 0]
  for (;;) {
    if (have === buffer.length) {
      const larger = Buffer.allocUnsafe(buffer.length * 2)
      buffer.copy(larger)
      buffer = larger
    }
    const read = source.read(buffer, have, buffer.length - have, base + have)
    have += read
    const lines: Array<Uint8Array> = []
    let at = 0
    for (
      let end = endOfLine(buffer, searched, have);
      end !== -1;
      end = endOfLine(buffer, at, have)
    ) {
      lines.push(buffer.subarray(at, end))
      at = end + 1
    }
    if (lines.length > 0) {
      yield lines
      // The lines that were handed out keep the old buffer.
      const rest = buffer.subarray(at, have)
      buffer = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, rest.length))
      rest.copy(buffer)
      have = rest.length
      base += at
    }
    searched = have
    if (read === 0) return buffer.subarray(0, have)
  }
}

/**
 * How a file stands to the segment of the store that was copied from it: the last line that was copied is looked for in its
 * place, and what comes behind it is new.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { LastLine, StoredSegment } from '../stream/stored.ts'
import { openBytes, type ByteSource } from '../../jsonl/bytes.ts'
import { DIGESTS } from '../threads/digests.ts'
import { isBlank } from '../../jsonl/lines.ts'

/** Where a file goes on that a store holds the beginning of. */
export type Standing =
  /** Nothing behind what the store holds. */
  | { readonly kind: 'same' }
  /** The last line of the store stands in its place; there is more from `from` on, or another tail. */
  | { readonly kind: 'longer'; readonly from: number }
  /** The last line of the store is not there, or not all of it. */
  | { readonly kind: 'other' }

const NEWLINE = 10

/** Bytes of a file; fewer at its end. */
export const readBytes = (source: ByteSource, from: number, bytes: number): Buffer => {
  const target = Buffer.allocUnsafe(bytes)
  let have = 0
  for (let more = 1; more > 0 && have < bytes; have += more)
    more = source.read(target, have, bytes - have, from + have)
  return target.subarray(0, have)
}

const isLastLine = (source: ByteSource, last: LastLine): boolean => {
  const line = readBytes(source, last.offset, last.bytes + 1)
  return (
    line.length === last.bytes + 1 &&
    line[last.bytes] === NEWLINE &&
    DIGESTS.sha256(line.subarray(0, last.bytes)) === last.sha256
  )
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** True when nothing but blank lines, or a byte order mark, stands from a place to another one. */
const isBetween = (source: ByteSource, from: number, until: number): boolean => {
  const between = readBytes(source, from, until - from)
  const marked = from === 0 && between.subarray(0, BOM.length).equals(BOM)
  return (
    between.length === until - from && isBlank(between, marked ? BOM.length : 0, between.length)
  )
}

const isTail = (source: ByteSource, from: number, tail: LastLine | null): boolean => {
  const behind = readBytes(source, from, (tail?.bytes ?? 0) + 1)
  return tail === null
    ? behind.length === 0
    : behind.length === tail.bytes && DIGESTS.sha256(behind) === tail.sha256
}

/** Compares a file with what a store holds of it; reads the last line of the store in the file, and what is behind it. */
export const standingOf = (source: ByteSource, segment: StoredSegment | undefined): Standing => {
  if (segment === undefined) return { kind: 'longer', from: 0 }
  const { last, bytes, tail } = segment
  if (last !== null && !isLastLine(source, last)) return { kind: 'other' }
  const behind = last === null ? 0 : last.offset + last.bytes + 1
  if (!isBetween(source, behind, bytes)) return { kind: 'other' }
  return isTail(source, bytes, tail) ? { kind: 'same' } : { kind: 'longer', from: bytes }
}

/** A file as it was when it was opened: what is appended meanwhile is not looked at. */
export interface OpenFile {
  readonly source: ByteSource
  /** Bytes of the content; infinite where only decompressing tells. */
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  readonly close: () => void
}

/** Closes a file once, however often it is asked to. */
const closingOnce = (close: () => void): (() => void) => {
  let isOpen = true
  return () => {
    if (isOpen) close()
    isOpen = false
  }
}

/** Opens a rollout, plain or compressed. Throws errors of the system. */
export const openFile = (path: string, compressed: boolean): OpenFile => {
  if (compressed) {
    const { mtimeMs } = statSync(path)
    const source = openBytes(path, true)
    const close = closingOnce(source.close)
    return { source, sizeBytes: Infinity, modifiedAtMs: mtimeMs, close }
  }
  const file = openSync(path, 'r')
  const { size, mtimeMs } = fstatSync(file)
  const close = closingOnce(() => closeSync(file))
  const source: ByteSource = {
    read: (target, at, length, position) =>
      readSync(file, target, at, Math.max(0, Math.min(length, size - position)), position),
    close
  }
  return { source, sizeBytes: size, modifiedAtMs: mtimeMs, close }
}

/**
 * Guards: what tells later that a line still stands where it stood.
 */
import { crc32 } from 'node:zlib'
import type { Guard, Lineage, Position } from '../../../replay/ports.ts'
import { openBytes } from './bytes.ts'
import { NEWLINE } from './lines.ts'

/** The last bytes of a line, which speak for it. */
export const GUARD_BYTES_MAX = 64 * 1024

/** What tells a line again, wherever it stands. */
export const guardOf = (line: Buffer, offset: number, terminated: boolean): Guard => ({
  offset,
  bytes: line.length,
  checksum: crc32(line.subarray(Math.max(0, line.length - GUARD_BYTES_MAX))),
  terminated
})

/** The bytes that tell whether a guard holds: the end of its line, and the byte behind it. */
export const guardedRange = ({ offset, bytes }: Guard): readonly [from: number, length: number] => {
  const length = Math.min(bytes, GUARD_BYTES_MAX)
  return [offset + bytes - length, length + 1]
}

/** True when these bytes, of the guarded range, still hold the line, and nothing was glued to it. */
export const holdsGuard = (bytes: Buffer, guard: Guard): boolean => {
  const [, length] = guardedRange(guard)
  if (bytes.length < length - 1 || crc32(bytes.subarray(0, length - 1)) !== guard.checksum)
    return false
  const after = bytes[length - 1]
  return after === NEWLINE || (after === undefined && !guard.terminated)
}

/** True when the line a guard describes still stands before `next`, and nothing was glued to it. */
export const verifyGuard = (lineage: Lineage, next: Position, guard: Guard): boolean => {
  const file = lineage[next.segment]
  if (file === undefined) return false
  const source = openBytes(file.path, file.compressed)
  try {
    const [from, length] = guardedRange(guard)
    const buffer = Buffer.alloc(length)
    return holdsGuard(buffer.subarray(0, source.read(buffer, 0, length, from)), guard)
  } finally {
    source.close()
  }
}

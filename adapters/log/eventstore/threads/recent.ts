/**
 * The bytes that were read last, of the segments that were read last: a page is asked for right after its thread was folded,
 * and a fold may look twice. What a stream holds never changes, so what is here is as true as what the server says.
 */
import { keyOf, type SegmentAt } from './locate.ts'

/** Bytes kept of one segment, those behind the others. */
const SEGMENT_BYTES_MAX = 512 * 1024
const BYTES_MAX = 16 * 1024 * 1024

interface RecentWindow {
  readonly from: number
  readonly bytes: Buffer
}

export interface Recent {
  /** Fills `target` with what is here from a position on; answers how much that is. */
  readonly read: (
    at: SegmentAt,
    target: Buffer,
    targetAt: number,
    length: number,
    position: number
  ) => number
  readonly keep: (at: SegmentAt, position: number, bytes: Buffer) => void
}

/** Both joined where they touch; else the newer one. */
const together = (
  known: RecentWindow | undefined,
  position: number,
  bytes: Buffer
): RecentWindow => {
  const end = (known?.from ?? 0) + (known?.bytes.length ?? 0)
  const touches = known !== undefined && position >= known.from && position <= end
  if (touches && position + bytes.length <= end) return known
  const all = touches
    ? { from: known.from, bytes: Buffer.concat([known.bytes, bytes.subarray(end - position)]) }
    : { from: position, bytes: Buffer.from(bytes) }
  const over = all.bytes.length - SEGMENT_BYTES_MAX
  return over <= 0 ? all : { from: all.from + over, bytes: Buffer.from(all.bytes.subarray(over)) }
}

export const recentBytes = (): Recent => {
  /** Least recently used first. */
  const windows = new Map<string, RecentWindow>()
  let size = 0
  const put = (key: string, window: RecentWindow): void => {
    size += window.bytes.length - (windows.get(key)?.bytes.length ?? 0)
    windows.delete(key)
    windows.set(key, window)
    for (const [oldest, { bytes }] of windows) {
      if (size <= BYTES_MAX) break
      windows.delete(oldest)
      size -= bytes.length
    }
  }
  return {
    read: (at, target, targetAt, length, position) => {
      const window = windows.get(keyOf(at))
      const from = position - (window?.from ?? 0)
      if (window === undefined || from < 0 || from >= window.bytes.length) return 0
      return window.bytes.copy(target, targetAt, from, from + length)
    },
    keep: (at, position, bytes) => {
      // What stands behind the last newline may be other bytes soon.
      const whole = bytes.subarray(0, Math.max(0, at.segment.bytes - position))
      if (whole.length === 0) return
      const key = keyOf(at)
      const last = whole.subarray(Math.max(0, whole.length - SEGMENT_BYTES_MAX))
      put(key, together(windows.get(key), position + whole.length - last.length, last))
    }
  }
}
